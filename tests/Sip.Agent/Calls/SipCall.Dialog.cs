using System.Security.Cryptography;

namespace CallCenterCrm.Sip;

// Inside the call: hanging up, hold, keys, and what the peer asks for.
public sealed partial class SipCall
{
    private const int HoldAttempts = 4;

    private readonly CallMedia _media;
    private ServerTransaction? _awaitingAck;
    private bool _reinviting;
    private bool _soundCame;

    /// <summary>
    /// Ends the call by whatever fits its state: CANCEL or BYE, and 603 for one that was not answered; waits for the peer to
    /// confirm. Does nothing if it has ended.
    /// </summary>
    /// <exception cref="SipRefusedException">The peer did not confirm the BYE (408: within 32 s).</exception>
    public async Task HangUpAsync(CancellationToken cancellationToken = default)
    {
        Task<SipMessage>? bye = null;
        lock (Gate)
        {
            if (State == CallState.Ended)
                return;
            if (State == CallState.Answered)
                bye = SendBye();
            else if (Direction == CallDirection.Incoming)
                Refuse(_incoming!, 603, null, CallSide.Us);
            else
                Cancel();
        }
        if (bye is null)
            await WaitForAsync(CallState.Ended, cancellationToken: cancellationToken);
        else if (await bye.WaitAsync(cancellationToken) is { StatusCode: >= 300 and not 481 } refusal)
            throw new SipRefusedException("BYE", refusal.StatusCode, refusal.ReasonPhrase);
    }

    /// <summary>Puts the peer on hold (re-INVITE with sendonly, RFC 3264 §8.4).</summary>
    /// <exception cref="SipRefusedException">The peer refused.</exception>
    /// <exception cref="SipCallEndedException">The call ended.</exception>
    public Task HoldAsync(CancellationToken cancellationToken = default) => SetHoldAsync(true, cancellationToken);

    /// <summary>Takes the peer off hold.</summary>
    /// <inheritdoc cref="HoldAsync"/>
    public Task ResumeAsync(CancellationToken cancellationToken = default) => SetHoldAsync(false, cancellationToken);

    /// <summary>Presses keys, 100 ms each with 160 ms between (RFC 4733), and waits until they are sent.</summary>
    /// <param name="keys">0–9, *, #, A–D.</param>
    /// <param name="cancellationToken">Ends the wait; what is queued is sent all the same.</param>
    /// <exception cref="ArgumentException">No key of a telephone.</exception>
    /// <exception cref="InvalidOperationException">The call has no sound, or the peer takes no telephone events.</exception>
    /// <exception cref="SipCallEndedException">The call ended first.</exception>
    public async Task PressAsync(string keys, CancellationToken cancellationToken = default)
    {
        foreach (var key in keys)
        {
            lock (Gate)
            {
                EnsureNotEnded("press a key");
                Record(CallSide.Us, CallEventKind.Dtmf, detail: key.ToString());
            }
            await _media.PressAsync(key).WaitAsync(cancellationToken);
        }
    }

    internal void OnRequest(ServerTransaction transaction)
    {
        var request = transaction.Request;
        if (!_dialog.AcceptSequence(request.CSeq))
        {
            transaction.Respond(500, "Out of order");
            return;
        }
        if (State == CallState.Ended && request.Method != "NOTIFY") // news of a transfer outlive its call
        {
            transaction.Respond(481);
            return;
        }
        switch (request.Method)
        {
            case "BYE":
                OnBye(transaction);
                break;
            case "INVITE":
            case "UPDATE":
                OnUpdate(transaction);
                break;
            case "REFER":
                OnRefer(transaction);
                break;
            case "NOTIFY":
                OnNotify(transaction);
                break;
            case "OPTIONS":
            case "INFO":
                transaction.Respond(200);
                break;
            default:
                transaction.Respond(405);
                break;
        }
    }

    internal void OnKey(char key)
    {
        lock (Gate)
        {
            if (_keys.Length < MaxEvents)
                _keys.Append(key);
            Record(CallSide.Them, CallEventKind.Dtmf, detail: key.ToString());
        }
    }

    internal void OnSound()
    {
        lock (Gate)
        {
            if (_soundCame)
                Wake();
            else
                Record(CallSide.Them, CallEventKind.FirstSound);
            _soundCame = true;
        }
    }

