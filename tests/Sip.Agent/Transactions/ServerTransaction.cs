using System.Net;

namespace CallCenterCrm.Sip;

/// <summary>
/// One request of the peer until it knows our final answer (RFC 3261 §17.2). A final answer to an INVITE, 2xx included, is
/// repeated until its ACK (§17.2.1, §13.3.1.4). Runs under the agent's lock.
/// </summary>
internal sealed class ServerTransaction
{
    private readonly TransactionLayer _layer;
    private readonly Retransmission _retransmission;
    private byte[]? _last;

    public ServerTransaction(TransactionLayer layer, SipMessage request, IPEndPoint source, string toTag)
    {
        _layer = layer;
        Request = request;
        Source = source;
        ToTag = toTag;
        _retransmission = layer.NewRetransmission();
    }

    public SipMessage Request { get; }

    /// <summary>Where the request came from, and where its answers go (RFC 3581).</summary>
    public IPEndPoint Source { get; }

    /// <summary>The tag which our answers give to a request that opens a dialog.</summary>
    public string ToTag { get; }

    /// <summary>True once a final answer was sent.</summary>
    public bool Settled { get; private set; }

    /// <summary>Set by an INVITE's call to learn that its 2xx was never acknowledged.</summary>
    public Action? NeverAcknowledged { get; set; }

    public SipMessage NewResponse(int statusCode, string? reasonPhrase = null) =>
        SipMessage.Response(Request, statusCode, reasonPhrase ?? ReasonPhrases.Of(statusCode), ToTag);

    public void Respond(int statusCode, string? reasonPhrase = null) => Respond(NewResponse(statusCode, reasonPhrase));

    public void Respond(SipMessage response)
    {
        if (Settled)
            throw new InvalidOperationException($"The {Request.Method} already has its final answer.");
        _last = response.ToBytes();
        if (response.StatusCode >= 200)
        {
            Settled = true;
            if (Request.Method == "INVITE")
                _retransmission.Start(() => _layer.Transmit(_last, Source), Unacknowledged, _layer.Timers.T2);
            else
                _retransmission.StopThen(Forget);
        }
        _layer.Transmit(_last, Source); // when the peer sees it, its timer runs
    }

    /// <summary>The same request once more: our last answer was lost, or is late.</summary>
    public void Repeat()
    {
        if (_last is not null)
            _layer.Transmit(_last, Source);
    }

    public void Acknowledge()
    {
        if (!Settled)
            return;
        NeverAcknowledged = null;
        _retransmission.StopThen(Forget);
    }

    public void Dispose() => _retransmission.Dispose();

    private void Unacknowledged()
    {
        Forget();
        NeverAcknowledged?.Invoke();
    }

    private void Forget()
    {
        _layer.Forget(this);
        Dispose();
    }
}

internal static class ReasonPhrases
{
    /// <summary>The phrases of RFC 3261 §21 and its extensions for the codes that this agent gives.</summary>
    public static string Of(int statusCode) => statusCode switch
    {
        100 => "Trying",
        180 => "Ringing",
        181 => "Call Is Being Forwarded",
        183 => "Session Progress",
        200 => "OK",
        202 => "Accepted",
        400 => "Bad Request",
        404 => "Not Found",
        405 => "Method Not Allowed",
        408 => "Request Timeout",
        415 => "Unsupported Media Type",
        420 => "Bad Extension",
        480 => "Temporarily Unavailable",
        481 => "Call/Transaction Does Not Exist",
        486 => "Busy Here",
        487 => "Request Terminated",
        488 => "Not Acceptable Here",
        491 => "Request Pending",
        500 => "Server Internal Error",
        503 => "Service Unavailable",
        603 => "Decline",
        _ => "Answer",
    };
}
