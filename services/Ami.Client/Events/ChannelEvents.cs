using Ami.Client.Framing;

namespace Ami.Client.Events;

/// <summary>An event about one channel.</summary>
public abstract class AmiChannelEvent : AmiEvent
{
    private protected AmiChannelEvent(in AmiFrame frame) : base(in frame)
    {
    }

    /// <summary>The channel that the event is about.</summary>
    public AmiChannel Subject => new(this, HeaderKey.NoPrefix);

    /// <inheritdoc cref="AmiChannel.Name"/>
    public AmiText Channel => Get(HeaderKey.Channel);

    /// <inheritdoc cref="AmiChannel.Uniqueid"/>
    public AmiText Uniqueid => Get(HeaderKey.Uniqueid);

    /// <inheritdoc cref="AmiChannel.Linkedid"/>
    public AmiText Linkedid => Get(HeaderKey.Linkedid);

    /// <inheritdoc cref="AmiChannel.State"/>
    public AmiChannelState? ChannelState => Subject.State;

    /// <inheritdoc cref="AmiChannel.CallerIdNum"/>
    public AmiText CallerIdNum => Get(HeaderKey.CallerIdNum);

    /// <inheritdoc cref="AmiChannel.CallerIdName"/>
    public AmiText CallerIdName => Get(HeaderKey.CallerIdName);

    /// <inheritdoc cref="AmiChannel.ConnectedLineNum"/>
    public AmiText ConnectedLineNum => Get(HeaderKey.ConnectedLineNum);

    /// <inheritdoc cref="AmiChannel.ConnectedLineName"/>
    public AmiText ConnectedLineName => Get(HeaderKey.ConnectedLineName);

    /// <inheritdoc cref="AmiChannel.Context"/>
    public AmiText Context => Get(HeaderKey.Context);

    /// <inheritdoc cref="AmiChannel.Exten"/>
    public AmiText Exten => Get(HeaderKey.Exten);

    /// <summary>A variable of manager.conf's <c>channelvars</c>; null when it is not set.</summary>
    public string? ChanVariable(string name) => VariableIn("ChanVariable", name);
}

/// <summary>A channel came to be. Comes before the dialplan could clean the caller's number.</summary>
public sealed class NewchannelEvent : AmiChannelEvent
{
    internal NewchannelEvent(in AmiFrame frame) : base(in frame)
    {
    }
}

/// <summary>A channel's state changed.</summary>
public sealed class NewstateEvent : AmiChannelEvent
{
    internal NewstateEvent(in AmiFrame frame) : base(in frame)
    {
    }
}

/// <summary>A channel's caller id changed.</summary>
public sealed class NewCalleridEvent : AmiChannelEvent
{
    internal NewCalleridEvent(in AmiFrame frame) : base(in frame)
    {
    }

    /// <summary>Presentation as number and words, such as <c>0 (Presentation Allowed, Not Screened)</c>.</summary>
    public AmiText CallingPres => Get(HeaderKey.CallingPres);
}

/// <summary>What a channel shows of its other side changed.</summary>
public sealed class NewConnectedLineEvent : AmiChannelEvent
{
    internal NewConnectedLineEvent(in AmiFrame frame) : base(in frame)
    {
    }
}

/// <summary>A channel ended. Nothing about it follows.</summary>
public sealed class HangupEvent : AmiChannelEvent
{
    internal HangupEvent(in AmiFrame frame) : base(in frame)
    {
    }

    /// <summary>Q.850 cause, 0 to 127; null when absent.</summary>
    public long? Cause => Get(HeaderKey.Cause).ToInt64();

    /// <summary>The cause in words.</summary>
    public AmiText CauseText => Get(HeaderKey.CauseText);

    /// <summary>The channel technology's own cause, such as SIP's 487.</summary>
    public AmiText TechCause => Get(HeaderKey.TechCause);
}

