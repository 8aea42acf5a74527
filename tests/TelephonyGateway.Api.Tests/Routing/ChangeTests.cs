using CallCenterCrm.Contracts.Staff.V1;
using CallCenterCrm.Messaging;
using CallCenterCrm.Routing.V1;
using CallCenterCrm.ServiceDefaults.Authentication;
using CallCenterCrm.ServiceDefaults.Grpc;
using CallCenterCrm.Telephony.Api.Tests.Support;
using Dapper;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using RoutingClient = CallCenterCrm.Routing.V1.Routing.RoutingClient;

namespace CallCenterCrm.Telephony.Api.Tests.Routing;

/// <summary>Reading and changing who rings when.</summary>
[Collection(SharedGateway.Name)]
public sealed class ChangeTests(Gateway gateway)
{
    private readonly RoutingClient _client = gateway.Client<RoutingClient>(Permissions.RoutingRead, Permissions.RoutingWrite);

    [Fact]
    public async Task All_of_it_is_read_at_once()
    {
        var all = await _client.GetRoutingAsync(new());

        Assert.Contains(new Employee { Id = SampleTables.Valera, Name = "Валерий", Extension = "101", Mobile = "79035550101" }, all.Employees);
        var hours = all.Hours.Single(hours => hours.Id == SampleTables.Hours);
        Assert.Equal(("Офис", "Europe/Moscow", 5), (hours.Name, hours.TimeZone, hours.Spans.Count));
        Assert.Equal(new OpenSpan { Weekday = 1, Opens = "09:00", Closes = "19:00" }, hours.Spans[0]);
        var rule = all.Rules.Single(rule => rule.Id == SampleTables.Rule);
        Assert.Equal(
            [
                new Step { Target = Target.Responsible, Rings = 3 }, new Step { Target = Target.Next, Rings = 2 },
                new Step { Target = Target.Mobile, EmployeeId = SampleTables.Owner, Rings = 5 },
            ],
            rule.Steps);
        Assert.Equal(SampleTables.Rule, all.Numbers.Single(number => number.Number == SampleTables.Number).RuleId);
    }

    [Fact]
    public async Task What_is_created_is_created_once_however_often_it_is_sent()
    {
        var request = new CreateRingGroupRequest
        {
            IdempotencyKey = Guid.NewGuid().ToString(),
            Group = new RingGroup { Name = Named(), Pick = Pick.LongestIdle },
        };
        var created = (await _client.CreateRingGroupAsync(request)).Group;
        Assert.Equal((request.IdempotencyKey, 1, request.Group.Name, Pick.LongestIdle), (created.Id, created.Version, created.Name, created.Pick));
        Assert.Empty(created.MemberIds);
        Assert.All(await Task.WhenAll(Enumerable.Range(0, 5).Select(async _ => (await _client.CreateRingGroupAsync(request)).Group)), again => Assert.Equal(created, again));
        Assert.Single((await _client.GetRoutingAsync(new())).Groups, group => group.Name == request.Group.Name);

        request.Group.Pick = Pick.Order;
        Assert.Equal(["idempotency_key KEY_USED_FOR_ANOTHER"], await Refused.FieldsAsync(() => _client.CreateRingGroupAsync(request)));
    }

    [Fact]
    public async Task An_update_changes_what_its_mask_names_and_nothing_else()
    {
        var hours = await HoursAsync();
        var changed = (await _client.UpdateBusinessHoursAsync(new()
        {
            Hours = new BusinessHours
            {
                Id = hours.Id,
                Version = hours.Version,
                TimeZone = "Asia/Novosibirsk",
                Holidays = { new Holiday { Day = "2027-01-01", Name = "Новый год" }, new Holiday { Day = "2026-12-31", Name = "Канун", Opens = "09:00", Closes = "24:00" } },
            },
            UpdateMask = FieldMask.FromString("holidays"),
        })).Hours;

        Assert.Equal((2, hours.Name, "Europe/Moscow"), (changed.Version, changed.Name, changed.TimeZone));
        Assert.Equal(hours.Spans, changed.Spans);
        Assert.Equal(["2026-12-31", "2027-01-01"], changed.Holidays.Select(holiday => holiday.Day));
        Assert.Equal(("09:00", "24:00"), (changed.Holidays[0].Opens, changed.Holidays[0].Closes));
        Assert.Equal(changed, (await _client.GetRoutingAsync(new())).Hours.Single(known => known.Id == hours.Id));
    }

