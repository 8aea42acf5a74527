using CallCenterCrm.Contracts.Staff.V1;
using CallCenterCrm.Messaging;
using CallCenterCrm.People.V1;
using CallCenterCrm.Routing.V1;
using CallCenterCrm.ServiceDefaults.Authentication;
using CallCenterCrm.Telephony.Api.Tests.Support;
using Dapper;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using PeopleClient = CallCenterCrm.People.V1.People.PeopleClient;
using RoutingClient = CallCenterCrm.Routing.V1.Routing.RoutingClient;

namespace CallCenterCrm.Telephony.Api.Tests.People;

/// <summary>Who takes calls: what people say of themselves, who hears of it, and that the rules go by it.</summary>
[Collection(SharedGateway.Name)]
public sealed class PeopleTests(Gateway gateway) : IAsyncLifetime
{
    private readonly PeopleClient _olga = gateway.ClientWith<PeopleClient>(
        gateway.Tokens.Make([Permissions.CallsDial, Permissions.StaffRead], new Guid(SampleTables.Olga)));

    private static Timestamp Soon => DateTimeOffset.UtcNow.AddMinutes(30).ToTimestamp();

    public Task InitializeAsync() => Task.CompletedTask;

    // Other tests want everybody ready.
    public async Task DisposeAsync() => await gateway.Client<PeopleClient>(Permissions.CallsDial, Permissions.RoutingWrite)
        .SetStateAsync(new() { EmployeeId = SampleTables.Olga, State = State.Ready });

    [Fact]
    public async Task Who_is_away_is_passed_over_until_he_is_ready_again()
    {
        // A Wednesday that no other test asks about, 12:00 in Moscow.
        var at = new DateTimeOffset(2031, 4, 2, 9, 0, 0, TimeSpan.Zero).ToTimestamp();
        var routing = gateway.Client<RoutingClient>(Permissions.RoutingRead);
        async Task<PlannedStep> SecondStepAsync() => (await routing.TryOutAsync(new() { OwnNumber = SampleTables.Number, At = at })).Steps[1];
        Assert.Equal(["102"], (await SecondStepAsync()).Phones);

        var told = (await _olga.SetStateAsync(new() { State = State.Away })).Person;

        Assert.Equal(("102", State.Away, PauseReason.Unspecified, null), (told.Extension, told.State, told.Reason, told.Until));
        var step = await SecondStepAsync();
        Assert.Equal(["103"], step.Phones);
        Assert.Contains(new PassedOver { Phone = "102", Reason = PassReason.Paused }, step.PassedOver);

        await _olga.SetStateAsync(new() { State = State.Ready });
        Assert.Equal(["102"], (await SecondStepAsync()).Phones);
    }

    [Fact]
    public async Task A_pause_said_again_goes_on_and_another_begins_anew()
    {
        var lunch = (await _olga.SetStateAsync(new() { State = State.Paused, Reason = PauseReason.Lunch, Until = Soon })).Person;
        var longer = (await _olga.SetStateAsync(new() { State = State.Paused, Reason = PauseReason.Lunch, Until = DateTimeOffset.UtcNow.AddHours(1).ToTimestamp() })).Person;
        var meeting = (await _olga.SetStateAsync(new() { State = State.Paused, Reason = PauseReason.Meeting, Until = Soon })).Person;

        Assert.Equal((State.Paused, PauseReason.Lunch, lunch.Since), (longer.State, longer.Reason, longer.Since));
        Assert.True(longer.Until > lunch.Until);
        Assert.Equal(PauseReason.Meeting, meeting.Reason);
        Assert.True(meeting.Since > lunch.Since);
    }

