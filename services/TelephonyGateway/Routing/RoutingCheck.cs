using System.Globalization;
using CallCenterCrm.ServiceDefaults.Settings;

namespace CallCenterCrm.Telephony.Routing;

/// <summary>Finds every mistake in the routing tables that would leave a call unattended, each with its place and cure.</summary>
internal static class RoutingCheck
{
    private const int MostRings = 20;

    public static IReadOnlyList<SettingsError> Errors(RoutingTables tables)
    {
        var errors = new List<SettingsError>();
        foreach (var rule in tables.Rules)
        {
            Rule(tables, rule, errors);
        }

        foreach (var hours in tables.Hours.Where(hours => !TimeZoneInfo.TryFindSystemTimeZoneById(hours.TimeZone, out _)))
        {
            errors.Add(new($"business hours '{hours.Name}'", $"have the unknown time zone '{hours.TimeZone}'", "write an IANA name such as Europe/Moscow"));
        }

        foreach (var number in tables.Numbers)
        {
            if (!tables.Rules.Any(rule => rule.Id == number.RuleId))
            {
                errors.Add(new($"trunk number {number.Number}", "has no escalation rule", "name one that exists"));
            }

            if (!tables.Hours.Any(hours => hours.Id == number.HoursId))
            {
                errors.Add(new($"trunk number {number.Number}", "has no business hours", "name some that exist"));
            }
        }

        return errors;
    }

    private static void Rule(RoutingTables tables, EscalationRule rule, List<SettingsError> errors)
    {
        var key = $"escalation rule '{rule.Name}'";
        if (rule.Steps.Count == 0)
        {
            errors.Add(new(key, "has no steps", "give at least one, and end with somebody's mobile"));
        }

        if (rule.RingSeconds is < 1 or > 30)
        {
            errors.Add(new(key, string.Create(CultureInfo.InvariantCulture, $"has rings of {rule.RingSeconds} s"), "give from 1 to 30 seconds; 5 is the Russian cadence"));
        }

        for (var i = 0; i < rule.Steps.Count; i++)
        {
            var step = rule.Steps[i];
            var place = string.Create(CultureInfo.InvariantCulture, $"{key}, step {i + 1}");
            if (step.Rings is < 1 or > MostRings)
            {
                errors.Add(new(place, string.Create(CultureInfo.InvariantCulture, $"rings {step.Rings} times"), $"give from 1 to {MostRings} rings"));
            }

            switch (step.Target)
            {
                case StepTarget.Responsible or StepTarget.Next or StepTarget.Group when !tables.Groups.Any(group => group.Id == rule.GroupId && group.Members.Count > 0):
                    errors.Add(new(place, "takes from a group, but the rule has none or it is empty", "name a ring group with members"));
                    break;
                case StepTarget.Employee when tables.Employee(step.EmployeeId) is not { Extension: not null }:
                    errors.Add(new(place, "rings an employee who does not exist or has no extension", "name one who has a phone"));
                    break;
                case StepTarget.Mobile when tables.Employee(step.EmployeeId) is not { Mobile: not null }:
                    errors.Add(new(place, "rings the mobile of an employee who does not exist or has none", "name one whose mobile is known"));
                    break;
                case StepTarget.Responsible or StepTarget.Next or StepTarget.Group or StepTarget.Employee or StepTarget.Mobile:
                    break;
                default:
                    errors.Add(new(place, $"has the unknown target '{step.Target}'",
                        $"write one of: {StepTarget.Responsible}, {StepTarget.Next}, {StepTarget.Group}, {StepTarget.Employee}, {StepTarget.Mobile}"));
                    break;
            }
        }
    }
}
