using Ami.Client.Framing;

namespace Ami.Client.Events;

/// <summary>The state of a device changed, or, as a list item, is so.</summary>
public sealed class DeviceStateChangeEvent : AmiEvent
{
    internal DeviceStateChangeEvent(in AmiFrame frame) : base(in frame)
    {
    }

    /// <summary>The device, such as <c>PJSIP/101</c>.</summary>
    public AmiText Device => Get(HeaderKey.Device);

    /// <summary>UNKNOWN, NOT_INUSE, INUSE, BUSY, INVALID, UNAVAILABLE, RINGING, RINGINUSE or ONHOLD.</summary>
    public AmiText State => Get(HeaderKey.State);
}

/// <summary>A phone's account became reachable, unreachable, registered…</summary>
public sealed class PeerStatusEvent : AmiEvent
{
    internal PeerStatusEvent(in AmiFrame frame) : base(in frame)
    {
    }

    /// <summary>The account, such as <c>PJSIP/101</c>.</summary>
    public AmiText Peer => Get(HeaderKey.Peer);

    /// <summary>Unknown, Registered, Unregistered, Rejected, Lagged, Reachable or Unreachable.</summary>
    public AmiText PeerStatus => Get(HeaderKey.PeerStatus);
}

/// <summary>A contact address of a phone's account came, went or changed its reachability.</summary>
public sealed class ContactStatusEvent : AmiEvent
{
    internal ContactStatusEvent(in AmiFrame frame) : base(in frame)
    {
    }

    /// <summary>The contact's address.</summary>
    public AmiText Uri => Get(HeaderKey.Uri);

    /// <summary>Unknown, Created, Removed, Reachable, Unreachable, NonQualified or Updated.</summary>
    public AmiText ContactStatus => Get(HeaderKey.ContactStatus);

    /// <summary>The address of record that it belongs to.</summary>
    public AmiText Aor => Get(HeaderKey.Aor);

    /// <summary>The account.</summary>
    public AmiText EndpointName => Get(HeaderKey.EndpointName);

    /// <summary>Round trip of the last OPTIONS in microseconds; null when not told.</summary>
    public long? RoundtripUsec => Get(HeaderKey.RoundtripUsec).ToInt64();
}

/// <summary>The PBX has loaded all its modules. Comes once after each login, or later if the login came before.</summary>
public sealed class FullyBootedEvent : AmiEvent
{
    internal FullyBootedEvent(in AmiFrame frame) : base(in frame)
    {
    }

    /// <summary>How long the PBX has been running, to the second; null when not told.</summary>
    public TimeSpan? Uptime => Get(HeaderKey.Uptime).ToInt64() is >= 0 and < int.MaxValue and var seconds ? TimeSpan.FromSeconds(seconds) : null;
}

/// <summary>The PBX is about to stop.</summary>
public sealed class ShutdownEvent : AmiEvent
{
    internal ShutdownEvent(in AmiFrame frame) : base(in frame)
    {
    }

    /// <summary><c>Cleanly</c> or <c>Uncleanly</c>.</summary>
    public AmiText Shutdown => this["Shutdown"];

    /// <summary>Whether it starts again by itself.</summary>
    public bool IsRestart => this["Restart"].Equals("True"u8);
}
