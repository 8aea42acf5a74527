using System.Globalization;
using CallCenterCrm.ServiceDefaults.Input;
using CallCenterCrm.ServiceDefaults.PhoneNumbers;
using Google.Protobuf.WellKnownTypes;
using Wire = CallCenterCrm.Routing.V1;

namespace CallCenterCrm.Telephony.Routing;

/// <summary>
/// Reads rows of the routing tables out of requests, noting what cannot be read at all; whether they make sense is for
/// <see cref="RoutingCheck"/>. Only the fields that are taken replace those of the row that is changed.
/// </summary>
internal sealed class RoutingInput(Violations violations)
{
    private HashSet<string>? _taken;

    /// <summary>The fields that a change takes, for the audit log.</summary>
    public string Fields => string.Join(", ", _taken ?? []);

    /// <summary>Takes only the fields that a mask names; without this, all are taken.</summary>
    public void Take(FieldMask? mask, params ReadOnlySpan<string> known)
    {
        _taken = new HashSet<string>(StringComparer.Ordinal);
        if (mask is null or { Paths.Count: 0 })
        {
            violations.Add("update_mask", ViolationKey.Required);
            return;
        }

        for (var i = 0; i < mask.Paths.Count; i++)
        {
            if (!known.Contains(mask.Paths[i]))
            {
                violations.Add(At("update_mask.paths", i), ViolationKey.UnknownField);
            }

            _taken.Add(mask.Paths[i]);
        }
    }

    public RingGroup Read(Wire.RingGroup given, RingGroup current)
    {
        // A change may send back the whole group as it was read; who makes a new one is not to believe that it has members.
        if (_taken is null && given.MemberIds.Count > 0)
        {
            violations.Add("group.member_ids", ViolationKey.NotHere);
        }

        return current with
        {
            Name = Takes("name") ? given.Name.Trim() : current.Name,
            Pick = Takes("pick") ? Pick(given.Pick) : current.Pick,
        };
    }

    public BusinessHours Read(Wire.BusinessHours given, BusinessHours current) => current with
    {
        Name = Takes("name") ? given.Name.Trim() : current.Name,
        TimeZone = Takes("time_zone") ? given.TimeZone.Trim() : current.TimeZone,
        Spans = Takes("spans") ? [.. given.Spans.Select(Span)] : current.Spans,
        Holidays = Takes("holidays") ? [.. given.Holidays.Select(Holiday)] : current.Holidays,
    };

    public EscalationRule Read(Wire.Rule given, EscalationRule current) => current with
    {
        Name = Takes("name") ? given.Name.Trim() : current.Name,
        RingSeconds = Takes("ring_seconds") ? given.RingSeconds : current.RingSeconds,
        GroupId = Takes("group_id") ? OptionalIdentity("rule.group_id", given.GroupId) : current.GroupId,
        Steps = Takes("steps")
            ? [.. given.Steps.Select((step, i) => new EscalationStep(
                RoutingMessages.Word(step.Target), OptionalIdentity($"{At("rule.steps", i)}.employee_id", step.EmployeeId), step.Rings))]
            : current.Steps,
    };

    public TrunkNumber Read(Wire.TrunkNumber given, TrunkNumber current) => current with
    {
        Name = Takes("name") ? given.Name.Trim() : current.Name,
        RuleId = Takes("rule_id") ? Identity("number.rule_id", given.RuleId) ?? Guid.Empty : current.RuleId,
        HoursId = Takes("hours_id") ? Identity("number.hours_id", given.HoursId) ?? Guid.Empty : current.HoursId,
    };

    /// <summary>A UUID that must be there; null, and noted, when it is none.</summary>
    public Guid? Identity(string field, string text)
    {
        if (Guid.TryParseExact(text, "D", out var id))
        {
            return id;
        }

        if (text.Length == 0)
        {
            violations.Add(field, ViolationKey.Required);
        }
        else
        {
            violations.Add(field, ViolationKey.WrongFormat, "UUID");
        }

        return null;
    }

    /// <summary>The version that a change was made on.</summary>
    public long Version(string field, long version)
    {
        if (version <= 0)
        {
            violations.Add(field, ViolationKey.Required);
        }

        return version;
    }

    /// <summary>A telephone number that must be there; empty, and noted, when it is none.</summary>
    public string Number(string field, string text)
    {
        if (PhoneNumber.TryParse(text, out var number))
        {
            return number.Digits;
        }

        violations.Add(field, text.Length == 0 ? ViolationKey.Required : ViolationKey.NotANumber);
        return "";
    }

    private bool Takes(string field) => _taken is null || _taken.Contains(field);

    // What could not be read stands as an identity that nobody has: it was noted, and is not the same as none.
    private Guid? OptionalIdentity(string field, string text) => text.Length == 0 ? null : Identity(field, text) ?? Guid.Empty;

    private RingGroupPick Pick(Wire.Pick given)
    {
        switch (given)
        {
            case Wire.Pick.Order:
                return RingGroupPick.Order;
            case Wire.Pick.LongestIdle:
                return RingGroupPick.LongestIdle;
            default:
                violations.Add("group.pick", ViolationKey.UnknownWord, "order, longest_idle");
                return RingGroupPick.Order;
        }
    }

    private OpenSpan Span(Wire.OpenSpan given, int index)
    {
        var at = At("hours.spans", index);
        return new OpenSpan(
            given.Weekday, Time($"{at}.opens", given.Opens) ?? TimeSpan.Zero, Time($"{at}.closes", given.Closes) ?? TimeSpan.FromHours(24));
    }

    private Holiday Holiday(Wire.Holiday given, int index)
    {
        var at = At("hours.holidays", index);
        if (!DateOnly.TryParseExact(given.Day, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day))
        {
            violations.Add($"{at}.day", ViolationKey.WrongFormat, "YYYY-MM-DD");
        }

        return new Holiday(
            day, given.Name.Trim(),
            given.Opens.Length == 0 ? null : Time($"{at}.opens", given.Opens) ?? TimeSpan.Zero,
            given.Closes.Length == 0 ? null : Time($"{at}.closes", given.Closes) ?? TimeSpan.FromHours(24));
    }

    private TimeSpan? Time(string field, string text)
    {
        if (text.Length == "HH:MM".Length && TimeOfDay.TryRead(text, out var time))
        {
            return time;
        }

        violations.Add(field, ViolationKey.WrongFormat, "HH:MM");
        return null;
    }

    private static string At(string list, int index) => string.Create(CultureInfo.InvariantCulture, $"{list}[{index}]");
}