/// <summary>The far end of a channel asked to hang up.</summary>
public sealed class HangupRequestEvent : AmiChannelEvent
{
    internal HangupRequestEvent(in AmiFrame frame) : base(in frame)
    {
    }

    /// <summary>Q.850 cause; null when absent.</summary>
    public long? Cause => Get(HeaderKey.Cause).ToInt64();
}

/// <summary>The PBX asked a channel to hang up.</summary>
public sealed class SoftHangupRequestEvent : AmiChannelEvent
{
    internal SoftHangupRequestEvent(in AmiFrame frame) : base(in frame)
    {
    }

    /// <summary>Q.850 cause; null when absent.</summary>
    public long? Cause => Get(HeaderKey.Cause).ToInt64();
}

/// <summary>A channel put the other side on hold.</summary>
public sealed class HoldEvent : AmiChannelEvent
{
    internal HoldEvent(in AmiFrame frame) : base(in frame)
    {
    }
}

/// <summary>A channel took the other side back from hold. REFER sends one too, with no hold before.</summary>
public sealed class UnholdEvent : AmiChannelEvent
{
    internal UnholdEvent(in AmiFrame frame) : base(in frame)
    {
    }
}

/// <summary>A channel took over a call that rang at another one.</summary>
public sealed class PickupEvent : AmiChannelEvent
{
    internal PickupEvent(in AmiFrame frame) : base(in frame)
    {
    }

    /// <summary>The channel whose call was taken: the leg that rang.</summary>
    public AmiChannel Target => new(this, HeaderKey.Target);
}

/// <summary>Recording of a channel began. The file's name is not told.</summary>
public sealed class MixMonitorStartEvent : AmiChannelEvent
{
    internal MixMonitorStartEvent(in AmiFrame frame) : base(in frame)
    {
    }
}

/// <summary>Recording of a channel was stopped on purpose; a hangup ends it without this event.</summary>
public sealed class MixMonitorStopEvent : AmiChannelEvent
{
    internal MixMonitorStopEvent(in AmiFrame frame) : base(in frame)
    {
    }
}

/// <summary>Recording of a channel was muted or unmuted.</summary>
public sealed class MixMonitorMuteEvent : AmiChannelEvent
{
    internal MixMonitorMuteEvent(in AmiFrame frame) : base(in frame)
    {
    }

    /// <summary><c>read</c>, <c>write</c> or <c>both</c>.</summary>
    public AmiText Direction => this["Direction"];

    /// <summary>Whether it is muted now.</summary>
    public bool IsMuted => Get(HeaderKey.State).ToInt64() == 1;
}

/// <summary>The dialplan's <c>UserEvent()</c>, or the action of the same name, which has no channel.</summary>
public sealed class UserEventEvent : AmiChannelEvent
{
    internal UserEventEvent(in AmiFrame frame) : base(in frame)
    {
    }

    /// <summary>The name that the dialplan gave.</summary>
    public AmiText UserEvent => Get(HeaderKey.UserEvent);

    /// <summary>A field that the dialplan gave. Unlike the indexer it sees only what follows <c>UserEvent:</c>, where no caller can write.</summary>
    public AmiText Field(string key)
    {
        var from = Frame.IndexOf(HeaderKey.UserEvent);
        var at = from < 0 ? -1 : Frame.IndexOf(key, from + 1);
        return at < 0 ? default : Frame.ValueAt(at);
    }
}

/// <summary>How an asynchronous Originate ended. Its <see cref="AmiEvent.ActionId"/> is that of the action.</summary>
public sealed class OriginateResponseEvent : AmiChannelEvent
{
    internal OriginateResponseEvent(in AmiFrame frame) : base(in frame)
    {
    }

    /// <summary>Whether the channel was answered.</summary>
    public bool IsSuccess => Get(HeaderKey.Response).Equals("Success"u8);

    /// <summary>The last control frame: 0 failed or not registered, 1 hung up, 3 rang out, 4 answered, 5 busy, 8 congested.</summary>
    public long? Reason => Get(HeaderKey.Reason).ToInt64();
}
