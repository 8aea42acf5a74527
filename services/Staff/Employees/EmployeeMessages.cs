using System.Collections.Frozen;
using System.Globalization;
using CallCenterCrm.ServiceDefaults.Authentication;
using CallCenterCrm.ServiceDefaults.Input;
using Google.Protobuf.WellKnownTypes;
using Contract = CallCenterCrm.Contracts.Staff.V1;

namespace CallCenterCrm.Staff.Employees;

/// <summary>Employees as protos/callcenter/staff/v1/employees.proto has them.</summary>
internal static class EmployeeMessages
{
    private const string DayFormat = "yyyy-MM-dd";

    private static readonly FrozenDictionary<V1.Role, string> Words = new Dictionary<V1.Role, string>
    {
        [V1.Role.Manager] = Roles.Manager,
        [V1.Role.HeadOfSales] = Roles.HeadOfSales,
        [V1.Role.Owner] = Roles.Owner,
        [V1.Role.Marketing] = Roles.Marketing,
        [V1.Role.Administrator] = Roles.Administrator,
        [V1.Role.Integration] = Roles.Integration,
    }.ToFrozenDictionary();

    private static readonly FrozenDictionary<string, V1.Role> RolesByWord =
        Words.ToFrozenDictionary(pair => pair.Value, pair => pair.Key, StringComparer.Ordinal);

    /// <summary>The roles that there are, for the text of a violation.</summary>
    public static string KnownRoles { get; } = string.Join(", ", Roles.All);

    /// <summary>Our word for a role; empty, which no role is, for one that there is not.</summary>
    public static string Word(V1.Role role) => Words.GetValueOrDefault(role, "");

    public static V1.Employee Write(Employee employee)
    {
        var profile = employee.Profile;
        return new()
        {
            Id = employee.Id.ToString(),
            Version = employee.Version,
            Name = profile.Name,
            SignInName = profile.SignInName ?? "",
            Roles = { profile.Roles.Select(role => RolesByWord[role]) },
            Team = profile.Team ?? "",
            Extension = profile.Extension ?? "",
            Mobile = profile.Mobile ?? "",
            Visibility = profile.Visibility switch
            {
                Visibility.Own => V1.Visibility.Own,
                Visibility.Team => V1.Visibility.Team,
                _ => V1.Visibility.All,
            },
            TimeZone = profile.TimeZone,
            WorkingHours =
            {
                profile.WorkingHours.Select(span => new V1.WorkingSpan { Weekday = span.Weekday, OpensMinute = span.OpensMinute, ClosesMinute = span.ClosesMinute }),
            },
            RingGroups = { profile.RingGroups.Select(place => new V1.RingGroupPlace { GroupId = place.GroupId.ToString(), Position = place.Position }) },
            Absences =
            {
                profile.Absences.Select(absence => new V1.Absence
                {
                    Kind = absence.Kind == Contract.AbsenceKind.Holiday ? V1.AbsenceKind.Holiday : V1.AbsenceKind.Sick,
                    FirstDay = absence.FirstDay.ToString(DayFormat, CultureInfo.InvariantCulture),
                    LastDay = absence.LastDay.ToString(DayFormat, CultureInfo.InvariantCulture),
                }),
            },
            Dismissed = employee.Dismissed,
            CreatedAt = employee.CreatedAt.ToTimestamp(),
        };
    }

    /// <summary>Reads what was sent, and notes what cannot be read; <see cref="EmployeeCheck"/> looks at the rest.</summary>
    /// <param name="mask">The fields that count; null for all.</param>
    public static EmployeeProfile Read(V1.Employee sent, Violations violations, IReadOnlyCollection<string>? mask)
    {
        bool Counts(string field) => mask?.Contains(field) != false;
        return new()
        {
            Name = sent.Name,
            SignInName = sent.SignInName,
            Roles = [.. sent.Roles.Select(Word)],
            Team = sent.Team,
            Extension = sent.Extension,
            Mobile = sent.Mobile,
            Visibility = Counts("visibility") ? Read(sent.Visibility, violations) : Visibility.Own,
            TimeZone = sent.TimeZone,
            WorkingHours =
            [
                .. sent.WorkingHours.Select(span => new Contract.WorkingSpan
                {
                    Weekday = span.Weekday, OpensMinute = span.OpensMinute, ClosesMinute = span.ClosesMinute,
                }),
            ],
            RingGroups = Counts("ring_groups") ? [.. sent.RingGroups.Select((place, index) => Read(place, index, violations))] : [],
            Absences = Counts("absences") ? [.. sent.Absences.Select((absence, index) => Read(absence, index, violations))] : [],
        };
    }

    private static Visibility Read(V1.Visibility sent, Violations violations)
    {
        switch (sent)
        {
            case V1.Visibility.Unspecified or V1.Visibility.Own:
                return Visibility.Own;
            case V1.Visibility.Team:
                return Visibility.Team;
            case V1.Visibility.All:
                return Visibility.All;
            default:
                violations.Add("employee.visibility", ViolationKey.UnknownWord, "own, team, all");
                return Visibility.Own;
        }
    }

    // What cannot be read is replaced by something of which the later checks have nothing more to say.
    private static Contract.RingGroupPlace Read(V1.RingGroupPlace sent, int index, Violations violations)
    {
        var field = string.Create(CultureInfo.InvariantCulture, $"employee.ring_groups[{index}].group_id");
        var id = sent.GroupId.Length == 0 ? Guid.Empty : violations.OptionalIdentity(field, sent.GroupId) ?? Guid.NewGuid();
        return new() { GroupId = id, Position = sent.Position };
    }

    private static Contract.Absence Read(V1.Absence sent, int index, Violations violations)
    {
        var path = string.Create(CultureInfo.InvariantCulture, $"employee.absences[{index}]");
        if (sent.Kind is not (V1.AbsenceKind.Holiday or V1.AbsenceKind.Sick))
        {
            violations.Add($"{path}.kind", ViolationKey.UnknownWord, "holiday, sick");
        }

        var first = Day($"{path}.first_day", sent.FirstDay, violations);
        var last = Day($"{path}.last_day", sent.LastDay, violations);
        var unreadable = DateOnly.MinValue.AddDays(index);
        return new()
        {
            Kind = sent.Kind == V1.AbsenceKind.Sick ? Contract.AbsenceKind.Sick : Contract.AbsenceKind.Holiday,
            FirstDay = last is null ? unreadable : first ?? unreadable,
            LastDay = first is null ? unreadable : last ?? unreadable,
        };
    }

    private static DateOnly? Day(string field, string text, Violations violations)
    {
        if (DateOnly.TryParseExact(text, DayFormat, CultureInfo.InvariantCulture, DateTimeStyles.None, out var day))
        {
            return day;
        }

        violations.Add(field, text.Length == 0 ? ViolationKey.Required : ViolationKey.WrongFormat, "YYYY-MM-DD");
        return null;
    }
}
