using Ami.Client.Framing;

namespace Ami.Client.Events;

/// <summary>An event about one channel that calls another. The caller is absent when the PBX itself calls (Originate).</summary>
public abstract class AmiDialEvent : AmiChannelEvent
{
    private protected AmiDialEvent(in AmiFrame frame) : base(in frame)
    {
    }

    /// <summary>The channel that is called.</summary>
    public AmiChannel Dest => new(this, HeaderKey.Dest);

    /// <summary>The called channel's id.</summary>
    public AmiText DestUniqueid => Get(HeaderKey.Of(HeaderKey.Dest, HeaderKey.Uniqueid));
}

/// <summary>A channel begins to be called.</summary>
public sealed class DialBeginEvent : AmiDialEvent
{
    internal DialBeginEvent(in AmiFrame frame) : base(in frame)
    {
    }

    /// <summary>What is dialled, without the technology.</summary>
    public AmiText DialString => Get(HeaderKey.DialString);
}

/// <summary>A call goes on, mostly to <c>RINGING</c>.</summary>
public sealed class DialStateEvent : AmiDialEvent
{
    internal DialStateEvent(in AmiFrame frame) : base(in frame)
    {
    }

    /// <summary>RINGING, PROCEEDING or PROGRESS.</summary>
    public AmiText DialStatus => Get(HeaderKey.DialStatus);
}

/// <summary>A call to a channel ended. Not every DialBegin gets one: a leg whose call was picked up elsewhere does not.</summary>
public sealed class DialEndEvent : AmiDialEvent
{
    internal DialEndEvent(in AmiFrame frame) : base(in frame)
    {
    }

    /// <summary>ANSWER, BUSY, NOANSWER, CANCEL, CONGESTION, CHANUNAVAIL, ABORT, CONTINUE or GOTO.</summary>
    public AmiText DialStatus => Get(HeaderKey.DialStatus);
}
