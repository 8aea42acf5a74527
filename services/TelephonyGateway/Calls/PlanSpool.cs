using System.Text.Json;

namespace CallCenterCrm.Telephony.Calls;

/// <summary>
/// Keeps on disk, while the database is away, what the PBX's own log does not hold: what was decided for a call and why.
/// Bounded, and on the disk (fsync) before it is relied on.
/// </summary>
internal sealed class PlanSpool(GatewaySettings settings)
{
    private const long MostBytes = 16 * 1024 * 1024;
    private readonly string _file = Path.Combine(settings.StateDirectory, "plans.jsonl");
    private readonly HashSet<string> _kept = new(StringComparer.Ordinal);

    /// <summary>What an earlier run left.</summary>
    public IEnumerable<(string AnchorId, PlanNote Note)> Load()
    {
        if (!File.Exists(_file))
        {
            yield break;
        }

        foreach (var line in File.ReadLines(_file))
        {
            if (Parse(line) is { } entry)
            {
                _kept.Add(entry.AnchorId);
                yield return (entry.AnchorId, entry.Note);
            }
        }
    }

    /// <summary>Keeps decisions that are not kept yet, as long as there is room.</summary>
    /// <exception cref="IOException">The disk is full or gone.</exception>
    public void Keep(IEnumerable<(string AnchorId, PlanNote Note)> notes)
    {
        var fresh = notes.Where(pair => !_kept.Contains(pair.AnchorId)).ToList();
        if (fresh.Count == 0)
        {
            return;
        }

        Directory.CreateDirectory(settings.StateDirectory);
        using var stream = new FileStream(_file, FileMode.Append, FileAccess.Write, FileShare.Read);
        if (stream.Position > 0)
        {
            // A run that was killed while it wrote may have left half a line: what comes next is no part of it.
            stream.WriteByte((byte)'\n');
        }

        foreach (var (anchorId, note) in fresh.TakeWhile(_ => stream.Position < MostBytes))
        {
            stream.Write(JsonSerializer.SerializeToUtf8Bytes(new Entry(anchorId, note), StoredJson.Options));
            stream.WriteByte((byte)'\n');
            _kept.Add(anchorId);
        }

        stream.Flush(flushToDisk: true);
    }

    /// <summary>Everything has reached the database.</summary>
    public void Clear()
    {
        if (_kept.Count > 0)
        {
            File.Delete(_file);
            _kept.Clear();
        }
    }

    private static Entry? Parse(string line)
    {
        try
        {
            return JsonSerializer.Deserialize<Entry>(line, StoredJson.Options) is { AnchorId: not null, Note: not null } entry ? entry : null;
        }
        catch (JsonException)
        {
            // What a run that was killed while it wrote left of a line, or an empty one.
            return null;
        }
    }

    private sealed record Entry(string AnchorId, PlanNote Note);
}
