using Ami.Client.Framing;
using Ami.Client.Trust;

namespace Ami.Client.Events;

/// <summary>Which class stands for which event.</summary>
internal static class EventTypes
{
    private static readonly (string Name, Func<AmiFrame, bool, AmiEvent> Create)[] All =
    [
        ("Newchannel", static (f, i) => new NewchannelEvent(in f) { IsListItem = i }),
        ("Newstate", static (f, i) => new NewstateEvent(in f) { IsListItem = i }),
        ("NewCallerid", static (f, i) => new NewCalleridEvent(in f) { IsListItem = i }),
        ("NewConnectedLine", static (f, i) => new NewConnectedLineEvent(in f) { IsListItem = i }),
        ("Hangup", static (f, i) => new HangupEvent(in f) { IsListItem = i }),
        ("HangupRequest", static (f, i) => new HangupRequestEvent(in f) { IsListItem = i }),
        ("SoftHangupRequest", static (f, i) => new SoftHangupRequestEvent(in f) { IsListItem = i }),
        ("Hold", static (f, i) => new HoldEvent(in f) { IsListItem = i }),
        ("Unhold", static (f, i) => new UnholdEvent(in f) { IsListItem = i }),
        ("Pickup", static (f, i) => new PickupEvent(in f) { IsListItem = i }),
        ("MixMonitorStart", static (f, i) => new MixMonitorStartEvent(in f) { IsListItem = i }),
        ("MixMonitorStop", static (f, i) => new MixMonitorStopEvent(in f) { IsListItem = i }),
        ("MixMonitorMute", static (f, i) => new MixMonitorMuteEvent(in f) { IsListItem = i }),
        ("UserEvent", static (f, i) => new UserEventEvent(in f) { IsListItem = i }),
        ("OriginateResponse", static (f, i) => new OriginateResponseEvent(in f) { IsListItem = i }),
        ("DialBegin", static (f, i) => new DialBeginEvent(in f) { IsListItem = i }),
        ("DialState", static (f, i) => new DialStateEvent(in f) { IsListItem = i }),
        ("DialEnd", static (f, i) => new DialEndEvent(in f) { IsListItem = i }),
        ("BridgeCreate", static (f, i) => new BridgeCreateEvent(in f) { IsListItem = i }),
        ("BridgeDestroy", static (f, i) => new BridgeDestroyEvent(in f) { IsListItem = i }),
        ("BridgeEnter", static (f, i) => new BridgeEnterEvent(in f) { IsListItem = i }),
        ("BridgeLeave", static (f, i) => new BridgeLeaveEvent(in f) { IsListItem = i }),
        ("LocalBridge", static (f, i) => new LocalBridgeEvent(in f) { IsListItem = i }),
        ("LocalOptimizationBegin", static (f, i) => new LocalOptimizationBeginEvent(in f) { IsListItem = i }),
        ("LocalOptimizationEnd", static (f, i) => new LocalOptimizationEndEvent(in f) { IsListItem = i }),
        ("BlindTransfer", static (f, i) => new BlindTransferEvent(in f) { IsListItem = i }),
        ("AttendedTransfer", static (f, i) => new AttendedTransferEvent(in f) { IsListItem = i }),
        ("DeviceStateChange", static (f, i) => new DeviceStateChangeEvent(in f) { IsListItem = i }),
        ("PeerStatus", static (f, i) => new PeerStatusEvent(in f) { IsListItem = i }),
        ("ContactStatus", static (f, i) => new ContactStatusEvent(in f) { IsListItem = i }),
        ("FullyBooted", static (f, i) => new FullyBootedEvent(in f) { IsListItem = i }),
        ("Shutdown", static (f, i) => new ShutdownEvent(in f) { IsListItem = i }),
        ("CoreShowChannel", static (f, i) => new CoreShowChannelEvent(in f) { IsListItem = i }),
        ("Status", static (f, i) => new StatusEvent(in f) { IsListItem = i }),
        ("BridgeListItem", static (f, i) => new BridgeListItemEvent(in f) { IsListItem = i }),
        ("BridgeInfoChannel", static (f, i) => new BridgeInfoChannelEvent(in f) { IsListItem = i }),
    ];

    private static readonly Utf8Table Names = new(All.Select((type, index) => new KeyValuePair<string, byte>(type.Name, (byte)index)));

    public static bool IsKnown(ReadOnlySpan<byte> name) => Names.Find(name) != Utf8Table.Unknown;

    public static AmiEvent Create(in AmiFrame frame, bool isListItem)
    {
        var type = Names.Find(frame.ValueAt(0).Utf8);
        if (type != Utf8Table.Unknown) return All[type].Create(frame, isListItem);

        return isListItem && EventIntake.IsEndOfList(in frame)
            ? new ListCompleteEvent(in frame) { IsListItem = true }
            : new OtherEvent(in frame) { IsListItem = isListItem };
    }
}
