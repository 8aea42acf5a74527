using Ami.Client.Framing;
using Ami.Client.Trust;

namespace Ami.Client.Events;

/// <summary>Which class stands for which event.</summary>
internal static class EventTypes
{
    private static readonly (string Name, Creator Create)[] All =
    [
        ("Newchannel", static (in f, i) => new NewchannelEvent(in f) { IsListItem = i }),
        ("Newstate", static (in f, i) => new NewstateEvent(in f) { IsListItem = i }),
        ("NewCallerid", static (in f, i) => new NewCalleridEvent(in f) { IsListItem = i }),
        ("NewConnectedLine", static (in f, i) => new NewConnectedLineEvent(in f) { IsListItem = i }),
        ("Hangup", static (in f, i) => new HangupEvent(in f) { IsListItem = i }),
        ("HangupRequest", static (in f, i) => new HangupRequestEvent(in f) { IsListItem = i }),
        ("SoftHangupRequest", static (in f, i) => new SoftHangupRequestEvent(in f) { IsListItem = i }),
        ("Hold", static (in f, i) => new HoldEvent(in f) { IsListItem = i }),
        ("Unhold", static (in f, i) => new UnholdEvent(in f) { IsListItem = i }),
        ("Pickup", static (in f, i) => new PickupEvent(in f) { IsListItem = i }),
        ("MixMonitorStart", static (in f, i) => new MixMonitorStartEvent(in f) { IsListItem = i }),
        ("MixMonitorStop", static (in f, i) => new MixMonitorStopEvent(in f) { IsListItem = i }),
        ("MixMonitorMute", static (in f, i) => new MixMonitorMuteEvent(in f) { IsListItem = i }),
        ("UserEvent", static (in f, i) => new UserEventEvent(in f) { IsListItem = i }),
        ("OriginateResponse", static (in f, i) => new OriginateResponseEvent(in f) { IsListItem = i }),
        ("DialBegin", static (in f, i) => new DialBeginEvent(in f) { IsListItem = i }),
        ("DialState", static (in f, i) => new DialStateEvent(in f) { IsListItem = i }),
        ("DialEnd", static (in f, i) => new DialEndEvent(in f) { IsListItem = i }),
        ("BridgeCreate", static (in f, i) => new BridgeCreateEvent(in f) { IsListItem = i }),
        ("BridgeDestroy", static (in f, i) => new BridgeDestroyEvent(in f) { IsListItem = i }),
        ("BridgeEnter", static (in f, i) => new BridgeEnterEvent(in f) { IsListItem = i }),
        ("BridgeLeave", static (in f, i) => new BridgeLeaveEvent(in f) { IsListItem = i }),
        ("LocalBridge", static (in f, i) => new LocalBridgeEvent(in f) { IsListItem = i }),
        ("LocalOptimizationBegin", static (in f, i) => new LocalOptimizationBeginEvent(in f) { IsListItem = i }),
        ("LocalOptimizationEnd", static (in f, i) => new LocalOptimizationEndEvent(in f) { IsListItem = i }),
        ("BlindTransfer", static (in f, i) => new BlindTransferEvent(in f) { IsListItem = i }),
        ("AttendedTransfer", static (in f, i) => new AttendedTransferEvent(in f) { IsListItem = i }),
        ("DeviceStateChange", static (in f, i) => new DeviceStateChangeEvent(in f) { IsListItem = i }),
        ("PeerStatus", static (in f, i) => new PeerStatusEvent(in f) { IsListItem = i }),
        ("ContactStatus", static (in f, i) => new ContactStatusEvent(in f) { IsListItem = i }),
        ("FullyBooted", static (in f, i) => new FullyBootedEvent(in f) { IsListItem = i }),
        ("Shutdown", static (in f, i) => new ShutdownEvent(in f) { IsListItem = i }),
        ("CoreShowChannel", static (in f, i) => new CoreShowChannelEvent(in f) { IsListItem = i }),
        ("Status", static (in f, i) => new StatusEvent(in f) { IsListItem = i }),
        ("BridgeListItem", static (in f, i) => new BridgeListItemEvent(in f) { IsListItem = i }),
        ("BridgeInfoChannel", static (in f, i) => new BridgeInfoChannelEvent(in f) { IsListItem = i }),
    ];

    private static readonly Utf8Table Names = new(All.Select((type, index) => new KeyValuePair<string, byte>(type.Name, (byte)index)));

    private delegate AmiEvent Creator(in AmiFrame frame, bool isListItem);

    public static bool IsKnown(ReadOnlySpan<byte> name) => Names.Find(name) != Utf8Table.Unknown;

    public static AmiEvent Create(in AmiFrame frame, bool isListItem)
    {
        var type = Names.Find(frame.ValueAt(0).Utf8);
        if (type != Utf8Table.Unknown) return All[type].Create(in frame, isListItem);

        return isListItem && EventIntake.IsEndOfList(in frame)
            ? new ListCompleteEvent(in frame) { IsListItem = true }
            : new OtherEvent(in frame) { IsListItem = isListItem };
    }
}
