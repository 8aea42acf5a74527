using CallCenterCrm.RealCalls.Support;
using CallCenterCrm.Sip;
using Xunit;

namespace CallCenterCrm.RealCalls;

/// <content>What people do with their phones: transfers, hold, several at once, pick-up, calls out and to colleagues.</content>
internal static partial class OrdinaryCalls
{
    private static async Task BlindTransfer(Stage stage)
    {
        await using var lane = stage.NextLane();
        var first = await lane.PhoneAsync(1, CallScripts.Answer);
        var second = await lane.PhoneAsync(2, CallScripts.AnswerAfter(2 * Second));

        var caller = lane.Call();
        await caller.Answered;
        await HearAsync(caller, first.Calls[^1]);
        await first.Calls[^1].TransferAsync(lane.Extension(2));
        var taken = await second.NextCallAsync();
        await taken.Answered;
        await HearAsync(caller, taken);
        await caller.HangUpAsync();

        var call = await stage.Records.OnlyCallAsync(lane.Did);
        Assert.Equal(("answered", lane.Extension(1)), (call.Result, call.AnsweredBy));
        Assert.Equal([lane.Extension(1), lane.Extension(2)], call.Talks);

        // While the colleague's phone rang nothing was recorded, and the talk with him begins where that with the first one ended.
        Assert.Empty(call.Marks.Holds!);
        var transfer = Assert.Single(call.Marks.Transfers);
        Assert.Equal((true, lane.Extension(1), lane.Extension(2)), (transfer.Blind, transfer.By, transfer.To));
        Assert.Equal(2, call.Marks.Recorded.Count);
        Assert.True(call.Marks.Recorded[1].From - call.Marks.Recorded[0].Until > 1.5 * Second);
        AssertRecordedSeconds(call, caller);
    }

    private static async Task AttendedTransfer(Stage stage)
    {
        await using var lane = stage.NextLane();
        var first = await lane.PhoneAsync(1, CallScripts.Answer);
        var second = await lane.PhoneAsync(2, CallScripts.AnswerAfter(Second));

        var caller = lane.Call();
        await caller.Answered;
        var talk = first.Calls[^1];
        await HearAsync(caller, talk);
        await caller.DelayAsync(2 * Second, CancellationToken.None);
        await talk.HoldAsync();
        var consultation = first.Dial(lane.Extension(2));
        await consultation.Answered;
        await consultation.WaitUntilAsync(call => call.RtpReceived > 10, "hear the colleague");
        await talk.TransferAsync(consultation);
        var before = caller.RtpReceived;
        await caller.WaitUntilAsync(call => call.RtpReceived > before + 25, "hear the colleague");
        await caller.HangUpAsync();
        await second.Calls[^1].Ended;

        var call = await stage.Records.OnlyCallAsync(lane.Did);
        Assert.Equal(("answered", lane.Extension(1)), (call.Result, call.AnsweredBy));
        Assert.Equal([lane.Extension(1), lane.Extension(2)], call.Talks);
        Assert.Equal("ready", call.Recording);

        var hold = Assert.Single(call.Marks.Holds!);
        Assert.Equal(lane.Extension(1), hold.Phone);
        AssertNear(talk.TimeOf(CallEventKind.Hold) - caller.TimeOf(CallEventKind.Answer), hold.From - call.AnsweredAt);
        var transfer = Assert.Single(call.Marks.Transfers);
        Assert.Equal((false, lane.Extension(1), lane.Extension(2)), (transfer.Blind, transfer.By, transfer.To));
        Assert.InRange((transfer.At - hold.Until!.Value).TotalSeconds, -0.5, 0.5);
        AssertRecordedSeconds(call, caller);
    }

