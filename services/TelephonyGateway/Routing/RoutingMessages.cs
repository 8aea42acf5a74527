using Wire = CallCenterCrm.Routing.V1;

namespace CallCenterCrm.Telephony.Routing;

/// <summary>Writes the routing tables as protos/callcenter/routing/v1 has them.</summary>
internal static class RoutingMessages
{
    /// <summary>All of it; whom Staff has dismissed only while a rule still names him.</summary>
    /// <param name="at">For which moment it is told who is absent.</param>
    public static Wire.GetRoutingResponse Write(RoutingTables tables, DateTimeOffset at) => new()
    {
        Employees =
        {
            tables.Employees
                .Where(employee => !employee.Dismissed || tables.Rules.Any(rule => rule.Steps.Any(step => step.EmployeeId == employee.Id)))
                .Select(employee => Write(employee, at)),
        },
        Groups = { tables.Groups.Select(Write) },
        Hours = { tables.Hours.Select(Write) },
        Rules = { tables.Rules.Select(Write) },
        Numbers = { tables.Numbers.Select(Write) },
    };

    public static Wire.RingGroup Write(RingGroup group) => new()
    {
        Id = group.Id.ToString(),
        Version = group.Version,
        Name = group.Name,
        Pick = group.Pick == RingGroupPick.LongestIdle ? Wire.Pick.LongestIdle : Wire.Pick.Order,
        MemberIds = { group.Members.Select(id => id.ToString()) },
    };

    public static Wire.BusinessHours Write(BusinessHours hours) => new()
    {
        Id = hours.Id.ToString(),
        Version = hours.Version,
        Name = hours.Name,
        TimeZone = hours.TimeZone,
        Spans =
        {
            hours.Spans.OrderBy(span => (span.Weekday, span.Opens)).Select(span => new Wire.OpenSpan
            {
                Weekday = span.Weekday,
                Opens = TimeOfDay.Write(span.Opens),
                Closes = TimeOfDay.Write(span.Closes),
            }),
        },
        Holidays =
        {
            hours.Holidays.OrderBy(holiday => holiday.Day).Select(holiday => new Wire.Holiday
            {
                Day = holiday.Day.ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture),
                Name = holiday.Name,
                Opens = holiday.Opens is { } opens ? TimeOfDay.Write(opens) : "",
                Closes = holiday.Closes is { } closes ? TimeOfDay.Write(closes) : "",
            }),
        },
    };

    public static Wire.Rule Write(EscalationRule rule) => new()
    {
        Id = rule.Id.ToString(),
        Version = rule.Version,
        Name = rule.Name,
        RingSeconds = rule.RingSeconds,
        GroupId = rule.GroupId?.ToString() ?? "",
        Steps =
        {
            rule.Steps.Select(step => new Wire.Step
            {
                Target = Target(step.Target),
                EmployeeId = step.EmployeeId?.ToString() ?? "",
                Rings = step.Rings,
            }),
        },
    };

    public static Wire.TrunkNumber Write(TrunkNumber number) => new()
    {
        Number = number.Number,
        Version = number.Version,
        Name = number.Name,
        RuleId = number.RuleId.ToString(),
        HoursId = number.HoursId.ToString(),
    };

    /// <summary>What a draft of a plan comes to; null for a number without a rule.</summary>
    public static Wire.TryOutResponse Write(RingPlan? plan, Caller? caller) => new()
    {
        Closed = plan is { Text: RingPlan.Closed },
        Fallback = plan is null or { Text: "" },
        RuleName = plan?.Rule ?? "",
        ClientId = caller?.ClientId.ToString() ?? "",
        ClientName = caller?.Name ?? "",
        Steps =
        {
            (plan?.Steps ?? []).Select(step => new Wire.PlannedStep
            {
                Step = step.Step ?? 0,
                Target = Target(step.Target),
                Phones = { step.Phones },
                Seconds = step.Seconds,
                PassedOver =
                {
                    step.PassedOver.Select(pair => new Wire.PassedOver
                    {
                        Phone = pair.Key,
                        Reason = pair.Value switch
                        {
                            PassReason.Busy => Wire.PassReason.Busy,
                            PassReason.Unregistered => Wire.PassReason.Unregistered,
                            PassReason.Absent => Wire.PassReason.Absent,
                            PassReason.Paused => Wire.PassReason.Paused,
                            _ => Wire.PassReason.Unspecified,
                        },
                    }),
                },
            }),
        },
    };

    /// <summary>The tables' word for a target; empty for one that they do not know.</summary>
    public static string Word(Wire.Target target) => target switch
    {
        Wire.Target.Responsible => StepTarget.Responsible,
        Wire.Target.Next => StepTarget.Next,
        Wire.Target.Group => StepTarget.Group,
        Wire.Target.Employee => StepTarget.Employee,
        Wire.Target.Mobile => StepTarget.Mobile,
        Wire.Target.Message => StepTarget.Message,
        _ => "",
    };

    private static Wire.Target Target(string word) => word switch
    {
        StepTarget.Responsible => Wire.Target.Responsible,
        StepTarget.Next => Wire.Target.Next,
        StepTarget.Group => Wire.Target.Group,
        StepTarget.Employee => Wire.Target.Employee,
        StepTarget.Mobile => Wire.Target.Mobile,
        StepTarget.Message => Wire.Target.Message,
        _ => Wire.Target.Unspecified,
    };

    private static Wire.Employee Write(Employee employee, DateTimeOffset at) => new()
    {
        Id = employee.Id.ToString(),
        Name = employee.Name,
        Extension = employee.Extension ?? "",
        Mobile = employee.Mobile ?? "",
        Absent = !employee.Dismissed && employee.IsAbsent(at),
        Dismissed = employee.Dismissed,
    };
}
