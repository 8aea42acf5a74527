using System.Globalization;
using Ami.Client;
using Ami.Client.Events;

namespace CallCenterCrm.Telephony.Calls;

/// <summary>What AMI's events and lists say, told to the tracker.</summary>
internal static class AmiFacts
{
    public static void Tell(this CallTracker tracker, AmiEvent amiEvent)
    {
        // Every event has its time; a list item is told with its list.
        if (amiEvent.Timestamp is not { } at)
        {
            return;
        }

        if (amiEvent is AmiChannelEvent { Uniqueid.IsEmpty: false } about and not OriginateResponseEvent)
        {
            tracker.Tell(about.Subject, at);
        }

        switch (amiEvent)
        {
            case NewchannelEvent born:
                tracker.Started(born.Uniqueid.ToString(), born.ChannelState is AmiChannelState.Ring or AmiChannelState.Up, born.CallerIdNum.OrNull(), at);
                tracker.HeardFromBirth(born.Uniqueid.ToString(), at);
                break;
            case NewstateEvent { ChannelState: AmiChannelState.Ringing } rings:
                tracker.Rang(rings.Uniqueid.ToString(), at);
                break;
            case NewstateEvent { ChannelState: AmiChannelState.Up } up:
                tracker.Up(up.Uniqueid.ToString(), at);
                break;
            case DialBeginEvent begin when begin.Dest.IsPresent:
                tracker.Tell(begin.Dest, at);
                tracker.DialBegan(Id(begin.Uniqueid), begin.Dest.Uniqueid.ToString(), begin.DialString.OrNull(), at);
                break;
            case DialStateEvent state when state.Dest.IsPresent:
                tracker.Tell(state.Dest, at);
                if (state.DialStatus.Equals("RINGING"u8))
                {
                    tracker.Rang(state.Dest.Uniqueid.ToString(), at);
                }
                else if (state.DialStatus.Equals("PROGRESS"u8))
                {
                    tracker.Sounded(state.Dest.Uniqueid.ToString(), at);
                }

                break;
            case DialEndEvent end when end.Dest.IsPresent:
                tracker.Tell(end.Dest, at);
                tracker.DialEnded(end.Dest.Uniqueid.ToString(), end.DialStatus.ToString(), at);
                break;
            case BridgeEnterEvent enter:
                tracker.Mark(enter.Uniqueid.ToString(), new BridgeMark(at, Entered: true, enter.BridgeUniqueid.ToString()));
                break;
            case BridgeLeaveEvent leave:
                tracker.Mark(leave.Uniqueid.ToString(), new BridgeMark(at, Entered: false, leave.BridgeUniqueid.ToString()));
                break;
            case HoldEvent hold:
                tracker.Held(hold.Uniqueid.ToString(), new HoldMark(at, Held: true));
                break;
            case UnholdEvent unhold:
                tracker.Held(unhold.Uniqueid.ToString(), new HoldMark(at, Held: false));
                break;
            case HangupRequestEvent request:
                tracker.RemoteHungUp(request.Uniqueid.ToString(), at);
                break;
            case HangupEvent hangup:
                if (hangup.TechCause.Equals("487"u8))
                {
                    tracker.RemoteHungUp(hangup.Uniqueid.ToString(), at);
                }

                if (hangup.ChannelState is AmiChannelState.Down)
                {
                    tracker.NeverRang(hangup.Uniqueid.ToString(), at);
                }

                tracker.Ended(hangup.Uniqueid.ToString(), (int)(hangup.Cause ?? 0), at);
                tracker.HeardToEnd(hangup.Uniqueid.ToString(), at);
                break;
            case PickupEvent pickup when pickup.Target.IsPresent:
                tracker.Tell(pickup.Target, at);
                tracker.PickedUp(pickup.Target.Uniqueid.ToString(), pickup.Uniqueid.ToString(), at);
                break;
            case LocalBridgeEvent local:
                tracker.Tell(local.LocalOne, at);
                tracker.Tell(local.LocalTwo, at);
                tracker.Halves(local.LocalOne.Uniqueid.ToString(), local.LocalTwo.Uniqueid.ToString(), at);
                break;
            case BlindTransferEvent { Transferee.IsPresent: true } blind when blind.Result.Equals("Success"u8):
                tracker.Tell(blind.Transferer, at);
                tracker.Tell(blind.Transferee, at);
                tracker.Transferred(blind.Transferee.Uniqueid.ToString(), Id(blind.Transferer.Uniqueid), blind: true,
                    blind.Transferer.Name.ToString(), blind.Extension.ToString(), at);
                break;
            case AttendedTransferEvent { Transferee.IsPresent: true } attended when attended.Result.Equals("Success"u8):
                tracker.Tell(attended.OrigTransferer, at);
                tracker.Tell(attended.SecondTransferer, at);
                tracker.Tell(attended.Transferee, at);
                tracker.Tell(attended.TransferTarget, at);
                tracker.Transferred(attended.Transferee.Uniqueid.ToString(), Id(attended.SecondTransferer.Uniqueid), blind: false,
                    attended.OrigTransferer.Name.ToString(), attended.TransferTarget.Name.ToString(), at);
                break;
            case OriginateResponseEvent originated when !originated.Uniqueid.IsEmpty:
                tracker.Seen(originated.Uniqueid.ToString(), originated.Channel.ToString(), null, at);
                tracker.OriginateAnswered(originated.Uniqueid.ToString(), originated.Exten.OrNull(), !originated.IsSuccess, at);
                break;
            case MixMonitorStartEvent recorded:
                tracker.Recorded(recorded.Uniqueid.ToString(), at);
                break;
            case UserEventEvent told when !told.Uniqueid.IsEmpty:
                Tell(tracker, told, at);
                break;
        }
    }