    private static async Task CallOut(Stage stage)
    {
        await using var lane = stage.NextLane();
        var first = await lane.PhoneAsync(1);
        lane.Trunk.Numbers[lane.ClientNumber] = CallScripts.AnswerAfter(Second);

        var dialled = first.Dial("8" + lane.ClientNumber[1..]);
        await dialled.Answered;
        await dialled.WaitUntilAsync(call => call.RtpReceived > 50, "hear the client");
        await dialled.HangUpAsync();

        CallRow? call = null;
        await Records.UntilAsync("the call out", async () =>
        {
            await using var connection = await stage.Stack.Telephony.OpenConnectionAsync();
            call = (await Dapper.SqlMapper.QueryAsync<CallRow>(connection,
                """
                SELECT calls.*, recordings.state AS recording, recordings.seconds::float8 AS recording_seconds FROM calls JOIN recordings ON call_id = id
                WHERE direction = 'out' AND party_number = @ClientNumber
                """, lane)).SingleOrDefault();
            return call is { Settled: true };
        });
        Assert.Equal(("answered", lane.Extension(1), "ready"), (call!.Result, call.AnsweredBy, call.Recording));
        AssertRecordedSeconds(call, dialled);
        await stage.Records.InLeadsAsync(call.Id);
        Assert.Equal(1, await stage.Records.LeadsCountAsync("SELECT count(*) FROM call_activities WHERE call_id = @Id AND direction = 'out' AND client_id IS NOT NULL", call));
    }

    private static async Task Internal(Stage stage)
    {
        await using var lane = stage.NextLane();
        var first = await lane.PhoneAsync(1);
        await lane.PhoneAsync(2, CallScripts.AnswerAfter(Second));

        var dialled = first.Dial(lane.Extension(2));
        await dialled.TalksAsync();
        await dialled.HangUpAsync();

        await Records.UntilAsync("the internal call", async () => await stage.Records.TelephonyCountAsync(
            "SELECT count(*) FROM calls WHERE direction = 'internal' AND placed_by = @phone AND settled AND result = 'answered'", new { phone = lane.Extension(1) }) == 1);
        Assert.Equal(0, await stage.Records.LeadsCountAsync("SELECT count(*) FROM call_activities WHERE number = @phone", new { phone = lane.Extension(2) }));
    }

    private static async Task FailedTransfer(Stage stage)
    {
        await using var lane = stage.NextFastLane();
        var first = await lane.PhoneAsync(1, CallScripts.Answer);
        await lane.PhoneAsync(2, CallScripts.Busy);

        var caller = lane.Call();
        await caller.Answered;
        await HearAsync(caller, first.Calls[^1]);
        await first.Calls[^1].TransferAsync(lane.Extension(2));
        await caller.Ended;

        var call = await stage.Records.OnlyCallAsync(lane.Did);
        Assert.Equal(("lost_in_transfer", lane.Extension(1), "ready"), (call.Result, call.AnsweredBy, call.Recording));
        Assert.Equal([lane.Extension(1)], call.Talks);
        Assert.Equal([$"{lane.Extension(1)}:talked", $"{lane.Extension(2)}:busy"], call.Legs);
        await AssertCallbackAsync(stage, lane.ClientNumber, misses: 1);
    }

    private static async Task RefusedTransfer(Stage stage)
    {
        await using var lane = stage.NextFastLane();
        var first = await lane.PhoneAsync(1, CallScripts.Answer);

        var caller = lane.Call();
        await caller.Answered;
        var talk = first.Calls[^1];
        await HearAsync(caller, talk);
        Assert.InRange(await talk.TransferAsync("5999"), 400, 499);
        var (before, after) = (caller.RtpReceived, talk.RtpReceived);
        await caller.WaitUntilAsync(call => call.RtpReceived > before + 25, "still hear the manager");
        await talk.WaitUntilAsync(call => call.RtpReceived > after + 25, "still hear the client");
        await caller.HangUpAsync();

        var call = await stage.Records.OnlyCallAsync(lane.Did);
        Assert.Equal(("answered", lane.Extension(1)), (call.Result, call.AnsweredBy));
        Assert.Equal([lane.Extension(1)], call.Talks);
        await stage.Records.InLeadsAsync(call.Id);
        await AssertNoCallbackAsync(stage, lane.ClientNumber);
    }

