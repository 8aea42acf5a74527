using CallCenterCrm.CallControl.V1;
using CallCenterCrm.RealCalls.Support;
using CallCenterCrm.Sip;
using Dapper;
using Grpc.Core;
using Xunit;
using Stage = CallCenterCrm.RealCalls.Support.Stage;
using Step = CallCenterCrm.CallControl.V1.Stage;

namespace CallCenterCrm.RealCalls;

/// <summary>A click on a number: the manager's phone first, then the client; dialled once, whatever fails on the way.</summary>
[Collection(StageCollection.Name)]
public sealed class ClickToCallTests(Stage stage) : IAsyncLifetime
{
    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(300);
    private readonly Managers _managers = new(stage.Stack);

    public Task InitializeAsync() => stage.OrdinaryOverAsync();

    public Task DisposeAsync()
    {
        _managers.Dispose();
        return Task.CompletedTask;
    }

    [Fact]
    public async Task Ten_clicks_with_one_key_ring_the_manager_and_then_the_client_once()
    {
        await using var lane = stage.NextConsoleLane();
        var phone = await lane.PhoneAsync(1, CallScripts.AnswerAfter(Moment));
        lane.Trunk.Numbers[lane.ClientNumber] = CallScripts.AnswerAfter(Moment);
        var manager = await _managers.OfAsync(lane.Extension(1));
        var key = Guid.NewGuid().ToString();

        var diallings = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => manager.CallAsync("8" + lane.ClientNumber[1..], key)));

        Assert.Single(diallings.Select(dialling => dialling.Id).Distinct());
        await manager.UntilAsync(diallings[0], Step.Talking);
        var rung = Assert.Single(phone.Calls);
        Assert.Contains(lane.ClientNumber, rung.Caller.ToString(), StringComparison.Ordinal);
        await rung.WaitUntilAsync(call => call.RtpReceived > 25, "hear the client");
        await rung.HangUpAsync();
        Assert.Equal(Outcome.Talked, await manager.OutcomeAsync(diallings[0]));
        var client = Assert.Single(lane.Trunk.Calls, call => call.Dialled == lane.ClientNumber);
        Assert.True(rung.TimeOf(CallEventKind.Answer) < client.TimeOf(CallEventKind.Invite), "the manager is rung first");
        Assert.Contains(Lane.DidOf(1), client.Caller.ToString(), StringComparison.Ordinal);
        await Records.UntilAsync("the call that was promised", async () => await stage.Records.TelephonyCountAsync(
            """
            SELECT count(*) FROM calls JOIN recordings ON call_id = id
            WHERE id = @id AND direction = 'out' AND result = 'answered' AND placed_by = @phone AND settled AND recordings.state = 'ready'
            """, new { id = Guid.Parse(diallings[0].CallId), phone = lane.Extension(1) }) == 1);

        // The same click once more, after its end.
        Assert.Equal(diallings[0].Id, (await manager.CallAsync(lane.ClientNumber, key)).Id);
        Assert.Single(phone.Calls);
    }

    [Fact]
    public async Task Every_failure_is_told_apart()
    {
        await using var lane = stage.NextConsoleLane();
        var phone = await lane.PhoneAsync(1, CallScripts.Answer);
        var (manager, absent) = (await _managers.OfAsync(lane.Extension(1)), await _managers.OfAsync(lane.Extension(3)));
        async Task<Outcome> OfClientAsync(CallScript script)
        {
            lane.Trunk.Numbers[lane.ClientNumber] = script;
            phone.Script = CallScripts.Answer;
            return await manager.OutcomeAsync(await manager.CallAsync(lane.ClientNumber));
        }

        Assert.Equal(Outcome.ClientBusy, await OfClientAsync(CallScripts.Busy));
        Assert.Equal(Outcome.WrongNumber, await OfClientAsync(CallScripts.Refuse(404)));
        Assert.Equal(Outcome.WrongNumber, await OfClientAsync(CallScripts.Refuse(484)));
        Assert.Equal(Outcome.ClientDeclined, await OfClientAsync(CallScripts.Decline));
        Assert.Equal(Outcome.ClientNoAnswer, await OfClientAsync(CallScripts.Refuse(480)));
        Assert.Equal(Outcome.NoTrunk, await OfClientAsync(CallScripts.Refuse(503)));
        var reached = lane.Trunk.Calls.Count(call => call.Dialled == lane.ClientNumber);
        Assert.Equal(6, reached);

        phone.Script = CallScripts.Decline;
        Assert.Equal(Outcome.PhoneBusy, await manager.OutcomeAsync(await manager.CallAsync(lane.ClientNumber)));
        Assert.Equal(Outcome.PhoneUnregistered, await absent.OutcomeAsync(await absent.CallAsync(lane.ClientNumber)));
        phone.Script = CallScripts.Ring;
        var ringing = await manager.CallAsync(lane.ClientNumber);
        await manager.UntilAsync(ringing, Step.PhoneRings);
        await manager.Control.CancelDiallingAsync(new() { Id = ringing.Id }, manager.Token);
        Assert.Equal(Outcome.PhoneNotLifted, await manager.OutcomeAsync(ringing));
        Assert.Equal(reached, lane.Trunk.Calls.Count(call => call.Dialled == lane.ClientNumber));
    }

    [Fact]
    public async Task Two_managers_never_ring_one_client()
    {
        await using var lane = stage.NextConsoleLane();
        await lane.PhoneAsync(1, CallScripts.Ring);
        await lane.PhoneAsync(2, CallScripts.Ring);
        var managers = new[] { await _managers.OfAsync(lane.Extension(1)), await _managers.OfAsync(lane.Extension(2)) };

        var clicks = managers.Select(manager => Task.Run(() => manager.CallAsync(lane.ClientNumber))).ToArray();
        var refusals = await Task.WhenAll(clicks.Select(Manager.RefusalAsync));

        var loser = Assert.Single(refusals.OfType<RpcException>());
        var winner = Array.FindIndex(refusals, refusal => refusal is null);
        Assert.Equal((StatusCode.Aborted, $"Manager {lane.Extension(winner + 1)} is ringing this number or talking with it."), (loser.StatusCode, loser.Status.Detail));
        var dialling = await clicks[winner];
        await managers[winner].Control.CancelDiallingAsync(new() { Id = dialling.Id }, managers[winner].Token);
        await managers[winner].OutcomeAsync(dialling);
    }

    [Fact]
    public async Task A_gateway_killed_while_the_client_rings_adopts_the_dialling_and_does_not_dial_again()
    {
        await using var lane = stage.NextConsoleLane();
        var phone = await lane.PhoneAsync(1, CallScripts.Answer);
        lane.Trunk.Numbers[lane.ClientNumber] = CallScripts.AnswerAfter(TimeSpan.FromSeconds(4));
        var manager = await _managers.OfAsync(lane.Extension(1));
        var key = Guid.NewGuid().ToString();
        var dialling = await manager.CallAsync(lane.ClientNumber, key);
        await manager.UntilAsync(dialling, Step.Connecting);
        await using var other = stage.NextConsoleLane();
        var never = await NeverDialledAsync(other);

        await stage.Stack.KillAsync("gateway");
        await phone.Calls[0].WaitUntilAsync(call => call.RtpReceived > 25, "hear the client");
        await stage.Stack.UpAsync("gateway");

        Assert.Equal(Step.Talking, (await manager.UntilAsync(dialling, Step.Talking)).Stage);
        Assert.Equal(dialling.Id, (await manager.CallAsync(lane.ClientNumber, key)).Id);
        await phone.Calls[0].HangUpAsync();
        Assert.Equal(Outcome.Talked, await manager.OutcomeAsync(dialling));
        Assert.Single(lane.Trunk.Calls, call => call.Dialled == lane.ClientNumber);
        Assert.Single(phone.Calls);

        // An intent that was written down, and of which neither the PBX nor its log knows anything.
        await Records.UntilAsync("it is unknown", async () => await stage.Records.TelephonyCountAsync(
            "SELECT count(*) FROM diallings WHERE id = @never AND outcome = 'unknown' AND stage = 'ended'", new { never }) == 1);
        Assert.DoesNotContain(lane.Trunk.Calls, call => call.Dialled == other.ClientNumber);
    }

    private async Task<Guid> NeverDialledAsync(Lane lane)
    {
        await using var connection = await stage.Stack.Telephony.OpenConnectionAsync();
        return await connection.ExecuteScalarAsync<Guid>(
            """
            INSERT INTO diallings (id, pbx, employee_id, idempotency_key, purpose, phone, channel, call_id, anchor, number, stage, outcome, asked_at)
            SELECT gen_random_uuid(), pbx, employee_id, 'never', 'call', @phone, 'never', gen_random_uuid(), 'never', @ClientNumber, 'asked', 'unspecified', now()
            FROM diallings LIMIT 1 RETURNING id
            """, new { phone = lane.Extension(1), lane.ClientNumber });
    }
}
