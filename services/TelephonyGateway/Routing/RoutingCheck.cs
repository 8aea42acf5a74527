using System.Globalization;
using CallCenterCrm.ServiceDefaults.Input;
using CallCenterCrm.ServiceDefaults.Settings;

namespace CallCenterCrm.Telephony.Routing;

/// <summary>Something in the routing tables that would leave calls unattended, or that cannot be stored.</summary>
/// <param name="Item">Which row, as <see cref="RoutingKind{T}.KeyOf"/> names it.</param>
/// <param name="Place">The row for people: <c>escalation rule 'Sales'</c>.</param>
/// <param name="Field">The field of the row as the contract names it: <c>steps[1].rings</c>.</param>
/// <param name="Rule">Which rule it breaks.</param>
/// <param name="Limits">What the rule's text mentions.</param>
internal sealed record RoutingMistake(string Item, string Place, string Field, ViolationKey Rule, params IReadOnlyList<object> Limits)
{
    /// <summary>
    /// Whether what Staff tells of the employees, or has not told yet, makes it one. It is no reason to refuse the tables:
    /// what of them can be followed is better than older ones.
    /// </summary>
    public bool OfStaff { get; init; }

    /// <summary>Whether the two say the same.</summary>
    public bool Equals(RoutingMistake? other) => other is not null && (Item, Field, Rule) == (other.Item, other.Field, other.Rule);

    public override int GetHashCode() => HashCode.Combine(Item, Field, Rule);

    /// <summary>The same for whoever starts the service.</summary>
    public SettingsError AsSetting() => new($"{Place}, {Field}", "is wrong", new Violation(Field, Rule, Limits).Text(CultureInfo.InvariantCulture));
}

/// <summary>
/// Finds every mistake in the routing tables, by row and field: for tables that are read at the start and for changes that
/// come in.
/// </summary>
internal static class RoutingCheck
{
    private const int LongestName = 100;
    private const int LongestEmployee = 200;
    private const int MostSteps = 20;
    private const int MostRings = 20;
    private const int MostSpans = 100;
    private const int MostHolidays = 500;
    private const string Targets =
        $"{StepTarget.Responsible}, {StepTarget.Next}, {StepTarget.Group}, {StepTarget.Employee}, {StepTarget.Mobile}, {StepTarget.Message}";

    public static IReadOnlyList<RoutingMistake> Mistakes(RoutingTables tables)
    {
        var found = new List<RoutingMistake>();
        foreach (var employee in tables.Employees)
        {
            var notes = new Notes(found, employee.Id.ToString(), $"employee {employee.Id}");
            Name(employee.Name, [], notes, most: LongestEmployee);
            notes.If(employee.Team is { Length: 0 or > LongestName }, "team", ViolationKey.TooLong, LongestName);
        }

        foreach (var group in tables.Groups)
        {
            Group(tables, group, new Notes(found, RoutingKind.Groups.KeyOf(group), $"ring group '{group.Name}'"));
        }

        foreach (var hours in tables.Hours)
        {
            Hours(tables, hours, new Notes(found, RoutingKind.Hours.KeyOf(hours), $"business hours '{hours.Name}'"));
        }

        foreach (var rule in tables.Rules)
        {
            Rule(tables, rule, new Notes(found, RoutingKind.Rules.KeyOf(rule), $"escalation rule '{rule.Name}'"));
        }

        foreach (var number in tables.Numbers)
        {
            var notes = new Notes(found, number.Number, $"trunk number {number.Number}");
            Name(number.Name, [], notes);
            notes.If(!tables.Rules.Any(rule => rule.Id == number.RuleId), "rule_id", ViolationKey.DoesNotExist);
            notes.If(!tables.Hours.Any(hours => hours.Id == number.HoursId), "hours_id", ViolationKey.DoesNotExist);
        }

        return found;
    }

