using System.Globalization;
using Ami.Client.Actions;
using Ami.Client.Events;

namespace Ami.Client.Connection;

/// <summary>Asks the PBX for everything that it is doing.</summary>
internal sealed class SnapshotTaker(AmiConnection connection, AmiClientOptions options, TimeProvider timeProvider)
{
    /// <summary>So many bridges are asked in one write.</summary>
    private const int BridgesAtOnce = 32;

    /// <summary>Asks.</summary>
    /// <exception cref="AmiLoginRefusedException">The user of manager.conf may not see one of the lists.</exception>
    public async Task<AmiSnapshot> TakeAsync(FullyBootedEvent booted, CancellationToken cancellationToken)
    {
        var lists = await Task.WhenAll(
            connection.Send(
                [
                    AmiAction.CoreStatus(), AmiAction.CoreShowChannels(), AmiAction.Status(options.StatusVariables), AmiAction.BridgeList(),
                    AmiAction.DeviceStateList(),
                ],
                wantLists: true,
                options.ListTimeout,
                cancellationToken)).ConfigureAwait(false);

        foreach (var list in lists)
        {
            // A list that cannot be had must never look like an empty one.
            if (!list.Response.IsSuccess) throw new AmiLoginRefusedException($"The PBX refused a list that a session begins with: {list.Response.Message}");
        }

        var missing = lists.Sum(list => list.MissingItems);
        var bridges = new List<AmiBridge>();
        foreach (var some in lists[3].Items.OfType<BridgeListItemEvent>().Chunk(BridgesAtOnce))
        {
            var members = await Task.WhenAll(
                connection.Send(
                    Array.ConvertAll(some, bridge => AmiAction.BridgeInfo(bridge.BridgeUniqueid.ToString())),
                    wantLists: true,
                    options.ListTimeout,
                    cancellationToken)).ConfigureAwait(false);
            bridges.AddRange(some.Zip(members, (bridge, list) => new AmiBridge(bridge, [.. list.Items.OfType<BridgeInfoChannelEvent>()])));
            missing += members.Sum(list => list.MissingItems);
        }

        return new AmiSnapshot
        {
            Channels = [.. lists[1].Items.OfType<CoreShowChannelEvent>()],
            Statuses = [.. lists[2].Items.OfType<StatusEvent>()],
            Bridges = bridges,
            Devices = [.. lists[4].Items.OfType<DeviceStateChangeEvent>()],
            StartedPbxLocalTime = StartOf(lists[0].Response),
            Uptime = booted.Uptime,
            TakenAt = timeProvider.GetUtcNow(),
            MissingItems = missing,
        };
    }

    private static DateTime? StartOf(AmiResponse coreStatus) =>
        DateTime.TryParseExact(
            $"{coreStatus["CoreStartupDate"]} {coreStatus["CoreStartupTime"]}",
            "yyyy-MM-dd HH:mm:ss",
            CultureInfo.InvariantCulture,
            DateTimeStyles.None,
            out var started)
            ? started
            : null;
}
