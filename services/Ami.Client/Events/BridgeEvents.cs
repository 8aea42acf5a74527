using Ami.Client.Framing;

namespace Ami.Client.Events;

/// <summary>An event about a bridge, the place where channels hear each other.</summary>
public abstract class AmiBridgeEvent : AmiChannelEvent
{
    private protected AmiBridgeEvent(in AmiFrame frame) : base(in frame)
    {
    }

    /// <summary>The bridge's id, a UUID.</summary>
    public AmiText BridgeUniqueid => Get(HeaderKey.BridgeUniqueid);

    /// <summary>Its type, such as <c>basic</c>.</summary>
    public AmiText BridgeType => Get(HeaderKey.BridgeType);

    /// <summary>Its technology, such as <c>simple_bridge</c>.</summary>
    public AmiText BridgeTechnology => Get(HeaderKey.BridgeTechnology);

    /// <summary>Channels in it; null when not told.</summary>
    public long? BridgeNumChannels => Get(HeaderKey.BridgeNumChannels).ToInt64();
}

/// <summary>A bridge came to be.</summary>
public sealed class BridgeCreateEvent : AmiBridgeEvent
{
    internal BridgeCreateEvent(in AmiFrame frame) : base(in frame)
    {
    }
}

/// <summary>A bridge ended.</summary>
public sealed class BridgeDestroyEvent : AmiBridgeEvent
{
    internal BridgeDestroyEvent(in AmiFrame frame) : base(in frame)
    {
    }
}

/// <summary>A channel entered a bridge.</summary>
public sealed class BridgeEnterEvent : AmiBridgeEvent
{
    internal BridgeEnterEvent(in AmiFrame frame) : base(in frame)
    {
    }

    /// <summary>The channel whose place it took, absent when none.</summary>
    public AmiText SwapUniqueid => Get(HeaderKey.Of(HeaderKey.Swap, HeaderKey.Uniqueid));
}

/// <summary>A channel left a bridge.</summary>
public sealed class BridgeLeaveEvent : AmiBridgeEvent
{
    internal BridgeLeaveEvent(in AmiFrame frame) : base(in frame)
    {
    }
}

/// <summary>The two halves of a Local channel were joined.</summary>
public sealed class LocalBridgeEvent : AmiLocalEvent
{
    internal LocalBridgeEvent(in AmiFrame frame) : base(in frame)
    {
    }
}

/// <summary>A Local channel begins to take itself out of a call.</summary>
public sealed class LocalOptimizationBeginEvent : AmiLocalEvent
{
    internal LocalOptimizationBeginEvent(in AmiFrame frame) : base(in frame)
    {
    }

    /// <summary>The channel that takes the Local channel's place.</summary>
    public AmiChannel Source => new(this, HeaderKey.Source);

    /// <summary>The id of the channel whose place is taken.</summary>
    public AmiText DestUniqueid => Get(HeaderKey.Of(HeaderKey.Dest, HeaderKey.Uniqueid));
}

/// <summary>A Local channel has taken itself out of a call, or failed to.</summary>
public sealed class LocalOptimizationEndEvent : AmiLocalEvent
{
    internal LocalOptimizationEndEvent(in AmiFrame frame) : base(in frame)
    {
    }

    /// <summary>Whether it succeeded; null when not told.</summary>
    public bool? IsSuccess => this["Success"] is { IsPresent: true } text ? text.Equals("Yes"u8) : null;
}

/// <summary>An event about both halves of a Local channel.</summary>
public abstract class AmiLocalEvent : AmiEvent
{
    private protected AmiLocalEvent(in AmiFrame frame) : base(in frame)
    {
    }

    /// <summary>The half <c>;1</c>.</summary>
    public AmiChannel LocalOne => new(this, HeaderKey.LocalOne);

    /// <summary>The half <c>;2</c>.</summary>
    public AmiChannel LocalTwo => new(this, HeaderKey.LocalTwo);
}

/// <summary>A party handed the other one over without asking.</summary>
public sealed class BlindTransferEvent : AmiEvent
{
    internal BlindTransferEvent(in AmiFrame frame) : base(in frame)
    {
    }

    /// <summary><c>Success</c>, <c>Fail</c>, <c>Invalid</c> or <c>Not Permitted</c>.</summary>
    public AmiText Result => Get(HeaderKey.Result);

    /// <summary>Who handed over.</summary>
    public AmiChannel Transferer => new(this, HeaderKey.Transferer);

    /// <summary>Who was handed over.</summary>
    public AmiChannel Transferee => new(this, HeaderKey.Transferee);

    /// <summary>The bridge in which they were.</summary>
    public AmiText BridgeUniqueid => Get(HeaderKey.BridgeUniqueid);

    /// <summary>Where to.</summary>
    public AmiText Extension => Get(HeaderKey.Extension);
}

/// <summary>A party handed the other one over to a third after talking to the third.</summary>
public sealed class AttendedTransferEvent : AmiEvent
{
    internal AttendedTransferEvent(in AmiFrame frame) : base(in frame)
    {
    }

    /// <inheritdoc cref="BlindTransferEvent.Result"/>
    public AmiText Result => Get(HeaderKey.Result);

    /// <summary>Who hands over, in the first talk.</summary>
    public AmiChannel OrigTransferer => new(this, HeaderKey.OrigTransferer);

    /// <summary>Who hands over, in the talk with the third.</summary>
    public AmiChannel SecondTransferer => new(this, HeaderKey.SecondTransferer);

    /// <summary>Who was handed over.</summary>
    public AmiChannel Transferee => new(this, HeaderKey.Transferee);

    /// <summary>The third.</summary>
    public AmiChannel TransferTarget => new(this, HeaderKey.TransferTarget);

    /// <summary>The bridge of the first talk.</summary>
    public AmiText OrigBridgeUniqueid => this["OrigBridgeUniqueid"];

    /// <summary>The bridge of the talk with the third.</summary>
    public AmiText SecondBridgeUniqueid => this["SecondBridgeUniqueid"];

    /// <summary><c>Bridge</c>, <c>App</c>, <c>Link</c>, <c>Threeway</c> or <c>Fail</c>: what became of it.</summary>
    public AmiText DestType => this["DestType"];

    /// <summary>The bridge in which they talk now; absent unless <see cref="DestType"/> is <c>Bridge</c>.</summary>
    public AmiText DestBridgeUniqueid => this["DestBridgeUniqueid"];
}