    [Fact]
    public async Task Of_those_who_change_the_same_at_once_one_succeeds_and_the_others_are_told_the_new_version()
    {
        var hours = await HoursAsync();
        var results = await Task.WhenAll(Enumerable.Range(0, 8).Select(async i =>
        {
            try
            {
                return (await _client.UpdateBusinessHoursAsync(new()
                {
                    Hours = new BusinessHours { Id = hours.Id, Version = 1, Name = $"{hours.Name} {i}" },
                    UpdateMask = FieldMask.FromString("name"),
                })).Hours.Name;
            }
            catch (RpcException stale) when (stale.StatusCode == StatusCode.Aborted)
            {
                return RichStatus.Of(stale)!.Detail<Google.Rpc.ErrorInfo>()!.Metadata["current"];
            }
        }));

        Assert.Equal(7, results.Count(result => result == "2"));
        Assert.Single(results, result => result.StartsWith(hours.Name, StringComparison.Ordinal));
        Assert.Equal(2, (await _client.GetRoutingAsync(new())).Hours.Single(known => known.Id == hours.Id).Version);
    }

    [Fact]
    public async Task Everything_that_is_wrong_is_told_by_field_and_all_at_once()
    {
        var nobody = Guid.NewGuid().ToString();
        Assert.Equal(
            [
                "rule.group_id DOES_NOT_EXIST", "rule.name TAKEN", "rule.ring_seconds OUT_OF_RANGE", "rule.steps[1].employee_id DOES_NOT_EXIST",
                "rule.steps[2].employee_id NO_EXTENSION", "rule.steps[2].rings OUT_OF_RANGE", "rule.steps[3].employee_id NO_MOBILE",
                "rule.steps[4].employee_id NOT_HERE", "rule.steps[5].target UNKNOWN_WORD", "rule.steps[6].employee_id WRONG_FORMAT",
                "rule.steps[7].employee_id REQUIRED", "rule.steps[8].employee_id NOT_HERE", "rule.steps[8].rings NOT_HERE", "rule.steps[8].target ONLY_LAST",
            ],
            await Refused.FieldsAsync(() => _client.CreateRuleAsync(new()
            {
                IdempotencyKey = Guid.NewGuid().ToString(),
                Rule = new Rule
                {
                    Name = "Обычное",
                    RingSeconds = 31,
                    GroupId = nobody,
                    Steps =
                    {
                        new Step { Target = Target.Mobile, EmployeeId = SampleTables.Owner, Rings = 1 },
                        new Step { Target = Target.Employee, EmployeeId = nobody, Rings = 1 },
                        new Step { Target = Target.Employee, EmployeeId = SampleTables.Owner, Rings = 21 },
                        new Step { Target = Target.Mobile, EmployeeId = SampleTables.Olga, Rings = 1 },
                        new Step { Target = Target.Next, EmployeeId = SampleTables.Olga, Rings = 1 },
                        new Step { Rings = 1 },
                        new Step { Target = Target.Employee, EmployeeId = "7", Rings = 1 },
                        new Step { Target = Target.Employee, Rings = 1 },
                        new Step { Target = Target.Message, EmployeeId = SampleTables.Olga, Rings = 1 },
                        new Step { Target = Target.Message },
                    },
                },
            })));
        Assert.Equal(
            [
                "hours.holidays[0].day WRONG_FORMAT", "hours.holidays[1].closes REQUIRED", "hours.holidays[3].day REPEATED", "hours.name REQUIRED",
                "hours.spans[0].weekday OUT_OF_RANGE", "hours.spans[1].opens WRONG_FORMAT", "hours.spans[2].closes END_BEFORE_START", "hours.spans[4] OVERLAPS",
                "hours.time_zone UNKNOWN_TIME_ZONE", "idempotency_key WRONG_FORMAT",
            ],
            await Refused.FieldsAsync(() => _client.CreateBusinessHoursAsync(new()
            {
                IdempotencyKey = "mine",
                Hours = new BusinessHours
                {
                    Name = " ",
                    TimeZone = "Mars/Olympus",
                    Spans =
                    {
                        new OpenSpan { Weekday = 8, Opens = "09:00", Closes = "10:00" }, new OpenSpan { Weekday = 1, Opens = "9:00", Closes = "10:00" },
                        new OpenSpan { Weekday = 2, Opens = "10:00", Closes = "10:00" }, new OpenSpan { Weekday = 3, Opens = "10:00", Closes = "12:00" },
                        new OpenSpan { Weekday = 3, Opens = "11:59", Closes = "24:00" },
                    },
                    Holidays =
                    {
                        new Holiday { Day = "01.01.2027", Name = "a" }, new Holiday { Day = "2027-01-02", Name = "b", Opens = "10:00" },
                        new Holiday { Day = "2027-01-03", Name = "c" }, new Holiday { Day = "2027-01-03", Name = "d" },
                    },
                },
            })));
        Assert.Equal(
            ["group.member_ids NOT_HERE", "group.name TOO_LONG", "group.pick UNKNOWN_WORD"],
            await Refused.FieldsAsync(() => _client.CreateRingGroupAsync(new()
            {
                IdempotencyKey = Guid.NewGuid().ToString(),
                Group = new RingGroup { Name = new string('я', 101), MemberIds = { SampleTables.Olga } },
            })));
        Assert.Equal(
            ["rule.id REQUIRED", "rule.version REQUIRED", "update_mask.paths[1] UNKNOWN_FIELD"],
            await Refused.FieldsAsync(() => _client.UpdateRuleAsync(new() { Rule = new Rule(), UpdateMask = FieldMask.FromString("name,id") })));
        Assert.Equal(["update_mask REQUIRED"], await Refused.FieldsAsync(() => _client.UpdateRuleAsync(new() { Rule = new Rule { Id = SampleTables.Rule, Version = 1 } })));
        Assert.Equal(["number REQUIRED"], await Refused.FieldsAsync(() => _client.UpdateTrunkNumberAsync(new())));
        Assert.Equal(["id REQUIRED", "version REQUIRED"], await Refused.FieldsAsync(() => _client.DeleteRuleAsync(new())));
    }

