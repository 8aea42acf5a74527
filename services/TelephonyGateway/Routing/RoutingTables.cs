using System.Text.Json.Serialization;

namespace CallCenterCrm.Telephony.Routing;

/// <summary>Everything that decides who rings when, as one picture that does not change under the reader.</summary>
internal sealed record RoutingTables
{
    // Every member of a group is looked up for every call.
    private readonly Dictionary<Guid, Employee> _byId = [];

    /// <summary>Staff owns them: a file of first values need not have any.</summary>
    public IReadOnlyList<Employee> Employees
    {
        get;
        init
        {
            field = value;

            // Whoever reads a file refuses a null among them afterwards.
            _byId = value.OfType<Employee>().DistinctBy(employee => employee.Id).ToDictionary(employee => employee.Id);
        }
    }
    = [];

    public required IReadOnlyList<RingGroup> Groups { get; init; }

    public required IReadOnlyList<BusinessHours> Hours { get; init; }

    public required IReadOnlyList<EscalationRule> Rules { get; init; }

    public required IReadOnlyList<TrunkNumber> Numbers { get; init; }

    public static RoutingTables Empty { get; } = new() { Groups = [], Hours = [], Rules = [], Numbers = [] };

    public Employee? Employee(Guid? id) => id is { } known ? _byId.GetValueOrDefault(known) : null;
}

/// <summary>Managers who stand in for each other («Группа приёма звонков»).</summary>
/// <param name="Members">In their order; Staff says who stands in which group.</param>
/// <param name="Version">Grows with every change.</param>
internal sealed record RingGroup(
    Guid Id, string Name, [property: JsonConverter(typeof(JsonStringEnumConverter<RingGroupPick>))] RingGroupPick Pick, IReadOnlyList<Guid> Members,
    long Version = 1)
{
    // A list that a file leaves out is empty, here and below.
    public IReadOnlyList<Guid> Members { get; init; } = Members ?? [];
}

internal enum RingGroupPick
{
    Order,
    LongestIdle,
}

/// <summary>When a number is attended to («Рабочее время»), in a time zone of its own.</summary>
/// <param name="Version">Grows with every change.</param>
internal sealed record BusinessHours(
    Guid Id, string Name, string TimeZone, IReadOnlyList<OpenSpan> Spans, IReadOnlyList<Holiday> Holidays, long Version = 1)
{
    public IReadOnlyList<OpenSpan> Spans { get; init; } = Spans ?? [];

    public IReadOnlyList<Holiday> Holidays { get; init; } = Holidays ?? [];

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

        return Spans.Any(span => span.Holds(local.DateTime));
    }
}

/// <summary>When it is open on a weekday.</summary>
/// <param name="Weekday">ISO 8601: 1 is Monday, 7 Sunday.</param>
/// <param name="Closes">The first moment at which it is closed; 24:00 is the end of the day.</param>
internal sealed record OpenSpan(
    int Weekday,
    [property: JsonConverter(typeof(TimeOfDayJson))] TimeSpan Opens,
    [property: JsonConverter(typeof(TimeOfDayJson))] TimeSpan Closes)
{
    /// <summary>Whether a local time lies in it.</summary>
    public bool Holds(DateTime local) =>
        Weekday == (local.DayOfWeek == DayOfWeek.Sunday ? 7 : (int)local.DayOfWeek) && Opens <= local.TimeOfDay && local.TimeOfDay < Closes;
}

/// <summary>A day that is not as its weekday; closed when it has no times.</summary>
internal sealed record Holiday(
    DateOnly Day,
    string Name,
    [property: JsonConverter(typeof(TimeOfDayJson))] TimeSpan? Opens,
    [property: JsonConverter(typeof(TimeOfDayJson))] TimeSpan? Closes);

/// <summary>Who rings, in which order, and how long («Правило переадресации»).</summary>
/// <param name="RingSeconds">Length of one ring, seconds.</param>
/// <param name="GroupId">From whom the next manager is taken.</param>
/// <param name="Version">Grows with every change.</param>
internal sealed record EscalationRule(
    Guid Id, string Name, double RingSeconds, Guid? GroupId, IReadOnlyList<EscalationStep> Steps, long Version = 1)
{
    public IReadOnlyList<EscalationStep> Steps { get; init; } = Steps ?? [];
}

/// <summary>One step of a rule.</summary>
/// <param name="Target">One of <see cref="StepTarget"/>.</param>
/// <param name="EmployeeId">Whom, for the targets that name one.</param>
/// <param name="Rings">How many rings, from 1 to 20; 0 where none rings.</param>
internal sealed record EscalationStep(string Target, Guid? EmployeeId, int Rings);

/// <summary>Whom a step of a rule rings, or what it does instead.</summary>
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

    /// <summary>Nobody: the caller is asked to leave a message, which ends the call («Взять контакт»). Only as the last step.</summary>
    public const string Message = "message";
}

/// <summary>One of our numbers at the provider's.</summary>
/// <param name="Number">E.164 without plus.</param>
/// <param name="Version">Grows with every change.</param>
internal sealed record TrunkNumber(string Number, string Name, Guid RuleId, Guid HoursId, long Version = 1);
