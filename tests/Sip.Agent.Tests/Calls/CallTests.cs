using System.Text;
using Xunit;

namespace CallCenterCrm.Sip.Calls;

public sealed class CallTests : AgentToAgent
{
    [Fact]
    public async Task A_call_rings_is_answered_and_hung_up_and_both_sides_tell_the_same()
    {
        var caller = Trunk.Call(new() { Did = "101", From = "79161234567", Display = "Иванов \"Пётр\"" });
        var callee = await Phone101.NextCallAsync();
        callee.Ring();
        await caller.WaitForAsync(CallState.Ringing);
        await callee.AnswerAsync();
        await caller.Answered;
        await caller.HangUpAsync();
        await callee.Ended;

        Assert.Equal(
            [CallEventKind.Invite, CallEventKind.Provisional, CallEventKind.Answer, CallEventKind.Ack, CallEventKind.Bye, CallEventKind.Ended],
            Kinds(caller));
        Assert.Equal(Kinds(caller), Kinds(callee));
        Assert.Equal((200, CallSide.Us, true), (caller.FinalCode, caller.EndedBy, caller.WasAnswered));
        Assert.Equal((200, CallSide.Them, true), (callee.FinalCode, callee.EndedBy, callee.WasAnswered));
        Assert.Equal(("101", "Иванов \"Пётр\"", "79161234567"), (callee.Dialled, callee.Caller.Display, callee.Caller.User));
        Assert.InRange(callee.TimeOf(CallEventKind.Invite), caller.TimeOf(CallEventKind.Invite), caller.TimeOf(CallEventKind.Provisional));
        Assert.InRange(caller.TimeOf(CallEventKind.Answer), callee.TimeOf(CallEventKind.Answer), callee.TimeOf(CallEventKind.Ack));
    }

    [Theory]
    [InlineData(486)]
    [InlineData(480)]
    [InlineData(603)]
    public async Task A_phone_that_refuses_gives_its_code_to_the_caller(int code)
    {
        Phone101.Script = CallScripts.Refuse(code);

        var caller = Trunk.Call(new() { Did = "101" });
        await caller.Ended;

        Assert.Equal((code, CallSide.Them, false), (caller.FinalCode, caller.EndedBy, caller.WasAnswered));
        Assert.Equal((code, CallSide.Us), (Phone101.Calls[0].FinalCode, Phone101.Calls[0].EndedBy));
        Assert.Null(caller.Find(CallEventKind.Provisional));
    }

    [Fact]
    public async Task A_caller_who_gives_up_leaves_a_cancelled_call()
    {
        Phone101.Script = CallScripts.Ring;
        var caller = Trunk.Call(new() { Did = "101" });
        await caller.WaitForAsync(CallState.Ringing);

        await caller.HangUpAsync();

        var callee = Phone101.Calls[0];
        await callee.Ended;
        Assert.Equal((487, CallSide.Us), (caller.FinalCode, caller.EndedBy));
        Assert.Equal((487, CallSide.Them), (callee.FinalCode, callee.EndedBy));
        Assert.Equal(
            [CallEventKind.Invite, CallEventKind.Provisional, CallEventKind.Cancel, CallEventKind.Refusal, CallEventKind.Ended], Kinds(callee));
    }

    [Fact]
    public async Task A_phone_that_says_nothing_is_cancelled_as_well()
    {
        Phone101.Script = CallScripts.Silent;
        var caller = Trunk.Call(new() { Did = "101" });
        var callee = await Phone101.NextCallAsync();

        await caller.HangUpAsync();
        await callee.Ended;

        Assert.Null(callee.Find(CallEventKind.Provisional));
        Assert.NotNull(callee.Find(CallEventKind.Cancel, CallSide.Them));
    }

