using Ami.Client.Framing;

namespace Ami.Client.Events;

/// <summary>State of a channel, with Asterisk's numbers (<c>enum ast_channel_state</c>).</summary>
public enum AmiChannelState
{
    /// <summary>Exists, does nothing.</summary>
    Down = 0,

    /// <summary>Down, but in use.</summary>
    Reserved = 1,

    /// <summary>Off hook.</summary>
    OffHook = 2,

    /// <summary>Digits are being dialled.</summary>
    Dialing = 3,

    /// <summary>A call came in by it and is not answered yet.</summary>
    Ring = 4,

    /// <summary>The far phone rings.</summary>
    Ringing = 5,

    /// <summary>Answered. Says nothing about a human: an announcement or a voicemail box is up too.</summary>
    Up = 6,

    /// <summary>Busy.</summary>
    Busy = 7,

    /// <summary>Digits are being dialled while off hook.</summary>
    DialingOffHook = 8,

    /// <summary>A call was seen but rings not yet.</summary>
    PreRing = 9,
}

/// <summary>What an event says of one channel, at the moment of the event.</summary>
public readonly struct AmiChannel : IEquatable<AmiChannel>
{
    private readonly AmiEvent _event;
    private readonly byte _prefix;

    internal AmiChannel(AmiEvent of, byte prefix)
    {
        _event = of;
        _prefix = prefix;
    }

    /// <summary>Whether the event says anything of this channel.</summary>
    public bool IsPresent => _event is not null && Uniqueid.IsPresent;

    /// <summary>Its name, such as <c>PJSIP/101-0000001a</c>; starts again from 0 when the PBX restarts.</summary>
    public AmiText Name => Get(HeaderKey.Channel);

    /// <summary>Its id, the only safe way to tell channels apart.</summary>
    public AmiText Uniqueid => Get(HeaderKey.Uniqueid);

    /// <summary>A hint to which channels belong together; changes when channels are joined.</summary>
    public AmiText Linkedid => Get(HeaderKey.Linkedid);

    /// <summary>Its state; null when the event does not say it, or says a number unknown here.</summary>
    public AmiChannelState? State =>
        Get(HeaderKey.ChannelState).ToInt64() is >= 0 and <= (long)AmiChannelState.PreRing and var state ? (AmiChannelState)state : null;

    /// <summary>The caller's number, as sent by whoever called: never trust it.</summary>
    public AmiText CallerIdNum => Get(HeaderKey.CallerIdNum);

    /// <summary>The caller's name, escaped; see <see cref="AmiText.ToName"/>.</summary>
    public AmiText CallerIdName => Get(HeaderKey.CallerIdName);

    /// <summary>The number of the other side.</summary>
    public AmiText ConnectedLineNum => Get(HeaderKey.ConnectedLineNum);

    /// <summary>The name of the other side, escaped; see <see cref="AmiText.ToName"/>.</summary>
    public AmiText ConnectedLineName => Get(HeaderKey.ConnectedLineName);

    /// <summary>The dialplan's context.</summary>
    public AmiText Context => Get(HeaderKey.Context);

    /// <summary>The dialplan's extension.</summary>
    public AmiText Exten => Get(HeaderKey.Exten);

    /// <summary>The dialplan's priority.</summary>
    public AmiText Priority => Get(HeaderKey.Priority);

    /// <summary>The account code.</summary>
    public AmiText AccountCode => Get(HeaderKey.AccountCode);

    /// <summary>Compares which event and which channel of it.</summary>
    public static bool operator ==(AmiChannel left, AmiChannel right) => left.Equals(right);

    /// <summary>Compares which event and which channel of it.</summary>
    public static bool operator !=(AmiChannel left, AmiChannel right) => !left.Equals(right);

    /// <inheritdoc/>
    public bool Equals(AmiChannel other) => ReferenceEquals(_event, other._event) && _prefix == other._prefix;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is AmiChannel other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(_event, _prefix);

    private AmiText Get(byte place) => _event is null ? default : _event.Get(HeaderKey.Of(_prefix, place));
}
