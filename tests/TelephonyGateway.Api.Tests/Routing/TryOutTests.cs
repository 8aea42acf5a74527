using CallCenterCrm.Routing.V1;
using CallCenterCrm.Servers;
using CallCenterCrm.ServiceDefaults.Authentication;
using CallCenterCrm.Telephony.Api.Tests.Support;
using Dapper;
using Google.Protobuf.WellKnownTypes;
using RoutingClient = CallCenterCrm.Routing.V1.Routing.RoutingClient;

namespace CallCenterCrm.Telephony.Api.Tests.Routing;

/// <summary>Who would ring, without anything ringing.</summary>
[Collection(SharedGateway.Name)]
public sealed class TryOutTests(Gateway gateway)
{
    // A Wednesday; 12:00 and 20:00 in Moscow.
    private static readonly Timestamp Open = new DateTimeOffset(2026, 11, 18, 9, 0, 0, TimeSpan.Zero).ToTimestamp();
    private static readonly Timestamp Closed = new DateTimeOffset(2026, 11, 18, 17, 0, 0, TimeSpan.Zero).ToTimestamp();
    private readonly RoutingClient _client = gateway.Client<RoutingClient>(Permissions.RoutingRead, Permissions.RoutingWrite);

    [Fact]
    public async Task A_clients_manager_rings_first_then_the_next_then_the_owners_mobile()
    {
        var client = Guid.NewGuid();
        await using (var connection = await gateway.Database.OpenConnectionAsync())
        {
            await connection.ExecuteAsync(
                """
                INSERT INTO known_clients (client_id, version, name, responsible_id, removed) VALUES (@client, 1, 'ООО «Ромашка»', @olga, false);
                INSERT INTO known_numbers (number, client_id) VALUES ('79370001122', @client)
                """, new { client, olga = new Guid(SampleTables.Olga) });
        }

        var plan = await _client.TryOutAsync(new() { OwnNumber = "+7 495 100-00-01", CallerNumber = "8 937 000-11-22", At = Open });

        Assert.Equal(
            (false, false, "Обычное", client.ToString(), "ООО «Ромашка»"), (plan.Closed, plan.Fallback, plan.RuleName, plan.ClientId, plan.ClientName));
        Assert.Equal(
            [
                new PlannedStep { Step = 1, Target = Target.Responsible, Phones = { "102" }, Seconds = 15 },
                new PlannedStep { Step = 2, Target = Target.Next, Phones = { "101" }, Seconds = 10 },
                new PlannedStep { Step = 3, Target = Target.Mobile, Phones = { SampleTables.OwnerMobile }, Seconds = 25 },
            ],
            plan.Steps);
    }

    [Fact]
    public async Task Whoever_is_unknown_or_withholds_his_number_rings_at_the_first_of_the_group()
    {
        foreach (var number in new[] { "", "+4930123456" })
        {
            var plan = await _client.TryOutAsync(new() { OwnNumber = SampleTables.Number, CallerNumber = number, At = Open });
            Assert.Equal(("101", "102", ""), (plan.Steps[0].Phones.Single(), plan.Steps[1].Phones.Single(), plan.ClientId));
        }
    }

    [Fact]
    public async Task Closed_doors_and_a_number_without_a_rule_are_told_as_such()
    {
        var closed = await _client.TryOutAsync(new() { OwnNumber = SampleTables.Number, At = Closed });
        Assert.Equal((true, false, "Офис", 0), (closed.Closed, closed.Fallback, closed.RuleName, closed.Steps.Count));
        var unknown = await _client.TryOutAsync(new() { OwnNumber = "74957777777", At = Open });
        Assert.Equal((false, true, "", 0), (unknown.Closed, unknown.Fallback, unknown.RuleName, unknown.Steps.Count));
    }

    [Fact]
    public async Task Whoever_is_absent_is_shown_as_such_and_passed_over()
    {
        // A Wednesday that no other test asks about, 12:00 in Moscow.
        var at = new DateTimeOffset(2031, 3, 5, 9, 0, 0, TimeSpan.Zero).ToTimestamp();
        await using (var connection = await gateway.Database.OpenConnectionAsync())
        {
            await connection.ExecuteAsync(
                """
                INSERT INTO employee_absences (employee_id, first_day, last_day) VALUES (@valera, '2031-03-05', '2031-03-05'), (@owner, '2031-03-05', '2031-03-05')
                """, new { valera = new Guid(SampleTables.Valera), owner = new Guid(SampleTables.Owner) });
        }

        var steps = new Google.Protobuf.Collections.RepeatedField<PlannedStep>();
        await Until.TrueAsync("the absence is in force", async () =>
        {
            steps = (await _client.TryOutAsync(new() { OwnNumber = SampleTables.Number, At = at })).Steps;
            return steps[0].Phones.Single() != "101";
        });

        Assert.Equal(
            [
                new PlannedStep { Step = 1, Target = Target.Responsible, Phones = { "102" }, Seconds = 15, PassedOver = { new PassedOver { Phone = "101", Reason = PassReason.Absent } } },
                new PlannedStep { Step = 2, Target = Target.Next, Phones = { "103" }, Seconds = 10, PassedOver = { new PassedOver { Phone = "101", Reason = PassReason.Absent } } },
                new PlannedStep
                {
                    Target = Target.Mobile, Seconds = 25, PassedOver = { new PassedOver { Phone = SampleTables.OwnerMobile, Reason = PassReason.Absent } },
                },
            ],
            steps);
    }

    [Fact]
    public async Task Who_is_absent_now_is_told_with_the_employees()
    {
        Assert.DoesNotContain((await _client.GetRoutingAsync(new())).Employees, employee => employee.Absent);
        var id = Guid.NewGuid();
        await using var connection = await gateway.Database.OpenConnectionAsync();
        await connection.ExecuteAsync(
            """
            INSERT INTO employees (id, name, extension) VALUES (@id, 'Away', '777');
            INSERT INTO employee_absences (employee_id, first_day, last_day) VALUES (@id, '2000-01-01', '2100-01-01')
            """, new { id });
        Assert.True((await _client.GetRoutingAsync(new())).Employees.Single(employee => employee.Id == id.ToString()).Absent);

        await connection.ExecuteAsync("UPDATE employees SET dismissed = true WHERE id = @id", new { id });
        Assert.DoesNotContain((await _client.GetRoutingAsync(new())).Employees, employee => employee.Id == id.ToString());
    }

    [Fact]
    public async Task A_change_is_in_force_when_its_author_hears_of_it()
    {
        var rule = (await _client.GetRoutingAsync(new())).Rules.Single(rule => rule.Id == SampleTables.Rule);
        for (var rings = 2; rings < 12; rings++)
        {
            rule.Steps[^1].Rings = rings;
            rule = (await _client.UpdateRuleAsync(new() { Rule = rule, UpdateMask = FieldMask.FromString("steps") })).Rule;
            Assert.Equal(rings * 5, (await _client.TryOutAsync(new() { OwnNumber = SampleTables.Number, At = Open })).Steps[^1].Seconds);
        }

        // As the other tests know it.
        rule.Steps[^1].Rings = 5;
        await _client.UpdateRuleAsync(new() { Rule = rule, UpdateMask = FieldMask.FromString("steps") });
    }

    [Fact]
    public async Task What_is_wrong_is_told_by_field() => Assert.Equal(
        ["at OUT_OF_RANGE", "caller_number NOT_A_NUMBER", "own_number REQUIRED"],
        await Refused.FieldsAsync(() => _client.TryOutAsync(new() { CallerNumber = "anonymous", At = new Timestamp { Nanos = -1 } })));
}
