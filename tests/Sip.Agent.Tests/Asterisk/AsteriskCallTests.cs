using System.Globalization;
using System.Net;
using System.Runtime.Versioning;
using Xunit;

namespace CallCenterCrm.Sip.Asterisk;

/// <summary>Phones, provider and owner's mobile around a real Asterisk; what they saw is held against what it wrote in CEL.</summary>
[Collection(AsteriskTests.Name)]
[UnsupportedOSPlatform("windows")]
public sealed class AsteriskCallTests : IAsyncLifetime
{
    private const string Did = "74951000001";
    private const string Mobile = "79035550001";
    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(300);
    private static int _lastCaller;

    private readonly AsteriskServer _asterisk;
    private readonly SipTrunk _trunk;
    private readonly SipPhone _phone101;
    private readonly SipPhone _phone102;
    private readonly SipPhone _phone103;

    // Each test has a number of its own, by which CEL finds its call.
    private readonly string _caller = (79160000000 + Interlocked.Increment(ref _lastCaller)).ToString(CultureInfo.InvariantCulture);

    public AsteriskCallTests(AsteriskServer asterisk)
    {
        _asterisk = asterisk;
        _trunk = new(AsteriskServer.Provider, AsteriskServer.Pbx, Options());
        (_phone101, _phone102, _phone103) = (Phone("101"), Phone("102"), Phone("103"));
    }

    public Task InitializeAsync() => Task.WhenAll(_phone101.RegisterAsync(), _phone102.RegisterAsync(), _phone103.RegisterAsync());

    public async Task DisposeAsync()
    {
        SipAgent[] agents = [_phone101, _phone102, _phone103, _trunk];
        foreach (var agent in agents)
            await agent.DisposeAsync();
        Assert.All(agents, agent => Assert.Empty(agent.Faults));
        Assert.All(agents, agent => Assert.Equal(0, agent.MalformedMessages));
        Assert.All(agents.SelectMany(agent => agent.Calls), call => Assert.Null(call.Find(CallEventKind.Fault)));
    }

    [Fact]
    public async Task Phones_register_and_a_wrong_password_does_not()
    {
        await using var thief = new SipPhone(new("103", "guessed"), Any("127.0.1.104"), AsteriskServer.Pbx, Options());

        Assert.Equal(401, (await Assert.ThrowsAsync<SipRefusedException>(() => thief.RegisterAsync())).StatusCode);
        Assert.Null(thief.RegisteredUntil);
        Assert.All(new[] { _phone101, _phone102, _phone103 }, phone => Assert.NotNull(phone.RegisteredUntil));
        await _phone101.RegisterAsync(TimeSpan.FromSeconds(60));
        Assert.InRange(_phone101.RegisteredUntil!.Value - DateTimeOffset.UtcNow, TimeSpan.FromSeconds(40), TimeSpan.FromSeconds(61));
    }

    [Fact]
    public async Task The_fallback_group_rings_and_the_first_who_lifts_talks_to_the_caller()
    {
        _phone101.Script = CallScripts.AnswerAfter(Moment);
        _phone102.Script = _phone103.Script = CallScripts.Ring;

        var caller = Call();
        await caller.Answered;
        var callee = _phone101.Calls[0];
        await callee.WaitUntilAsync(call => call.RtpReceived > 25, "hear the caller");
        await caller.WaitUntilAsync(call => call.RtpReceived > 25, "hear the phone");
        await caller.HangUpAsync();
        await callee.Ended;

        // Without a gateway the dialplan waits 2 s for a plan.
        Assert.InRange(callee.TimeOf(CallEventKind.Invite) - caller.TimeOf(CallEventKind.Invite), Seconds(1.9), Seconds(4));
        Assert.InRange(callee.TimeOf(CallEventKind.Answer) - callee.TimeOf(CallEventKind.Provisional), Moment * 0.9, Options().Patience);
        Assert.Equal(_caller, callee.Caller.User);
        Assert.Equal((CallSide.Us, CallSide.Them), (caller.EndedBy, callee.EndedBy));
        Assert.Contains("Q.850;cause=16", callee.Reasons);
        foreach (var other in new[] { _phone102.Calls[0], _phone103.Calls[0] })
        {
            await other.Ended;
            Assert.Equal((487, CallSide.Them, false), (other.FinalCode, other.EndedBy, other.WasAnswered));
            Assert.Contains(other.Reasons, reason => reason.Contains("Call completed elsewhere", StringComparison.Ordinal));
        }
        var cel = await _asterisk.Cel.EndedAsync(_caller);
        Assert.Equal(["PJSIP/101"], cel.TalkedTo);
        await WrittenAsync(cel.UniqueId);
        Assert.InRange(new FileInfo(_asterisk.Recording(cel.UniqueId)).Length, 44 + 1600, long.MaxValue);
        Assert.True(IsLoud(cel.UniqueId), "The recording is silent.");
    }

