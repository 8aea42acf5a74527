using System.Globalization;
using CallCenterCrm.Contracts.Staff.V1;
using CallCenterCrm.ServiceDefaults.Authentication;
using CallCenterCrm.ServiceDefaults.Input;
using CallCenterCrm.ServiceDefaults.PhoneNumbers;

namespace CallCenterCrm.Staff.Employees;

/// <summary>Reads what was sent about an employee, and notes everything that is wrong with it by the contract's fields.</summary>
internal static class EmployeeCheck
{
    private const string Path = "employee.";
    private const int MostSpans = 50;
    private const int MostGroups = 50;
    private const int MostAbsences = 200;

    private static readonly Dictionary<string, Func<EmployeeProfile, EmployeeProfile, EmployeeProfile>> Fields = new(StringComparer.Ordinal)
    {
        ["name"] = (known, sent) => known with { Name = sent.Name },
        ["sign_in_name"] = (known, sent) => known with { SignInName = sent.SignInName },
        ["roles"] = (known, sent) => known with { Roles = sent.Roles },
        ["team"] = (known, sent) => known with { Team = sent.Team },
        ["extension"] = (known, sent) => known with { Extension = sent.Extension },
        ["mobile"] = (known, sent) => known with { Mobile = sent.Mobile },
        ["visibility"] = (known, sent) => known with { Visibility = sent.Visibility },
        ["time_zone"] = (known, sent) => known with { TimeZone = sent.TimeZone },
        ["working_hours"] = (known, sent) => known with { WorkingHours = sent.WorkingHours },
        ["ring_groups"] = (known, sent) => known with { RingGroups = sent.RingGroups },
        ["absences"] = (known, sent) => known with { Absences = sent.Absences },
    };

    /// <summary>What is known with the fields of a mask replaced by what was sent.</summary>
    public static EmployeeProfile Merge(EmployeeProfile known, EmployeeProfile sent, IReadOnlyCollection<string> mask, Violations violations)
    {
        if (mask.Count == 0)
        {
            violations.Add("update_mask", ViolationKey.Required);
        }

        foreach (var path in mask)
        {
            if (Fields.TryGetValue(path, out var merge))
            {
                known = merge(known, sent);
            }
            else
            {
                violations.Add("update_mask", ViolationKey.UnknownField);
            }
        }

        return known;
    }

    /// <summary>Brings a profile into the form in which it is stored.</summary>
    public static EmployeeProfile Read(EmployeeProfile sent, Violations violations)
    {
        var profile = sent with
        {
            Name = violations.Text(Path + "name", sent.Name, 200),
            SignInName = SignInName(sent.SignInName, violations),
            Roles = [.. sent.Roles.Distinct(StringComparer.Ordinal)],
            Team = violations.OptionalText(Path + "team", sent.Team, 100),
            Extension = Extension(sent.Extension, violations),
            Mobile = Mobile(sent.Mobile, violations),
            TimeZone = sent.TimeZone.Trim(),
            WorkingHours = [.. sent.WorkingHours.OrderBy(span => span.Weekday).ThenBy(span => span.OpensMinute)],
            Absences = [.. sent.Absences.OrderBy(absence => absence.FirstDay)],
        };
        if (profile.Roles.Count == 0)
        {
            violations.Add(Path + "roles", ViolationKey.Required);
        }

        for (var i = 0; i < sent.Roles.Count; i++)
        {
            if (!Roles.All.Contains(sent.Roles[i], StringComparer.Ordinal))
            {
                violations.Add(Entry("roles", i), ViolationKey.UnknownWord, string.Join(", ", Roles.All));
            }
        }

        // A name of the database itself: Windows' names would not be understood by PostgreSQL and other readers.
        if (!TimeZoneInfo.TryFindSystemTimeZoneById(profile.TimeZone, out var zone) || !zone.HasIanaId)
        {
            violations.Add(Path + "time_zone", ViolationKey.UnknownTimeZone);
        }

        Spans(sent.WorkingHours, violations);
        Groups(sent.RingGroups, violations);
        Absences(sent.Absences, violations);
        return profile;
    }

    /// <summary>The form in which sign-in names are kept and compared.</summary>
    public static string Fold(string name) => name.Trim().ToLowerInvariant();

