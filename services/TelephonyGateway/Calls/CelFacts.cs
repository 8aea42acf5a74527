using System.Globalization;
using System.Text.Json;
using CallCenterCrm.Telephony.Asterisk;

namespace CallCenterCrm.Telephony.Calls;

/// <summary>What records of the channel event log say, told to the tracker.</summary>
internal static class CelFacts
{
    public static void Tell(this CallTracker tracker, CelRecord record)
    {
        var (id, at) = (record.UniqueId, record.Time);
        tracker.Seen(id, record.ChannelName, record.LinkedId, at);

        // A phone that was picked up ends under the name of the application that made the one which took its place.
        if (string.Equals(record.AppName, "AppDial2", StringComparison.Ordinal) && string.Equals(record.LinkedId, id, StringComparison.Ordinal))
        {
            tracker.DialBegan(null, id, null, at);
        }

        if (string.Equals(record.AppName, "Dial", StringComparison.Ordinal) && record.AppData.Length > 0)
        {
            tracker.DialRan(id, new DialRunMark(at, record.EventType is "APP_START", record.AppData));
        }

        switch (record.EventType)
        {
            case "":
                tracker.Met(id, record.Peer, at);
                break;
            case "CHAN_START":
                var own = string.Equals(record.LinkedId, id, StringComparison.Ordinal);
                tracker.Started(id, own && record.Exten is not ("s" or ""), record.Number, at);
                if (own && string.Equals(record.Exten, "s", StringComparison.Ordinal))
                {
                    tracker.DialBegan(null, id, null, at);
                }

                break;
            case "APP_START" when string.Equals(record.AppName, "MixMonitor", StringComparison.Ordinal):
                tracker.Recorded(id, at);
                break;
            case "ANSWER":
                tracker.Up(id, at);
                tracker.Numbered(id, record.Number, at);
                break;
            case "BRIDGE_ENTER" or "BRIDGE_EXIT" when Extra(record, "bridge_id") is { } bridge:
                tracker.Mark(id, new BridgeMark(at, string.Equals(record.EventType, "BRIDGE_ENTER", StringComparison.Ordinal), bridge, record.Peer));
                break;
            case "HANGUP":
                if (record.ChannelName.Length > 0 && string.Equals(Extra(record, "hangupsource"), record.ChannelName, StringComparison.Ordinal))
                {
                    tracker.RemoteHungUp(id, at);
                }

                tracker.Ended(id, int.TryParse(Extra(record, "hangupcause"), CultureInfo.InvariantCulture, out var cause) ? cause : 0, at);
                break;
            case "CHAN_END":
                tracker.Ended(id, 0, at);
                tracker.LoggedToEnd(id, at);
                break;

            // A channel that takes a call over gives its own linkedid up for the call's, and lives on.
            case "LINKEDID_END" when !string.Equals(record.LinkedId, id, StringComparison.Ordinal):
                tracker.LinkedIdEnded(record.LinkedId, at);
                break;
            case "PICKUP" when Extra(record, "pickup_channel_uniqueid") is { } by:
                tracker.PickedUp(id, by, at);
                break;
            case "BLINDTRANSFER" when Extra(record, "transferee_channel_uniqueid") is { } transferee:
                tracker.Transferred(transferee, id, blind: true, record.ChannelName, Extra(record, "extension") ?? "", at);
                break;
            case "ATTENDEDTRANSFER" when Extra(record, "transferee_channel_uniqueid") is { } transferee:
                tracker.Transferred(transferee, Extra(record, "channel2_uniqueid"), blind: false, record.ChannelName, Extra(record, "transfer_target_channel_name") ?? "", at);
                break;
            case "LOCAL_OPTIMIZE" or "LOCAL_OPTIMIZE_BEGIN" when Extra(record, "local_two_uniqueid") is { } half:
                tracker.Halves(id, half, at);
                break;
            case "CRM_INCOMING" when Extra(record, "extra") is { } told:
                var (did, withheld) = Announced(told);
                tracker.Incoming(id, did, record.Number, withheld, at);
                break;
            case "CRM_MENU" when Extra(record, "extra") is { } told:
                var (called, hidden) = Announced(told);
                tracker.MenuEntered(id, called, record.Number, hidden, at);
                break;
            case "CRM_MENU_KEY" when Extra(record, "extra") is { } path:
                tracker.ChosenInMenu(id, path, at);
                break;
            case "CRM_OUTGOING" or "CRM_INTERNAL" when Extra(record, "extra") is { } asked:
                tracker.Placing(id, asked, record.EventType is "CRM_OUTGOING", at);
                break;
            case "CRM_FALLBACK":
                tracker.Mode(id, "fallback", at);
                break;
            case "CRM_CLOSED":
                tracker.Mode(id, "closed", at);
                break;
            case "CRM_BACK":
                tracker.Waits(id, at);
                break;
            case "CRM_MESSAGE":
                tracker.Mode(id, "message", at);
                break;
            case "CRM_MESSAGE_END" when Extra(record, "extra") is { } said
                && long.TryParse(said.AsSpan(0, Math.Max(0, said.LastIndexOf('-'))), CultureInfo.InvariantCulture, out var spoken):
                tracker.MessageEnded(id, TimeSpan.FromMilliseconds(spoken), at);
                break;
            case "CRM_END" when Extra(record, "extra") is { } told:
                tracker.Mode(id, told.Split('-')[0], at);
                break;
            case "CRM_PASSED" or "CRM_STEP_END" when Extra(record, "extra") is { } told:
                Step(tracker, id, told, record.EventType is "CRM_PASSED" ? StepMarkKind.PassedOver : StepMarkKind.Ended, at);
                break;
        }
    }

    // <our number> or <our number>-<presentation of the caller's>
    private static (string Did, bool Withheld) Announced(string told)
    {
        var dash = told.IndexOf('-', StringComparison.Ordinal);
        return dash < 0 ? (told, false) : (told[..dash], told.AsSpan(dash + 1).StartsWith("prohib"));
    }

    // <step>-<targets>-<status>; targets may hold dashes themselves.
    private static void Step(CallTracker tracker, string id, string told, StepMarkKind kind, DateTimeOffset at)
    {
        var (first, last) = (told.IndexOf('-', StringComparison.Ordinal), told.LastIndexOf('-'));
        if (first > 0 && last > first && int.TryParse(told.AsSpan(0, first), CultureInfo.InvariantCulture, out var step))
        {
            tracker.Step(id, new StepMark(at, step, told[(first + 1)..last], kind, told[(last + 1)..]));
        }
    }

    private static string? Extra(CelRecord record, string name)
    {
        if (record.Extra.Length == 0)
        {
            return null;
        }

        try
        {
            using var extra = JsonDocument.Parse(record.Extra);
            return extra.RootElement.ValueKind == JsonValueKind.Object && extra.RootElement.TryGetProperty(name, out var value)
                ? value.ValueKind == JsonValueKind.String ? value.GetString() : value.GetRawText()
                : null;
        }
        catch (JsonException)
        {
            // A record cut short by a full disk or a forged line: the fact is lost here, the other witness has it.
            return null;
        }
    }
}
