using CallCenterCrm.Telephony.People;
using CallCenterCrm.Telephony.Routing;
using Xunit;

namespace CallCenterCrm.Telephony.Tests.Routing;

public sealed class PlanMakerTests
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 18, 9, 0, 0, TimeSpan.Zero); // Wednesday, 12:00 in Moscow

    // The third is the head.
    private static readonly EscalationStep[] ToTheHeadThenAMessage =
    [
        new(StepTarget.Responsible, null, 3), new(StepTarget.Employee, SampleTables.Third, 2), new(StepTarget.Message, null, 0),
    ];

    private readonly Dictionary<string, PhoneState> _states = new();
    private readonly Dictionary<string, DateTimeOffset> _lastTalks = new();

    [Fact]
    public void The_responsible_rings_three_times_then_the_next_twice_then_the_owners_mobile() =>
        Assert.Equal("102@15_101@10_m79035550001@25", Plan(SampleTables.Valera2)!.Text);

    [Fact]
    public void A_caller_without_a_responsible_rings_the_first_of_the_group_first() =>
        Assert.Equal("101@15_102@10_m79035550001@25", Plan(null)!.Text);

    [Fact]
    public void A_busy_or_unregistered_responsible_is_passed_over_at_once_and_the_plan_says_why()
    {
        _states["102"] = PhoneState.Busy;
        _states["101"] = PhoneState.Unregistered;

        var plan = Plan(SampleTables.Valera2)!;

        Assert.Equal("103@10_m79035550001@25", plan.Text);
        Assert.Null(plan.Steps[0].Step);
        Assert.Equal("busy", plan.Steps[0].PassedOver["102"]);
        Assert.Equal("unregistered", plan.Steps[1].PassedOver["101"]);
    }

    [Fact]
    public void With_every_phone_away_the_owners_mobile_rings_at_once()
    {
        _states["101"] = _states["102"] = _states["103"] = PhoneState.Unregistered;

        Assert.Equal("m79035550001@25", Plan(null)!.Text);
    }

    [Fact]
    public void Whoever_pauses_is_spared_his_phone_until_it_is_over_but_not_his_mobile()
    {
        var tables = SampleTables.Make();
        tables = tables with
        {
            Employees = [.. tables.Employees.Select(employee => employee.Id == SampleTables.Valera1 || employee.Id == SampleTables.Owner
                ? employee with { State = new(PersonStates.Paused, "lunch", Noon.AddMinutes(-10), Noon.AddMinutes(20)) }
                : employee)],
        };
        RingPlan PlanAt(DateTimeOffset at) => new PlanMaker(tables, _ => PhoneState.Free, _ => null).Make(SampleTables.Number, null, at)!;

        var plan = PlanAt(Noon);
        Assert.Equal("102@15_103@10_m79035550001@25", plan.Text);
        Assert.Equal("paused", plan.Steps[0].PassedOver["101"]);
        Assert.Equal("102@15_103@10_m79035550001@25", PlanAt(Noon.AddMinutes(20).AddTicks(-1)).Text);
        Assert.Equal("101@15_102@10_m79035550001@25", PlanAt(Noon.AddMinutes(20)).Text);
    }

    [Fact]
    public void With_everybody_away_and_no_mobile_in_the_rule_there_is_no_plan_and_the_fallback_rings()
    {
        var tables = SampleTables.Make(steps: [new EscalationStep(StepTarget.Responsible, null, 3), new EscalationStep(StepTarget.Group, null, 3)]);
        tables = tables with { Employees = [.. tables.Employees.Select(employee => employee with { State = new(PersonStates.Away, null, Noon, null) })] };
        Assert.Null(new PlanMaker(tables, _ => PhoneState.Free, _ => null).Make(SampleTables.Number, null, Noon.AddDays(1)));
    }

    [Fact]
    public void The_longest_idle_is_next_and_one_who_never_talked_comes_first()
    {
        _lastTalks["101"] = Noon.AddMinutes(-1);
        _lastTalks["102"] = Noon.AddMinutes(-30);

        Assert.Equal("103@15_102@10_m79035550001@25", Plan(null, RingGroupPick.LongestIdle)!.Text);
    }

    [Fact]
    public void A_phone_that_rings_for_another_call_comes_after_quiet_ones()
    {
        _states["101"] = PhoneState.Ringing;

        Assert.Equal("102@15_103@10_m79035550001@25", Plan(null)!.Text);
    }

    [Fact]
    public void A_group_step_rings_everybody_who_is_free()
    {
        _states["102"] = PhoneState.Busy;

        Assert.Equal("101-103@10", Plan(null, steps: [new EscalationStep(StepTarget.Group, null, 2)])!.Text);
    }

    [Fact]
    public void A_rule_goes_on_to_the_head_and_ends_in_a_message() =>
        Assert.Equal("102@15_103@10_v@120", Plan(SampleTables.Valera2, steps: ToTheHeadThenAMessage)!.Text);

    [Fact]
    public void With_nobody_to_ring_the_caller_is_asked_for_a_message_at_once()
    {
        _states["102"] = _states["103"] = PhoneState.Busy;

        var plan = Plan(SampleTables.Valera2, steps: ToTheHeadThenAMessage)!;

        Assert.Equal("v@120", plan.Text);
        Assert.Equal([null, null, 1], plan.Steps.Select(step => step.Step));
        Assert.Empty(plan.Steps[2].Phones);
    }

    [Fact]
    public void A_rule_that_asks_for_a_message_leaves_no_call_unattended()
    {
        var tables = SampleTables.Make(steps: [new EscalationStep(StepTarget.Message, null, 0)]);

        Assert.Empty(RoutingCheck.Mistakes(tables));
        Assert.Empty(RoutingCheck.Unattended(tables));
    }

    [Fact]
    public void A_message_is_the_last_step_and_rings_nobody()
    {
        var tables = SampleTables.Make(steps:
        [
            new EscalationStep(StepTarget.Message, SampleTables.Owner, 3),
            new EscalationStep(StepTarget.Next, null, 2),
            new EscalationStep(StepTarget.Message, null, 0),
        ]);

        Assert.Equal(
            ["steps[0].employee_id NotHere", "steps[0].rings NotHere", "steps[0].target OnlyLast"],
            RoutingCheck.Mistakes(tables).Select(mistake => $"{mistake.Field} {mistake.Rule}"));
    }

    [Fact]
    public void Outside_business_hours_the_plan_is_closed()
    {
        var plan = Plan(null, at: new DateTimeOffset(2026, 11, 18, 16, 0, 0, TimeSpan.Zero)); // 19:00 in Moscow

        Assert.Equal("closed", plan!.Text);
        Assert.Equal("Office", plan.Rule);
    }

    [Fact]
    public void A_number_without_a_rule_has_no_plan() =>
        Assert.Null(new PlanMaker(SampleTables.Make(), StateOf, LastTalkOf).Make("74990000000", null, Noon));

    [Theory]
    [InlineData("2026-11-18T05:59:59Z", false)] // 08:59:59
    [InlineData("2026-11-18T06:00:00Z", true)]
    [InlineData("2026-11-18T15:59:59Z", true)]
    [InlineData("2026-11-22T09:00:00Z", false)] // Sunday
    [InlineData("2026-12-31T09:00:00Z", true)] // a short day until 14:00
    [InlineData("2026-12-31T11:00:00Z", false)]
    [InlineData("2027-01-01T09:00:00Z", false)] // a holiday
    public void Hours_are_cut_in_the_numbers_own_time_zone_with_its_holidays(string at, bool open) =>
        Assert.Equal(open, SampleTables.Make().Hours[0].IsOpen(DateTimeOffset.Parse(at, System.Globalization.CultureInfo.InvariantCulture)));

    [Fact]
    public void A_day_that_is_open_to_its_end_is_open_one_second_before_midnight()
    {
        var hours = new BusinessHours(Guid.NewGuid(), "Always", "Europe/Moscow", [new OpenSpan(3, TimeSpan.Zero, TimeSpan.FromHours(24))], []);

        Assert.True(hours.IsOpen(new DateTimeOffset(2026, 11, 18, 20, 59, 59, TimeSpan.Zero)));
        Assert.False(hours.IsOpen(new DateTimeOffset(2026, 11, 18, 21, 0, 0, TimeSpan.Zero)));
    }

    [Fact]
    public void Every_mistake_of_the_tables_is_found_at_once_with_its_place_and_cure()
    {
        var tables = SampleTables.Make(steps:
        [
            new EscalationStep(StepTarget.Next, null, 0),
            new EscalationStep("everybody", null, 3),
            new EscalationStep(StepTarget.Employee, Guid.NewGuid(), 3),
            new EscalationStep(StepTarget.Mobile, SampleTables.Valera1, 3),
        ]);
        tables = tables with
        {
            Rules = [.. tables.Rules, new EscalationRule(Guid.NewGuid(), "Empty", 0.5, null, [])],
            Hours = [.. tables.Hours, new BusinessHours(Guid.NewGuid(), "Moon", "Moon/Sea", [], [])],
            Numbers = [.. tables.Numbers, new TrunkNumber("74950000001", "Lost", Guid.NewGuid(), Guid.NewGuid())],
        };

        var mistakes = RoutingCheck.Mistakes(tables).Select(mistake => $"{mistake.Place} {mistake.Field} {mistake.Rule}");

        Assert.Equal(
            [
                "business hours 'Moon' time_zone UnknownTimeZone",
                "escalation rule 'Empty' ring_seconds OutOfRange",
                "escalation rule 'Empty' steps Required",
                "escalation rule 'Sales' steps[0].rings OutOfRange",
                "escalation rule 'Sales' steps[1].target UnknownWord",
                "escalation rule 'Sales' steps[2].employee_id DoesNotExist",
                "escalation rule 'Sales' steps[3].employee_id NoMobile",
                "trunk number 74950000001 hours_id DoesNotExist",
                "trunk number 74950000001 rule_id DoesNotExist",
            ],
            mistakes.Order(StringComparer.Ordinal));
        Assert.Contains(
            RoutingCheck.Mistakes(tables).Select(mistake => mistake.AsSetting().ToString()),
            text => text.Contains("escalation rule 'Sales', steps[0].rings", StringComparison.Ordinal) && text.Contains("1 to 20", StringComparison.Ordinal));
    }

    [Fact]
    public void Tables_that_leave_lists_and_names_out_are_wrong_and_not_a_fault()
    {
        var tables = RoutingTables.Empty with
        {
            Groups = [new RingGroup(Guid.NewGuid(), null!, RingGroupPick.Order, null!)],
            Hours = [new BusinessHours(Guid.NewGuid(), "Office", null!, null!, null!)],
            Rules = [new EscalationRule(Guid.NewGuid(), "Sales", 5, null, null!)],
        };

        Assert.Equal(
            ["name Required", "time_zone UnknownTimeZone", "steps Required"],
            RoutingCheck.Mistakes(tables).Select(mistake => $"{mistake.Field} {mistake.Rule}"));
    }

    [Fact]
    public void A_draft_tells_why_nobody_can_be_rung()
    {
        var tables = SampleTables.Make(steps: [new EscalationStep(StepTarget.Employee, SampleTables.Valera1, 3)]);
        var maker = new PlanMaker(tables, _ => PhoneState.Busy, _ => null);

        Assert.Null(maker.Make(SampleTables.Number, null, Noon));
        var step = Assert.Single(maker.Draft(SampleTables.Number, null, Noon)!.Steps);
        Assert.Null(step.Step);
        Assert.Equal(PassReason.Busy, step.PassedOver["101"]);
    }

    [Theory]
    [InlineData("Иванов Пётр", "Иванов Пётр")]
    [InlineData("ООО \"Ромашка\"\r\nEvent: Fake", "ООО \"Ромашка\"Event: Fake")]
    [InlineData("  spaces \u0000 ", "spaces")]
    public void A_name_on_a_phone_holds_no_control_characters(string name, string shown) => Assert.Equal(shown, IncomingCalls.Shown(name));

    [Fact]
    public void A_long_name_on_a_phone_is_cut_between_letters_at_eighty_bytes()
    {
        var shown = IncomingCalls.Shown(new string('Я', 100));

        Assert.Equal(new string('Я', 40), shown);
        Assert.Equal("📞", IncomingCalls.Shown("📞" + new string('a', 77))[..2]);
    }

    private RingPlan? Plan(Guid? responsible, RingGroupPick pick = RingGroupPick.Order, IReadOnlyList<EscalationStep>? steps = null, DateTimeOffset? at = null) =>
        new PlanMaker(SampleTables.Make(pick, steps), StateOf, LastTalkOf)
            .Make(SampleTables.Number, responsible is null ? null : new Caller(Guid.NewGuid(), "Client", responsible), at ?? Noon);

    private PhoneState StateOf(string extension) => _states.GetValueOrDefault(extension, PhoneState.Free);

    private DateTimeOffset? LastTalkOf(string extension) => _lastTalks.TryGetValue(extension, out var at) ? at : null;
}
