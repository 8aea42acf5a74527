using System.Runtime.InteropServices;
using System.Text;

namespace CallCenterCrm.Telephony.Asterisk;

/// <summary>
/// Cuts a channel event log into records. A record begins where a line begins as Asterisk begins one; any other line is
/// the rest of a record into which somebody smuggled a line break, and is never taken for a record of its own.
/// </summary>
/// <param name="systemName">
/// The PBX's system name, which begins every uniqueid and which nobody outside knows; null accepts any, for recorded files.
/// </param>
internal sealed class CelSplitter(string? systemName)
{
    private const int MostBytes = 64 * 1024;
    private static readonly byte[] IdsFirst = "{\"uniqueid\":\""u8.ToArray();
    private static readonly byte[] TypeFirst = "{\"eventtype\":\""u8.ToArray();
    private readonly byte[] _ownHead = [.. IdsFirst, .. Encoding.UTF8.GetBytes(systemName is null ? "" : systemName + "-")];
    private readonly List<byte> _pending = [];
    private DateTimeOffset _last;

    /// <summary>Records that were no valid JSON.</summary>
    public long Broken { get; private set; }

    /// <summary>Records of which not even the head could be read, and lines that belong to none.</summary>
    public long Unreadable { get; private set; }

    /// <summary>Takes a whole line, without its end, and gives the records that are complete now.</summary>
    public IEnumerable<CelRecord> Line(ReadOnlySpan<byte> line)
    {
        if (line.StartsWith(_ownHead) || (systemName is null && line.StartsWith(TypeFirst)))
        {
            var before = Flush();
            var record = CelRecord.Parse(line);
            if (record is { Broken: false })
            {
                return IsOurs(record) ? [.. before, Last(record)] : before;
            }

            _pending.AddRange(line);
            return before;
        }

        if (_pending.Count > 0 && _pending.Count + line.Length < MostBytes)
        {
            _pending.Add((byte)'\n');
            _pending.AddRange(line);
            return [];
        }

        if (line.Length == 0)
        {
            return [];
        }

        Unreadable++;
        return systemName is null && CelRecord.ParseTail(line, _last) is { } tail ? [tail] : [];
    }

    /// <summary>Gives the record that is being put together, when nothing more is to come for now.</summary>
    public IReadOnlyList<CelRecord> Flush()
    {
        if (_pending.Count == 0)
        {
            return [];
        }

        var record = CelRecord.Parse(CollectionsMarshal.AsSpan(_pending));
        _pending.Clear();
        if (record is null || !IsOurs(record))
        {
            Unreadable++;
            return [];
        }

        Broken++;
        return [Last(record)];
    }

    private bool IsOurs(CelRecord record) => systemName is null || record.UniqueId.StartsWith(systemName + "-", StringComparison.Ordinal);

    private CelRecord Last(CelRecord record)
    {
        _last = record.Time;
        return record;
    }
}