    [Fact]
    public async Task A_caller_who_leaves_while_it_rings_stops_every_phone()
    {
        Everybody(CallScripts.Ring);
        var caller = Call();
        var ringing = await Task.WhenAll(_phone101.NextCallAsync(), _phone102.NextCallAsync(), _phone103.NextCallAsync());

        await caller.HangUpAsync();

        foreach (var call in ringing)
        {
            await call.Ended;
            Assert.Equal((487, CallSide.Them, false), (call.FinalCode, call.EndedBy, call.WasAnswered));
            Assert.DoesNotContain(call.Reasons, reason => reason.Contains("elsewhere", StringComparison.Ordinal));
        }
        Assert.Equal((487, CallSide.Us), (caller.FinalCode, caller.EndedBy));
        Assert.Empty((await _asterisk.Cel.EndedAsync(_caller)).TalkedTo);
    }

    [Fact]
    public async Task With_everybody_busy_the_call_is_refused_and_nobody_talked()
    {
        Everybody(CallScripts.Busy);
        _trunk.Numbers[Mobile] = CallScripts.Busy;

        var caller = Call();
        await caller.Ended;

        Assert.Equal((CallSide.Them, false), (caller.EndedBy, caller.WasAnswered));
        Assert.InRange(caller.FinalCode, 400, 699);
        Assert.Equal([486, 486, 486], new[] { _phone101, _phone102, _phone103 }.Select(phone => phone.Calls[0].FinalCode));
        var mobile = _trunk.Calls.Single(call => call.Direction == CallDirection.Incoming);
        Assert.Equal((Mobile, 486), (mobile.Dialled, mobile.FinalCode));
        Assert.Empty((await _asterisk.Cel.EndedAsync(_caller)).TalkedTo);
    }

    [Fact]
    public async Task Who_declines_or_is_not_to_be_disturbed_leaves_the_call_to_the_others()
    {
        _phone101.Script = CallScripts.RingFor(Moment).Then(CallScripts.Decline);
        _phone102.Script = CallScripts.DoNotDisturb;
        _phone103.Script = CallScripts.Ring.Then(async (call, ended) =>
        {
            // After both of them, however late they are.
            await (await _phone101.NextCallAsync(cancellationToken: ended)).Ended;
            await (await _phone102.NextCallAsync(cancellationToken: ended)).Ended;
            await call.AnswerAsync(ended);
        });

        var caller = Call();
        await TalkAsync(caller);
        await _phone103.Calls[0].HangUpAsync();
        await caller.Ended;

        Assert.Equal((603, 480, 200), (_phone101.Calls[0].FinalCode, _phone102.Calls[0].FinalCode, _phone103.Calls[0].FinalCode));
        Assert.Equal(CallSide.Them, caller.EndedBy);
        Assert.Equal(["PJSIP/103"], (await _asterisk.Cel.EndedAsync(_caller)).TalkedTo);
    }

    [Fact]
    public async Task A_phone_without_180_that_lifts_at_once_talks()
    {
        _phone101.Script = CallScripts.Answer;

        var caller = Call();
        await TalkAsync(caller);
        await caller.HangUpAsync();

        Assert.Null(_phone101.Calls[0].Find(CallEventKind.Provisional));
        Assert.Equal(["PJSIP/101"], (await _asterisk.Cel.EndedAsync(_caller)).TalkedTo);
    }

    [Fact]
    public async Task Hold_silences_the_phone_and_resume_brings_it_back()
    {
        var (caller, callee) = await TalkAsync();

        await callee.HoldAsync();
        var sent = callee.RtpSent;
        await callee.WaitUntilAsync(call => call.HeldByUs, "be on hold");
        await callee.PressAsync("5");
        Assert.InRange(callee.RtpSent - sent, 8, 10); // the key's own packets, and at most a frame on each side of it
        await callee.ResumeAsync();

        var heard = caller.RtpReceived;
        await caller.WaitUntilAsync(call => call.RtpReceived > heard + 25, "hear the phone again");
        Assert.Equal(
            [CallEventKind.Hold, CallEventKind.Resume],
            callee.Timeline.Where(e => e.By == CallSide.Us && e.Kind is CallEventKind.Hold or CallEventKind.Resume).Select(e => e.Kind));
        await caller.HangUpAsync();
        Assert.Equal(["PJSIP/101"], (await _asterisk.Cel.EndedAsync(_caller)).TalkedTo);
    }

