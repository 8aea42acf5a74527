using System.Net;
using System.Security.Cryptography;
using CallCenterCrm.RealCalls.Support;
using CallCenterCrm.Sip;
using Grpc.Core;
using Xunit;

namespace CallCenterCrm.RealCalls;

/// <summary>A rule that ends in a message, held against what the caller heard and said.</summary>
[Collection(StageCollection.Name)]
public sealed class MessageTests(Stage stage) : IAsyncLifetime
{
    // The prompt with its tone, and how far the PBX may be beside it.
    private const double Prompt = 9.6;
    private const double Slack = 1;
    private readonly Managers _managers = new(stage.Stack);

    // Their times are compared with the PBX's: not while everything else rings.
    public Task InitializeAsync() => stage.OrdinaryOverAsync();

    public Task DisposeAsync()
    {
        _managers.Dispose();
        return Task.CompletedTask;
    }

    [Fact]
    public async Task A_caller_whom_nobody_answers_leaves_a_message_which_his_callback_tells_of()
    {
        await using var lane = stage.NextMessageLane();
        var first = await lane.PhoneAsync(1, CallScripts.Ring);

        var caller = lane.Call();
        await caller.Answered;

        // Three seconds of ringing behind a plan that takes two at most; nothing but the message would answer him.
        Assert.InRange((caller.TimeOf(CallEventKind.Answer) - caller.TimeOf(CallEventKind.Invite)).TotalSeconds, 2.9, 5 + (2 * Slack));
        await caller.DelayAsync(TimeSpan.FromSeconds(Prompt + 5), CancellationToken.None);
        await caller.HangUpAsync();

        Assert.Single(first.Calls);
        var call = await stage.Records.OnlyCallAsync(lane.Did);
        Assert.Equal($"{lane.Extension(1)}@3_v@120", call.PlanText);
        Assert.Equal(("missed", "message_left", null, "ready"), (call.Result, call.MissReason, call.AnsweredBy, call.Recording));
        var spoke = (caller.TimeOf(CallEventKind.Bye) - caller.TimeOf(CallEventKind.Answer)).TotalSeconds - Prompt;
        Assert.InRange(call.RecordingSeconds!.Value, spoke - (2 * Slack) - caller.UnsentSeconds(), spoke + Slack);
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(await File.ReadAllBytesAsync(Path.Combine(lane.Stack.RecordingsDirectory, call.RecordingFile!)))), call.Sha256);
        await Records.UntilAsync("the callback with the message", async () => await stage.Records.LeadsCountAsync(
            """
            SELECT count(*) FROM callbacks JOIN callback_misses ON callback_id = callbacks.id JOIN call_activities USING (call_id)
            WHERE callbacks.number = @ClientNumber AND callbacks.closed_at IS NULL AND reason = 'message_left' AND recording->>'state' = 'Ready'
            """, lane) == 1);

        var head = await _managers.OfAsync(lane.Extension(1));
        var why = await head.Calls.ExplainMissAsync(new() { Id = call.Id.ToString() }, new Metadata { head.Token[0], { "accept-language", "ru" } });
        Assert.Matches($@"^Никто не ответил: .*\({lane.Extension(1)}\): не ответил, гудков: 3\. Абонент оставил сообщение \({Math.Round(call.RecordingSeconds.Value)} с\)\.$", why.Verdict);
    }

    [Fact]
    public async Task With_every_phone_away_the_caller_is_asked_at_once_and_who_says_nothing_leaves_no_message()
    {
        await using var lane = stage.NextMessageLane();
        await using var silent = new SipTrunk(
            new IPEndPoint(IPAddress.Parse("127.0.2.2"), stage.Stack.Trunk.Port), stage.Stack.Sip, new SipAgentOptions { ToneHertz = 0 });

        var caller = silent.Call(new TrunkCall { Did = lane.Did, From = lane.Stranger() });
        await caller.Answered;
        Assert.InRange((caller.TimeOf(CallEventKind.Answer) - caller.TimeOf(CallEventKind.Invite)).TotalSeconds, 0, 2.9); // a ringing takes three
        await caller.Ended;

        // Five seconds of silence end it; on a busy machine they are noticed later, and long before the 120 s of a message.
        Assert.Equal(CallSide.Them, caller.EndedBy);
        Assert.InRange((caller.TimeOf(CallEventKind.Bye) - caller.TimeOf(CallEventKind.Answer)).TotalSeconds, Prompt + 5 - Slack, Prompt + 5 + (10 * Slack));
        var call = await stage.Records.OnlyCallAsync(lane.Did);
        Assert.Equal(("v@120", "missed", "nobody_available", "nothing_to_record"), (call.PlanText, call.Result, call.MissReason, call.Recording));
    }

    [Fact]
    public async Task Who_hangs_up_while_he_is_asked_is_an_ordinary_miss()
    {
        await using var lane = stage.NextMessageLane();
        await lane.PhoneAsync(1, CallScripts.Ring);

        var caller = lane.Call(lane.Stranger());
        await caller.Answered;
        await caller.DelayAsync(TimeSpan.FromSeconds(2), CancellationToken.None);
        await caller.HangUpAsync();

        var call = await stage.Records.OnlyCallAsync(lane.Did);
        Assert.Equal(("missed", "no_answer", "nothing_to_record"), (call.Result, call.MissReason, call.Recording));
        await stage.Records.InLeadsAsync(call.Id);
        Assert.Equal(1, await stage.Records.LeadsCountAsync("SELECT count(*) FROM callback_misses WHERE call_id = @Id AND reason = 'no_answer'", call));
    }

    [Fact]
    public async Task A_manager_who_answers_in_time_is_talked_to_and_no_message_is_asked_for()
    {
        await using var lane = stage.NextMessageLane();
        await lane.PhoneAsync(1, CallScripts.AnswerAfter(TimeSpan.FromSeconds(1)));

        var caller = lane.Call();
        await caller.Answered;
        await caller.WaitUntilAsync(call => call.RtpReceived > 25, "hear the manager");
        await caller.HangUpAsync();

        var call = await stage.Records.OnlyCallAsync(lane.Did);
        Assert.Equal(("answered", lane.Extension(1), "ready"), (call.Result, call.AnsweredBy, call.Recording));
        Assert.DoesNotContain("message", call.RecordingFile!, StringComparison.Ordinal);
    }
}