    [Fact]
    public async Task Everybody_who_looks_is_told_at_once_and_a_pause_ends_by_itself()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(90));
        using var watch = gateway.Client<PeopleClient>(Permissions.StaffRead).WatchPeople(new(), cancellationToken: patience.Token);
        async Task<Person> OlgaAsync(Func<Person, bool> isIt)
        {
            while (await watch.ResponseStream.MoveNext(patience.Token))
            {
                Assert.Equal(["101", "102", "103"], watch.ResponseStream.Current.People.Select(person => person.Extension).Take(3));
                if (watch.ResponseStream.Current.People.Single(person => person.Id == SampleTables.Olga) is var olga && isIt(olga))
                {
                    return olga;
                }
            }

            throw new InvalidOperationException("The stream ended");
        }

        await OlgaAsync(olga => olga.State == State.Ready);
        await _olga.SetStateAsync(new() { State = State.Paused, Reason = PauseReason.Break, Until = DateTimeOffset.UtcNow.AddSeconds(15).ToTimestamp() });
        var paused = await OlgaAsync(olga => olga.State == State.Paused);
        Assert.Equal(PauseReason.Break, paused.Reason);
        var ready = await OlgaAsync(olga => olga.State == State.Ready);
        Assert.Equal((paused.Until, null, PauseReason.Unspecified), (ready.Since, ready.Until, ready.Reason));
    }

    [Fact]
    public async Task Another_s_state_is_for_whoever_may_change_the_routing_and_that_is_audited()
    {
        var request = new SetStateRequest { EmployeeId = SampleTables.Olga, State = State.Away };
        var colleague = gateway.ClientWith<PeopleClient>(gateway.Tokens.Make([Permissions.CallsDial], new Guid(SampleTables.Valera)));
        await Refused.WithAsync(StatusCode.PermissionDenied, () => colleague.SetStateAsync(request));

        var head = Guid.NewGuid();
        var people = gateway.ClientWith<PeopleClient>(gateway.Tokens.Make([Permissions.CallsDial, Permissions.RoutingWrite], head));
        var throughConsole = new Metadata { { "x-forwarded-for", "198.51.100.7" } };
        await people.SetStateAsync(request, throughConsole);
        await people.SetStateAsync(request, throughConsole);

        await using var connection = await gateway.Database.OpenConnectionAsync();
        var address = await connection.QuerySingleAsync<string>(
            "SELECT body ->> 'address' FROM changes WHERE kind = @kind AND body ->> 'action' = 'person.state_set' AND body ->> 'actorId' = @head",
            new { kind = ChangeLog.KindOf(typeof(AuditRecorded)), head = head.ToString() });
        Assert.Equal("198.51.100.7", address);
    }

    [Fact]
    public async Task What_is_wrong_is_told_by_field_and_all_at_once()
    {
        Assert.Equal(["state REQUIRED"], await Refused.FieldsAsync(() => _olga.SetStateAsync(new())));
        Assert.Equal(["state UNKNOWN_WORD"], await Refused.FieldsAsync(() => _olga.SetStateAsync(new() { State = (State)9 })));
        Assert.Equal(["reason REQUIRED", "until REQUIRED"], await Refused.FieldsAsync(() => _olga.SetStateAsync(new() { State = State.Paused })));
        Assert.Equal(
            ["employee_id WRONG_FORMAT", "reason UNKNOWN_WORD", "until OUT_OF_RANGE"],
            await Refused.FieldsAsync(() => _olga.SetStateAsync(
                new() { EmployeeId = "7", State = State.Paused, Reason = (PauseReason)99, Until = DateTimeOffset.UtcNow.AddHours(13).ToTimestamp() })));
        Assert.Equal(
            ["until OUT_OF_RANGE"],
            await Refused.FieldsAsync(() => _olga.SetStateAsync(
                new() { State = State.Paused, Reason = PauseReason.Lunch, Until = DateTimeOffset.UtcNow.AddMinutes(-1).ToTimestamp() })));
        Assert.Equal(
            ["until OUT_OF_RANGE"],
            await Refused.FieldsAsync(() => _olga.SetStateAsync(
                new() { State = State.Paused, Reason = PauseReason.Lunch, Until = new() { Seconds = Soon.Seconds, Nanos = -5 } })));
        Assert.Equal(
            ["reason UNKNOWN_WORD", "until OUT_OF_RANGE"],
            await Refused.FieldsAsync(() => _olga.SetStateAsync(new() { State = State.Away, Reason = PauseReason.Lunch, Until = Soon })));
        await Refused.WithAsync(StatusCode.NotFound, () => gateway.Client<PeopleClient>(Permissions.CallsDial).SetStateAsync(new() { State = State.Away }));
        Assert.Equal(
            ["employee_id REQUIRED"],
            await Refused.FieldsAsync(() => gateway.ClientWith<PeopleClient>(gateway.Tokens.Make([Permissions.CallsDial], kind: "system")).SetStateAsync(new() { State = State.Away })));
    }
}