    [Fact]
    public async Task Waiting_for_an_answer_fails_at_once_when_the_call_is_refused()
    {
        Phone101.Script = CallScripts.RingFor(Short).Then(CallScripts.Busy);
        var caller = Trunk.Call(new() { Did = "101" });

        var error = await Assert.ThrowsAsync<SipCallEndedException>(() => caller.Answered);

        Assert.Contains("Ended (486) could not be Answered", error.Message, StringComparison.Ordinal);
        Assert.Contains("Them Provisional 180 Ringing", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_script_rings_answers_presses_a_key_talks_and_hangs_up()
    {
        Phone101.Script = CallScripts.AcceptByKey(Short, Short).Then(CallScripts.Wait(Short)).Then(CallScripts.HangUp);

        var caller = Trunk.Call(new() { Did = "101" });
        await caller.Ended;

        Assert.Equal((CallSide.Them, "1"), (caller.EndedBy, caller.Keys));
        var callee = Phone101.Calls[0]; // his times: the caller hears of it when the machine lets him
        Assert.InRange(callee.TimeOf(CallEventKind.Answer) - callee.TimeOf(CallEventKind.Provisional), Short * 0.9, Options.Patience);
        Assert.InRange(callee.TimeOf(CallEventKind.Dtmf) - callee.TimeOf(CallEventKind.Answer), Short * 0.9, Options.Patience);
    }

    [Fact]
    public async Task A_voicemail_box_answers_and_never_presses_a_key()
    {
        Trunk.Numbers["79035550001"] = CallScripts.Voicemail(Short, Short);
        Trunk.Numbers["79035550002"] = CallScripts.Busy;
        await using var pbx = Phone("104", Trunk.LocalEndPoint);

        var box = pbx.Dial("79035550001");
        var busy = pbx.Dial("79035550002");
        await box.Ended;
        await busy.Ended;

        Assert.Equal((true, "", CallSide.Them), (box.WasAnswered, box.Keys, box.EndedBy));
        Assert.Equal((false, 486), (busy.WasAnswered, busy.FinalCode));
    }

    [Fact]
    public async Task A_script_ends_with_its_call_and_is_no_fault()
    {
        Phone101.Script = CallScripts.AnswerAfter(TimeSpan.FromMinutes(5));
        var caller = Trunk.Call(new() { Did = "101" });
        await caller.WaitForAsync(CallState.Ringing);

        await caller.HangUpAsync();
        await Phone101.Calls[0].Ended;

        Assert.Null(Phone101.Calls[0].Find(CallEventKind.Fault));
    }

    [Fact]
    public async Task Sound_flows_both_ways_at_50_packets_a_second_and_is_counted()
    {
        var (caller, callee) = await TalkAsync();

        await callee.WaitUntilAsync(call => call.RtpReceived >= 50, "hear 50 packets");
        await caller.WaitUntilAsync(call => call.RtpReceived >= 50, "hear 50 packets");
        var heardFor = caller.TimeOf(CallEventKind.FirstSound) - caller.TimeOf(CallEventKind.Answer);

        Assert.InRange(heardFor, -Options.Patience, Options.Patience); // either may be read first
        Assert.InRange(caller.RtpSent, 50, 1000);
        await caller.HangUpAsync();
    }

    [Fact]
    public async Task Keys_arrive_each_once_and_in_order()
    {
        var (caller, callee) = await TalkAsync();

        await caller.PressAsync("1*0#11");

        await callee.WaitUntilAsync(call => call.Keys.Length == 6, "get six keys");
        Assert.Equal("1*0#11", callee.Keys);
        await Assert.ThrowsAsync<ArgumentException>(() => caller.PressAsync("x"));
    }

    [Fact]
    public async Task Hold_stops_the_sound_and_resume_brings_it_back()
    {
        var (caller, callee) = await TalkAsync();
        await caller.WaitUntilAsync(call => call.RtpReceived > 5, "hear the callee");

        await callee.HoldAsync();

        await caller.WaitForAsync(CallEventKind.Hold, CallSide.Them);
        Assert.Equal((true, true), (callee.HeldByUs, caller.HeldByThem));
        Assert.Equal((false, false), (callee.HeldByThem, caller.HeldByUs));
        await callee.PressAsync("5"); // a key takes 260 ms: what was on the way has come by then
        await caller.WaitUntilAsync(call => call.Keys == "5", "get the key");
        var (heardByCaller, heardByCallee) = (caller.RtpReceived, callee.RtpReceived);
        await callee.PressAsync("6");
        await caller.WaitUntilAsync(call => call.Keys == "56", "get the key");
        Assert.Equal((heardByCaller, heardByCallee), (caller.RtpReceived, callee.RtpReceived));

        await callee.ResumeAsync();

        await caller.WaitForAsync(CallEventKind.Resume, CallSide.Them);
        await caller.WaitUntilAsync(call => call.RtpReceived > heardByCaller, "hear the callee again");
        await callee.WaitUntilAsync(call => call.RtpReceived > heardByCallee, "hear the caller again");
        Assert.Equal((false, false), (callee.HeldByUs, caller.HeldByThem));
    }

    [Fact]
    public async Task Two_who_hold_each_other_at_once_both_get_their_way()
    {
        var (caller, callee) = await TalkAsync();

        await Task.WhenAll(caller.HoldAsync(), callee.HoldAsync());

        Assert.Equal((true, true), (caller.HeldByUs, callee.HeldByUs));
        await Task.WhenAll(caller.ResumeAsync(), callee.ResumeAsync());
        await callee.WaitUntilAsync(call => !call.HeldByThem, "be resumed");
        await caller.WaitUntilAsync(call => !call.HeldByThem, "be resumed");
    }

    [Fact]
    public async Task Early_sound_is_offered_by_183()
    {
        var caller = Trunk.Call(new() { Did = "101" });
        var callee = await Phone101.NextCallAsync();
        callee.Ring(183);

        var progress = await caller.WaitForAsync(CallEventKind.Provisional, CallSide.Them);

        Assert.Equal(183, progress.Code);
        await callee.AnswerAsync();
        await caller.Answered;
    }

    public static TheoryData<string, string, string> HostileCallers => new()
    {
        { "\"Иванов\" <sip:79161234567@h>", "Иванов", "79161234567" },
        { "<sip:7916%0d%0a%0d%0aEvent%3A%20Fake@h>", "", "7916%0d%0a%0d%0aEvent%3A%20Fake" },
        { "\"${SHELL(id)}\" <sip:${SHELL(id)}@h>", "${SHELL(id)}", "${SHELL(id)}" },
        { "\"ООО \\\"Ромашка\\\"\" <sip:1@h>", "ООО \"Ромашка\"", "1" },
        { "\"Anonymous\" <sip:anonymous@anonymous.invalid>", "Anonymous", "anonymous" },
        { "<tel:+79161234567>", "", "+79161234567" },
        { "\"<img src=x onerror=alert(1)>\" <sip:1@h>", "<img src=x onerror=alert(1)>", "1" },
        { "<sip:h>", "", "" },
    };

    [Theory]
    [MemberData(nameof(HostileCallers))]
    public async Task A_caller_of_any_name_and_number_arrives_as_he_was_sent(string from, string display, string user)
    {
        Phone101.Script = CallScripts.Busy;

        var caller = Trunk.Call(new() { Did = "101", RawFrom = Encoding.UTF8.GetBytes(from) });
        await caller.Ended;

        var shown = Phone101.Calls[0].Caller;
        Assert.Equal((486, display, user), (caller.FinalCode, shown.Display, shown.User));
    }

    [Fact]
    public async Task Invalid_bytes_and_extra_headers_go_out_untouched()
    {
        Phone101.Script = CallScripts.Busy;

        var caller = Trunk.Call(new()
        {
            Did = "101",
            RawFrom = (byte[])[(byte)'"', 0xC8, 0xE2, 0xE0, (byte)'"', .. " <sip:1@h>"u8],
            Headers = [new("P-Asserted-Identity", "\"Пётр\" <sip:79161234567@h>"), new("Privacy", "id")],
        });
        await caller.Ended;

        Assert.Equal("\uFFFD\uFFFD\uFFFD", Phone101.Calls[0].Caller.Display);
        Assert.Contains("P-Asserted-Identity: \"Пётр\" <sip:79161234567@h>", Phone101.Log.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("<sip:1@h>\r\nX: y")]
    [InlineData("<sip:1@h>\n")]
    public void A_raw_line_end_in_From_is_refused_and_no_call_is_made(string from)
    {
        Assert.Throws<ArgumentException>(() => Trunk.Call(new() { Did = "101", RawFrom = Encoding.UTF8.GetBytes(from) }));
        Assert.Empty(Trunk.Calls);
    }

    [Fact]
    public async Task Closing_an_agent_ends_its_calls_for_the_peers_too()
    {
        var (caller, callee) = await TalkAsync();
        Phone102.Script = CallScripts.Ring;
        var ringing = Phone101.Dial("102", Phone102);
        await ringing.WaitForAsync(CallState.Ringing);

        await Phone101.DisposeAsync();

        await caller.Ended;
        await Phone102.Calls[0].Ended;
        Assert.Equal(CallSide.Them, caller.EndedBy);
        Assert.Equal(CallSide.Us, callee.EndedBy);
        Assert.Equal((487, CallSide.Them), (Phone102.Calls[0].FinalCode, Phone102.Calls[0].EndedBy));
    }
}

internal static class DirectDialling
{
    public static SipCall Call(this SipTrunk from, TrunkCall call, SipPhone to)
    {
        var uri = SipUri.Format(call.Did, to.LocalEndPoint);
        return from.Place(new OutgoingInvite($"<sip:{call.From}@trunk>", $"<{uri}>", uri, to.LocalEndPoint));
    }

    /// <summary>Dials a phone at its own address, as if there were a PBX between.</summary>
    public static SipCall Dial(this SipPhone from, string number, SipPhone to)
    {
        var uri = SipUri.Format(number, to.LocalEndPoint);
        return from.Place(new OutgoingInvite($"<{SipUri.Format(from.Name, from.LocalEndPoint)}>", $"<{uri}>", uri, to.LocalEndPoint));
    }
}