    [Fact]
    public async Task A_blind_transfer_moves_the_caller()
    {
        var (caller, callee) = await TalkAsync();
        _phone102.Script = CallScripts.AnswerAfter(Moment);

        var code = await callee.TransferAsync("102");

        Assert.Equal(200, code);
        var target = _phone102.Calls[^1];
        await target.Answered;
        await target.WaitUntilAsync(call => call.RtpReceived > 25, "hear the caller");
        Assert.Equal(CallState.Answered, caller.State);
        await caller.HangUpAsync();
        await target.Ended;
        var cel = await _asterisk.Cel.EndedAsync(_caller);
        Assert.Equal(["PJSIP/101", "PJSIP/102"], cel.TalkedTo);
        Assert.Contains(cel.All, record => record.EventType == "BLINDTRANSFER" && record.Endpoint == "PJSIP/101");
    }

    [Fact]
    public async Task An_attended_transfer_puts_the_caller_into_the_consultation()
    {
        var (caller, callee) = await TalkAsync();
        await callee.HoldAsync();
        _phone102.Script = CallScripts.AnswerAfter(Moment);
        var consultation = _phone101.Dial("102");
        await consultation.WaitUntilAsync(call => call.RtpReceived > 10, "hear the second phone");
        var target = _phone102.Calls[^1];
        Assert.Equal("101", target.Caller.User);

        var code = await callee.TransferAsync(consultation);

        Assert.Equal(200, code);
        await consultation.Ended;
        Assert.Equal(CallSide.Them, consultation.EndedBy);
        var heard = target.RtpReceived;
        await target.WaitUntilAsync(call => call.RtpReceived > heard + 25, "hear the caller");
        Assert.Equal(CallState.Answered, caller.State);
        await target.HangUpAsync();
        await caller.Ended;
        var cel = await _asterisk.Cel.EndedAsync(_caller);
        Assert.Equal(["PJSIP/101", "PJSIP/102"], cel.TalkedTo);
        Assert.Contains(cel.All, record => record.EventType == "ATTENDEDTRANSFER");
    }

    [Fact]
    public async Task The_owner_takes_the_call_on_his_mobile_by_pressing_1()
    {
        Everybody(CallScripts.Busy);
        _trunk.Numbers[Mobile] = CallScripts.AcceptByKey(Moment, listening: Seconds(1));

        var caller = Call();
        await TalkAsync(caller);
        var mobile = _trunk.Calls.Single(call => call.Direction == CallDirection.Incoming);
        await caller.HangUpAsync();
        await mobile.Ended;

        Assert.Equal(Did, mobile.Caller.User); // our number goes out, not the customer's
        Assert.InRange(caller.TimeOf(CallEventKind.Answer), mobile.TimeOf(CallEventKind.Dtmf, CallSide.Us), TimeSpan.MaxValue);
        Assert.NotNull(mobile.Find(CallEventKind.FirstSound)); // the prompt
        Assert.Equal(["PJSIP/trunk"], (await _asterisk.Cel.EndedAsync(_caller)).TalkedTo);
    }

    [Fact]
    public async Task The_owners_voicemail_box_is_no_answer()
    {
        Everybody(CallScripts.Busy);
        _trunk.Numbers[Mobile] = CallScripts.Voicemail(Moment, message: Seconds(3));

        var caller = Call();
        await caller.Ended;

        var mobile = _trunk.Calls.Single(call => call.Direction == CallDirection.Incoming);
        Assert.Equal((true, CallSide.Us), (mobile.WasAnswered, mobile.EndedBy));
        Assert.Equal((false, CallSide.Them), (caller.WasAnswered, caller.EndedBy));
        Assert.Empty((await _asterisk.Cel.EndedAsync(_caller)).TalkedTo);
    }

    [Fact]
    public async Task A_phone_calls_out_through_the_trunk_under_the_companys_number()
    {
        _trunk.Script = CallScripts.AnswerAfter(Moment).Then(CallScripts.Wait(Moment)).Then(CallScripts.HangUp);

        var call = _phone101.Dial("79261112233");
        await call.Ended;

        Assert.Equal((true, CallSide.Them), (call.WasAnswered, call.EndedBy));
        Assert.Equal(("79261112233", Did), (_trunk.Calls[0].Dialled, _trunk.Calls[0].Caller.User));
    }