    [Fact]
    public async Task A_rule_that_goes_on_to_the_head_and_ends_in_a_message_is_kept_so()
    {
        Step[] steps =
        [
            new() { Target = Target.Responsible, Rings = 3 }, new() { Target = Target.Employee, EmployeeId = SampleTables.Olga, Rings = 2 },
            new() { Target = Target.Message },
        ];
        var rule = (await _client.CreateRuleAsync(new()
        {
            IdempotencyKey = Guid.NewGuid().ToString(),
            Rule = new Rule { Name = Named(), RingSeconds = 5, GroupId = SampleTables.Group, Steps = { steps } },
        })).Rule;

        Assert.Equal(steps, (await _client.GetRoutingAsync(new())).Rules.Single(known => known.Id == rule.Id).Steps);
        await _client.DeleteRuleAsync(new() { Id = rule.Id, Version = 1 });
    }

    [Fact]
    public async Task A_refusal_speaks_the_callers_language()
    {
        var refusal = await Assert.ThrowsAsync<RpcException>(async () => await _client.CreateRuleAsync(
            new() { IdempotencyKey = Guid.NewGuid().ToString(), Rule = new Rule { Name = Named(), RingSeconds = 5 } }, new Metadata { { "accept-language", "ru" } }));
        Assert.Equal("укажите значение", Assert.Single(RichStatus.Of(refusal)!.Detail<Google.Rpc.BadRequest>()!.FieldViolations).Description);
    }

    [Fact]
    public async Task A_group_that_a_rule_needs_is_not_removed_and_its_members_are_not_set_here()
    {
        var group = (await _client.CreateRingGroupAsync(new()
        {
            IdempotencyKey = Guid.NewGuid().ToString(),
            Group = new RingGroup { Name = Named(), Pick = Pick.Order },
        })).Group;
        var wanted = new CreateRuleRequest
        {
            IdempotencyKey = Guid.NewGuid().ToString(),
            Rule = new Rule { Name = Named(), RingSeconds = 4.5, GroupId = group.Id, Steps = { new Step { Target = Target.Group, Rings = 2 } } },
        };
        Assert.Equal(["rule.steps[0].target NOBODY_TO_RING"], await Refused.FieldsAsync(() => _client.CreateRuleAsync(wanted)));

        // As when Staff tells that Olga stands in it.
        await using (var connection = await gateway.Database.OpenConnectionAsync())
        {
            await connection.ExecuteAsync(
                "INSERT INTO ring_group_members (group_id, employee_id, position) VALUES (@group, @olga, 1)",
                new { group = new Guid(group.Id), olga = new Guid(SampleTables.Olga) });
        }

        var rule = (await _client.CreateRuleAsync(wanted)).Rule;
        Assert.Equal(4.5, rule.RingSeconds);

        Assert.Equal(["update_mask.paths[0] UNKNOWN_FIELD"], await Refused.FieldsAsync(() => _client.UpdateRingGroupAsync(new()
        {
            Group = new RingGroup { Id = group.Id, Version = group.Version },
            UpdateMask = FieldMask.FromString("member_ids"),
        })));
        Assert.Equal([SampleTables.Olga], (await _client.GetRoutingAsync(new())).Groups.Single(known => known.Id == group.Id).MemberIds);
        var needed = await Refused.WithAsync(StatusCode.FailedPrecondition, () => _client.DeleteRingGroupAsync(new() { Id = group.Id, Version = 1 }));
        Assert.Equal(rule.Name, Assert.Single(RichStatus.Of(needed)!.Detail<Google.Rpc.PreconditionFailure>()!.Violations).Subject);

        await Refused.WithAsync(StatusCode.Aborted, () => _client.DeleteRuleAsync(new() { Id = rule.Id, Version = 2 }));
        await _client.DeleteRuleAsync(new() { Id = rule.Id, Version = 1 });
        await _client.DeleteRingGroupAsync(new() { Id = group.Id, Version = 1 });
        await Refused.WithAsync(StatusCode.NotFound, () => _client.DeleteRingGroupAsync(new() { Id = group.Id, Version = 1 }));
    }

