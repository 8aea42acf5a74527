using CallCenterCrm.RealCalls.Support;
using CallCenterCrm.Sip;
using Xunit;

namespace CallCenterCrm.RealCalls;

/// <summary>
/// Every part of the product, and the PBX, is killed (kill -9) while calls talk, ring and begin. The phones ring all the
/// same, and afterwards our calls are those that the PBX wrote down: none missing, none twice.
/// </summary>
[Collection(StageCollection.Name)]
public sealed class FaultTests(Stage stage) : IAsyncLifetime
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
    private readonly List<Lane> _lanes = [];

    public Task InitializeAsync() => stage.OrdinaryOverAsync();

    public async Task DisposeAsync()
    {
        foreach (var lane in _lanes)
        {
            await lane.DisposeAsync();
        }
    }

    [Fact]
    public async Task The_gateway_killed_before_a_call_while_one_rings_and_while_one_talks_takes_nothing_down()
    {
        var talking = await TalkingAsync();
        var ringing = await RingingAsync();
        await using var fallback = await FallbackAsync();

        await stage.Stack.KillAsync("gateway");
        var beginning = NextLane();
        var caller = beginning.Call(beginning.Stranger());
        await caller.TalksAsync();
        Assert.InRange((fallback.Calls[^1].TimeOf(CallEventKind.Invite) - caller.TimeOf(CallEventKind.Invite)).TotalSeconds, 1.9, 4);
        await ringing.Caller.TalksAsync();
        var heard = talking.Caller.RtpReceived;
        await talking.Caller.WaitUntilAsync(call => call.RtpReceived > heard + 25, "go on talking");
        await ringing.Caller.HangUpAsync();
        await talking.Caller.HangUpAsync();
        await caller.HangUpAsync();
        await stage.Stack.UpAsync("gateway");

        await AssertTalkedAsync(talking);
        await AssertSecondAnsweredAsync(ringing);
        var late = await stage.Records.OnlyCallAsync(beginning.Did);
        Assert.Equal(("answered", "901", true), (late.Result, late.AnsweredBy, late.Fallback));
        await AssertSameAsPbxAsync();
    }

    [Fact]
    public async Task Calls_missed_while_the_gateway_was_dead_are_found_and_called_back()
    {
        await stage.Stack.KillAsync("gateway");
        stage.Trunk.Numbers[Stage.FallbackMobile] = CallScripts.Ring;
        var lane = NextLane();
        var abandoned = lane.Call(lane.Stranger(), CallScripts.Wait(Second).Then(CallScripts.HangUp));
        var patient = lane.Call(lane.Stranger(1));
        await abandoned.Ended;
        await patient.Ended;
        await stage.Stack.UpAsync("gateway");

        Assert.Equal(("missed", "abandoned"), await ResultAsync(lane.Did, lane.Stranger()));
        Assert.Equal(("missed", "no_answer"), await ResultAsync(lane.Did, lane.Stranger(1)));
        foreach (var number in (string[])[lane.Stranger(), lane.Stranger(1)])
        {
            await Records.UntilAsync("the callback", async () => await stage.Records.LeadsCountAsync("SELECT count(*) FROM callbacks WHERE number = @number", new { number }) == 1);
        }

        await AssertSameAsPbxAsync();
    }

    [Fact]
    public async Task The_pbx_killed_cuts_a_talk_and_what_rang_is_missed_and_must_be_called_back()
    {
        var talking = await TalkingAsync();
        var ringing = await RingingAsync();

        await stage.Stack.KillAsync("asterisk");
        await stage.Stack.UpAsync("asterisk");
        await Records.UntilAsync("the gateway listens again", Support.Stack.IsGatewayReadyAsync);

        var cut = await stage.Records.OnlyCallAsync(talking.Lane.Did);
        Assert.Equal(("answered", talking.Lane.Extension(1), true), (cut.Result, cut.AnsweredBy, cut.Cut));
        var lost = await stage.Records.OnlyCallAsync(ringing.Lane.Did);
        Assert.Equal(("missed", "failed", true), (lost.Result, lost.MissReason, lost.Cut));
        await Records.UntilAsync("the callback", async () => await stage.Records.LeadsCountAsync(
            "SELECT count(*) FROM callbacks WHERE number = @ClientNumber", ringing.Lane) == 1);

        // And the next call rings by plan again, once the phones are back: the PBX keeps registrations on disk, but not
        // those of its last second.
        await ringing.Lane.RegisterAgainAsync();
        var again = ringing.Lane.Call(ringing.Lane.Stranger());
        await again.TalksAsync();
        await again.HangUpAsync();
        Assert.Equal(("answered", null), await ResultAsync(ringing.Lane.Did, ringing.Lane.Stranger()));
        await AssertSameAsPbxAsync();
    }

    [Theory]
    [InlineData("postgres")]
    [InlineData("rabbitmq")]
    [InlineData("redis")]
    public async Task A_server_killed_while_calls_talk_ring_and_begin_costs_no_call(string server)
    {
        var talking = await TalkingAsync();
        var ringing = await RingingAsync();

        await stage.Stack.KillAsync(server);
        var beginning = NextLane();
        var phone = await beginning.PhoneAsync(1, CallScripts.AnswerAfter(Second));
        var caller = beginning.Call();
        await caller.TalksAsync();
        AssertRungByPlan(phone, caller);
        await ringing.Caller.TalksAsync();
        await ringing.Caller.HangUpAsync();
        await talking.Caller.HangUpAsync();
        await caller.HangUpAsync();
        await stage.Stack.UpAsync(server);
        await Records.UntilAsync("the gateway is ready again", Support.Stack.IsGatewayReadyAsync);

        await AssertTalkedAsync(talking);
        await AssertSecondAnsweredAsync(ringing);
        var begun = await stage.Records.OnlyCallAsync(beginning.Did);
        Assert.Equal(("answered", beginning.Extension(1), false), (begun.Result, begun.AnsweredBy, begun.Fallback));
        Assert.StartsWith(beginning.Extension(1) + "@3", begun.PlanText, StringComparison.Ordinal);
        await stage.Records.InLeadsAsync(begun.Id);
        await AssertSameAsPbxAsync();
    }

    [Fact]
    public async Task A_gateway_that_starts_while_its_database_is_dead_plans_by_the_last_known_tables()
    {
        await stage.Stack.KillAsync("postgres");
        await stage.Stack.KillAsync("gateway");
        await stage.Stack.UpAsync("gateway");

        // It lives before it has found the PBX, and nobody who could steer in its place.
        await Records.UntilAsync("the gateway plans as the last one that steered", async () =>
            (await stage.Stack.HealthAsync("GATEWAY_HTTP_PORT"))?["reasons"] is { } reasons
            && reasons["pbx"] is null && ((string?)reasons["steering"] ?? "").StartsWith("gives plans", StringComparison.Ordinal));
        var lane = NextLane();
        var phone = await lane.PhoneAsync(1, CallScripts.AnswerAfter(Second));
        var caller = lane.Call();
        await caller.TalksAsync();
        AssertRungByPlan(phone, caller);
        await caller.HangUpAsync();

        // Killed once more: what was decided is on disk.
        await stage.Stack.KillAsync("gateway");
        await stage.Stack.UpAsync("postgres", "gateway");

        var call = await stage.Records.OnlyCallAsync(lane.Did);
        Assert.Equal(("answered", lane.Extension(1), false), (call.Result, call.AnsweredBy, call.Fallback));
        Assert.NotNull(call.PlanText);
        await AssertSameAsPbxAsync();
    }

    private Lane NextLane()
    {
        var lane = stage.NextFastLane();
        _lanes.Add(lane);
        return lane;
    }

    private async Task<(Lane Lane, SipCall Caller)> TalkingAsync()
    {
        var lane = NextLane();
        var first = await lane.PhoneAsync(1, CallScripts.Answer);
        var caller = lane.Call();
        await caller.Answered;
        await first.Calls[^1].WaitUntilAsync(call => call.RtpReceived > 10, "hear the caller");
        return (lane, caller);
    }

    private async Task<(Lane Lane, SipCall Caller)> RingingAsync()
    {
        var lane = NextLane();
        var first = await lane.PhoneAsync(1, CallScripts.Ring);
        await lane.PhoneAsync(2, CallScripts.AnswerAfter(Second / 3)); // it rings for two seconds
        var caller = lane.Call();
        await (await first.NextCallAsync()).WaitForAsync(CallState.Ringing);
        return (lane, caller);
    }

    private async Task<SipPhone> FallbackAsync()
    {
        var phone = new SipPhone(new SipCredentials("901", stage.Stack.PhonePassword("901")), new(System.Net.IPAddress.Parse("127.0.3.251"), 0), stage.Stack.Sip);
        phone.Script = CallScripts.AnswerAfter(Second);
        await phone.RegisterAsync();
        return phone;
    }

    // By plan, at once: the fallback would ring two seconds later, and another phone. What a busy machine adds is less than a second.
    private static void AssertRungByPlan(SipPhone phone, SipCall caller)
    {
        Assert.InRange((phone.Calls[0].TimeOf(CallEventKind.Invite) - caller.TimeOf(CallEventKind.Invite)).TotalSeconds, 0, 2.8);
        Assert.InRange((caller.TimeOf(CallEventKind.Answer) - phone.Calls[0].TimeOf(CallEventKind.Invite)).TotalSeconds, 0.9, 5);
    }

    private async Task AssertTalkedAsync((Lane Lane, SipCall Caller) talking)
    {
        var call = await stage.Records.OnlyCallAsync(talking.Lane.Did);
        Assert.Equal(("answered", talking.Lane.Extension(1), "ready"), (call.Result, call.AnsweredBy, call.Recording));
    }

    private async Task AssertSecondAnsweredAsync((Lane Lane, SipCall Caller) ringing)
    {
        var call = await stage.Records.OnlyCallAsync(ringing.Lane.Did);
        Assert.Equal(("answered", ringing.Lane.Extension(2)), (call.Result, call.AnsweredBy));
        Assert.Equal([$"{ringing.Lane.Extension(1)}:no_answer", $"{ringing.Lane.Extension(2)}:talked"], call.Legs);
    }

    private async Task<(string? Result, string? Reason)> ResultAsync(string did, string from) =>
        await stage.Records.OnlyCallAsync(did, from) is var call ? (call.Result, call.MissReason) : default;

    /// <summary>Our incoming calls are exactly those that the PBX itself wrote down, each once, and all are settled.</summary>
    private async Task AssertSameAsPbxAsync()
    {
        await using var connection = await stage.Stack.Telephony.OpenConnectionAsync();
        await Records.UntilAsync("every call of the PBX's log is here and settled", async () =>
        {
            var ours = (await Dapper.SqlMapper.QueryAsync<(string Uniqueid, bool Settled)>(connection, "SELECT uniqueid, settled FROM calls WHERE direction = 'in'")).ToList();
            return ours.TrueForAll(call => call.Settled) && ours.Select(call => call.Uniqueid).Order().SequenceEqual(stage.Records.IncomingInPbxLog().Order());
        });
    }
}
