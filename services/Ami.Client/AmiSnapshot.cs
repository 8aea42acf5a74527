using Ami.Client.Events;

namespace Ami.Client;

/// <summary>A bridge and who is in it.</summary>
/// <param name="Bridge">The bridge.</param>
/// <param name="Channels">Its channels; empty when it ended before it could be asked.</param>
public sealed record AmiBridge(BridgeListItemEvent Bridge, IReadOnlyList<BridgeInfoChannelEvent> Channels);

/// <summary>The PBX as it was at the begin of a session, from lists taken one after the other, not at one moment.</summary>
public sealed class AmiSnapshot
{
    /// <summary>All channels, with state, bridge and what the dialplan does with them.</summary>
    public required IReadOnlyList<CoreShowChannelEvent> Channels { get; init; }

    /// <summary>All channels once more, with the variables that the options name.</summary>
    public required IReadOnlyList<StatusEvent> Statuses { get; init; }

    /// <summary>All bridges.</summary>
    public required IReadOnlyList<AmiBridge> Bridges { get; init; }

    /// <summary>All devices. Whether a talk is on hold cannot be seen.</summary>
    public required IReadOnlyList<DeviceStateChangeEvent> Devices { get; init; }

    /// <summary>When the PBX started, to the second, by its own clock in its own time zone, which AMI does not tell.</summary>
    public required DateTime? StartedPbxLocalTime { get; init; }

    /// <summary>How long the PBX has been running, to the second, from <c>FullyBooted</c>; null when it came up just now.</summary>
    public required TimeSpan? Uptime { get; init; }

    /// <summary>When this client had taken the snapshot.</summary>
    public required DateTimeOffset TakenAt { get; init; }

    /// <summary>Items that the PBX says it sent but that were refused or cut, as happens while a hostile call is up; 0 when all is there.</summary>
    public required int MissingItems { get; init; }
}
