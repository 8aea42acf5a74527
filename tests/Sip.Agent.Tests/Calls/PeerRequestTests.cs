using System.Globalization;
using System.Net;
using System.Text;
using Xunit;

namespace CallCenterCrm.Sip.Calls;

/// <summary>What a PBX may ask of a phone, said byte for byte by a test.</summary>
public sealed class PeerRequestTests : IAsyncLifetime
{
    private readonly RawPeer _pbx = new();
    private readonly SipPhone _phone;

    // A T1 that no busy machine outlasts: what is repeated is the business of the tests of timers.
    public PeerRequestTests() => _phone = new(
        new("101", "secret"),
        new IPEndPoint(IPAddress.Loopback, 0),
        _pbx.EndPoint,
        new() { Media = false, Patience = TimeSpan.FromSeconds(30), Timers = new() { T1 = TimeSpan.FromSeconds(5) } });

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        await _phone.DisposeAsync();
        _pbx.Dispose();
        Assert.Empty(_phone.Faults);
    }

    [Fact]
    public async Task An_UPDATE_while_ringing_changes_the_name_on_the_phone()
    {
        var (call, tag) = await RingAsync();
        var update = _pbx.Request("UPDATE", "call", tag, cseq: 2);
        update.Headers.Add("P-Asserted-Identity", SipText.Encode("\"Иванов Пётр\" <sip:79161234567@pbx>"));

        _pbx.Send(update, _phone);

        await _pbx.ReceiveAsync("200 UPDATE");
        Assert.Equal([("", "peer"), ("Иванов Пётр", "79161234567")], call.Identities.Select(shown => (shown.Display, shown.User)));
        Assert.Equal(CallState.Ringing, call.State);
        Assert.Equal(2, call.Timeline.Count(e => e.Kind == CallEventKind.Identity));
    }

    [Fact]
    public async Task A_session_refresh_that_changes_nothing_leaves_no_trace()
    {
        var (call, tag) = await TalkAsync();
        var before = call.Timeline.Count;

        _pbx.Send(_pbx.Invite("call", tag, cseq: 2), _phone);
        await _pbx.ReceiveAsync("200 INVITE");
        _pbx.Send(_pbx.Request("ACK", "call", tag, cseq: 2, branch: "ack"), _phone);
        await _pbx.ReceivesNothingMoreAsync(_phone);

        Assert.Equal(before, call.Timeline.Count);
    }

    [Theory]
    [InlineData(nameof(MediaDirection.SendOnly), "a=recvonly", true)]
    [InlineData(nameof(MediaDirection.Inactive), "a=inactive", true)]
    [InlineData(nameof(MediaDirection.ReceiveOnly), "a=sendonly", false)]
    public async Task A_re_INVITE_sets_the_direction_of_the_sound(string direction, string answered, bool held)
    {
        var (call, tag) = await TalkAsync();

        _pbx.Send(_pbx.Invite("call", tag, cseq: 2, Enum.Parse<MediaDirection>(direction)), _phone);
        var ok = await _pbx.ReceiveAsync("200 INVITE");
        _pbx.Send(_pbx.Request("ACK", "call", tag, cseq: 2, branch: "ack"), _phone);

        Assert.Contains(answered, Encoding.ASCII.GetString(ok.Body), StringComparison.Ordinal);
        Assert.Equal(held, call.HeldByThem);
    }

    [Fact]
    public async Task Two_re_INVITEs_that_meet_are_both_refused_and_ours_is_tried_again()
    {
        var (call, tag) = await TalkAsync();
        var hold = call.HoldAsync();
        var ours = await _pbx.ReceiveAsync("INVITE");

        _pbx.Send(_pbx.Invite("call", tag, cseq: 2), _phone);
        await _pbx.ReceiveAsync("491 INVITE");
        _pbx.Send(_pbx.Request("ACK", "call", tag, cseq: 2), _phone);
        _pbx.Respond(ours, 491, _phone);
        await _pbx.ReceiveAsync("ACK");
        _pbx.Respond(await _pbx.ReceiveAsync("INVITE"), 200, _phone, response => _pbx.Describe(response, MediaDirection.ReceiveOnly));
        await _pbx.ReceiveAsync("ACK");
        await hold;

        Assert.Equal((true, false), (call.HeldByUs, call.HeldByThem));
    }

    [Fact]
    public async Task A_re_INVITE_of_ours_waits_until_theirs_is_acknowledged()
    {
        var (call, tag) = await TalkAsync();
        _pbx.Send(_pbx.Invite("call", tag, cseq: 2), _phone);
        await _pbx.ReceiveAsync("200 INVITE");

        var hold = call.HoldAsync();
        await _pbx.ReceivesNothingMoreAsync(_phone);
        _pbx.Send(_pbx.Request("ACK", "call", tag, cseq: 2, branch: "ack"), _phone);
        var ours = await _pbx.ReceiveAsync("INVITE");
        _pbx.Respond(ours, 488, _phone);
        await _pbx.ReceiveAsync("ACK");

        Assert.Equal(488, (await Assert.ThrowsAsync<SipRefusedException>(() => hold)).StatusCode);
        Assert.False(call.HeldByUs);
        Assert.Contains("a=sendonly", Encoding.ASCII.GetString(ours.Body), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_INVITE_without_a_description_gets_our_offer_and_its_ACK_the_answer()
    {
        _pbx.Send(_pbx.Request("INVITE", "call"), _phone);
        await _pbx.ReceiveAsync("100 INVITE");
        var call = await _phone.NextCallAsync();
        var answer = call.AnswerAsync();
        var ok = await _pbx.ReceiveAsync("200 INVITE");
        var ack = _pbx.Request("ACK", "call", ok.To.Tag, branch: "ack");
        _pbx.Describe(ack, MediaDirection.SendOnly);
        _pbx.Send(ack, _phone);
        await answer;

        Assert.Contains("m=audio ", Encoding.ASCII.GetString(ok.Body), StringComparison.Ordinal);
        Assert.True(call.HeldByThem);
    }

    [Theory]
    [InlineData("m=audio 4000 RTP/AVP 0 101\r\n")]
    [InlineData("m=audio 4000 RTP/SAVP 8\r\n")]
    [InlineData("m=video 4000 RTP/AVP 8\r\n")]
    [InlineData("m=audio many RTP/AVP 8\r\n")]
    public async Task A_description_without_Alaw_audio_is_refused_with_488(string media)
    {
        var invite = _pbx.Request("INVITE", "call");
        invite.SetBody(Sdp.ContentType, Encoding.ASCII.GetBytes($"v=0\r\nc=IN IP4 127.0.0.1\r\n{media}"));

        _pbx.Send(invite, _phone);
        await _pbx.ReceiveAsync("100 INVITE");
        var refusal = await _pbx.ReceiveAsync("488 INVITE");
        _pbx.Send(_pbx.Request("ACK", "call", refusal.To.Tag), _phone);

        Assert.Equal((488, CallState.Ended), (_phone.Calls[0].FinalCode, _phone.Calls[0].State));
    }

    [Fact]
    public async Task The_reasons_of_the_end_are_kept()
    {
        var (call, tag) = await TalkAsync();
        var bye = _pbx.Request("BYE", "call", tag, cseq: 2);
        bye.Headers.Add("Reason", "SIP;cause=200;text=\"Call completed elsewhere\", Q.850;cause=16");

        _pbx.Send(bye, _phone);
        await _pbx.ReceiveAsync("200 BYE");

        await call.Ended;
        Assert.Equal(["SIP;cause=200;text=\"Call completed elsewhere\"", "Q.850;cause=16"], call.Reasons);
        Assert.Equal(CallSide.Them, call.EndedBy);
    }

    [Fact]
    public async Task A_BYE_before_the_answer_ends_the_INVITE_with_487()
    {
        var (call, tag) = await RingAsync();

        _pbx.Send(_pbx.Request("BYE", "call", tag, cseq: 2), _phone);
        await _pbx.ReceiveAsync("487 INVITE");
        await _pbx.ReceiveAsync("200 BYE");
        _pbx.Send(_pbx.Request("ACK", "call", tag), _phone);

        Assert.Equal((487, CallSide.Them), (call.FinalCode, call.EndedBy));
    }

    [Theory]
    [InlineData("BYE", "481 BYE")]
    [InlineData("NOTIFY", "481 NOTIFY")]
    public async Task A_request_of_an_unknown_dialog_is_told_so(string method, string answer)
    {
        _pbx.Send(_pbx.Request(method, "nobody", "tag"), _phone);

        await _pbx.ReceiveAsync(answer);
    }

    [Fact]
    public async Task A_request_out_of_order_is_refused()
    {
        var (_, tag) = await TalkAsync(cseq: 7);

        _pbx.Send(_pbx.Request("OPTIONS", "call", tag, cseq: 6), _phone);

        await _pbx.ReceiveAsync("500 OPTIONS");
    }

    [Fact]
    public async Task What_the_phone_does_not_know_is_refused_by_name()
    {
        var invite = _pbx.Invite("call");
        invite.Headers.Add("Require", "100rel");
        _pbx.Send(invite, _phone);
        var refusal = await _pbx.ReceiveAsync("420 INVITE");
        _pbx.Send(_pbx.Request("ACK", "call", refusal.To.Tag), _phone);
        Assert.Equal("100rel", refusal.Headers["Unsupported"]);

        _pbx.Send(_pbx.Request("MESSAGE", "text"), _phone);
        Assert.True((await _pbx.ReceiveAsync("405 MESSAGE")).Headers.Lists("Allow", "INVITE"));
    }

    [Fact]
    public async Task A_CANCEL_without_its_INVITE_is_told_so()
    {
        _pbx.Send(_pbx.Request("CANCEL", "nobody"), _phone);

        await _pbx.ReceiveAsync("481 CANCEL");
    }

    [Theory]
    [InlineData("no address")]
    [InlineData("<sip:102@example.com>")]
    public async Task A_REFER_to_nowhere_is_refused(string referTo)
    {
        var (call, tag) = await TalkAsync();
        var refer = _pbx.Request("REFER", "call", tag, cseq: 2);
        refer.Headers.Add("Refer-To", referTo);

        _pbx.Send(refer, _phone);

        await _pbx.ReceiveAsync("400 REFER");
        Assert.Equal(CallState.Answered, call.State);
    }

    [Theory]
    [InlineData("c=IN IP4 0.0.0.0\r\nm=audio 4000 RTP/AVP 8\r\n", true)]
    [InlineData("c=IN IP4 127.0.0.1\r\nm=audio 0 RTP/AVP 8\r\n", false)]
    [InlineData("c=IN IP4 255.255.255.255\r\nm=audio 4000 RTP/AVP 8\r\n", false)]
    [InlineData("c=IN IP6 ::1\r\nm=audio 4000 RTP/AVP 8\r\n", false)]
    public async Task Sound_that_can_go_nowhere_harms_nothing(string description, bool held)
    {
        await using var phone = new SipPhone(
            new("102", "secret"), new IPEndPoint(IPAddress.Loopback, 0), _pbx.EndPoint, new() { Timers = new() { T1 = TimeSpan.FromSeconds(5) } });
        phone.Script = CallScripts.Answer.Then(CallScripts.Wait(TimeSpan.FromMilliseconds(100))).Then(CallScripts.HangUp);
        var invite = _pbx.Request("INVITE", "call");
        invite.SetBody(Sdp.ContentType, Encoding.ASCII.GetBytes("v=0\r\n" + description));

        _pbx.Send(invite, phone);
        await _pbx.ReceiveAsync("100 INVITE");
        var ok = await _pbx.ReceiveAsync("200 INVITE");
        _pbx.Send(_pbx.Request("ACK", "call", ok.To.Tag, branch: "ack"), phone);
        _pbx.Respond(await _pbx.ReceiveAsync("BYE"), 200, phone);
        await phone.Calls[0].Ended;

        Assert.Equal((held, 0), (phone.Calls[0].HeldByThem, phone.Calls[0].RtpSent));
        Assert.Empty(phone.Faults);
    }

    [Theory]
    [InlineData("INVITE")]
    [InlineData("UPDATE")]
    [InlineData("REFER")]
    [InlineData("BYE")]
    [InlineData("ACK")]
    [InlineData("CANCEL")]
    public async Task A_request_with_any_byte_changed_breaks_nothing(string method)
    {
        const int burst = 50; // what a socket holds for a phone that does not get to reading: it loses the rest
        _phone.Script = CallScripts.Busy;
        using var another = new RawPeer(); // the first has its hands full with answers
        var length = Whole(method, 0).Length;
        for (var number = 0; number < length * 5; number++)
        {
            var changed = Whole(method, number);
            changed[number / 5] = (number % 5) switch { 0 => (byte)';', 1 => (byte)'<', 2 => (byte)' ', 3 => (byte)'\r', _ => 0xFF };
            _pbx.Send(changed, _phone);
            if (number % burst == burst - 1)
                await another.ReceivesNothingMoreAsync(_phone);
        }

        await another.ReceivesNothingMoreAsync(_phone);
        Assert.Empty(_phone.Faults);
        Assert.InRange(_phone.MalformedMessages, 1, length * 5);
    }

    [Fact]
    public async Task A_script_that_fails_is_a_fault_of_call_and_agent()
    {
        await using var phone = new SipPhone(new("102", "secret"), new IPEndPoint(IPAddress.Loopback, 0), _pbx.EndPoint);
        phone.Script = static (_, _) => throw new InvalidOperationException("a mistake in the test");

        _pbx.Send(_pbx.Invite("call"), phone);
        var call = await phone.NextCallAsync();
        await call.WaitForAsync(CallEventKind.Fault, CallSide.Us);

        Assert.Contains("a mistake in the test", call.Describe(), StringComparison.Ordinal);
        await phone.DisposeAsync();
        Assert.Contains(phone.Faults, fault => fault.Contains("a mistake in the test", StringComparison.Ordinal));
    }

    /// <summary>A valid request in a call and a transaction of its own.</summary>
    private byte[] Whole(string method, int number)
    {
        var text = Encoding.Latin1.GetString(_pbx.Invite(number.ToString("D5", CultureInfo.InvariantCulture)).ToBytes());
        text = text.Replace("INVITE", method, StringComparison.Ordinal);
        return Encoding.Latin1.GetBytes(method == "REFER" ? text.Replace("Contact:", "Refer-To:", StringComparison.Ordinal) : text);
    }

    private async Task<(SipCall Call, string Tag)> RingAsync(int cseq = 1)
    {
        _pbx.Send(_pbx.Invite("call", cseq: cseq), _phone);
        await _pbx.ReceiveAsync("100 INVITE");
        var call = await _phone.NextCallAsync();
        call.Ring();
        return (call, (await _pbx.ReceiveAsync("180 INVITE")).To.Tag!);
    }

    private async Task<(SipCall Call, string Tag)> TalkAsync(int cseq = 1)
    {
        var (call, tag) = await RingAsync(cseq);
        var answer = call.AnswerAsync();
        await _pbx.ReceiveAsync("200 INVITE");
        _pbx.Send(_pbx.Request("ACK", "call", tag, cseq, branch: "ack"), _phone);
        await answer;
        return (call, tag);
    }
}
