using System.Globalization;

namespace CallCenterCrm.Telephony.Routing;

/// <summary>What a phone is doing, as the PBX's device states tell.</summary>
internal enum PhoneState
{
    /// <summary>Nothing was heard of it; it is rung, and the PBX finds out.</summary>
    Unknown,
    Free,

    /// <summary>It rings for another call; it can still be rung, after the free ones.</summary>
    Ringing,
    Busy,
    Unregistered,
}

/// <summary>Who is calling, as far as the lookup could tell in its time.</summary>
internal sealed record Caller(Guid ClientId, string Name, Guid? ResponsibleId);

/// <summary>What the PBX shall do with a call.</summary>
/// <param name="Text">The plan in the dialplan's words: <c>101@15_102@10_m79035550001@25_v@120</c>, or <c>closed</c>.</param>
/// <param name="Rule">Name of the rule, or of the hours that are closed.</param>
/// <param name="Steps">What became of every step of the rule.</param>
/// <param name="RingSeconds">The ring cadence by which it was made, seconds.</param>
internal sealed record RingPlan(string Text, string Rule, IReadOnlyList<PlannedStep> Steps, double RingSeconds = RingPlan.UsualRing)
{
    /// <summary>Russia's ring cadence, seconds: one of tone, four of silence.</summary>
    public const double UsualRing = 5;

    public const string Closed = "closed";
}

/// <summary>A step as planned, or why it was left out.</summary>
/// <param name="Step">Its number in the plan, from 1; null when it was left out.</param>
/// <param name="Target">The rule's word for it.</param>
/// <param name="Phones">Whom it rings.</param>
/// <param name="Seconds">How long, seconds; of a message the most that it may last.</param>
/// <param name="PassedOver">Phones that are not rung, with the reason.</param>
internal sealed record PlannedStep(int? Step, string Target, IReadOnlyList<string> Phones, double Seconds, IReadOnlyDictionary<string, string> PassedOver);

/// <summary>Why a phone is passed over.</summary>
internal static class PassReason
{
    public const string Busy = "busy";

    public const string Unregistered = "unregistered";

    /// <summary>Its owner is on leave or ill, or does not work at this hour.</summary>
    public const string Absent = "absent";

    /// <summary>Its owner takes no calls for the moment, as he said himself.</summary>
    public const string Paused = "paused";
}

/// <summary>
/// Turns an escalation rule into a plan for one call, passing over whoever cannot be rung now. Nobody who is absent is rung,
/// on his mobile neither, even if no step is left then: the PBX's fallback is for that. A rule that ends in a message always
/// has that one left: with nobody to ring the caller is asked for it at once. Whoever pauses is spared his desk phone; a step that
/// names his mobile rings it, for it is there for when nobody else is.
/// </summary>
internal sealed class PlanMaker(RoutingTables tables, Func<string, PhoneState> stateOf, Func<string, DateTimeOffset?> lastTalkOf)
{
    // Longer than what anybody says who wants to be rung back, and short enough to fill no disk.
    private const int MessageSeconds = 120;

    /// <summary>The plan for a call.</summary>
    /// <param name="number">Our number that was called.</param>
    /// <param name="caller">The client who calls; null when unknown.</param>
    /// <param name="at">Now.</param>
    /// <returns>Null when the number has no rule, or nobody of the rule can be rung and it asks for no message: the PBX rings its fallback.</returns>
    public RingPlan? Make(string number, Caller? caller, DateTimeOffset at) =>
        Draft(number, caller, at) is { Text.Length: > 0 } plan ? plan : null;

