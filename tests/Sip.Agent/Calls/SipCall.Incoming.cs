namespace CallCenterCrm.Sip;

// A call that came in: ring, answer, refuse; the caller's CANCEL and ACK.
public sealed partial class SipCall
{
    private readonly ServerTransaction? _incoming;
    private bool _lateOffer;

    private SipCall(SipAgent agent, ServerTransaction invite)
        : this(
            agent,
            Dialog.Incoming(invite),
            CallDirection.Incoming,
            SipText.Decode(SipUri.User(invite.Request.RequestUri)),
            SipIdentity.From(invite.Request.Headers["From"]!)) => _incoming = invite;

    /// <summary>Rings (180), or says that there is something to hear before the answer (183, with a session description).</summary>
    /// <param name="code">180, 181 or 183.</param>
    /// <exception cref="SipCallEndedException">The caller has gone.</exception>
    public void Ring(int code = 180)
    {
        lock (Gate)
        {
            var response = Unanswered("ring").NewResponse(code);
            _agent.AddContact(response);
            if (code == 183 && !_lateOffer)
                _media.Answer(response, HeldByUs);
            Reach(CallState.Ringing);
            Record(CallSide.Us, CallEventKind.Provisional, code, response.ReasonPhrase);
            _incoming!.Respond(response);
        }
    }

    /// <summary>Lifts the receiver and waits for the ACK, which comes within 32 s or the call is given up.</summary>
    /// <exception cref="SipCallEndedException">The caller has gone, or never acknowledged.</exception>
    public Task AnswerAsync(CancellationToken cancellationToken = default)
    {
        Answer();
        return WaitForAsync(CallEventKind.Ack, CallSide.Them, cancellationToken: cancellationToken);
    }

    /// <summary>Refuses the call.</summary>
    /// <param name="code">300–699: 486 busy, 480 do not disturb, 603 declined.</param>
    /// <param name="reasonPhrase">The usual one if null.</param>
    /// <exception cref="SipCallEndedException">The caller has gone.</exception>
    public void Reject(int code, string? reasonPhrase = null)
    {
        lock (Gate)
            Refuse(Unanswered("be refused"), code, reasonPhrase, CallSide.Us);
    }

    internal static SipCall Receive(SipAgent agent, ServerTransaction invite)
    {
        var call = new SipCall(agent, invite);
        invite.Respond(100);
        call.Record(CallSide.Them, CallEventKind.Invite, detail: call.Dialled);
        call.RecordReasons(CallSide.Them, invite.Request);
        call.Show(CallSide.Them, invite.Request.Headers["From"]!);
        call._lateOffer = invite.Request.Body.Length == 0;
        try
        {
            if (!call._lateOffer)
                call.HeldByThem = call._media.Apply(invite.Request.Body);
        }
        catch (SipFormatException error)
        {
            call.Refuse(invite, 488, null, CallSide.Us);
            call.Record(CallSide.Them, CallEventKind.Fault, detail: error.Message);
        }
        return call;
    }

    internal void Answer()
    {
        lock (Gate)
        {
            var response = Unanswered("be answered").NewResponse(200);
            _agent.AddContact(response);
            Reach(CallState.Answered);
            FinalCode = 200;
            Record(CallSide.Us, CallEventKind.Answer, 200);
            AnswerSession(_incoming!, response, _lateOffer);
            UpdateTalk();
        }
    }

    internal void OnCancel(ServerTransaction cancelled, SipMessage cancel)
    {
        if (cancelled.Settled || cancelled != _incoming)
            return; // our final answer crossed the CANCEL: it stands (RFC 3261 §9.2)
        Record(CallSide.Them, CallEventKind.Cancel);
        RecordReasons(CallSide.Them, cancel);
        Refuse(cancelled, 487, null, CallSide.Them);
    }

    internal void OnAck(SipMessage ack)
    {
        if (_awaitingAck is not { } invite || ack.CSeq != invite.Request.CSeq)
            return; // the ACK of a 200 that we repeated
        _awaitingAck = null;
        invite.Acknowledge();
        if (_lateOffer && ack.Body.Length > 0)
            ApplyAnswer(ack);
        if (Find(CallEventKind.Ack) is null)
            Record(CallSide.Them, CallEventKind.Ack);
        Wake();
    }

    private ServerTransaction Unanswered(string what)
    {
        EnsureNotEnded(what);
        return _incoming is { Settled: false }
            ? _incoming
            : throw new InvalidOperationException($"{this} cannot {what}: it is not an incoming call that waits for an answer.");
    }

    private void Refuse(ServerTransaction invite, int code, string? reasonPhrase, CallSide by)
    {
        FinalCode = code;
        Record(CallSide.Us, CallEventKind.Refusal, code);
        Finish(by);
        invite.Respond(code, reasonPhrase);
    }

    /// <summary>The 200 of an INVITE with our description in it, to be repeated until its ACK.</summary>
    private void AnswerSession(ServerTransaction invite, SipMessage response, bool offer)
    {
        if (offer)
            _media.Offer(response, HeldByUs);
        else
            _media.Answer(response, HeldByUs);
        _awaitingAck = invite;
        invite.NeverAcknowledged = () =>
        {
            _awaitingAck = null;
            if (State == CallState.Ended)
                return;
            Record(CallSide.Them, CallEventKind.Fault, detail: "A 200 of ours was never acknowledged.");
            _ = SendBye(); // RFC 3261 §13.3.1.4
        };
        invite.Respond(response);
    }
}
