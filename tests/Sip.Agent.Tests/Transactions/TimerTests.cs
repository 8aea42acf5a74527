using System.Net;
using Xunit;

namespace CallCenterCrm.Sip.Transactions;

/// <summary>The timers of RFC 3261 §17 against a peer that answers when, and only when, it is told to.</summary>
public sealed class TimerTests : IAsyncLifetime
{
    private readonly ManualTime _time = new();
    private readonly RawPeer _peer = new();
    private readonly SipPhone _phone;

    public TimerTests() => _phone = new(
        new("101", "secret"),
        new IPEndPoint(IPAddress.Loopback, 0),
        _peer.EndPoint,
        new() { Time = _time, Media = false, Patience = TimeSpan.FromHours(1) });

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        await _phone.DisposeAsync();
        _peer.Dispose();
        Assert.Empty(_phone.Faults);
    }

    [Fact]
    public async Task An_INVITE_is_repeated_at_doubling_intervals_and_given_up_after_32_seconds()
    {
        var call = _phone.Dial("102");
        var first = await _peer.ReceiveAsync("INVITE");
        foreach (var interval in new[] { 0.5, 1, 2, 4, 8, 16 })
        {
            _time.Advance(TimeSpan.FromSeconds(interval) - TimeSpan.FromMilliseconds(1));
            await _peer.ReceivesNothingMoreAsync(_phone);
            _time.Advance(TimeSpan.FromMilliseconds(1));
            Assert.Equal(first.ToBytes(), (await _peer.ReceiveAsync("INVITE")).ToBytes());
        }

        _time.Advance(TimeSpan.FromSeconds(0.5));

        await call.Ended.Soon();
        Assert.Equal((408, null, false), (call.FinalCode, call.EndedBy, call.WasAnswered));
        Assert.NotNull(call.Find(CallEventKind.Fault));
    }

    [Fact]
    public async Task Another_request_is_repeated_at_most_every_4_seconds_and_given_up_after_32()
    {
        var ping = _phone.PingAsync();
        await _peer.ReceiveAsync("OPTIONS");
        foreach (var interval in new[] { 0.5, 1, 2, 4, 4, 4, 4, 4, 4, 4 })
        {
            _time.Advance(TimeSpan.FromSeconds(interval) - TimeSpan.FromMilliseconds(1));
            await _peer.ReceivesNothingMoreAsync(_phone);
            _time.Advance(TimeSpan.FromMilliseconds(1));
            await _peer.ReceiveAsync("OPTIONS");
        }

        _time.Advance(TimeSpan.FromSeconds(0.5));

        Assert.Equal(408, await ping.Soon());
    }

    [Fact]
    public async Task After_a_provisional_answer_another_request_is_repeated_every_4_seconds()
    {
        var ping = _phone.PingAsync();
        var request = await _peer.ReceiveAsync("OPTIONS");
        _peer.Respond(request, 100, _phone);
        await _peer.ReceivesNothingMoreAsync(_phone);
        _time.Advance(TimeSpan.FromSeconds(0.5)); // was set before the answer came
        await _peer.ReceiveAsync("OPTIONS");
        for (var repetition = 0; repetition < 3; repetition++)
        {
            _time.Advance(TimeSpan.FromSeconds(3.999));
            await _peer.ReceivesNothingMoreAsync(_phone);
            _time.Advance(TimeSpan.FromMilliseconds(1));
            await _peer.ReceiveAsync("OPTIONS");
        }
        _peer.Respond(request, 200, _phone);

        Assert.Equal(200, await ping.Soon());
    }

    [Fact]
    public async Task A_provisional_answer_ends_the_repetition_of_an_INVITE()
    {
        var call = _phone.Dial("102");
        _peer.Respond(await _peer.ReceiveAsync("INVITE"), 180, _phone);
        await call.WaitForAsync(CallState.Ringing).Soon();

        _time.Advance(TimeSpan.FromMinutes(3));

        await _peer.ReceivesNothingMoreAsync(_phone);
        Assert.Equal(CallState.Ringing, call.State);
    }

    [Fact]
    public async Task Every_repetition_of_a_200_is_acknowledged_again()
    {
        var call = _phone.Dial("102");
        var invite = await _peer.ReceiveAsync("INVITE");
        _peer.Respond(invite, 200, _phone, response => _peer.Describe(response));
        var first = await _peer.ReceiveAsync("ACK");
        _peer.Respond(invite, 200, _phone, response => _peer.Describe(response));

        Assert.Equal(first.ToBytes(), (await _peer.ReceiveAsync("ACK")).ToBytes());
        Assert.Single(call.Timeline, e => e.Kind == CallEventKind.Answer);
        Assert.Single(call.Timeline, e => e.Kind == CallEventKind.Ack);
    }

    [Fact]
    public async Task Every_repetition_of_a_refusal_is_acknowledged_on_the_branch_of_the_INVITE()
    {
        var call = _phone.Dial("102");
        var invite = await _peer.ReceiveAsync("INVITE");
        _peer.Respond(invite, 486, _phone);
        var ack = await _peer.ReceiveAsync("ACK");
        _peer.Respond(invite, 486, _phone);
        await _peer.ReceiveAsync("ACK");

        Assert.Equal(invite.Branch, ack.Branch);
        Assert.Equal((486, CallSide.Them), (call.FinalCode, call.EndedBy));
        Assert.Single(call.Timeline, e => e.Kind == CallEventKind.Refusal);
    }

    [Fact]
    public async Task A_200_of_ours_is_repeated_until_its_ACK()
    {
        var (call, answer, ok) = await AnswerAsync();
        foreach (var interval in new[] { 0.5, 1, 2, 4, 4 })
        {
            _time.Advance(TimeSpan.FromSeconds(interval));
            Assert.Equal(ok.ToBytes(), (await _peer.ReceiveAsync("200 INVITE")).ToBytes());
        }
        _peer.Send(_peer.Request("ACK", "call", ok.To.Tag, branch: "ack"), _phone);
        await answer.Soon();

        _time.Advance(TimeSpan.FromMinutes(2));

        await _peer.ReceivesNothingMoreAsync(_phone);
        Assert.Equal(CallState.Answered, call.State);
    }

    [Fact]
    public async Task A_200_that_is_never_acknowledged_ends_the_call_with_a_BYE()
    {
        var (call, answer, _) = await AnswerAsync();

        _time.Advance(TimeSpan.FromSeconds(32));
        for (var repetition = 0; repetition < 10; repetition++)
            await _peer.ReceiveAsync("200 INVITE");
        _peer.Respond(await _peer.ReceiveAsync("BYE"), 200, _phone);

        await Assert.ThrowsAsync<SipCallEndedException>(() => answer.Soon());
        Assert.Contains(call.Timeline, e => e is { Kind: CallEventKind.Fault, By: CallSide.Them });
    }

    [Fact]
    public async Task A_refusal_of_ours_is_repeated_until_its_ACK()
    {
        _phone.Script = CallScripts.Busy;
        _peer.Send(_peer.Invite("call"), _phone);
        await _peer.ReceiveAsync("100 INVITE");
        var refusal = await _peer.ReceiveAsync("486 INVITE");
        _time.Advance(TimeSpan.FromSeconds(0.5));
        await _peer.ReceiveAsync("486 INVITE");
        _peer.Send(_peer.Request("ACK", "call", refusal.To.Tag), _phone);
        await _peer.ReceivesNothingMoreAsync(_phone);

        _time.Advance(TimeSpan.FromMinutes(2));

        await _peer.ReceivesNothingMoreAsync(_phone);
    }

    [Fact]
    public async Task A_request_that_comes_twice_is_done_once_and_answered_alike()
    {
        _peer.Send(_peer.Invite("call"), _phone);
        await _peer.ReceiveAsync("100 INVITE");
        var call = await _phone.NextCallAsync().Soon();
        call.Ring();
        var ringing = await _peer.ReceiveAsync("180 INVITE");

        _peer.Send(_peer.Invite("call"), _phone);

        Assert.Equal(ringing.ToBytes(), (await _peer.ReceiveAsync("180 INVITE")).ToBytes());
        Assert.Single(_phone.Calls);
    }

    [Fact]
    public async Task A_CANCEL_waits_for_the_first_provisional_answer()
    {
        var call = _phone.Dial("102");
        var invite = await _peer.ReceiveAsync("INVITE");
        var hangUp = call.HangUpAsync();
        await _peer.ReceivesNothingMoreAsync(_phone);
        _peer.Respond(invite, 100, _phone);
        var cancel = await _peer.ReceiveAsync("CANCEL");
        _peer.Respond(cancel, 200, _phone);
        _peer.Respond(invite, 487, _phone);
        await _peer.ReceiveAsync("ACK");
        await hangUp.Soon();

        Assert.Equal((invite.Branch, invite.CSeq), (cancel.Branch, cancel.CSeq));
        Assert.Equal((487, CallSide.Us), (call.FinalCode, call.EndedBy));
    }

    [Fact]
    public async Task A_CANCEL_that_the_200_crosses_becomes_ACK_and_BYE()
    {
        var call = _phone.Dial("102");
        var invite = await _peer.ReceiveAsync("INVITE");
        _peer.Respond(invite, 180, _phone);
        await call.WaitForAsync(CallState.Ringing).Soon();
        var hangUp = call.HangUpAsync();
        await _peer.ReceiveAsync("CANCEL");
        _peer.Respond(invite, 200, _phone, response => _peer.Describe(response));
        await _peer.ReceiveAsync("ACK");
        _peer.Respond(await _peer.ReceiveAsync("BYE"), 200, _phone);
        await hangUp.Soon();

        Assert.Equal((200, true, CallSide.Us), (call.FinalCode, call.WasAnswered, call.EndedBy));
    }

    [Fact]
    public async Task A_CANCEL_without_a_final_answer_ends_the_call_after_32_seconds()
    {
        var call = _phone.Dial("102");
        _peer.Respond(await _peer.ReceiveAsync("INVITE"), 180, _phone);
        await call.WaitForAsync(CallState.Ringing).Soon();
        var hangUp = call.HangUpAsync();
        _peer.Respond(await _peer.ReceiveAsync("CANCEL"), 200, _phone);
        await _peer.ReceivesNothingMoreAsync(_phone);

        _time.Advance(TimeSpan.FromSeconds(32));

        await hangUp.Soon();
        Assert.Equal((408, CallSide.Us), (call.FinalCode, call.EndedBy));
    }

    [Fact]
    public async Task A_wait_that_is_in_vain_names_the_call_and_its_state()
    {
        var call = _phone.Dial("102");
        _peer.Respond(await _peer.ReceiveAsync("INVITE"), 180, _phone);
        await call.WaitForAsync(CallState.Ringing).Soon();
        var answered = call.WaitForAsync(CallState.Answered, TimeSpan.FromSeconds(20));

        _time.Advance(TimeSpan.FromSeconds(20));

        var error = await Assert.ThrowsAsync<TimeoutException>(() => answered.Soon());
        Assert.Contains("101: call of <sip:101@", error.Message, StringComparison.Ordinal);
        Assert.Contains("Ringing did not be Answered within 20 s", error.Message, StringComparison.Ordinal);
    }

    private async Task<(SipCall Call, Task Answer, SipMessage Ok)> AnswerAsync()
    {
        _peer.Send(_peer.Invite("call"), _phone);
        await _peer.ReceiveAsync("100 INVITE");
        var call = await _phone.NextCallAsync().Soon();
        var answer = call.AnswerAsync();
        return (call, answer, await _peer.ReceiveAsync("200 INVITE"));
    }
}
