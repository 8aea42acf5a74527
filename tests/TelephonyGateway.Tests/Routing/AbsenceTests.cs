using System.Globalization;
using CallCenterCrm.Telephony.Routing;
using Xunit;

namespace CallCenterCrm.Telephony.Tests.Routing;

/// <summary>Whoever is on leave, ill or off work is not rung.</summary>
public sealed class AbsenceTests
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 18, 9, 0, 0, TimeSpan.Zero); // Wednesday, 12:00 in Moscow
    private static readonly DaysAway[] Today = [new(new DateOnly(2026, 11, 18), new DateOnly(2026, 11, 18))];

    [Theory]
    [InlineData("2026-11-15T20:59:59Z", false)] // the 15th, 23:59:59 in Moscow
    [InlineData("2026-11-15T21:00:00Z", true)] // the 16th, 00:00
    [InlineData("2026-11-18T09:00:00Z", true)]
    [InlineData("2026-11-20T20:59:59Z", true)] // the 20th is the last day, to its end
    [InlineData("2026-11-20T21:00:00Z", false)]
    public void Days_away_run_from_midnight_to_midnight_of_his_own_time_zone(string at, bool absent) =>
        Assert.Equal(absent, Someone("Europe/Moscow", absences: [new(new DateOnly(2026, 11, 16), new DateOnly(2026, 11, 20))]).IsAbsent(At(at)));

    [Theory]
    [InlineData("Europe/Moscow", "2026-11-18T05:59:59Z", true)]
    [InlineData("Europe/Moscow", "2026-11-18T06:00:00Z", false)]
    [InlineData("Europe/Moscow", "2026-11-18T14:59:59Z", false)]
    [InlineData("Europe/Moscow", "2026-11-18T15:00:00Z", true)]
    [InlineData("Asia/Vladivostok", "2026-11-17T23:00:00Z", false)] // 9:00 on the 18th there, still the 17th in Moscow
    [InlineData("Asia/Vladivostok", "2026-11-18T08:00:00Z", true)] // 18:00 there, 11:00 in Moscow
    [InlineData("Europe/Moscow", "2026-11-21T09:00:00Z", true)] // Saturday
    public void Hours_from_nine_to_six_are_those_of_his_own_time_zone(string zone, string at, bool absent) =>
        Assert.Equal(absent, Someone(zone, Workdays(9, 18)).IsAbsent(At(at)));

    // Berlin leaves summer time on 2026-10-25 at 3:00 (UTC+2 becomes UTC+1) and enters it on 2026-03-29 at 2:00.
    [Theory]
    [InlineData("2026-10-23T07:00:00Z", false)] // Friday, 9:00 in summer
    [InlineData("2026-10-23T06:59:59Z", true)]
    [InlineData("2026-10-26T07:00:00Z", true)] // Monday, 8:00 in winter
    [InlineData("2026-10-26T08:00:00Z", false)]
    [InlineData("2026-03-27T08:00:00Z", false)] // Friday, 9:00 in winter
    [InlineData("2026-03-30T07:00:00Z", false)] // Monday, 9:00 in summer
    [InlineData("2026-03-30T06:59:59Z", true)]
    public void Hours_keep_to_the_clock_on_the_wall_when_it_is_changed(string at, bool absent) =>
        Assert.Equal(absent, Someone("Europe/Berlin", Workdays(9, 18)).IsAbsent(At(at)));

    [Fact]
    public void The_hour_that_comes_twice_is_worked_twice_and_the_one_that_is_left_out_never()
    {
        var night = Someone("Europe/Berlin", [new OpenSpan(7, TimeSpan.FromHours(2), TimeSpan.FromHours(3))]);

        Assert.False(night.IsAbsent(At("2026-10-25T00:30:00Z"))); // 2:30, in summer time
        Assert.False(night.IsAbsent(At("2026-10-25T01:30:00Z"))); // 2:30 again, in winter time
        Assert.True(night.IsAbsent(At("2026-10-25T02:00:00Z"))); // 3:00
        Assert.True(night.IsAbsent(At("2026-03-29T00:59:59Z"))); // 1:59:59
        Assert.True(night.IsAbsent(At("2026-03-29T01:00:00Z"))); // 3:00
    }

    [Fact]
    public void A_night_shift_of_two_spans_is_one_across_midnight()
    {
        var night = Someone("Europe/Moscow", [new OpenSpan(3, TimeSpan.FromHours(22), TimeSpan.FromHours(24)), new OpenSpan(4, TimeSpan.Zero, TimeSpan.FromHours(6))]);

        Assert.True(night.IsAbsent(At("2026-11-18T18:59:59Z")));
        Assert.All(
            Enumerable.Range(0, 8 * 60), minute => Assert.False(night.IsAbsent(At("2026-11-18T19:00:00Z").AddMinutes(minute)), $"minute {minute}"));
        Assert.True(night.IsAbsent(At("2026-11-19T03:00:00Z")));
    }

    [Fact]
    public void Without_a_time_zone_hours_say_nothing_and_days_are_those_of_utc()
    {
        foreach (var zone in new[] { null, "", "Mars/Olympus" })
        {
            var someone = Someone(zone, Workdays(9, 10), Today);
            Assert.False(someone.IsAbsent(At("2026-11-17T23:59:59Z")));
            Assert.True(someone.IsAbsent(At("2026-11-18T00:00:00Z")));
            Assert.False(someone.IsAbsent(At("2026-11-19T00:00:00Z")));
        }
    }

    [Fact]
    public void An_absent_responsible_is_passed_over_at_once_and_the_plan_says_why()
    {
        var plan = Plan(Away(SampleTables.Valera2), SampleTables.Valera2);

        Assert.Equal("101@10_m79035550001@25", plan!.Text);
        Assert.Null(plan.Steps[0].Step);
        Assert.Equal(new Dictionary<string, string> { ["102"] = "absent" }, plan.Steps[0].PassedOver);
    }

    [Fact]
    public void The_next_of_the_group_is_the_next_who_is_there()
    {
        var plan = Plan(Away(SampleTables.Valera1), responsible: null);

        Assert.Equal("102@15_103@10_m79035550001@25", plan!.Text);
        Assert.Equal("absent", plan.Steps[0].PassedOver["101"]);
    }

    [Fact]
    public void A_group_rings_without_those_who_are_absent() =>
        Assert.Equal("102-103@10", Plan(Away(SampleTables.Valera1), null, [new EscalationStep(StepTarget.Group, null, 2)])!.Text);

    [Fact]
    public void A_step_that_names_an_absent_employee_is_left_out()
    {
        EscalationStep[] steps = [new(StepTarget.Employee, SampleTables.Third, 2), new(StepTarget.Employee, SampleTables.Valera1, 2)];

        Assert.Equal("101@10", Plan(Away(SampleTables.Third), null, steps)!.Text);
    }

    [Fact]
    public void The_mobile_of_an_absent_employee_is_not_rung()
    {
        var plan = Plan(Away(SampleTables.Owner), null);

        Assert.Equal("101@15_102@10", plan!.Text);
        Assert.Equal(new Dictionary<string, string> { ["79035550001"] = "absent" }, plan.Steps[2].PassedOver);
    }

    [Fact]
    public void With_everybody_absent_there_is_no_plan_and_the_pbx_rings_its_fallback()
    {
        var tables = Away(SampleTables.Valera1, SampleTables.Valera2, SampleTables.Third, SampleTables.Owner);

        Assert.Null(Plan(tables, SampleTables.Valera1));
        var draft = Maker(tables).Draft(SampleTables.Number, null, Noon);
        Assert.All(draft!.Steps, step => Assert.All(step.PassedOver.Values, reason => Assert.Equal("absent", reason)));
        Assert.Equal("101@15_102@10_m79035550001@25", Maker(tables).Make(SampleTables.Number, null, Noon.AddDays(1))!.Text);
    }

    [Fact]
    public void An_employee_of_whom_nobody_has_told_yet_is_left_out_of_a_plan()
    {
        var tables = SampleTables.Make() with { Employees = [] };

        Assert.Null(Plan(tables, SampleTables.Valera1));
        Assert.Equal("Sales", Assert.Single(RoutingCheck.Unattended(tables)).Name);
        Assert.DoesNotContain(RoutingCheck.Mistakes(tables), mistake => !mistake.OfStaff);
        Assert.Empty(RoutingCheck.Unattended(SampleTables.Make()));
    }

    private static RingPlan? Plan(RoutingTables tables, Guid? responsible, IReadOnlyList<EscalationStep>? steps = null)
    {
        tables = steps is null ? tables : tables with { Rules = SampleTables.Make(steps: steps).Rules };
        return Maker(tables).Make(SampleTables.Number, responsible is null ? null : new Caller(Guid.NewGuid(), "Client", responsible), Noon);
    }

    private static PlanMaker Maker(RoutingTables tables) => new(tables, _ => PhoneState.Free, _ => null);

    private static RoutingTables Away(params Guid[] ids)
    {
        var tables = SampleTables.Make();
        return tables with
        {
            Employees = [.. tables.Employees.Select(employee => ids.Contains(employee.Id) ? employee with { TimeZone = "Europe/Moscow", Absences = Today } : employee)],
        };
    }

    private static Employee Someone(string? zone, IReadOnlyList<OpenSpan>? hours = null, IReadOnlyList<DaysAway>? absences = null) =>
        new(Guid.NewGuid(), "Someone", "101", null, TimeZone: zone, WorkingHours: hours ?? [], Absences: absences ?? []);

    private static OpenSpan[] Workdays(int from, int to) =>
        [.. Enumerable.Range(1, 5).Select(day => new OpenSpan(day, TimeSpan.FromHours(from), TimeSpan.FromHours(to)))];

    private static DateTimeOffset At(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);
}