    [Fact]
    public async Task Hours_and_a_rule_that_a_number_follows_stay_and_it_follows_none_that_is_not_there()
    {
        await Refused.WithAsync(StatusCode.FailedPrecondition, () => _client.DeleteBusinessHoursAsync(new() { Id = SampleTables.Hours, Version = 1 }));
        var rule = (await _client.GetRoutingAsync(new())).Rules.Single(rule => rule.Id == SampleTables.Rule);
        await Refused.WithAsync(StatusCode.FailedPrecondition, () => _client.DeleteRuleAsync(new() { Id = rule.Id, Version = rule.Version }));
        Assert.Equal(
            ["number.hours_id DOES_NOT_EXIST", "number.rule_id WRONG_FORMAT"],
            await Refused.FieldsAsync(() => _client.UpdateTrunkNumberAsync(new()
            {
                Number = new TrunkNumber { Number = SampleTables.Number, Version = 1, RuleId = "none", HoursId = Guid.NewGuid().ToString() },
                UpdateMask = FieldMask.FromString("rule_id,hours_id"),
            })));
        await Refused.WithAsync(StatusCode.NotFound, () => _client.UpdateTrunkNumberAsync(new()
        {
            Number = new TrunkNumber { Number = "74959999999", Version = 1, Name = "x" },
            UpdateMask = FieldMask.FromString("name"),
        }));
    }

    [Fact]
    public async Task Every_change_is_told_to_the_audit_log_in_its_own_transaction()
    {
        var employee = Guid.NewGuid();
        var client = gateway.ClientWith<RoutingClient>(gateway.Tokens.Make([Permissions.RoutingWrite], employee));
        var key = Guid.NewGuid().ToString();
        var group = (await client.CreateRingGroupAsync(new() { IdempotencyKey = key, Group = new RingGroup { Name = Named(), Pick = Pick.Order } })).Group;
        group.Pick = Pick.LongestIdle;
        await client.UpdateRingGroupAsync(new() { Group = group, UpdateMask = FieldMask.FromString("pick") });
        await Refused.WithAsync(StatusCode.Aborted, () => client.DeleteRingGroupAsync(new() { Id = key, Version = 1 }));
        await client.DeleteRingGroupAsync(new() { Id = key, Version = 2 });

        await using var connection = await gateway.Database.OpenConnectionAsync();
        var records = (await connection.QueryAsync<string>(
                "SELECT body::text FROM changes WHERE kind = @kind AND body ->> 'targetId' = @key ORDER BY seq",
                new { kind = ChangeLog.KindOf(typeof(AuditRecorded)), key }))
            .Select(body => System.Text.Json.JsonSerializer.Deserialize<AuditRecorded>(body, ChangeLog.Json)!).ToArray();
        Assert.Equal(["ring_group.created", "ring_group.changed", "ring_group.deleted"], records.Select(record => record.Action));
        Assert.All(records, record => Assert.Equal(
            ("telephony", "employee", employee, "ring_group", "127.0.0.1", "done"),
            (record.Service, record.ActorKind, record.ActorId, record.TargetKind, record.Address, record.Outcome)));
        Assert.Equal("pick", records[1].Details!["fields"]);
    }

    private static string Named() => $"Тест {Guid.NewGuid():N}";

    private async Task<BusinessHours> HoursAsync() => (await _client.CreateBusinessHoursAsync(new()
    {
        IdempotencyKey = Guid.NewGuid().ToString(),
        Hours = new BusinessHours { Name = Named(), TimeZone = "Europe/Moscow", Spans = { new OpenSpan { Weekday = 7, Opens = "00:00", Closes = "24:00" } } },
    })).Hours;
}
