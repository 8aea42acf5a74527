namespace CallCenterCrm.Sip;

/// <summary>What a phone does with a call. It runs from the INVITE on, and is cancelled when the call ends.</summary>
/// <param name="call">The call.</param>
/// <param name="ended">Cancelled at the call's end; forward it to every wait.</param>
public delegate Task CallScript(SipCall call, CancellationToken ended);

/// <summary>Behaviours of people and their phones; join them by <see cref="Then"/>.</summary>
public static class CallScripts
{
    /// <summary>Sends no 180 and never answers.</summary>
    public static CallScript Silent { get; } = static (_, _) => Task.CompletedTask;

    /// <summary>Rings, and goes on ringing.</summary>
    public static CallScript Ring { get; } = static (call, _) =>
    {
        call.Ring();
        return Task.CompletedTask;
    };

    /// <summary>Lifts the receiver at once.</summary>
    public static CallScript Answer { get; } = static (call, ended) => call.AnswerAsync(ended);

    /// <summary>486: the phone is in use.</summary>
    public static CallScript Busy { get; } = Refuse(486);

    /// <summary>480: do not disturb.</summary>
    public static CallScript DoNotDisturb { get; } = Refuse(480);

    /// <summary>603: somebody pressed "reject".</summary>
    public static CallScript Decline { get; } = Refuse(603);

    /// <summary>CANCEL, BYE or 603, whatever fits.</summary>
    public static CallScript HangUp { get; } = static (call, ended) => call.HangUpAsync(ended);

    /// <summary>Puts the peer on hold.</summary>
    public static CallScript Hold { get; } = static (call, ended) => call.HoldAsync(ended);

    /// <summary>Takes the peer off hold.</summary>
    public static CallScript Resume { get; } = static (call, ended) => call.ResumeAsync(ended);

    /// <summary>For a call of our own: waits until the other side lifts the receiver.</summary>
    public static CallScript AwaitAnswer { get; } = static (call, ended) => call.WaitForAsync(CallState.Answered, cancellationToken: ended);

    /// <summary>Refuses with this code (300–699).</summary>
    public static CallScript Refuse(int code) => (call, _) =>
    {
        call.Reject(code);
        return Task.CompletedTask;
    };

    /// <summary>Lets time pass.</summary>
    public static CallScript Wait(TimeSpan time) => (call, ended) => call.DelayAsync(time, ended);

    /// <summary>Rings for this long; nothing follows by itself.</summary>
    public static CallScript RingFor(TimeSpan time) => Ring.Then(Wait(time));

    /// <summary>Rings for this long and lifts the receiver.</summary>
    public static CallScript AnswerAfter(TimeSpan ringing) => RingFor(ringing).Then(Answer);

    /// <summary>Presses keys.</summary>
    public static CallScript Press(string keys) => (call, ended) => call.PressAsync(keys, ended);

    /// <summary>Blind transfer (REFER); a transfer that the peer reports as failed fails the script.</summary>
    public static CallScript TransferTo(string number) => async (call, ended) =>
    {
        var code = await call.TransferAsync(number, ended);
        if (code >= 300)
            throw new SipRefusedException($"The transfer to {number}", code, ReasonPhrases.Of(code));
    };

    /// <summary>The owner on his mobile: rings, lifts, hears out the prompt for a while and accepts by "1".</summary>
    public static CallScript AcceptByKey(TimeSpan ringing, TimeSpan listening) => AnswerAfter(ringing).Then(Wait(listening)).Then(Press("1"));

    /// <summary>A voicemail box: lifts after some rings, listens, never presses a key, hangs up.</summary>
    public static CallScript Voicemail(TimeSpan ringing, TimeSpan message) => AnswerAfter(ringing).Then(Wait(message)).Then(HangUp);

    /// <summary>One after the other.</summary>
    public static CallScript Then(this CallScript first, CallScript next) => async (call, ended) =>
    {
        await first(call, ended);
        await next(call, ended);
    };
}
