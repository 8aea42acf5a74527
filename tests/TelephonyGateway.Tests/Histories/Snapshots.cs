using System.Globalization;
using System.Text;
using Ami.Client;
using Ami.Client.Events;
using Ami.Client.Recording;
using Ami.Client.Trust;
using CallCenterCrm.Telephony.Asterisk;

namespace CallCenterCrm.Telephony.Tests.Histories;

/// <summary>The lists that a PBX gives to whoever connects: what is alive at that moment, and nothing of what was.</summary>
internal static class Snapshots
{
    /// <summary>The lists of a history at a moment.</summary>
    /// <param name="takenAt">When the client had them all, a little later by its own clock.</param>
    public static AmiSnapshot At(History history, DateTimeOffset at, DateTimeOffset takenAt)
    {
        var alive = new Dictionary<string, Line>(StringComparer.Ordinal);
        foreach (var heard in history.Ami.TakeWhile(heard => heard.At <= at))
        {
            switch (heard.Event)
            {
                case OriginateResponseEvent:
                    break;
                case HangupEvent gone:
                    alive.Remove(gone.Uniqueid.ToString());
                    break;
                case AmiChannelEvent { Uniqueid.IsEmpty: false } about:
                    var line = alive.GetValueOrDefault(about.Uniqueid.ToString()) ?? new Line(heard.At);
                    alive[about.Uniqueid.ToString()] = line with
                    {
                        Said = about.Subject,
                        Bridge = heard.Event switch
                        {
                            BridgeEnterEvent enter => enter.BridgeUniqueid.ToString(),
                            BridgeLeaveEvent => "",
                            _ => line.Bridge,
                        },
                    };
                    break;
            }
        }

        var runs = history.Cel.TakeWhile(logged => logged.At <= at).Select(logged => CelRecord.Parse(Encoding.UTF8.GetBytes(logged.Text)))
            .OfType<CelRecord>().Where(record => record.EventType is not "APP_END").ToLookup(record => record.UniqueId);
        var text = new StringBuilder("Asterisk Call Manager/11.0.0\r\nResponse: Success\r\nActionID: s1\r\nEventList: start\r\n\r\n");
        foreach (var (id, line) in alive)
        {
            var run = runs[id].LastOrDefault();
            text.Append(CultureInfo.InvariantCulture,
                $"Event: CoreShowChannel\r\nActionID: s1\r\nChannel: {line.Said.Name}\r\nChannelState: {(int)(line.Said.State ?? AmiChannelState.Down)}\r\n")
                .Append(CultureInfo.InvariantCulture, $"CallerIDNum: {line.Said.CallerIdNum}\r\nUniqueid: {id}\r\nLinkedid: {line.Said.Linkedid}\r\n")
                .Append(CultureInfo.InvariantCulture, $"Application: {run?.AppName}\r\nApplicationData: {run?.AppData}\r\n")
                .Append(CultureInfo.InvariantCulture, $"Duration: {(int)(at - line.Since).TotalSeconds / 3600:00}:{at - line.Since:mm\\:ss}\r\nBridgeId: {line.Bridge}\r\n\r\n");
        }

        var items = new List<AmiItem>();
        new AmiRecording(AmiEventPolicy.Learning()).Feed(Encoding.UTF8.GetBytes(text.ToString()), items);
        return Of([.. items.OfType<AmiEvent>()], takenAt);
    }

    /// <summary>Lists as a client gathers them.</summary>
    public static AmiSnapshot Of(IReadOnlyList<AmiEvent> items, DateTimeOffset takenAt) => new()
    {
        Channels = [.. items.OfType<CoreShowChannelEvent>()],
        Statuses = [.. items.OfType<StatusEvent>()],
        Bridges = [],
        Devices = [],
        StartedPbxLocalTime = null,
        Uptime = TimeSpan.FromDays(1),
        TakenAt = takenAt,
        MissingItems = 0,
    };

    private sealed record Line(DateTimeOffset Since)
    {
        public AmiChannel Said { get; init; }

        public string Bridge { get; init; } = "";
    }
}
