using System.Net;

namespace CallCenterCrm.Sip;

/// <summary>
/// What ties requests together (RFC 3261 §12): used by calls and, with its Call-ID and counter, by registrations.
/// There are no route sets: the peers of this agent are a PBX and other agents, never a proxy.
/// </summary>
internal sealed class Dialog
{
    private int _localSequence;
    private int _remoteSequence;

    /// <param name="callId">Ours, or the caller's.</param>
    /// <param name="localTag">Ours.</param>
    /// <param name="local">Our From (or To) value without its tag.</param>
    /// <param name="remote">The peer's To (or From) value without its tag.</param>
    /// <param name="remoteTag">Null until the peer has answered.</param>
    /// <param name="target">Request-URI of our next request.</param>
    /// <param name="destination">Where that request goes to.</param>
    public Dialog(string callId, string localTag, string local, string remote, string? remoteTag, string target, IPEndPoint destination)
    {
        CallId = callId;
        LocalTag = localTag;
        Local = local;
        Remote = remote;
        RemoteTag = remoteTag;
        Target = target;
        Destination = destination;
    }

    public string CallId { get; }

    public string LocalTag { get; }

    public string Local { get; }

    public string Remote { get; private set; }

    public string? RemoteTag { get; private set; }

    public string Target { get; private set; }

    public IPEndPoint Destination { get; private set; }

    /// <summary>The dialog of an INVITE that came in.</summary>
    public static Dialog Incoming(ServerTransaction invite)
    {
        var request = invite.Request;
        var dialog = new Dialog(
            request.CallId, invite.ToTag, request.Headers["To"]!, WithoutTag(request.Headers["From"]!), request.From.Tag, "", invite.Source);
        dialog.AcceptSequence(request.CSeq);
        dialog.Retarget(request, invite.Source);
        return dialog;
    }

    /// <summary>The peer gave itself a tag and a Contact; also refreshed by each later Contact (RFC 3261 §12.2).</summary>
    public void Confirm(SipMessage response)
    {
        RemoteTag = response.To.Tag;
        Remote = WithoutTag(response.Headers["To"]!);
        Retarget(response, Destination);
    }

    public void Retarget(SipMessage message, IPEndPoint source)
    {
        if (message.Headers["Contact"] is not { } contact)
            return;
        Target = SipAddress.Parse(contact).Uri;
        Destination = SipUri.EndPoint(Target) ?? source;
    }

    /// <summary>False for a request that came late or twice (RFC 3261 §12.2.2).</summary>
    public bool AcceptSequence(int number)
    {
        if (number < _remoteSequence)
            return false;
        _remoteSequence = number;
        return true;
    }

    /// <param name="method">ACK and CANCEL get the number of <paramref name="of"/>, everything else the next.</param>
    /// <param name="via">Our address, as the answers shall find it.</param>
    /// <param name="of">The INVITE that is acknowledged.</param>
    public SipMessage NewRequest(string method, IPEndPoint via, SipMessage? of = null)
    {
        var request = SipMessage.Request(method, Target);
        request.Headers.Add("Via", $"SIP/2.0/UDP {via};rport;branch={SipIds.NewBranch()}");
        request.Headers.Add("Max-Forwards", "70");
        request.Headers.Add("From", $"{Local};tag={LocalTag}");
        request.Headers.Add("To", RemoteTag is null ? Remote : $"{Remote};tag={RemoteTag}");
        request.Headers.Add("Call-ID", CallId);
        request.SetCSeq(of?.CSeq ?? ++_localSequence);
        return request;
    }

    private static string WithoutTag(string value)
    {
        var address = SipAddress.Parse(value);
        if (address.Tag is not { } tag)
            return value;
        var start = value.LastIndexOf($";tag={tag}", StringComparison.OrdinalIgnoreCase);
        return start < 0 ? value : value.Remove(start, tag.Length + ";tag=".Length);
    }
}
