using System.Net;

namespace CallCenterCrm.Sip;

/// <summary>
/// One request of ours until its final answer (RFC 3261 §17.1, with the "accepted" state of RFC 6026: repeated 2xx answers
/// of an INVITE are handed on, since only the call can acknowledge them). Runs under the agent's lock.
/// </summary>
internal sealed class ClientTransaction
{
    private readonly TransactionLayer _layer;
    private readonly Action<SipMessage> _onResponse;
    private readonly Retransmission _retransmission;
    private readonly byte[] _bytes;
    private SipMessage? _ackOfRefusal;
    private bool _settled;

    public ClientTransaction(TransactionLayer layer, SipMessage request, IPEndPoint destination, Action<SipMessage> onResponse)
    {
        _layer = layer;
        Request = request;
        Destination = destination;
        _onResponse = onResponse;
        _bytes = request.ToBytes();
        _retransmission = layer.NewRetransmission();
    }

    public SipMessage Request { get; }

    public IPEndPoint Destination { get; }

    private bool IsInvite => Request.Method == "INVITE";

    public void Start()
    {
        _retransmission.Start(() => _layer.Transmit(_bytes, Destination), TimedOut, IsInvite ? TimeSpan.MaxValue : _layer.Timers.T2);
        _layer.Transmit(_bytes, Destination); // when the peer sees it, its timer runs
    }

    /// <summary>After a CANCEL the final answer must come within 64 T1, or the call counts as cancelled (RFC 3261 §9.1).</summary>
    public void ExpectFinalAnswer()
    {
        if (!_settled)
            _retransmission.StopThen(TimedOut);
    }

    public void Receive(SipMessage response)
    {
        if (response.StatusCode < 200)
        {
            if (_settled)
                return;
            if (IsInvite)
                _retransmission.Stop();
            else
                _retransmission.SlowDown();
            _onResponse(response);
            return;
        }

        var first = !_settled;
        if (first)
        {
            _settled = true;
            _retransmission.StopThen(Forget);
        }
        if (IsInvite && response.StatusCode >= 300)
        {
            _ackOfRefusal ??= AckOfRefusal(response);
            _layer.Transmit(_ackOfRefusal.ToBytes(), Destination);
        }
        if (first || (IsInvite && response.StatusCode < 300))
            _onResponse(response);
    }

    public void Abort()
    {
        if (_settled)
            Forget();
        else
            TimedOut();
    }

    /// <summary>RFC 3261 §17.1.1.3: same branch, same CSeq number, the To of the answer.</summary>
    private SipMessage AckOfRefusal(SipMessage response)
    {
        var ack = SipMessage.Request("ACK", Request.RequestUri);
        ack.Headers.Add("Via", Request.Headers["Via"]!);
        ack.Headers.Add("Max-Forwards", "70");
        ack.Headers.Add("From", Request.Headers["From"]!);
        ack.Headers.Add("To", response.Headers["To"]!);
        ack.Headers.Add("Call-ID", Request.CallId);
        ack.SetCSeq(Request.CSeq);
        return ack;
    }

    private void TimedOut()
    {
        _settled = true;
        Forget();
        _onResponse(SipMessage.NoResponse(Request));
    }

    private void Forget()
    {
        _layer.Forget(this);
        _retransmission.Dispose();
    }
}
