using System.Text.Json.Serialization;

namespace CallCenterCrm.Telephony.Routing;

/// <summary>Everything that decides who rings when, as one picture that does not change under the reader.</summary>
internal sealed record RoutingTables
{
    public required IReadOnlyList<Employee> Employees { get; init; }

    public required IReadOnlyList<RingGroup> Groups { get; init; }

    public required IReadOnlyList<BusinessHours> Hours { get; init; }

    public required IReadOnlyList<EscalationRule> Rules { get; init; }

    public required IReadOnlyList<TrunkNumber> Numbers { get; init; }

    public static RoutingTables Empty { get; } = new() { Employees = [], Groups = [], Hours = [], Rules = [], Numbers = [] };

    public Employee? Employee(Guid? id) => id is null ? null : Employees.FirstOrDefault(employee => employee.Id == id);
}

/// <summary>One of ours, as far as telephony is concerned.</summary>
/// <param name="Extension">His phone, for example <c>101</c>; null when he has none.</param>
/// <param name="Mobile">E.164 without plus; null when none is known.</param>
internal sealed record Employee(Guid Id, string Name, string? Extension, string? Mobile);

/// <summary>Managers who stand in for each other («Группа приёма звонков»).</summary>
/// <param name="Members">In their order.</param>
internal sealed record RingGroup(Guid Id, string Name, [property: JsonConverter(typeof(JsonStringEnumConverter<RingGroupPick>))] RingGroupPick Pick, IReadOnlyList<Guid> Members);

internal enum RingGroupPick
{
    Order,
    LongestIdle,
}

/// <summary>When a number is attended to («Рабочее время»), in a time zone of its own.</summary>
internal sealed record BusinessHours(Guid Id, string Name, string TimeZone, IReadOnlyList<OpenSpan> Spans, IReadOnlyList<Holiday> Holidays)
{
    /// <summary>Whether it is open at a moment.</summary>
    /// <exception cref="TimeZoneNotFoundException">The time zone is unknown; the tables' check says so before.</exception>
    public bool IsOpen(DateTimeOffset at)
    {
        var local = TimeZoneInfo.ConvertTime(at, TimeZoneInfo.FindSystemTimeZoneById(TimeZone));
        var day = DateOnly.FromDateTime(local.DateTime);
        var time = local.TimeOfDay;
        if (Holidays.FirstOrDefault(holiday => holiday.Day == day) is { } holiday)
        {
            return holiday.Opens <= time && time < holiday.Closes;
        }

        var weekday = local.DayOfWeek == DayOfWeek.Sunday ? 7 : (int)local.DayOfWeek;
        return Spans.Any(span => span.Weekday == weekday && span.Opens <= time && time < span.Closes);
    }
}

/// <summary>When it is open on a weekday.</summary>
/// <param name="Weekday">ISO 8601: 1 is Monday, 7 Sunday.</param>
/// <param name="Closes">The first moment at which it is closed; 24:00 is the end of the day.</param>
internal sealed record OpenSpan(
    int Weekday,
    [property: JsonConverter(typeof(TimeOfDayJson))] TimeSpan Opens,
    [property: JsonConverter(typeof(TimeOfDayJson))] TimeSpan Closes);

/// <summary>A day that is not as its weekday; closed when it has no times.</summary>
internal sealed record Holiday(
    DateOnly Day,
    string Name,
    [property: JsonConverter(typeof(TimeOfDayJson))] TimeSpan? Opens,
    [property: JsonConverter(typeof(TimeOfDayJson))] TimeSpan? Closes);

/// <summary>Who rings, in which order, and how long («Правило переадресации»).</summary>
/// <param name="RingSeconds">Length of one ring, seconds.</param>
/// <param name="GroupId">From whom the next manager is taken.</param>
internal sealed record EscalationRule(Guid Id, string Name, double RingSeconds, Guid? GroupId, IReadOnlyList<EscalationStep> Steps);

/// <summary>One step of a rule.</summary>
/// <param name="Target">One of <see cref="StepTarget"/>.</param>
/// <param name="EmployeeId">Whom, for the targets that name one.</param>
/// <param name="Rings">How many rings, from 1 to 20.</param>
internal sealed record EscalationStep(string Target, Guid? EmployeeId, int Rings);

/// <summary>Whom a step of a rule rings.</summary>
internal static class StepTarget
{
    /// <summary>The manager who is responsible for the client; for a caller without one, the next of the group.</summary>
    public const string Responsible = "responsible";

    /// <summary>The next manager of the rule's group who was not rung in this call.</summary>
    public const string Next = "next";

    /// <summary>All free members of the rule's group at once.</summary>
    public const string Group = "group";

    /// <summary>A certain employee's phone.</summary>
    public const string Employee = "employee";

    /// <summary>A certain employee's mobile, who must accept with "1".</summary>
    public const string Mobile = "mobile";
}

/// <summary>One of our numbers at the provider's.</summary>
/// <param name="Number">E.164 without plus.</param>
internal sealed record TrunkNumber(string Number, string Name, Guid RuleId, Guid HoursId);