    /// <summary>
    /// Rules that numbers follow and of which no step could ring anybody, whoever is present, or ask the caller for a message:
    /// their calls get no plan.
    /// </summary>
    public static IEnumerable<EscalationRule> Unattended(RoutingTables tables) => tables.Rules.Where(rule =>
        tables.Numbers.Any(number => number.RuleId == rule.Id)
        && rule.Steps.All(step => step.Target switch
        {
            StepTarget.Employee => tables.Employee(step.EmployeeId)?.Extension is null,
            StepTarget.Mobile => tables.Employee(step.EmployeeId)?.Mobile is null,
            StepTarget.Message => false,
            _ => tables.Groups.FirstOrDefault(group => group.Id == rule.GroupId)?.Members.All(id => tables.Employee(id)?.Extension is null) ?? true,
        }));

    /// <summary>Whether a name is one of the time zone database's.</summary>
    public static bool IsTimeZone(string? name) =>
        // IANA names only: Windows' own would be found as well, but not on every machine.
        name is not null && TimeZoneInfo.TryFindSystemTimeZoneById(name, out var zone) && zone.HasIanaId && !name.Contains(' ', StringComparison.Ordinal);

    private static void Group(RoutingTables tables, RingGroup group, Notes notes)
    {
        Name(group.Name, tables.Groups.Where(other => other.Id != group.Id).Select(other => other.Name), notes);
        var seen = new HashSet<Guid>();
        for (var i = 0; i < group.Members.Count; i++)
        {
            notes.IfOfStaff(!seen.Add(group.Members[i]), At("member_ids", i), ViolationKey.Repeated);
            notes.IfOfStaff(tables.Employee(group.Members[i]) is null, At("member_ids", i), ViolationKey.DoesNotExist);
        }
    }

    private static void Hours(RoutingTables tables, BusinessHours hours, Notes notes)
    {
        Name(hours.Name, tables.Hours.Where(other => other.Id != hours.Id).Select(other => other.Name), notes);
        notes.If(!IsTimeZone(hours.TimeZone), "time_zone", ViolationKey.UnknownTimeZone);
        notes.If(hours.Spans.Count > MostSpans, "spans", ViolationKey.TooMany, MostSpans);
        for (var i = 0; i < hours.Spans.Count; i++)
        {
            var span = hours.Spans[i];
            notes.If(span.Weekday is < 1 or > 7, $"{At("spans", i)}.weekday", ViolationKey.OutOfRange, 1, 7);
            notes.If(span.Closes <= span.Opens, $"{At("spans", i)}.closes", ViolationKey.EndBeforeStart);
            notes.If(
                hours.Spans.Take(i).Any(earlier => earlier.Weekday == span.Weekday && earlier.Opens < span.Closes && span.Opens < earlier.Closes),
                At("spans", i), ViolationKey.Overlaps);
        }

        notes.If(hours.Holidays.Count > MostHolidays, "holidays", ViolationKey.TooMany, MostHolidays);
        for (var i = 0; i < hours.Holidays.Count; i++)
        {
            var holiday = hours.Holidays[i];
            Name(holiday.Name, [], notes, $"{At("holidays", i)}.name");
            notes.If(hours.Holidays.Take(i).Any(earlier => earlier.Day == holiday.Day), $"{At("holidays", i)}.day", ViolationKey.Repeated);
            notes.If(holiday.Opens is null != holiday.Closes is null, $"{At("holidays", i)}.{(holiday.Opens is null ? "opens" : "closes")}", ViolationKey.Required);
            notes.If(holiday.Closes <= holiday.Opens, $"{At("holidays", i)}.closes", ViolationKey.EndBeforeStart);
        }
    }

