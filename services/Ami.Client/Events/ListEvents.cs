using System.Globalization;
using Ami.Client.Framing;

namespace Ami.Client.Events;

/// <summary>One channel, in answer to CoreShowChannels.</summary>
public sealed class CoreShowChannelEvent : AmiChannelEvent
{
    internal CoreShowChannelEvent(in AmiFrame frame) : base(in frame)
    {
    }

    /// <summary>The dialplan's application that runs.</summary>
    public AmiText Application => Get(HeaderKey.Application);

    /// <summary>Its arguments.</summary>
    public AmiText ApplicationData => Get(HeaderKey.ApplicationData);

    /// <summary>The bridge in which the channel is; empty when in none.</summary>
    public AmiText BridgeId => Get(HeaderKey.BridgeId);

    /// <summary>How long the channel has existed, to the second; null when not told.</summary>
    public TimeSpan? Duration
    {
        get
        {
            // Hours may exceed 24, which TimeSpan's own formats refuse.
            var parts = Get(HeaderKey.Duration).ToString().Split(':');
            return parts.Length == 3
                && int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var hours)
                && int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var minutes)
                && int.TryParse(parts[2], NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
                ? TimeSpan.FromSeconds((hours * 3600L) + (minutes * 60L) + seconds)
                : null;
        }
    }
}

/// <summary>One channel with the variables that were asked for, in answer to Status.</summary>
public sealed class StatusEvent : AmiChannelEvent
{
    internal StatusEvent(in AmiFrame frame) : base(in frame)
    {
    }

    /// <summary>The bridge in which the channel is; empty when in none.</summary>
    public AmiText BridgeId => Get(HeaderKey.BridgeId);

    /// <summary>Seconds since the channel came to be; null when not told.</summary>
    public long? Seconds => this["Seconds"].ToInt64();

    /// <summary>A variable that was asked for; null when it is not set.</summary>
    public string? Variable(string name) => VariableIn("Variable", name);
}

/// <summary>One bridge, in answer to BridgeList.</summary>
public sealed class BridgeListItemEvent : AmiBridgeEvent
{
    internal BridgeListItemEvent(in AmiFrame frame) : base(in frame)
    {
    }
}

/// <summary>One channel of a bridge, in answer to BridgeInfo.</summary>
public sealed class BridgeInfoChannelEvent : AmiChannelEvent
{
    internal BridgeInfoChannelEvent(in AmiFrame frame) : base(in frame)
    {
    }
}

/// <summary>The end of a list: StatusComplete, BridgeListComplete…</summary>
public sealed class ListCompleteEvent : AmiEvent
{
    internal ListCompleteEvent(in AmiFrame frame) : base(in frame)
    {
    }

    /// <summary>How many items the PBX says it sent; null when not told.</summary>
    public long? ListItems => Get(HeaderKey.ListItems).ToInt64();
}
