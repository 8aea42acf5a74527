using CallCenterCrm.RealCalls.Support;
using CallCenterCrm.Sip;
using Xunit;

namespace CallCenterCrm.RealCalls;

/// <summary>
/// What happens to calls on any day, each held against what the phones saw. They run beside each other, each on its own lane, and
/// each is a test of <see cref="OrdinaryCallTests"/>.
/// </summary>
internal static partial class OrdinaryCalls
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    // Seconds within which a busy machine rings the next when nobody is waited for; a phone that is not passed over rings for ten.
    private const double AtOnce = 8;

    public static IReadOnlyList<(string Name, Func<Stage, Task> Run)> All { get; } =
    [
        ("answered by the responsible, who sees the client's name", AnsweredByTheFirst),
        ("first silent for fifteen seconds, the second answers", SecondAnswers),
        ("owner's mobile accepts with 1", OwnerAccepts),
        ("owner's voicemail answers, so the call is missed", OwnersVoicemail),
        ("nobody answers", Nobody),
        ("abandoned while ringing", Abandoned),
        ("busy, declining and unregistered phones are passed over at once", PassedOver),
        ("a phone on do-not-disturb and one whose owner talks are passed over at once", TalkingIsPassedOver),
        ("out of hours", OutOfHours),
        ("two calls at once from one number are two calls", TwoAtOnce),
        ("a number without a rule rings the fallback after two seconds", NoPlan),
        ("ten calls at once from an unknown number make one lead and one callback", TenAtOnce),
        ("anonymous callers, own numbers and employees open nothing", NobodysLead),
        ("blind transfer", BlindTransfer),
        ("attended transfer", AttendedTransfer),
        ("a call out is the manager's, with the client's recording", CallOut),
        ("a call between colleagues is kept apart", Internal),
        ("a transfer to a colleague who is busy leaves a client to call back", FailedTransfer),
        ("a transfer to a number that does not exist changes nothing", RefusedTransfer),
        ("a colleague is asked about a client who waits on hold", AskedWhileOnHold),
        ("three talk at once", ThreeWay),
        ("a colleague's ringing phone is picked up", PickedUp),
        ("both devices of an extension ring, and are one leg", TwoDevices),
    ];

    private static async Task AnsweredByTheFirst(Stage stage)
    {
        await using var lane = stage.NextLane();
        var first = await lane.PhoneAsync(1, CallScripts.AnswerAfter(2 * Second));
        await lane.PhoneAsync(2, CallScripts.Ring);

        var caller = lane.Call();
        await caller.Answered;
        await HearAsync(caller, first.Calls[^1]);
        await caller.DelayAsync(3 * Second, CancellationToken.None);
        await caller.HangUpAsync();

        var rung = Assert.Single(first.Calls);
        Assert.Contains(lane.ClientName, rung.Caller.ToString(), StringComparison.Ordinal);
        Assert.Contains(lane.ClientNumber, rung.Caller.ToString(), StringComparison.Ordinal);
        var call = await stage.Records.OnlyCallAsync(lane.Did);
        Assert.Equal(("in", "answered", null, lane.Extension(1), "outside", lane.ClientNumber), (call.Direction, call.Result, call.MissReason, call.AnsweredBy, call.Party, call.PartyNumber));
        Assert.Equal($"{lane.Extension(1)}@15_{lane.Extension(2)}@10_m{lane.Mobile}@25", call.PlanText);
        Assert.Equal([$"{lane.Extension(1)}:talked"], call.Legs);
        AssertNear(caller.TimeOf(CallEventKind.Answer) - caller.TimeOf(CallEventKind.Invite), call.AnsweredAt - call.StartedAt);
        AssertNear(caller.TimeOf(CallEventKind.Bye) - caller.TimeOf(CallEventKind.Answer), call.EndedAt - call.AnsweredAt);

        Assert.Equal("ready", call.Recording);
        var talked = (caller.TimeOf(CallEventKind.Bye) - caller.TimeOf(CallEventKind.Answer)).TotalSeconds;
        Assert.InRange(call.RecordingSeconds!.Value, talked - 1 - caller.UnsentSeconds(), talked + 1.5); // the ringing would add two
        Assert.Equal(
            Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(await File.ReadAllBytesAsync(Path.Combine(lane.Stack.RecordingsDirectory, call.RecordingFile!)))), call.Sha256);

        await stage.Records.InLeadsAsync(call.Id);
        Assert.Equal(1, await stage.Records.LeadsCountAsync("SELECT count(*) FROM call_activities WHERE call_id = @Id AND client_id IS NOT NULL AND result = 'answered'", call));
        await AssertNoCallbackAsync(stage, lane.ClientNumber);
        Assert.Equal(0, await stage.Records.LeadsCountAsync("SELECT count(*) FROM leads WHERE number = @ClientNumber", lane));
    }

    private static async Task SecondAnswers(Stage stage)
    {
        await using var lane = stage.NextLane();
        var first = await lane.PhoneAsync(1, CallScripts.Ring);
        var second = await lane.PhoneAsync(2, CallScripts.AnswerAfter(Second));

        var caller = lane.Call();
        await caller.Answered;
        await HearAsync(caller, second.Calls[^1]);
        await second.Calls[^1].HangUpAsync();
        await caller.Ended;

        var rung = Assert.Single(first.Calls);
        Assert.InRange((rung.TimeOf(CallEventKind.Cancel) - rung.TimeOf(CallEventKind.Invite)).TotalSeconds, 14, 16);
        var call = await stage.Records.OnlyCallAsync(lane.Did);
        Assert.Equal(("answered", lane.Extension(2)), (call.Result, call.AnsweredBy));
        Assert.Equal([$"{lane.Extension(1)}:no_answer", $"{lane.Extension(2)}:talked"], call.Legs);
    }

    private static async Task OwnerAccepts(Stage stage)
    {
        await using var lane = stage.NextLane();
        lane.Trunk.Numbers[lane.Mobile] = CallScripts.AcceptByKey(ringing: Second, listening: 2 * Second);

        var caller = lane.Call(lane.Stranger());
        await caller.Answered;
        await caller.WaitUntilAsync(call => call.RtpReceived > 20, "hear the owner");
        await caller.HangUpAsync();

        var mobile = Assert.Single(lane.Trunk.Calls, call => call.Dialled == lane.Mobile);
        Assert.True(caller.TimeOf(CallEventKind.Answer) - mobile.TimeOf(CallEventKind.Answer) >= 1.9 * Second, "the caller is answered by the key, not by the lift");
        Assert.Contains(Lane.DidOf(1), mobile.Caller.ToString(), StringComparison.Ordinal);
        var call = await stage.Records.OnlyCallAsync(lane.Did);
        Assert.Equal(("answered", lane.Mobile), (call.Result, call.AnsweredBy));
        Assert.Equal("ready", call.Recording);
    }

    private static async Task OwnersVoicemail(Stage stage)
    {
        await using var lane = stage.NextLane();
        lane.Trunk.Numbers[lane.Mobile] = CallScripts.Voicemail(ringing: Second, message: 30 * Second);

        var caller = lane.Call(lane.Stranger());
        await caller.Ended;

        Assert.False(caller.WasAnswered);
        var call = await stage.Records.OnlyCallAsync(lane.Did);
        Assert.Equal(("missed", "no_answer", null), (call.Result, call.MissReason, call.AnsweredBy));
        Assert.Equal($"{lane.Mobile}:not_accepted", call.Legs[^1]);
        Assert.Equal("nothing_to_record", call.Recording);
        await AssertCallbackAsync(stage, lane.Stranger(), misses: 1);
    }

    private static async Task Nobody(Stage stage)
    {
        await using var lane = stage.NextLane();
        var first = await lane.PhoneAsync(1, CallScripts.Ring);
        var second = await lane.PhoneAsync(2, CallScripts.Ring);
        lane.Trunk.Numbers[lane.Mobile] = CallScripts.Ring;

        var caller = lane.Call();
        await caller.Ended;

        Assert.Equal(480, caller.FinalCode);
        Assert.InRange((first.Calls[0].TimeOf(CallEventKind.Cancel) - first.Calls[0].TimeOf(CallEventKind.Invite)).TotalSeconds, 14, 16);
        Assert.InRange((second.Calls[0].TimeOf(CallEventKind.Cancel) - second.Calls[0].TimeOf(CallEventKind.Invite)).TotalSeconds, 9, 11);
        var mobile = Assert.Single(lane.Trunk.Calls, call => call.Dialled == lane.Mobile);
        Assert.InRange((mobile.TimeOf(CallEventKind.Cancel) - mobile.TimeOf(CallEventKind.Invite)).TotalSeconds, 24, 26);
        var call = await stage.Records.OnlyCallAsync(lane.Did);
        Assert.Equal(("missed", "no_answer"), (call.Result, call.MissReason));
        Assert.Equal([$"{lane.Extension(1)}:no_answer", $"{lane.Extension(2)}:no_answer", $"{lane.Mobile}:no_answer"], call.Legs);
        await AssertCallbackAsync(stage, lane.ClientNumber, misses: 1);
    }

    private static async Task Abandoned(Stage stage)
    {
        await using var lane = stage.NextLane();
        var first = await lane.PhoneAsync(1, CallScripts.Ring);

        var caller = lane.Call(lane.Stranger(), CallScripts.Wait(3 * Second).Then(CallScripts.HangUp));
        await caller.Ended;
        await first.Calls[0].Ended;

        var call = await stage.Records.OnlyCallAsync(lane.Did);
        Assert.Equal(("missed", "abandoned"), (call.Result, call.MissReason));
        Assert.Equal([$"{lane.Extension(1)}:caller_left"], call.Legs);
        AssertNear(caller.TimeOf(CallEventKind.Cancel) - caller.TimeOf(CallEventKind.Invite), call.EndedAt - call.StartedAt);
        await AssertCallbackAsync(stage, lane.Stranger(), misses: 1);
        Assert.Equal(1, await stage.Records.LeadsCountAsync("SELECT count(*) FROM leads WHERE number = @number", new { number = lane.Stranger() }));
    }

    private static async Task PassedOver(Stage stage)
    {
        await using var lane = stage.NextLane();
        var first = await lane.PhoneAsync(1, CallScripts.Busy);
        var second = await lane.PhoneAsync(2, CallScripts.Decline);
        lane.Trunk.Numbers[lane.Mobile] = CallScripts.AcceptByKey(ringing: Second, listening: Second);

        var caller = lane.Call();
        await caller.TalksAsync();
        await caller.HangUpAsync();

        var mobile = Assert.Single(lane.Trunk.Calls, call => call.Dialled == lane.Mobile);
        Assert.InRange((mobile.TimeOf(CallEventKind.Invite) - caller.TimeOf(CallEventKind.Invite)).TotalSeconds, 0, AtOnce);
        Assert.Single(first.Calls);
        Assert.Single(second.Calls);
        var call = await stage.Records.OnlyCallAsync(lane.Did);
        Assert.Equal([$"{lane.Extension(1)}:busy", $"{lane.Extension(2)}:declined", $"{lane.Mobile}:talked"], call.Legs);

        // The same again with nobody registered: only the owner's mobile is left.
        await first.UnregisterAsync();
        await second.UnregisterAsync();
        var again = lane.Call(lane.Stranger());
        await again.TalksAsync();
        await again.HangUpAsync();
        var byOwner = await stage.Records.OnlyCallAsync(lane.Did, lane.Stranger());
        Assert.Equal($"m{lane.Mobile}@25", byOwner.PlanText);
    }

    private static async Task TalkingIsPassedOver(Stage stage)
    {
        await using var lane = stage.NextLane();
        var first = await lane.PhoneAsync(1, CallScripts.Answer);
        await lane.PhoneAsync(2, CallScripts.DoNotDisturb);
        var third = await lane.PhoneAsync(3, CallScripts.AnswerAfter(Second));

        var talking = lane.Call();
        await talking.Answered;
        await HearAsync(talking, first.Calls[^1]);

        // The first talks; the next by order does not want to be disturbed; the third answers.
        var other = lane.Call(lane.Stranger());
        await other.TalksAsync();
        await other.HangUpAsync();
        await talking.HangUpAsync();

        Assert.Single(first.Calls);
        Assert.InRange((third.Calls[0].TimeOf(CallEventKind.Invite) - other.TimeOf(CallEventKind.Invite)).TotalSeconds, 0, AtOnce);
        var call = await stage.Records.OnlyCallAsync(lane.Did, lane.Stranger());
        Assert.Equal([$"{lane.Extension(2)}:declined", $"{lane.Extension(3)}:talked"], call.Legs);
        Assert.Equal(lane.Extension(3), call.AnsweredBy);
    }

    private static async Task OutOfHours(Stage stage)
    {
        await using var lane = stage.NextLane();
        var caller = stage.Trunk.Call(new TrunkCall { Did = Stage.ClosedNumber, From = lane.Stranger() });
        await caller.Ended;

        Assert.False(caller.WasAnswered);
        Assert.True(caller.RtpReceived > 50, "the caller hears that it is out of hours");
        var call = await stage.Records.OnlyCallAsync(Stage.ClosedNumber);
        Assert.Equal(("missed", "out_of_hours", true, "closed"), (call.Result, call.MissReason, call.OutOfHours, call.PlanText));
        await AssertCallbackAsync(stage, lane.Stranger(), misses: 1);
    }

    private static async Task TwoAtOnce(Stage stage)
    {
        await using var lane = stage.NextLane();
        await lane.PhoneAsync(1, CallScripts.AnswerAfter(Second));
        await lane.PhoneAsync(2, CallScripts.AnswerAfter(Second));

        var callers = new[] { lane.Call(), lane.Call() };
        await Task.WhenAll(callers.Select(caller => caller.TalksAsync()));
        await Task.WhenAll(callers.Select(caller => caller.HangUpAsync()));

        await Records.UntilAsync("two settled calls", async () => (await stage.Records.CallsToAsync(lane.Did)).Count(call => call.Settled) == 2);
        var calls = await stage.Records.CallsToAsync(lane.Did);
        Assert.Equal(2, calls.Select(call => call.Uniqueid).Distinct().Count());
        Assert.All(calls, call => Assert.Equal(("answered", lane.ClientNumber), (call.Result, call.PartyNumber)));
    }

    private static async Task NoPlan(Stage stage)
    {
        await using var lane = stage.NextLane();
        await using var fallback = new SipPhone(
            new SipCredentials("901", stage.Stack.PhonePassword("901")), new(System.Net.IPAddress.Parse("127.0.3.201"), 0), stage.Stack.Sip);
        fallback.Script = CallScripts.AnswerAfter(Second);
        await fallback.RegisterAsync();

        var caller = stage.Trunk.Call(new TrunkCall { Did = Stage.UnplannedNumber, From = lane.Stranger() });
        await caller.TalksAsync();
        await caller.HangUpAsync();

        var rung = Assert.Single(fallback.Calls);
        Assert.InRange((rung.TimeOf(CallEventKind.Invite) - caller.TimeOf(CallEventKind.Invite)).TotalSeconds, 1.9, 4);
        var call = await stage.Records.OnlyCallAsync(Stage.UnplannedNumber);
        Assert.Equal(("answered", "901", true, null), (call.Result, call.AnsweredBy, call.Fallback, call.PlanText));
    }

    private static async Task TenAtOnce(Stage stage)
    {
        await using var lane = stage.NextLane();
        await lane.PhoneAsync(1, CallScripts.Ring);

        var callers = Enumerable.Range(0, 10).Select(_ => lane.Call(lane.Stranger(), CallScripts.Wait(2 * Second).Then(CallScripts.HangUp))).ToArray();
        await Task.WhenAll(callers.Select(caller => caller.Ended));

        await AssertCallbackAsync(stage, lane.Stranger(), misses: 10);
        Assert.Equal(1, await stage.Records.LeadsCountAsync("SELECT count(*) FROM leads WHERE number = @number", new { number = lane.Stranger() }));
        Assert.Equal(10, await stage.Records.LeadsCountAsync("SELECT count(*) FROM call_activities WHERE number = @number AND lead_id IS NOT NULL", new { number = lane.Stranger() }));
    }

    private static async Task NobodysLead(Stage stage)
    {
        await using var lane = stage.NextLane();
        var anonymous = stage.Trunk.Call(new TrunkCall
        {
            Did = lane.Did,
            From = "anonymous",
            Display = "Anonymous",
            Headers = [new("Privacy", "id"), new("P-Asserted-Identity", $"<sip:{lane.Stranger(1)}@127.0.2.1>")],
            Script = CallScripts.Wait(Second).Then(CallScripts.HangUp),
        });
        var own = lane.Call(Lane.DidOf(2), CallScripts.Wait(Second).Then(CallScripts.HangUp));
        var employee = lane.Call(lane.Mobile, CallScripts.Wait(Second).Then(CallScripts.HangUp));
        var nothing = lane.Call("", CallScripts.Wait(Second).Then(CallScripts.HangUp));
        var rubbish = lane.Call("12345", CallScripts.Wait(Second).Then(CallScripts.HangUp));
        await Task.WhenAll(anonymous.Ended, own.Ended, employee.Ended, nothing.Ended, rubbish.Ended);

        await Records.UntilAsync("five settled calls", async () => (await stage.Records.CallsToAsync(lane.Did)).Count(call => call.Settled) == 5);
        var calls = await stage.Records.CallsToAsync(lane.Did);
        Assert.Equal(["anonymous", "anonymous", "employee", "own_number", "unusable"], calls.Select(call => call.Party).Order());
        Assert.All(calls, call => Assert.Equal("missed", call.Result));
        await Records.UntilAsync("nothing is left to publish", async () => await stage.Records.TelephonyCountAsync(
            "SELECT count(*) FROM changes WHERE sent_at IS NULL AND (body->>'callId')::uuid = ANY(@ids)", new { ids = calls.Select(call => call.Id).ToArray() }) == 0);
        foreach (var number in (string[])[Lane.DidOf(2), lane.Mobile, lane.Stranger(1), "12345"])
        {
            Assert.Equal(0, await stage.Records.LeadsCountAsync(
                "SELECT (SELECT count(*) FROM leads WHERE number = @number) + (SELECT count(*) FROM callbacks WHERE number = @number)", new { number }));
        }
    }

    private static async Task HearAsync(SipCall caller, SipCall callee)
    {
        await caller.WaitUntilAsync(call => call.RtpReceived > 25, "hear the callee");
        await callee.WaitUntilAsync(call => call.RtpReceived > 25, "hear the caller");
    }

    private static async Task AssertCallbackAsync(Stage stage, string number, int misses)
    {
        await Records.UntilAsync($"one callback with {misses} misses", async () => await stage.Records.LeadsCountAsync(
            "SELECT count(*) FROM callback_misses JOIN callbacks ON callbacks.id = callback_id WHERE number = @number AND closed_at IS NULL", new { number }) == misses);
        Assert.Equal(1, await stage.Records.LeadsCountAsync("SELECT count(*) FROM callbacks WHERE number = @number", new { number }));
    }

    private static async Task AssertNoCallbackAsync(Stage stage, string number) =>
        Assert.Equal(0, await stage.Records.LeadsCountAsync("SELECT count(*) FROM callbacks WHERE number = @number", new { number }));

    // The PBX's times and the phones': the same clock, some milliseconds of work between, on a busy machine more than a second.
    // Whatever is compared by this lies two seconds from what it could be mistaken for.
    private static void AssertNear(TimeSpan phones, TimeSpan? recorded) =>
        Assert.InRange((recorded!.Value - phones).TotalSeconds, -1.5, 1.5);
}
