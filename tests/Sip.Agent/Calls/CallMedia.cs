using System.Net;
using System.Security.Cryptography;

namespace CallCenterCrm.Sip;

/// <summary>A call's side of offer and answer (RFC 3264), and its sound if the agent has any.</summary>
internal sealed class CallMedia
{
    // In load mode nobody listens: RFC 863's discard port says so to whoever reads the description.
    private const int DiscardPort = 9;

    private readonly RtpSession? _session;
    private readonly IPEndPoint _local;
    private readonly long _id = RandomNumberGenerator.GetInt32(int.MaxValue);
    private int _version;
    private MediaDirection _remote = MediaDirection.SendReceive;
    private int? _events = Sdp.UsualTelephoneEvents;

    public CallMedia(SipCall call, SipAgent agent)
    {
        if (agent.Options.Media)
            _session = agent.Clock.Open(agent.LocalEndPoint.Address, agent.Tone, call.OnKey, call.OnSound);
        _local = _session?.LocalEndPoint ?? new IPEndPoint(agent.LocalEndPoint.Address, DiscardPort);
    }

    public long Sent => _session?.PacketsSent ?? 0;

    public long Received => _session?.PacketsReceived ?? 0;

    /// <summary>Sends the peer a description of our own making.</summary>
    public void Offer(SipMessage message, bool holding) =>
        Write(message, holding ? MediaDirection.SendOnly : MediaDirection.SendReceive);

    /// <summary>Answers the peer's last description.</summary>
    public void Answer(SipMessage message, bool holding) => Write(message, Sdp.Answer(_remote, holding));

    /// <returns>Whether the peer's description puts us on hold.</returns>
    /// <exception cref="SipFormatException">See <see cref="Sdp.Parse"/>.</exception>
    public bool Apply(byte[] body)
    {
        var description = Sdp.Parse(body);
        // 0.0.0.0 is how hold was said before RFC 3264; port 0 refuses the sound (§6).
        var deaf = description.Audio.Address.Equals(IPAddress.Any);
        _remote = deaf ? MediaDirection.SendOnly : description.Direction;
        _events = description.TelephoneEvents;
        _session?.SendTo(deaf || description.Audio.Port == 0 ? null : description.Audio, description.TelephoneEvents);
        return _remote is MediaDirection.SendOnly or MediaDirection.Inactive;
    }

    public void Talk(bool wanted) => _session?.Talk(wanted && _remote is MediaDirection.SendReceive or MediaDirection.ReceiveOnly);

    public Task PressAsync(char key) =>
        _session?.PressAsync(key) ?? throw new InvalidOperationException("The agent has no media, so it cannot send keys.");

    public void Close() => _session?.Close();

    private void Write(SipMessage message, MediaDirection direction) =>
        message.SetBody(Sdp.ContentType, new Sdp(_local, direction, _events).ToBytes(_id, ++_version));
}