    private static void Rule(RoutingTables tables, EscalationRule rule, Notes notes)
    {
        Name(rule.Name, tables.Rules.Where(other => other.Id != rule.Id).Select(other => other.Name), notes);
        notes.If(rule.RingSeconds is not (>= 1 and <= 30), "ring_seconds", ViolationKey.OutOfRange, 1, 30);
        notes.If(Math.Abs((rule.RingSeconds * 10) - Math.Round(rule.RingSeconds * 10)) > 1e-6, "ring_seconds", ViolationKey.WrongFormat, "0.1, 0.2, …");
        var group = tables.Groups.FirstOrDefault(group => group.Id == rule.GroupId);
        notes.If(rule.GroupId is not null && group is null, "group_id", ViolationKey.DoesNotExist);
        notes.If(rule.Steps.Count == 0, "steps", ViolationKey.Required);
        notes.If(rule.Steps.Count > MostSteps, "steps", ViolationKey.TooMany, MostSteps);
        for (var i = 0; i < rule.Steps.Count; i++)
        {
            Step(tables, rule.Steps[i], group, notes, At("steps", i));
            notes.If(rule.Steps[i].Target == StepTarget.Message && i < rule.Steps.Count - 1, $"{At("steps", i)}.target", ViolationKey.OnlyLast);
        }
    }

    private static void Step(RoutingTables tables, EscalationStep step, RingGroup? group, Notes notes, string at)
    {
        notes.If(step.Target != StepTarget.Message && step.Rings is < 1 or > MostRings, $"{at}.rings", ViolationKey.OutOfRange, 1, MostRings);
        var employee = tables.Employee(step.EmployeeId);
        switch (step.Target)
        {
            case StepTarget.Responsible or StepTarget.Next or StepTarget.Group:
                notes.If(step.EmployeeId is not null, $"{at}.employee_id", ViolationKey.NotHere);
                notes.If(group is null, $"{at}.target", ViolationKey.NobodyToRing);
                notes.IfOfStaff(group is { Members.Count: 0 }, $"{at}.target", ViolationKey.NobodyToRing);
                break;
            case StepTarget.Employee or StepTarget.Mobile:
                notes.If(step.EmployeeId is null, $"{at}.employee_id", ViolationKey.Required);
                notes.IfOfStaff(step.EmployeeId is not null && employee is null, $"{at}.employee_id", ViolationKey.DoesNotExist);
                notes.IfOfStaff(step.Target == StepTarget.Employee && employee is { Extension: null }, $"{at}.employee_id", ViolationKey.NoExtension);
                notes.IfOfStaff(step.Target == StepTarget.Mobile && employee is { Mobile: null }, $"{at}.employee_id", ViolationKey.NoMobile);
                break;
            case StepTarget.Message:
                notes.If(step.EmployeeId is not null, $"{at}.employee_id", ViolationKey.NotHere);
                notes.If(step.Rings != 0, $"{at}.rings", ViolationKey.NotHere);
                break;
            default:
                notes.If(true, $"{at}.target", ViolationKey.UnknownWord, Targets);
                break;
        }
    }

    private static void Name(string? name, IEnumerable<string> others, Notes notes, string field = "name", int most = LongestName)
    {
        name ??= "";
        notes.If(string.IsNullOrWhiteSpace(name), field, ViolationKey.Required);
        notes.If(name.Length > most, field, ViolationKey.TooLong, most);
        notes.If(name.Any(char.IsControl), field, ViolationKey.WrongFormat, "letters, digits, signs");
        notes.If(others.Contains(name, StringComparer.Ordinal), field, ViolationKey.Taken);
    }

    private static string At(string list, int index) => string.Create(CultureInfo.InvariantCulture, $"{list}[{index}]");

    /// <summary>Notes the mistakes of one row.</summary>
    private readonly struct Notes(List<RoutingMistake> found, string item, string place)
    {
        public void If(bool wrong, string field, ViolationKey rule, params IReadOnlyList<object> limits)
        {
            if (wrong)
            {
                found.Add(new(item, place, field, rule, limits));
            }
        }

        public void IfOfStaff(bool wrong, string field, ViolationKey rule)
        {
            if (wrong)
            {
                found.Add(new(item, place, field, rule) { OfStaff = true });
            }
        }
    }
}
