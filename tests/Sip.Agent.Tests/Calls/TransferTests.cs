using Xunit;

namespace CallCenterCrm.Sip.Calls;

public sealed class TransferTests : AgentToAgent
{
    [Fact]
    public async Task A_blind_transfer_moves_the_caller_to_the_other_phone()
    {
        Phone102.Script = CallScripts.AnswerAfter(Short);
        var (caller, callee) = await TalkAsync();

        var code = await callee.TransferAsync(Phone102);

        Assert.Equal((200, CallSide.Us), (code, callee.EndedBy));
        await caller.Ended;
        Assert.Equal(CallSide.Them, caller.EndedBy);
        Assert.Equal(CallState.Answered, caller.TransferredTo!.State);
        Assert.Equal("79161234567", Phone102.Calls[0].Caller.User);
        Assert.Equal([100, 200], callee.Timeline.Where(e => e.Kind == CallEventKind.ReferProgress).Select(e => e.Code));
        await Phone102.Calls[0].WaitUntilAsync(call => call.RtpReceived > 5, "hear the caller");
    }

    [Fact]
    public async Task A_blind_transfer_to_a_busy_phone_leaves_the_call_where_it_was()
    {
        Phone102.Script = CallScripts.Busy;
        var (caller, callee) = await TalkAsync();

        var code = await callee.TransferAsync(Phone102);

        Assert.Equal((486, CallState.Answered, CallState.Answered), (code, callee.State, caller.State));
    }

    [Fact]
    public async Task An_attended_transfer_puts_the_caller_in_the_place_of_the_one_who_asked()
    {
        var (caller, callee) = await TalkAsync();
        await callee.HoldAsync();
        Phone102.Script = CallScripts.AnswerAfter(Short);
        var consultation = Phone101.Dial("102", Phone102);
        await consultation.Answered;

        var code = await callee.TransferAsync(consultation);

        Assert.Equal(200, code);
        await consultation.Ended;
        await caller.Ended;
        Assert.Equal(CallSide.Them, consultation.EndedBy);
        var taken = caller.TransferredTo!;
        Assert.Equal(2, Phone102.Calls.Count);
        var (replaced, replacing) = (Phone102.Calls[0], Phone102.Calls[1]);
        Assert.Equal((CallState.Ended, CallSide.Us), (replaced.State, replaced.EndedBy));
        Assert.Equal((CallState.Answered, taken.CallId), (replacing.State, replacing.CallId));
        await replacing.WaitUntilAsync(call => call.RtpReceived > 5, "hear the caller");
    }

    [Fact]
    public async Task A_Replaces_that_names_no_call_is_refused()
    {
        var uri = SipUri.Format("101", Phone101.LocalEndPoint);

        var call = Phone102.Place(new OutgoingInvite("<sip:102@h>", $"<{uri}>", uri, Phone101.LocalEndPoint)
        {
            Headers = [new("Replaces", "nobody;to-tag=1;from-tag=2")],
        });
        await call.Ended;

        Assert.Equal(481, call.FinalCode);
        Assert.Empty(Phone101.Calls);
    }

    [Fact]
    public async Task A_phone_that_transfers_by_script_is_done_when_the_other_answers()
    {
        Phone102.Script = CallScripts.AnswerAfter(Short);
        Phone101.Script = CallScripts.Answer.Then(async (call, ended) => await call.TransferAsync(Phone102, ended));

        var caller = Trunk.Call(new() { Did = "101" });
        await caller.Ended;

        Assert.Equal(CallState.Answered, caller.TransferredTo!.State);
    }
}

internal static class DirectTransfer
{
    /// <summary>Names the other phone by its own address, as there is no PBX that knows its number.</summary>
    public static Task<int> TransferAsync(this SipCall call, SipPhone to, CancellationToken cancellationToken = default) =>
        call.ReferAsync($"<{SipUri.Format(to.Name, to.LocalEndPoint)}>", cancellationToken);
}
