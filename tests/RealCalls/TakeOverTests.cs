using CallCenterCrm.CallControl.V1;
using CallCenterCrm.RealCalls.Support;
using CallCenterCrm.Sip;
using Grpc.Core;
using Xunit;
using Stage = CallCenterCrm.RealCalls.Support.Stage;
using Step = CallCenterCrm.CallControl.V1.Stage;

namespace CallCenterCrm.RealCalls;

/// <summary>A manager takes over a call that rings at somebody else's («Перехватить»), held against what the phones saw.</summary>
[Collection(StageCollection.Name)]
public sealed class TakeOverTests(Stage stage) : IAsyncLifetime
{
    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(300);
    private readonly Managers _managers = new(stage.Stack);

    private static int Races => Environment.GetEnvironmentVariable("CRM_FULL") == "1" ? 200 : 20;

    public Task InitializeAsync() => stage.OrdinaryOverAsync();

    public Task DisposeAsync()
    {
        _managers.Dispose();
        return Task.CompletedTask;
    }

    [Fact]
    public async Task Who_takes_a_ringing_call_talks_with_the_caller_and_everybody_sees_it()
    {
        await using var lane = stage.NextConsoleLane();
        var first = await lane.PhoneAsync(1, CallScripts.Ring);
        var second = await lane.PhoneAsync(2, CallScripts.AnswerAfter(Moment));
        var (taker, other) = (await _managers.OfAsync(lane.Extension(2)), await _managers.OfAsync(lane.Extension(3)));
        var caller = lane.Call();
        var call = await RingingAsync(lane);
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        using var watch = other.Calls.Watch(new(), other.Token, cancellationToken: limit.Token);

        var dialling = await taker.TakeAsync(call);
        await caller.Answered;
        await caller.WaitUntilAsync(one => one.RtpReceived > 25, "hear the taker");
        Assert.Equal(Step.Talking, (await taker.UntilAsync(dialling, Step.Talking)).Stage);
        Assert.Equal(StatusCode.FailedPrecondition, (await Manager.RefusalAsync(other.TakeAsync(call)))?.StatusCode);
        await caller.HangUpAsync();

        Assert.Equal(Outcome.Talked, await taker.OutcomeAsync(dialling));
        var taken = Assert.Single(second.Calls);
        Assert.Contains(lane.ClientNumber, taken.Caller.ToString(), StringComparison.Ordinal);
        Assert.False(first.Calls[^1].WasAnswered);
        Assert.Contains(first.Calls[^1].Reasons, reason => reason.Contains("Call completed elsewhere", StringComparison.Ordinal));
        var row = await stage.Records.OnlyCallAsync(lane.Did);
        Assert.Equal(("answered", lane.Extension(2), "ready"), (row.Result, row.AnsweredBy, row.Recording));
        Assert.Contains($"{lane.Extension(1)}:answered_elsewhere", row.Legs);

        // A manager who was not rung sees by whom it was taken, though he sees his own calls only.
        while (await watch.ResponseStream.MoveNext(limit.Token))
        {
            if (watch.ResponseStream.Current.Call is { } seen && seen.Id == call.ToString() && seen.AnsweredBy.Length > 0)
            {
                Assert.Equal(lane.Extension(2), seen.AnsweredBy);
                break;
            }
        }
    }

