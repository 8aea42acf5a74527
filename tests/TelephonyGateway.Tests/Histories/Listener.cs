using System.Text;
using Ami.Client.Events;
using CallCenterCrm.Telephony.Asterisk;
using CallCenterCrm.Telephony.Calls;

namespace CallCenterCrm.Telephony.Tests.Histories;

/// <summary>One thing that the gateway is told, by either witness.</summary>
internal sealed record Told(Heard? Heard, Logged? Logged)
{
    public static Told Of(Heard heard) => new(heard, null);

    public static Told Of(Logged logged) => new(null, logged);
}

/// <summary>Listens as the gateway does.</summary>
internal static class Listener
{
    /// <summary>The calls as all facts together have them, whatever was thought of them on the way.</summary>
    public static IReadOnlyCollection<TrackedCall> Calls(IEnumerable<Told> all)
    {
        // As the desk has it: trunks have words for names, and phones numbers.
        var tracker = new CallTracker(endpoint => !endpoint.All(char.IsAsciiDigit));
        var splitter = new CelSplitter(systemName: null);
        foreach (var told in all)
        {
            if (told.Heard?.Event is { } amiEvent)
            {
                tracker.Tell(amiEvent);
            }
            else if (told.Heard?.Lists is { } lists)
            {
                tracker.Tell(lists);
            }
            else
            {
                Records(splitter, told.Logged!).ForEach(tracker.Tell);
            }
        }

        foreach (var record in splitter.Flush())
        {
            tracker.Tell(record);
        }

        return tracker.TakeChanged();
    }

    /// <summary>
    /// The calls as they are stored: after each piece the writer takes from the desk what changed, and a row that is settled stays
    /// as it is.
    /// </summary>
    public static IReadOnlyCollection<TrackedCall> Rows(IEnumerable<Told[]> pieces)
    {
        using var desk = new CallDesk(TimeProvider.System);
        var splitter = new CelSplitter(systemName: null);
        var rows = new Dictionary<string, TrackedCall>(StringComparer.Ordinal);
        desk.LoggedUntil(DateTimeOffset.UnixEpoch);
        foreach (var piece in pieces)
        {
            var events = new List<AmiEvent>();
            foreach (var told in piece)
            {
                if (told.Heard?.Event is { } amiEvent)
                {
                    events.Add(amiEvent);
                    continue;
                }

                desk.Tell(events);
                events.Clear();
                if (told.Heard?.Lists is { } lists)
                {
                    desk.Tell(lists);
                }
                else
                {
                    desk.Tell(Records(splitter, told.Logged!), 0);
                }
            }

            desk.Tell(events);
            Store();
        }

        desk.Tell(splitter.Flush(), 0);
        Store();
        return rows.Values;

        void Store()
        {
            foreach (var (call, _) in desk.TakeChanged())
            {
                if (!rows.TryGetValue(call.AnchorId, out var row) || !row.Settled)
                {
                    rows[call.AnchorId] = call;
                }
            }

            desk.Stored();
        }
    }

    private static List<CelRecord> Records(CelSplitter splitter, Logged logged) =>
        [.. logged.Text.Split('\n').SelectMany(line => splitter.Line(Encoding.UTF8.GetBytes(line)))];
}
