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
/// <param name="Text">The plan in the dialplan's words: <c>101@15_102@10_m79035550001@25</c>, or <c>closed</c>.</param>
/// <param name="Rule">Name of the rule, or of the hours that are closed.</param>
/// <param name="Steps">What became of every step of the rule.</param>
internal sealed record RingPlan(string Text, string Rule, IReadOnlyList<PlannedStep> Steps)
{
    public const string Closed = "closed";
}

/// <summary>A step as planned, or why it was left out.</summary>
/// <param name="Step">Its number in the plan, from 1; null when it was left out.</param>
/// <param name="Target">The rule's word for it.</param>
/// <param name="Phones">Whom it rings.</param>
/// <param name="Seconds">How long, seconds.</param>
/// <param name="PassedOver">Phones that could not be rung, with the reason.</param>
internal sealed record PlannedStep(int? Step, string Target, IReadOnlyList<string> Phones, double Seconds, IReadOnlyDictionary<string, string> PassedOver);

/// <summary>Turns an escalation rule into a plan for one call, passing over whoever cannot be rung now.</summary>
internal sealed class PlanMaker(RoutingTables tables, Func<string, PhoneState> stateOf, Func<string, DateTimeOffset?> lastTalkOf)
{
    /// <summary>The plan for a call.</summary>
    /// <param name="number">Our number that was called.</param>
    /// <param name="caller">The client who calls; null when unknown.</param>
    /// <param name="at">Now.</param>
    /// <returns>Null when the number has no rule or nobody of the rule can be rung: the PBX rings its fallback.</returns>
    public RingPlan? Make(string number, Caller? caller, DateTimeOffset at)
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
                StepTarget.Responsible when responsible?.Extension is { } extension => One(extension, passed),
                StepTarget.Responsible or StepTarget.Next => Next(group, rung, passed),
                StepTarget.Group => [.. Members(group).Where(extension => IsFree(extension, passed))],
                StepTarget.Employee => tables.Employee(step.EmployeeId)?.Extension is { } extension ? One(extension, passed) : [],
                _ => [],
            };
            var mobile = step.Target == StepTarget.Mobile ? tables.Employee(step.EmployeeId)?.Mobile : null;
            var seconds = Math.Round(step.Rings * rule.RingSeconds);
            if (mobile is not null || phones.Count > 0)
            {
                rung.UnionWith(phones);
                text.Add(string.Create(CultureInfo.InvariantCulture, $"{(mobile is null ? string.Join('-', phones) : "m" + mobile)}@{seconds}"));
            }

            steps.Add(new PlannedStep(
                mobile is not null || phones.Count > 0 ? text.Count : null, step.Target, mobile is null ? phones : [mobile], seconds, passed));
        }

        return text.Count == 0 ? null : new RingPlan(string.Join('_', text), rule.Name, steps);
    }

    private List<string> One(string extension, Dictionary<string, string> passed) => IsFree(extension, passed) ? [extension] : [];

    private List<string> Next(RingGroup? group, HashSet<string> rung, Dictionary<string, string> passed)
    {
        // A phone that already rings for another call is better than nobody, and worse than a quiet one.
        var candidates = Members(group).Where(extension => !rung.Contains(extension))
            .OrderBy(extension => stateOf(extension) == PhoneState.Ringing)
            .ThenBy(extension => group?.Pick == RingGroupPick.LongestIdle ? lastTalkOf(extension) ?? DateTimeOffset.MinValue : DateTimeOffset.MinValue);
        return candidates.FirstOrDefault(extension => IsFree(extension, passed)) is { } next ? [next] : [];
    }

    private IEnumerable<string> Members(RingGroup? group) =>
        group?.Members.Select(id => tables.Employee(id)?.Extension).OfType<string>() ?? [];

    private bool IsFree(string extension, Dictionary<string, string> passed)
    {
        switch (stateOf(extension))
        {
            case PhoneState.Busy:
                passed[extension] = "busy";
                return false;
            case PhoneState.Unregistered:
                passed[extension] = "unregistered";
                return false;
            default:
                return true;
        }
    }
}
