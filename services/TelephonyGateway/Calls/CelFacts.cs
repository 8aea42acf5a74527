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
        if (string.Equals(record.AppName, "AppDial2", StringComparison.Ordinal))
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

                tracker.Ended(id, int.TryParse(Extra(record, "hangupcause"), CultureInfo.InvariantCulture, out var cause) ? cause : 0, unanswered: false, at);
                break;
            case "CHAN_END":
                tracker.Ended(id, 0, unanswered: false, at);
                tracker.LoggedToEnd(id, at);
                break;
            case "LINKEDID_END":
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
                // <our number> or <our number>-<presentation of the caller's>
                var dash = told.IndexOf('-', StringComparison.Ordinal);
                tracker.Incoming(id, dash < 0 ? told : told[..dash], record.Number, dash >= 0 && told.AsSpan(dash + 1).StartsWith("prohib"), at);
                break;
            case "CRM_FALLBACK":
                tracker.Mode(id, "fallback", at);
                break;
            case "CRM_END" when Extra(record, "extra") is { } told:
                tracker.Mode(id, told.Split('-')[0], at);
                break;
            case "CRM_PASSED" or "CRM_STEP_END" when Extra(record, "extra") is { } told:
                Step(tracker, id, told, record.EventType is "CRM_PASSED" ? StepMarkKind.PassedOver : StepMarkKind.Ended, at);
                break;
        }
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