    /// <summary>The agent closes and the peer did not answer in time: the call is over for us.</summary>
    internal void Abandon()
    {
        lock (Gate)
            Finish(null);
    }

    private Task<SipMessage> SendBye()
    {
        Record(CallSide.Us, CallEventKind.Bye);
        Finish(CallSide.Us);
        return _agent.RequestAsync(_dialog, "BYE", static _ => { }, CancellationToken.None);
    }

    private void OnBye(ServerTransaction transaction)
    {
        Record(CallSide.Them, CallEventKind.Bye);
        RecordReasons(CallSide.Them, transaction.Request);
        if (_incoming is { Settled: false })
            Refuse(_incoming, 487, null, CallSide.Them);
        else
            Finish(CallSide.Them);
        transaction.Respond(200);
    }

    /// <summary>A re-INVITE or an UPDATE (RFC 3311): another description, another name to show, or neither.</summary>
    private void OnUpdate(ServerTransaction transaction)
    {
        var request = transaction.Request;
        var invite = request.Method == "INVITE";
        if (invite && (_reinviting || _awaitingAck is not null || State != CallState.Answered))
        {
            transaction.Respond(491);
            return;
        }
        _dialog.Retarget(request, transaction.Source);
        var response = transaction.NewResponse(200);
        _agent.AddContact(response);
        var hasBody = request.Body.Length > 0;
        try
        {
            if (hasBody)
                SetHeldByThem(_media.Apply(request.Body));
        }
        catch (SipFormatException)
        {
            transaction.Respond(488);
            return;
        }
        if (invite)
        {
            _lateOffer = !hasBody;
            AnswerSession(transaction, response, offer: _lateOffer);
        }
        else
        {
            if (hasBody)
                _media.Answer(response, HeldByUs);
            transaction.Respond(response);
        }
        Show(CallSide.Them, request.Headers["P-Asserted-Identity"] ?? request.Headers["From"]!);
        UpdateTalk();
    }

    private async Task SetHoldAsync(bool hold, CancellationToken cancellationToken)
    {
        var what = hold ? "be held" : "be resumed";
        for (var attempt = 1; ; attempt++)
        {
            var response = await ReinviteAsync(hold, what, cancellationToken);
            if (response.StatusCode < 300)
                return;
            if (response.StatusCode != 491 || attempt == HoldAttempts)
                throw new SipRefusedException("re-INVITE", response.StatusCode, response.ReasonPhrase);
            // RFC 3261 §14.1: whoever gave the Call-ID waits longer, so that the two do not collide again.
            var wait = RandomNumberGenerator.GetInt32(0, 1900) + (Direction == CallDirection.Outgoing ? 2100 : 0);
            await DelayAsync(TimeSpan.FromMilliseconds(wait), cancellationToken);
        }
    }

    private async Task<SipMessage> ReinviteAsync(bool hold, string what, CancellationToken cancellationToken)
    {
        var answered = new TaskCompletionSource<SipMessage>(TaskCreationOptions.RunContinuationsAsynchronously);
        while (true)
        {
            await WaitUntilAsync(
                call => call is { State: CallState.Answered, _reinviting: false, _awaitingAck: null }, what, null, cancellationToken);
            lock (Gate)
            {
                EnsureNotEnded(what);
                if (_reinviting || _awaitingAck is not null)
                    continue; // another was quicker
                _reinviting = true;
                SendInvite(
                    request => _media.Offer(request, hold),
                    response =>
                    {
                        if (response.StatusCode < 200)
                            return;
                        OnReinvited(hold, response);
                        answered.TrySetResult(response);
                    },
                    static _ => { });
            }
            return await answered.Task.WaitAsync(cancellationToken);
        }
    }

    private void OnReinvited(bool hold, SipMessage response)
    {
        _reinviting = false;
        if (response.StatusCode < 300 && State != CallState.Ended)
        {
            HeldByUs = hold;
            ApplyAnswer(response);
            Record(CallSide.Us, hold ? CallEventKind.Hold : CallEventKind.Resume);
            UpdateTalk();
        }
        Wake();
    }

    private void SetHeldByThem(bool held)
    {
        if (held == HeldByThem)
            return;
        HeldByThem = held;
        Record(CallSide.Them, held ? CallEventKind.Hold : CallEventKind.Resume);
    }

    private void UpdateTalk() => _media.Talk(State == CallState.Answered && !HeldByUs);
}
