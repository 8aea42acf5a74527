using System.Globalization;
using System.Text.Json;

namespace CallCenterCrm.Sip.Asterisk;

/// <summary>One line of what Asterisk itself wrote about its channels (Channel Event Logging).</summary>
internal sealed record CelRecord(string EventType, double EventTime, string UniqueId, string ChannelName, string Number, string Context, string Extra, string Peer)
{
    public string Endpoint => ChannelName.Split('-')[0];
}

internal sealed class CelFile(string path)
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    /// <summary>Every record that is valid JSON and written to its end.</summary>
    public CelRecord[] Read() => [.. Lines().Select(Parse).OfType<CelRecord>()];

    /// <summary>The caller's channel of the newest call from this number, once it has ended.</summary>
    public async Task<CelCall> EndedAsync(string caller)
    {
        using var limit = new CancellationTokenSource(Limit);
        while (true)
        {
            var records = Read();
            var start = records.LastOrDefault(record => record is { EventType: "CHAN_START", Context: "from-trunk" } && record.Number == caller);
            if (start is not null && records.Any(record => record.EventType == "CHAN_END" && record.UniqueId == start.UniqueId))
                return new(start.UniqueId, records);
            if (limit.IsCancellationRequested)
                throw new TimeoutException($"CEL has no ended call from {caller}:\n{string.Join('\n', Lines())}");
            await Task.Delay(20, CancellationToken.None);
        }
    }

    private string[] Lines()
    {
        if (!File.Exists(path))
            return [];
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        using var reader = new StreamReader(file);
        return reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    private static CelRecord? Parse(string line)
    {
        try
        {
            using var json = JsonDocument.Parse(line);
            string Text(string name) => json.RootElement.GetProperty(name).GetString()!;
            return new(
                Text("eventtype"), double.Parse(Text("eventtime"), CultureInfo.InvariantCulture), Text("uniqueid"), Text("channame"),
                Text("num"), Text("context"), Text("eventextra"), Text("peer"));
        }
        catch (JsonException)
        {
            return null; // the last line while it is being written, or one with a hostile line break in it
        }
    }
}

/// <summary>A call as Asterisk saw it, by the Uniqueid of the caller's channel.</summary>
internal sealed record CelCall(string UniqueId, CelRecord[] All)
{
    /// <summary>
    /// Endpoints that were in a bridge with the caller, in their order. An attended transfer that comes before the consultation
    /// is bridged (in the first milliseconds after its answer) lets the caller's channel leave a bridge that it never entered.
    /// </summary>
    public string[] TalkedTo
    {
        get
        {
            var bridges = All.Where(record => record is { EventType: "BRIDGE_ENTER" or "BRIDGE_EXIT" } && record.UniqueId == UniqueId).Select(Bridge).ToHashSet(StringComparer.Ordinal);
            return [.. All.Where(record => record is { EventType: "BRIDGE_ENTER" } && record.UniqueId != UniqueId && bridges.Contains(Bridge(record)))
                .Select(record => record.Endpoint).Distinct(StringComparer.Ordinal)];
        }
    }

    public bool Has(string eventType) => All.Any(record => record.EventType == eventType && record.UniqueId == UniqueId);

    private static string Bridge(CelRecord record)
    {
        using var json = JsonDocument.Parse(record.Extra);
        return json.RootElement.GetProperty("bridge_id").GetString()!;
    }
}