    private static string? SignInName(string? text, Violations violations)
    {
        if (string.IsNullOrWhiteSpace(text))
        {
            return null;
        }

        const string field = Path + "sign_in_name";
        var name = Fold(text);
        if (name.Length < 2)
        {
            violations.Add(field, ViolationKey.TooShort, 2);
        }

        if (name.Length > 64)
        {
            violations.Add(field, ViolationKey.TooLong, 64);
        }

        if (!name.All(letter => letter is (>= 'a' and <= 'z') or (>= '0' and <= '9') or '.' or '_' or '-' or '@'))
        {
            violations.Add(field, ViolationKey.WrongFormat, "a-z 0-9 . _ - @");
        }

        return name;
    }

    private static string? Extension(string? text, Violations violations)
    {
        if (text?.Trim() is not { Length: > 0 } extension)
        {
            return null;
        }

        if (extension.Length is < 2 or > 6 || !extension.All(char.IsAsciiDigit))
        {
            violations.Add(Path + "extension", ViolationKey.WrongFormat, "0-9, 2…6");
        }

        return extension;
    }

    private static string? Mobile(string? text, Violations violations)
    {
        if (string.IsNullOrWhiteSpace(text))
        {
            return null;
        }

        if (!PhoneNumber.TryParse(text, out var number))
        {
            violations.Add(Path + "mobile", ViolationKey.NotANumber);
            return null;
        }

        return number.Digits;
    }

    private static void Spans(IReadOnlyList<WorkingSpan> spans, Violations violations)
    {
        if (spans.Count > MostSpans)
        {
            violations.Add(Path + "working_hours", ViolationKey.TooMany, MostSpans);
            return;
        }

        for (var i = 0; i < spans.Count; i++)
        {
            var span = spans[i];
            Range(Entry("working_hours", i) + ".weekday", span.Weekday, 1, 7, violations);
            Range(Entry("working_hours", i) + ".opens_minute", span.OpensMinute, 0, 1439, violations);
            Range(Entry("working_hours", i) + ".closes_minute", span.ClosesMinute, 1, 1440, violations);
            if (span.ClosesMinute <= span.OpensMinute)
            {
                violations.Add(Entry("working_hours", i), ViolationKey.EndBeforeStart);
            }
            else if (spans.Take(i).Any(other =>
                other.Weekday == span.Weekday && other.OpensMinute < span.ClosesMinute && span.OpensMinute < other.ClosesMinute))
            {
                violations.Add(Entry("working_hours", i), ViolationKey.Overlaps);
            }
        }
    }

    private static void Groups(IReadOnlyList<RingGroupPlace> groups, Violations violations)
    {
        if (groups.Count > MostGroups)
        {
            violations.Add(Path + "ring_groups", ViolationKey.TooMany, MostGroups);
            return;
        }

        for (var i = 0; i < groups.Count; i++)
        {
            Range(Entry("ring_groups", i) + ".position", groups[i].Position, 1, 10_000, violations);
            if (groups[i].GroupId == Guid.Empty)
            {
                violations.Add(Entry("ring_groups", i) + ".group_id", ViolationKey.Required);
            }
            else if (groups.Take(i).Any(other => other.GroupId == groups[i].GroupId))
            {
                violations.Add(Entry("ring_groups", i) + ".group_id", ViolationKey.Repeated);
            }
        }
    }

    private static void Absences(IReadOnlyList<Absence> absences, Violations violations)
    {
        if (absences.Count > MostAbsences)
        {
            violations.Add(Path + "absences", ViolationKey.TooMany, MostAbsences);
            return;
        }

        for (var i = 0; i < absences.Count; i++)
        {
            var absence = absences[i];
            if (absence.LastDay < absence.FirstDay)
            {
                violations.Add(Entry("absences", i), ViolationKey.EndBeforeStart);
            }
            else if (absences.Take(i).Any(other => other.FirstDay <= absence.LastDay && absence.FirstDay <= other.LastDay))
            {
                violations.Add(Entry("absences", i), ViolationKey.Overlaps);
            }
        }
    }

    private static void Range(string field, int value, int least, int most, Violations violations)
    {
        if (value < least || value > most)
        {
            violations.Add(field, ViolationKey.OutOfRange, least, most);
        }
    }

    private static string Entry(string list, int index) => string.Create(CultureInfo.InvariantCulture, $"{Path}{list}[{index}]");
}
