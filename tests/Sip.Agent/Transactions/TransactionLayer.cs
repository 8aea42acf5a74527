using System.Net;

namespace CallCenterCrm.Sip;

/// <summary>Finds the transaction of each message; new requests, and ACKs of 2xx, go to the agent. Runs under the agent's lock.</summary>
internal sealed class TransactionLayer(SipTransport transport, Lock gate, TimeProvider time, SipTimers timers)
{
    private readonly Dictionary<(string Branch, string Method), ClientTransaction> _clients = [];
    private readonly Dictionary<(string Branch, string SentBy, string Method), ServerTransaction> _servers = [];

    private bool _aborted;

    public SipTimers Timers => timers;

    /// <summary>A request without a transaction of its own yet.</summary>
    public required Action<ServerTransaction> OnRequest { get; init; }

    /// <summary>The ACK of a 2xx, which belongs to a dialog rather than to a transaction.</summary>
    public required Action<SipMessage> OnAck { get; init; }

    /// <summary>A CANCEL of this INVITE, already answered with 200.</summary>
    public required Action<ServerTransaction, SipMessage> OnCancel { get; init; }

    public ClientTransaction Send(SipMessage request, IPEndPoint destination, Action<SipMessage> onResponse)
    {
        var transaction = new ClientTransaction(this, request, destination, onResponse);
        if (_aborted)
        {
            onResponse(SipMessage.NoResponse(request));
            return transaction;
        }
        _clients.Add((request.Branch, request.Method), transaction);
        transaction.Start();
        return transaction;
    }

    public void Receive(SipMessage message, IPEndPoint source)
    {
        if (!message.IsRequest)
        {
            if (_clients.TryGetValue((message.Branch, message.Method), out var client))
                client.Receive(message);
        }
        else if (message.Method == "ACK")
        {
            // The ACK of a refusal has the branch of its INVITE, the ACK of a 2xx has its own.
            if (_servers.TryGetValue((message.Branch, message.SentBy, "INVITE"), out var refused))
                refused.Acknowledge();
            else
                OnAck(message);
        }
        else if (_servers.TryGetValue((message.Branch, message.SentBy, message.Method), out var known))
        {
            known.Repeat();
        }
        else
        {
            ReceiveNew(message, source);
        }
    }

    public Retransmission NewRetransmission() => new(gate, time, timers);

    /// <summary>Sends outside of any transaction: ACKs, and what transactions repeat.</summary>
    public void Transmit(byte[] bytes, IPEndPoint destination) => transport.Send(bytes, destination);

    public void Forget(ClientTransaction transaction) => _clients.Remove((transaction.Request.Branch, transaction.Request.Method));

    public void Forget(ServerTransaction transaction) =>
        _servers.Remove((transaction.Request.Branch, transaction.Request.SentBy, transaction.Request.Method));

    /// <summary>The agent closes: every timer ends here, and whoever still waits for an answer learns that none comes.</summary>
    public void Abort()
    {
        _aborted = true;
        foreach (var client in _clients.Values.ToArray())
            client.Abort();
        foreach (var server in _servers.Values)
            server.Dispose();
        _servers.Clear();
    }

    private void ReceiveNew(SipMessage request, IPEndPoint source)
    {
        var transaction = new ServerTransaction(this, request, source, SipIds.NewTag());
        _servers.Add((request.Branch, request.SentBy, request.Method), transaction);
        if (request.Method != "CANCEL")
        {
            OnRequest(transaction);
        }
        else if (_servers.TryGetValue((request.Branch, request.SentBy, "INVITE"), out var cancelled))
        {
            transaction.Respond(200);
            OnCancel(cancelled, request);
        }
        else
        {
            transaction.Respond(481);
        }
    }
}