    private static async Task AskedWhileOnHold(Stage stage)
    {
        await using var lane = stage.NextFastLane();
        var first = await lane.PhoneAsync(1, CallScripts.Answer);
        var second = await lane.PhoneAsync(2, CallScripts.Answer);

        var caller = lane.Call();
        await caller.Answered;
        var talk = first.Calls[^1];
        await HearAsync(caller, talk);
        await caller.DelayAsync(2 * Second, CancellationToken.None);
        await talk.HoldAsync();
        var question = first.Dial(lane.Extension(2));
        await question.Answered;
        await HearAsync(question, second.Calls[^1]);
        await question.DelayAsync(2 * Second, CancellationToken.None);
        await question.HangUpAsync();
        await talk.ResumeAsync();
        var before = caller.RtpReceived;
        await caller.WaitUntilAsync(call => call.RtpReceived > before + 100, "hear the manager again");
        await caller.HangUpAsync();

        var call = await stage.Records.OnlyCallAsync(lane.Did);
        Assert.Equal(("answered", lane.Extension(1), "ready"), (call.Result, call.AnsweredBy, call.Recording));
        Assert.Equal([lane.Extension(1)], call.Talks);
        Assert.Equal([$"{lane.Extension(1)}:talked"], call.Legs);
        AssertNear(caller.TimeOf(CallEventKind.Bye) - caller.TimeOf(CallEventKind.Answer), call.EndedAt - call.AnsweredAt);

        // The client waited while the two colleagues talked, who did not; the mark has its place in the recording.
        var hold = Assert.Single(call.Marks.Holds!);
        Assert.Equal(lane.Extension(1), hold.Phone);
        var answered = caller.TimeOf(CallEventKind.Answer);
        Assert.True(hold.From < hold.Until);
        AssertNear(talk.TimeOf(CallEventKind.Hold) - answered, hold.From - call.AnsweredAt);
        AssertNear(talk.TimeOf(CallEventKind.Resume) - answered, hold.Until - call.AnsweredAt);
        AssertRecordedSeconds(call, caller);
        AssertNear(talk.TimeOf(CallEventKind.Hold) - answered, TimeSpan.FromSeconds(call.Marks.SecondOf(hold.From)));
        Assert.InRange(call.Marks.SecondOf(hold.Until!.Value), call.Marks.SecondOf(hold.From), call.RecordingSeconds!.Value);
        await AssertInternalAsync(stage, lane);
        Assert.Equal(1, await stage.Records.TelephonyCountAsync(
            "SELECT count(*) FROM calls WHERE direction = 'internal' AND placed_by = @phone AND event->'holds' = '[]'", new { phone = lane.Extension(1) }));
    }

    private static async Task ThreeWay(Stage stage)
    {
        await using var lane = stage.NextFastLane();
        var first = await lane.PhoneAsync(1, CallScripts.Answer);
        var second = await lane.PhoneAsync(2, CallScripts.Answer);

        // The phone itself mixes: for the PBX it talks with both at the same time.
        var caller = lane.Call();
        await caller.Answered;
        await HearAsync(caller, first.Calls[^1]);
        var colleague = first.Dial(lane.Extension(2));
        await colleague.Answered;
        await HearAsync(colleague, second.Calls[^1]);
        var before = caller.RtpReceived;
        await caller.WaitUntilAsync(call => call.RtpReceived > before + 25, "hear the manager all the time");
        await caller.HangUpAsync();
        Assert.False(colleague.Ended.IsCompleted);
        await colleague.HangUpAsync();

        var call = await stage.Records.OnlyCallAsync(lane.Did);
        Assert.Equal(("answered", lane.Extension(1)), (call.Result, call.AnsweredBy));
        Assert.Equal([lane.Extension(1)], call.Talks);
        AssertNear(caller.TimeOf(CallEventKind.Bye) - caller.TimeOf(CallEventKind.Answer), call.EndedAt - call.AnsweredAt);
        await AssertInternalAsync(stage, lane);
    }