    /// <summary>The same, but with what became of the steps when nobody can be rung: its text is empty then.</summary>
    /// <returns>Null when the number has no rule.</returns>
    public RingPlan? Draft(string number, Caller? caller, DateTimeOffset at)
    {
        if (tables.Numbers.FirstOrDefault(known => known.Number == number) is not { } trunkNumber
            || tables.Rules.FirstOrDefault(known => known.Id == trunkNumber.RuleId) is not { } rule)
        {
            return null;
        }

        if (tables.Hours.FirstOrDefault(known => known.Id == trunkNumber.HoursId) is { } hours && !hours.IsOpen(at))
        {
            return new RingPlan(RingPlan.Closed, hours.Name, []);
        }

        var group = tables.Groups.FirstOrDefault(known => known.Id == rule.GroupId);
        var responsible = tables.Employee(caller?.ResponsibleId);
        var rung = new HashSet<string>(StringComparer.Ordinal);
        var steps = new List<PlannedStep>(rule.Steps.Count);
        var text = new List<string>(rule.Steps.Count);
        foreach (var step in rule.Steps)
        {
            var passed = new Dictionary<string, string>(StringComparer.Ordinal);
            var phones = step.Target switch
            {
                StepTarget.Responsible when responsible?.Extension is not null => One(responsible, at, passed),
                StepTarget.Responsible or StepTarget.Next => Next(group, rung, at, passed),
                StepTarget.Group => [.. Members(group).Where(member => IsFree(member, at, passed)).Select(Phone)],
                StepTarget.Employee => One(tables.Employee(step.EmployeeId), at, passed),
                _ => [],
            };
            var mobile = step.Target == StepTarget.Mobile ? Mobile(tables.Employee(step.EmployeeId), at, passed) : null;
            var target = step.Target == StepTarget.Message ? "v" : mobile is not null ? "m" + mobile : string.Join('-', phones);
            var seconds = step.Target == StepTarget.Message ? MessageSeconds : Math.Round(step.Rings * rule.RingSeconds);
            if (target.Length > 0)
            {
                rung.UnionWith(phones);
                text.Add(string.Create(CultureInfo.InvariantCulture, $"{target}@{seconds}"));
            }

            steps.Add(new PlannedStep(target.Length > 0 ? text.Count : null, step.Target, mobile is null ? phones : [mobile], seconds, passed));
        }

        return new RingPlan(string.Join('_', text), rule.Name, steps, (double)rule.RingSeconds);
    }

    private List<string> One(Employee? employee, DateTimeOffset at, Dictionary<string, string> passed) =>
        employee?.Extension is not null && IsFree(employee, at, passed) ? [Phone(employee)] : [];

    private List<string> Next(RingGroup? group, HashSet<string> rung, DateTimeOffset at, Dictionary<string, string> passed)
    {
        // A phone that already rings for another call is better than nobody, and worse than a quiet one.
        var candidates = Members(group).Where(member => !rung.Contains(Phone(member)))
            .OrderBy(member => stateOf(Phone(member)) == PhoneState.Ringing)
            .ThenBy(member => group?.Pick == RingGroupPick.LongestIdle ? lastTalkOf(Phone(member)) ?? DateTimeOffset.MinValue : DateTimeOffset.MinValue);
        return candidates.FirstOrDefault(member => IsFree(member, at, passed)) is { } next ? [Phone(next)] : [];
    }

    private static string? Mobile(Employee? employee, DateTimeOffset at, Dictionary<string, string> passed)
    {
        if (employee?.Mobile is not { } mobile || !employee.IsAbsent(at))
        {
            return employee?.Mobile;
        }

        passed[mobile] = PassReason.Absent;
        return null;
    }

    // Those with a phone.
    private IEnumerable<Employee> Members(RingGroup? group) =>
        group?.Members.Select(id => tables.Employee(id)).OfType<Employee>().Where(member => member.Extension is not null) ?? [];

    private static string Phone(Employee employee) => employee.Extension!;

    private bool IsFree(Employee employee, DateTimeOffset at, Dictionary<string, string> passed)
    {
        var reason = employee.IsAbsent(at)
            ? PassReason.Absent
            : employee.State?.IsReady(at) == false
            ? PassReason.Paused
            : stateOf(Phone(employee)) switch
            {
                PhoneState.Busy => PassReason.Busy,
                PhoneState.Unregistered => PassReason.Unregistered,
                _ => null,
            };
        if (reason is not null)
        {
            passed[Phone(employee)] = reason;
        }

        return reason is null;
    }
}
