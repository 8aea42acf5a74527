using System.Net;

namespace CallCenterCrm.Sip;

/// <summary>What an agent's own INVITE says; every text in wire form.</summary>
internal sealed record OutgoingInvite(string From, string To, string RequestUri, IPEndPoint Destination)
{
    public IReadOnlyList<KeyValuePair<string, string>> Headers { get; init; } = [];
}

// A call that this agent placed: its INVITE, the answers, CANCEL.
public sealed partial class SipCall
{
    private readonly OutgoingInvite? _outgoing;
    private ClientTransaction? _invite;
    private bool _provisional;
    private bool _cancelWanted;
    private bool _cancelSent;

    private SipCall(SipAgent agent, OutgoingInvite invite)
        : this(
            agent,
            new Dialog(SipIds.NewCallId(), SipIds.NewTag(), invite.From, invite.To, null, invite.RequestUri, invite.Destination),
            CallDirection.Outgoing,
            SipText.Decode(SipUri.User(invite.RequestUri)),
            SipIdentity.From(invite.From)) => _outgoing = invite;

    internal static SipCall Prepare(SipAgent agent, OutgoingInvite invite) => new(agent, invite);

    internal void Place()
    {
        Record(CallSide.Us, CallEventKind.Invite, detail: Dialled);
        _invite = SendInvite(
            request =>
            {
                foreach (var (name, value) in _outgoing!.Headers)
                    request.Headers.Add(name, value);
                _media.Offer(request, HeldByUs);
            },
            OnAnswer,
            transaction => _invite = transaction);
    }

    /// <summary>An INVITE of the dialog: acknowledges its 2xx as often as they come, and answers a challenge once.</summary>
    private ClientTransaction SendInvite(
        Action<SipMessage> fill, Action<SipMessage> onResponse, Action<ClientTransaction> onRetry, string? authorization = null)
    {
        var invite = _dialog.NewRequest("INVITE", _agent.LocalEndPoint);
        _agent.AddContact(invite);
        fill(invite);
        if (authorization is not null)
            invite.Headers.Add("Authorization", authorization);
        byte[]? ack = null;
        return _agent.Transactions.Send(invite, _dialog.Destination, response =>
        {
            if (response.StatusCode is >= 200 and < 300)
            {
                var first = ack is null;
                if (first)
                {
                    _dialog.Confirm(response);
                    ack = _dialog.NewRequest("ACK", _agent.LocalEndPoint, invite).ToBytes();
                }
                if (first)
                    onResponse(response);
                _agent.Transactions.Transmit(ack!, _dialog.Destination);
                if (first && _cancelWanted)
                    _ = SendBye(); // the 200 crossed our CANCEL
            }
            else if (authorization is null && !_cancelWanted && _agent.Authorize(response, "INVITE", invite.RequestUri) is { } answer)
            {
                onRetry(SendInvite(fill, onResponse, onRetry, answer));
            }
            else
            {
                onResponse(response);
            }
        });
    }

    private void OnAnswer(SipMessage response)
    {
        if (State == CallState.Ended)
            return;
        if (response.Headers["P-Asserted-Identity"] is { } asserted)
            Show(CallSide.Them, asserted);
        RecordReasons(CallSide.Them, response);
        if (response.StatusCode < 200)
            OnProvisional(response);
        else if (response.StatusCode < 300)
            OnAnswered(response);
        else
            OnRefused(response);
    }

    private void OnProvisional(SipMessage response)
    {
        _provisional = true;
        if (_cancelWanted && !_cancelSent)
            SendCancel();
        if (response.StatusCode == 100)
            return;
        _dialog.Confirm(response);
        if (response.Body.Length > 0)
            ApplyAnswer(response);
        Reach(CallState.Ringing);
        Record(CallSide.Them, CallEventKind.Provisional, response.StatusCode, SipText.Decode(response.ReasonPhrase));
    }

    private void OnAnswered(SipMessage response)
    {
        Reach(CallState.Answered);
        FinalCode = response.StatusCode;
        Record(CallSide.Them, CallEventKind.Answer, response.StatusCode);
        Record(CallSide.Us, CallEventKind.Ack);
        ApplyAnswer(response);
        UpdateTalk();
    }

    private void OnRefused(SipMessage response)
    {
        FinalCode = response.StatusCode;
        var silence = response.Headers.Count == 0; // made up by the transaction
        if (silence)
            Record(CallSide.Them, CallEventKind.Fault, 408, response.ReasonPhrase);
        else
            Record(CallSide.Them, CallEventKind.Refusal, response.StatusCode, SipText.Decode(response.ReasonPhrase));
        Finish(_cancelWanted ? CallSide.Us : silence ? null : CallSide.Them);
    }

    /// <summary>At once if the peer has said anything yet, else as soon as it does (RFC 3261 §9.1).</summary>
    private void Cancel()
    {
        _cancelWanted = true;
        if (_provisional && !_cancelSent)
            SendCancel();
    }

    private void SendCancel()
    {
        _cancelSent = true;
        var invite = _invite!.Request;
        var cancel = SipMessage.Request("CANCEL", invite.RequestUri);
        foreach (var name in new[] { "Via", "Max-Forwards", "From", "To", "Call-ID" })
            cancel.Headers.Add(name, invite.Headers[name]!);
        cancel.SetCSeq(invite.CSeq);
        Record(CallSide.Us, CallEventKind.Cancel);
        _agent.Transactions.Send(cancel, _invite.Destination, static _ => { });
        _invite.ExpectFinalAnswer();
    }

    private void ApplyAnswer(SipMessage message)
    {
        try
        {
            var held = _media.Apply(message.Body);
            if (!HeldByUs) // to our hold "inactive" may be the answer as well, and says nothing about theirs
                SetHeldByThem(held);
        }
        catch (SipFormatException error)
        {
            Record(CallSide.Them, CallEventKind.Fault, detail: error.Message);
        }
    }
}