    private static async Task PickedUp(Stage stage)
    {
        await using var lane = stage.NextLane();
        var first = await lane.PhoneAsync(1, CallScripts.Ring);
        var third = await lane.PhoneAsync(3);

        var caller = lane.Call();
        await Records.UntilAsync("the manager's phone rings", () => Task.FromResult(first.Calls.Count == 1));
        var picking = third.Dial("*9" + lane.Extension(1));
        await caller.Answered;
        await HearAsync(caller, picking);
        await caller.HangUpAsync();

        await first.Calls[0].Ended;
        Assert.Contains(first.Calls[0].Reasons, reason => reason.Contains("Call completed elsewhere", StringComparison.Ordinal));
        var call = await stage.Records.OnlyCallAsync(lane.Did);
        Assert.Equal(("answered", lane.Extension(3), "ready"), (call.Result, call.AnsweredBy, call.Recording));
        Assert.Equal([lane.Extension(3)], call.Talks);
        Assert.Contains($"{lane.Extension(1)}:answered_elsewhere", call.Legs);
        Assert.Equal(0, await stage.Records.TelephonyCountAsync("SELECT count(*) FROM calls WHERE placed_by = @phone", new { phone = lane.Extension(3) }));
    }

    private static async Task TwoDevices(Stage stage)
    {
        await using var lane = stage.NextFastLane();
        var desk = await lane.PhoneAsync(1, CallScripts.Ring);
        var soft = await lane.PhoneAsync(1, CallScripts.Busy);
        await lane.PhoneAsync(2, CallScripts.Busy);
        lane.Trunk.Numbers[lane.Mobile] = CallScripts.Busy;

        // One is busy, the other rings to its end.
        var missed = lane.Call();
        await missed.Ended;
        Assert.Equal((1, 1), (desk.Calls.Count, soft.Calls.Count));
        var first = await stage.Records.OnlyCallAsync(lane.Did);
        Assert.Equal([$"{lane.Extension(1)}:no_answer", $"{lane.Extension(2)}:busy", $"{lane.Mobile}:busy"], first.Legs);

        // Either may answer, and the other falls silent.
        soft.Script = CallScripts.AnswerAfter(Second / 2); // both ring for two seconds at least
        var caller = lane.Call(lane.Stranger());
        await caller.Answered;
        await HearAsync(caller, soft.Calls[^1]);
        await caller.HangUpAsync();
        await desk.Calls[^1].Ended;
        Assert.Contains(desk.Calls[^1].Reasons, reason => reason.Contains("Call completed elsewhere", StringComparison.Ordinal));
        var second = await stage.Records.OnlyCallAsync(lane.Did, lane.Stranger());
        Assert.Equal(("answered", lane.Extension(1)), (second.Result, second.AnsweredBy));
        Assert.Equal([$"{lane.Extension(1)}:talked"], second.Legs);
    }

    // What the recorded stretches add up to is as long as the sound: else no mark would stand where it is heard. What a phone of a
    // machine that stood still has not sent is in no recording; a second is far less than a ringing or a hold between two stretches.
    private static void AssertRecordedSeconds(CallRow call, SipCall phone) =>
        Assert.InRange(call.Marks.SecondOf(DateTimeOffset.MaxValue) - call.RecordingSeconds!.Value, -1, 1 + phone.UnsentSeconds());

    // What two colleagues say to each other is nobody's history.
    private static async Task AssertInternalAsync(Stage stage, Lane lane)
    {
        await Records.UntilAsync("the internal call", async () => await stage.Records.TelephonyCountAsync(
            "SELECT count(*) FROM calls WHERE direction = 'internal' AND placed_by = @phone AND settled AND result = 'answered'", new { phone = lane.Extension(1) }) == 1);
        Assert.Equal(1, await stage.Records.LeadsCountAsync("SELECT count(*) FROM call_activities WHERE number = @ClientNumber", lane));
        Assert.Equal(0, await stage.Records.LeadsCountAsync("SELECT count(*) FROM call_activities WHERE number = @phone", new { phone = lane.Extension(2) }));
    }
}