    /// <summary>What the lists after a reconnection say of the calls that are alive.</summary>
    public static void Tell(this CallTracker tracker, AmiSnapshot snapshot)
    {
        var at = snapshot.TakenAt;
        if (snapshot.Uptime is { } uptime)
        {
            tracker.PbxStarted(at - uptime);
        }

        foreach (var channel in snapshot.Channels)
        {
            tracker.Tell(channel, at);
        }

        foreach (var status in snapshot.Statuses)
        {
            tracker.Tell(status, at);
        }

        // Also of channels that are new to us what came before was not heard.
        tracker.Resumed(snapshot.Channels.Select(channel => channel.Uniqueid.ToString()).ToHashSet(StringComparer.Ordinal));
    }

    /// <summary>What a list says of a channel that is alive.</summary>
    public static void Tell(this CallTracker tracker, CoreShowChannelEvent channel, DateTimeOffset at)
    {
        var id = channel.Uniqueid.ToString();
        var startedAt = at - (channel.Duration ?? TimeSpan.Zero);
        tracker.Tell(channel.Subject, at);
        tracker.Started(id, arrived: false, channel.CallerIdNum.OrNull(), startedAt);
        switch (channel.ChannelState)
        {
            case AmiChannelState.Up:
                tracker.Up(id, at);
                break;
            case AmiChannelState.Ringing:
                tracker.Rang(id, at);
                break;
        }

        if (channel.BridgeId.OrNull() is { } bridge)
        {
            tracker.Mark(id, new BridgeMark(at, Entered: true, bridge, Found: true));
        }

        if (channel.Application.Equals("Dial"u8))
        {
            tracker.DialRan(id, new DialRunMark(at, Began: false, channel.ApplicationData.ToString()));
        }
    }

    /// <summary>What the variables of a channel that is alive say.</summary>
    public static void Tell(this CallTracker tracker, StatusEvent status, DateTimeOffset at)
    {
        if (status.Variable("CRM_MODE") is { } mode)
        {
            tracker.Mode(status.Uniqueid.ToString(), mode, at);
        }

        if (status.Variable("CRM_CALL") is { } call)
        {
            tracker.Belongs(status.Uniqueid.ToString(), call, at);
        }
    }

    private static void Tell(this CallTracker tracker, AmiChannel channel, DateTimeOffset at)
    {
        if (Id(channel.Uniqueid) is { } id)
        {
            tracker.Seen(id, channel.Name.ToString(), channel.Linkedid.ToString(), at);
            if (channel.State is AmiChannelState.Ringing)
            {
                tracker.Rang(id, at);
            }
        }
    }

    private static void Tell(CallTracker tracker, UserEventEvent told, DateTimeOffset at)
    {
        var id = told.Uniqueid.ToString();
        var call = Id(told.Field("Call")) ?? id;
        switch (told.UserEvent.ToString())
        {
            case "CrmIncoming":
                tracker.Incoming(id, told.Field("Did").ToString(), told.Field("Num").ToString(), told.Field("Pres").Utf8.StartsWith("prohib"u8), at);
                return;
            case "CrmMenu":
                tracker.MenuEntered(id, told.Field("Did").ToString(), told.Field("Num").ToString(), told.Field("Pres").Utf8.StartsWith("prohib"u8), at);
                return;
            case "CrmMenuKey":
                tracker.ChosenInMenu(call, told.Field("Keys").ToString(), at);
                break;
            case "CrmOutgoing":
                tracker.Placing(id, told.Field("Num").ToString(), toOutside: true, at);
                break;
            case "CrmInternal":
                tracker.Placing(id, told.Field("Target").ToString(), toOutside: false, at);
                break;
            case "CrmStep":
                Step(tracker, call, told, StepMarkKind.Began, "", at);
                break;
            case "CrmStepEnd":
                Step(tracker, call, told, StepMarkKind.Ended, told.Field("DialStatus").ToString(), at);
                break;
            case "CrmPassed":
                Step(tracker, call, told, StepMarkKind.PassedOver, told.Field("State").ToString(), at);
                break;
            case "CrmFallback":
                tracker.Mode(call, "fallback", at);
                break;
            case "CrmClosed":
                tracker.Mode(call, "closed", at);
                break;
            case "CrmBack":
                tracker.Waits(call, at);
                break;
            case "CrmMessage":
                tracker.Mode(call, "message", at);
                break;
            case "CrmMessageEnd" when long.TryParse(told.Field("Milliseconds").Utf8, CultureInfo.InvariantCulture, out var spoken):
                tracker.MessageEnded(call, TimeSpan.FromMilliseconds(spoken), at);
                break;
            case "CrmCallEnd":
                tracker.Mode(call, told.Field("Mode").ToString(), at);
                break;
            case "CrmMobileAnswered":
                tracker.Prompted(id, at);
                break;
        }

        tracker.Belongs(id, call, at);
    }

    private static void Step(CallTracker tracker, string call, UserEventEvent told, StepMarkKind kind, string word, DateTimeOffset at)
    {
        if (int.TryParse(told.Field("Step").Utf8, CultureInfo.InvariantCulture, out var step))
        {
            tracker.Step(call, new StepMark(at, step, told.Field("Target").ToString(), kind, word));
        }
    }

    private static string? Id(AmiText text) => text.IsEmpty ? null : text.ToString();
}
