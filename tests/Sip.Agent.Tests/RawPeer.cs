using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Xunit;

namespace CallCenterCrm.Sip;

/// <summary>A bare socket that says exactly what a test tells it to, and nothing by itself.</summary>
internal sealed class RawPeer : IDisposable
{
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
    private readonly byte[] _buffer = new byte[65_535];
    private int _pings;

    public RawPeer() => _socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));

    public IPEndPoint EndPoint => (IPEndPoint)_socket.LocalEndPoint!;

    public async Task<SipMessage> ReceiveAsync(string expected)
    {
        var length = await _socket.ReceiveAsync(_buffer).Soon();
        var message = SipMessage.Parse(_buffer.AsSpan(0, length));
        Assert.Equal(expected, message.IsRequest ? message.Method : string.Create(CultureInfo.InvariantCulture, $"{message.StatusCode} {message.Method}"));
        return message;
    }

    /// <summary>The agent has nothing more to say: what comes next is its answer to a question asked now.</summary>
    public async Task ReceivesNothingMoreAsync(SipAgent agent)
    {
        Send(Request("OPTIONS", "ping-" + (++_pings).ToString(CultureInfo.InvariantCulture)), agent);
        await ReceiveAsync("200 OPTIONS");
    }

    public void Send(string text, SipAgent agent) => Send(Encoding.UTF8.GetBytes(text.ReplaceLineEndings("\r\n")), agent);

    public void Send(byte[] bytes, SipAgent agent) => _socket.SendTo(bytes, agent.LocalEndPoint);

    public void Send(SipMessage message, SipAgent agent) => Send(message.ToBytes(), agent);

    public void Respond(SipMessage request, int code, SipAgent agent, Action<SipMessage>? fill = null)
    {
        var response = SipMessage.Response(request, code, ReasonPhrases.Of(code), "peer");
        response.Headers.Add("Contact", $"<sip:peer@{EndPoint}>");
        fill?.Invoke(response);
        Send(response, agent);
    }

    /// <summary>A request; one with the same <paramref name="id"/> belongs to the same call, and is the same if the rest is.</summary>
    public SipMessage Request(string method, string id, string? toTag = null, int cseq = 1, string branch = "")
    {
        var request = SipMessage.Request(method, "sip:101@agent");
        request.Headers.Add("Via", string.Create(CultureInfo.InvariantCulture, $"SIP/2.0/UDP {EndPoint};rport;branch=z9hG4bK{id}-{cseq}{branch}"));
        request.Headers.Add("From", $"<sip:peer@{EndPoint}>;tag=peer");
        request.Headers.Add("To", "<sip:101@agent>" + (toTag is null ? "" : $";tag={toTag}"));
        request.Headers.Add("Call-ID", id);
        request.SetCSeq(cseq);
        request.Headers.Add("Contact", $"<sip:peer@{EndPoint}>");
        return request;
    }

    public SipMessage Invite(string id, string? toTag = null, int cseq = 1, MediaDirection direction = MediaDirection.SendReceive)
    {
        var invite = Request("INVITE", id, toTag, cseq);
        Describe(invite, direction);
        return invite;
    }

    public void Describe(SipMessage message, MediaDirection direction = MediaDirection.SendReceive) =>
        message.SetBody(Sdp.ContentType, new Sdp(EndPoint, direction, 101).ToBytes(1, 1));

    public void Dispose() => _socket.Dispose();
}