    [Fact]
    public async Task Of_two_who_take_at_the_same_moment_one_phone_rings_and_the_other_learns_by_whom()
    {
        await using var lane = stage.NextConsoleLane();
        await lane.PhoneAsync(1, CallScripts.Ring);
        var second = await lane.PhoneAsync(2, CallScripts.Answer);
        var third = await lane.PhoneAsync(3, CallScripts.Answer);
        for (var race = 0; race < Races; race++)
        {
            var takers = new[] { (Phone: second, Manager: await _managers.OfAsync(lane.Extension(2))), (Phone: third, Manager: await _managers.OfAsync(lane.Extension(3))) };
            var number = lane.Stranger(race);
            var before = takers.Select(taker => taker.Phone.Calls.Count).ToArray();
            var caller = lane.Call(number);
            var call = await RingingAsync(lane, number);

            var clicks = takers.Select(taker => Task.Run(() => taker.Manager.TakeAsync(call))).ToArray();
            var refusals = await Task.WhenAll(clicks.Select(Manager.RefusalAsync));
            await caller.TalksAsync();
            await caller.HangUpAsync();

            // One click wins; the other is told who, or that nothing rings any more.
            var winner = Array.FindIndex(refusals, refusal => refusal is null);
            var loser = Assert.Single(refusals.OfType<RpcException>());
            Assert.Contains(loser.StatusCode, new[] { StatusCode.Aborted, StatusCode.FailedPrecondition });
            Assert.Equal(Outcome.Talked, await takers[winner].Manager.OutcomeAsync(await clicks[winner]));
            Assert.Equal([before[winner] + 1, before[1 - winner]], [takers[winner].Phone.Calls.Count, takers[1 - winner].Phone.Calls.Count]);
            await Records.UntilAsync("the winner's talk", async () =>
                (await stage.Records.CallsToAsync(lane.Did, number)).Single() is { Settled: true, AnsweredBy: { } by } && by == lane.Extension(winner + 2));
        }
    }

    [Fact]
    public async Task When_the_caller_leaves_the_takers_phone_falls_silent()
    {
        await using var lane = stage.NextConsoleLane();
        await lane.PhoneAsync(1, CallScripts.Ring);
        var second = await lane.PhoneAsync(2, CallScripts.Ring);
        var taker = await _managers.OfAsync(lane.Extension(2));
        var caller = lane.Call(lane.Stranger());
        var dialling = await taker.TakeAsync(await RingingAsync(lane));
        await taker.UntilAsync(dialling, Step.PhoneRings);
        await Records.UntilAsync("the taker's phone rings", () => Task.FromResult(second.Calls.Count == 1));

        await caller.HangUpAsync();

        Assert.Equal(Outcome.CallerLeft, await taker.OutcomeAsync(dialling));
        await second.Calls[0].Ended;
        Assert.Equal("abandoned", (await stage.Records.OnlyCallAsync(lane.Did)).MissReason);

        // Why it was missed is said in one sentence, in the manager's language.
        var head = await _managers.OfAsync(lane.Extension(1));
        var asked = new Metadata { head.Token[0], { "accept-language", "ru" } };
        var why = await head.Calls.ExplainMissAsync(new() { Id = dialling.CallId }, asked);
        Assert.Matches($"^Абонент положил трубку через [0-9]+ с: .*Manager {lane.Extension(1)} \\({lane.Extension(1)}\\): звонил, гудков: [0-9]+", why.Verdict);
    }

    [Fact]
    public async Task A_take_while_the_owner_hears_his_prompt_waits_and_then_says_why_it_failed()
    {
        await using var lane = stage.NextConsoleLane();
        var second = await lane.PhoneAsync(2, CallScripts.Answer);
        var taker = await _managers.OfAsync(lane.Extension(2));
        lane.Trunk.Numbers[lane.Mobile] = CallScripts.AcceptByKey(ringing: Moment, listening: TimeSpan.FromSeconds(5));
        second.Script = CallScripts.Busy;
        var caller = lane.Call(lane.Stranger());
        await Records.UntilAsync("the owner's mobile is lifted", () => Task.FromResult(lane.Trunk.Calls.Any(call => call.Dialled == lane.Mobile && call.WasAnswered)));
        second.Script = CallScripts.Answer;

        var dialling = await taker.TakeAsync(await RingingAsync(lane));

        // The owner accepts after five seconds, the taker has waited in vain and learns it.
        await caller.TalksAsync();
        Assert.Equal(Outcome.AnsweredElsewhere, await taker.OutcomeAsync(dialling));
        await caller.HangUpAsync();
        Assert.Equal(lane.Mobile, (await stage.Records.OnlyCallAsync(lane.Did)).AnsweredBy);
    }

    private async Task<Guid> RingingAsync(Lane lane, string? number = null)
    {
        var id = Guid.Empty;
        await Records.UntilAsync("the call rings", async () =>
        {
            var row = (await stage.Records.CallsToAsync(lane.Did, number)).SingleOrDefault(call => call is { State: "ringing", Legs.Length: > 0 });
            id = row?.Id ?? Guid.Empty;
            return row is not null;
        });
        return id;
    }
}
