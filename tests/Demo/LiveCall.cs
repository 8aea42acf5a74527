using CallCenterCrm.Sip;

namespace CallCenterCrm.Demo;

/// <summary>A phone that rang, as it saw it itself.</summary>
/// <param name="Shown">What its display showed when it began.</param>
internal sealed record Rung(string Number, int Rings, bool Answered, SipIdentity Shown);

/// <summary>A call as the SIP side saw it: the truth beside which the CRM's record is held.</summary>
/// <param name="Began">When the caller dialled.</param>
/// <param name="Talked">How long the two talked; null when nobody answered.</param>
/// <param name="CallerHeard">Whether sound came to the caller.</param>
/// <param name="CalleeHeard">Whether sound came to the phone that answered.</param>
/// <param name="Code">The last answer of the PBX to the caller.</param>
internal sealed record Played(DateTimeOffset Began, IReadOnlyList<Rung> Phones, TimeSpan? Talked, bool CallerHeard, bool CalleeHeard, int Code);

/// <summary>Plays one scenario and shows it while it happens.</summary>
internal sealed class LiveCall(Scenario scenario, Company company, IReadOnlyDictionary<string, string> labels, Screen screen)
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    // What the PBX cuts off so early in a ring, nobody heard.
    private static readonly TimeSpan Heard = TimeSpan.FromSeconds(0.5);
    private static readonly TimeSpan Lifting = TimeSpan.FromSeconds(1.5);
    private readonly List<Rung> _phones = [];
    private TimeSpan _began;

    /// <summary>Places the call and returns when it is over.</summary>
    /// <exception cref="TimeoutException">It does not end, or the PBX does not take it.</exception>
    /// <exception cref="SipCallEndedException">One side was gone when it was to do something.</exception>
    /// <exception cref="SipRefusedException">The PBX does not take a goodbye.</exception>
    public async Task<Played> PlayAsync(CancellationToken cancellationToken)
    {
        var caller = company.Trunk.Call(new TrunkCall { Did = scenario.Did, From = scenario.Caller });
        try
        {
            return await PlayAsync(caller, cancellationToken);
        }
        catch (TimeoutException)
        {
            // The next call must not meet this one.
            await caller.HangUpAsync(cancellationToken);
            throw;
        }
    }

    private async Task<Played> PlayAsync(SipCall caller, CancellationToken cancellationToken)
    {
        _began = caller.TimeOf(CallEventKind.Invite);
        TimeSpan? talked = null;
        var calleeHeard = false;
        while (await NextAsync(caller, cancellationToken) is { } call)
        {
            if (!await RingAsync(call, cancellationToken))
            {
                continue;
            }

            await TalkAsync(caller, call, cancellationToken);
            talked = caller.TimeOf(CallEventKind.Ended) - call.TimeOf(CallEventKind.Answer);
            calleeHeard = call.RtpReceived > 0;
        }

        await caller.Ended.WaitAsync(cancellationToken);
        if (caller.FinalCode == 408)
        {
            throw new TimeoutException(Texts.PbxSilent);
        }

        return new Played(caller.Timeline[0].Utc, _phones, talked, caller.RtpReceived > 0, calleeHeard, caller.FinalCode);
    }

    /// <summary>Waits for the next phone that is rung; shows what the PBX says meanwhile.</summary>
    /// <returns>Null when the call is over and no phone is left to be shown.</returns>
    private async Task<SipCall?> NextAsync(SipCall caller, CancellationToken cancellationToken)
    {
        var said = caller.WaitForAsync(CallEventKind.FirstSound, CallSide.Them, cancellationToken: cancellationToken);
        var rung = company.Rung.WaitToReadAsync(cancellationToken).AsTask();
        if (await Task.WhenAny(rung, caller.Ended, said) == said && said.IsCompletedSuccessfully && !caller.WasAnswered)
        {
            await HearAsync(caller, rung, cancellationToken);
        }

        cancellationToken.ThrowIfCancellationRequested();
        return company.Rung.TryRead(out var call) ? call : null;
    }

    private async Task<bool> RingAsync(SipCall call, CancellationToken cancellationToken)
    {
        var shown = call.Caller;
        if (_phones.Count == 0 && call.State != CallState.Ended)
        {
            screen.Row(Since(call, CallEventKind.Invite), Texts.Display, shown.Display.Length > 0 ? shown.Display : Texts.Number(shown.User));
        }

        screen.Begin(Since(call, CallEventKind.Invite), labels.GetValueOrDefault(call.Dialled, call.Dialled));
        try
        {
            call.Ring();
        }
        catch (SipCallEndedException)
        {
            // Whoever is let ring for no time did not ring; the comparison with the script tells it.
            screen.End(Texts.GoneAtOnce, Look.Bad);
            return false;
        }

        var script = _phones.Count < scenario.Phones.Count ? scenario.Phones[_phones.Count] : null;
        var answersAt = script is { Answers: true } && script.Number == call.Dialled ? (script.Rings - 1) * Scenario.Ring + Lifting : (TimeSpan?)null;
        var rings = 0;
        while (answersAt is null || rings * Scenario.Ring < answersAt)
        {
            if (await EndsWithinAsync(call, rings * Scenario.Ring + Heard, cancellationToken))
            {
                break;
            }

            rings++;
            screen.Mark("♪ ", Look.Ringing);
        }

        var answered = answersAt is { } time && !await EndsWithinAsync(call, time, cancellationToken);
        if (answered)
        {
            await call.AnswerAsync(cancellationToken);
        }

        var rang = call.TimeOf(answered ? CallEventKind.Answer : CallEventKind.Ended) - call.TimeOf(CallEventKind.Provisional, CallSide.Us);
        screen.End(answered ? Texts.AnsweredOn(rings, rang) : Texts.NotAnswered(rings, rang), answered ? Look.Good : Look.Plain);
        _phones.Add(new Rung(call.Dialled, rings, answered, shown));
        return answered;
    }

    private async Task TalkAsync(SipCall caller, SipCall callee, CancellationToken cancellationToken)
    {
        await caller.Answered.WaitAsync(cancellationToken);
        screen.Begin(Since(callee, CallEventKind.Answer), Texts.Talk);
        for (var passed = Second; passed <= Scenario.Talk && !await EndsWithinAsync(callee, passed, cancellationToken, CallEventKind.Answer); passed += Second)
        {
            screen.Mark("· ", Look.Good);
        }

        await caller.HangUpAsync(cancellationToken);
        await callee.Ended.WaitAsync(cancellationToken);
        screen.End(Texts.CallerHungUp(caller.TimeOf(CallEventKind.Ended) - callee.TimeOf(CallEventKind.Answer)));
    }

    // An announcement before any answer, to its end or until a phone is rung after all.
    private async Task HearAsync(SipCall caller, Task rung, CancellationToken cancellationToken)
    {
        screen.Begin(Since(caller, CallEventKind.FirstSound), Texts.Message);
        for (var passed = Second; !rung.IsCompleted && !await EndsWithinAsync(caller, passed, cancellationToken, CallEventKind.FirstSound); passed += Second)
        {
            screen.Mark("· ", Look.Ringing);
        }

        if (caller.State == CallState.Ended)
        {
            screen.End(Texts.PbxHungUp(caller.TimeOf(CallEventKind.Ended) - caller.TimeOf(CallEventKind.FirstSound), caller.FinalCode));
        }
        else
        {
            screen.End("");
        }
    }

    /// <summary>Waits until this much time has passed since an event of a call, or the call ends.</summary>
    /// <returns>True when it has ended.</returns>
    private static async Task<bool> EndsWithinAsync(
        SipCall call, TimeSpan passed, CancellationToken cancellationToken, CallEventKind since = CallEventKind.Provisional)
    {
        var left = call.TimeOf(since) + passed - TimeProvider.System.GetElapsedTime(0);
        if (left > TimeSpan.Zero)
        {
            await Task.WhenAny(call.Ended, Task.Delay(left, cancellationToken));
        }

        cancellationToken.ThrowIfCancellationRequested();
        return call.State == CallState.Ended;
    }

    private TimeSpan Since(SipCall call, CallEventKind kind) => call.TimeOf(kind) - _began;
}