    [Theory]
    [InlineData("%0d%0a%0d%0aEvent%3A%20BridgeEnter%0d%0a%0d%0a", null, "")]
    [InlineData("%24%7BSHELL(id)%7D", "${SHELL(id)}", "${SHELL(id)}")]
    [InlineData("", "ООО \"Ромашка\"", "ООО \\\"Ромашка\\\"")] // Asterisk escapes once more what SIP had escaped
    public async Task A_hostile_name_or_number_rings_like_any_other(string suffix, string? display, string shownName)
    {
        _phone101.Script = CallScripts.AnswerAfter(Moment);

        var caller = _trunk.Call(new() { Did = Did, From = _caller + suffix, Display = display });
        await caller.Answered;
        await caller.HangUpAsync();

        var shown = _phone101.Calls[0].Caller;
        Assert.Equal(_caller, shown.User); // the dialplan's FILTER
        Assert.Equal(shownName, shown.Display);
    }

    [Fact]
    public async Task Under_load_every_call_of_the_SIP_side_is_in_CEL_once()
    {
        const int calls = 60;
        Everybody(CallScripts.Busy);
        await using var phone = new SipPhone(
            new("101", AsteriskServer.Password), Any("127.0.1.111"), AsteriskServer.Pbx, Options() with { Media = false });
        phone.Script = CallScripts.Ring.Then(CallScripts.Answer);
        await phone.RegisterAsync();
        var first = long.Parse(_caller, CultureInfo.InvariantCulture) * 10;

        var report = await SipLoad.RunAsync(_trunk, new()
        {
            Did = Did,
            Calls = calls,
            CallsPerSecond = 20,
            Caller = number => (first + number).ToString(CultureInfo.InvariantCulture),
            Talk = Seconds(1),
        });

        Assert.Equal((calls, calls, 0), (report.Placed, report.Answered, report.UnconfirmedEnds));
        for (var number = 0; number < calls; number++)
        {
            var cel = await _asterisk.Cel.EndedAsync((first + number).ToString(CultureInfo.InvariantCulture));
            Assert.Equal(["PJSIP/101"], cel.TalkedTo);
        }
        Assert.Equal(calls, phone.Calls.Select(call => call.Caller.User).Distinct(StringComparer.Ordinal).Count());
    }

    private static SipPhone Phone(string number) =>
        new(new(number, AsteriskServer.Password), Any("127.0.1." + number), AsteriskServer.Pbx, Options());

    private static SipAgentOptions Options() => new() { Patience = TimeSpan.FromSeconds(40), LogCapacity = 300 };

    private static IPEndPoint Any(string address) => new(IPAddress.Parse(address), 0);

    private static TimeSpan Seconds(double seconds) => TimeSpan.FromSeconds(seconds);

    private void Everybody(CallScript script) => _phone101.Script = _phone102.Script = _phone103.Script = script;

    private SipCall Call() => _trunk.Call(new() { Did = Did, From = _caller });

    private async Task<(SipCall Caller, SipCall Callee)> TalkAsync()
    {
        _phone101.Script = CallScripts.AnswerAfter(Moment);
        _phone102.Script = _phone103.Script = CallScripts.Ring;
        var caller = Call();
        await TalkAsync(caller);
        return (caller, _phone101.Calls[0]);
    }

    /// <summary>The caller gets his answer a moment before the two are joined: who hangs up in between has talked to nobody.</summary>
    private static async Task TalkAsync(SipCall caller)
    {
        await caller.Answered;
        await caller.WaitUntilAsync(call => call.RtpReceived > 10, "hear who answered");
    }

    /// <summary>The end of the call is written down by one thread of Asterisk's, the last of the sound by another.</summary>
    private async Task WrittenAsync(string uniqueid)
    {
        using var limit = new CancellationTokenSource(Options().Patience);
        var recording = new FileInfo(_asterisk.Recording(uniqueid));
        while (recording is not { Exists: true, Length: >= 44 + 1600 } && !limit.IsCancellationRequested)
        {
            await Task.Delay(20, CancellationToken.None);
            recording.Refresh();
        }
    }

    /// <summary>16-bit samples after the 44 bytes of the header; the agents' tone reaches a quarter of full scale.</summary>
    private bool IsLoud(string uniqueid)
    {
        var samples = File.ReadAllBytes(_asterisk.Recording(uniqueid)).AsSpan(44);
        var loudest = 0;
        for (var i = 0; i + 1 < samples.Length; i += 2)
            loudest = Math.Max(loudest, Math.Abs((int)BitConverter.ToInt16(samples[i..])));
        return loudest > 4000;
    }
}
