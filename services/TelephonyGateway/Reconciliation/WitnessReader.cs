using CallCenterCrm.Telephony.Asterisk;

namespace CallCenterCrm.Telephony.Reconciliation;

/// <summary>How far a witness was read.</summary>
/// <param name="File">Null while there is no file yet.</param>
/// <param name="Since">Of what was before, it tells nothing.</param>
/// <param name="ReadUntil">Everything that was written before is read; null when it was never read to its end.</param>
internal sealed record WitnessPlace(CelPosition? File, DateTimeOffset Since, DateTimeOffset? ReadUntil);

/// <summary>A stretch of a witness.</summary>
/// <param name="AtEnd">Nothing more is there for now.</param>
internal sealed record WitnessReading(IReadOnlyCollection<Testimony> Calls, IReadOnlyList<WitnessFault> Faults, WitnessPlace Place, bool AtEnd);

/// <summary>
/// Reads a witness from a place, line by line, and says between which moments it could not be relied on. It shares the
/// file's reader with the gateway's own record and nothing else: what makes calls out of the log is not asked.
/// </summary>
/// <remarks>Not safe for concurrent use.</remarks>
internal sealed class WitnessReader : IDisposable
{
    private const double LeastFree = 0.05;
    private readonly string _file;
    private readonly Witness _witness;
    private readonly string _own;
    private readonly byte[] _head;
    private readonly TimeProvider _time;
    private readonly Func<string, double> _freeShare;
    private readonly CelLog _log;

    // Faults that go on, from the last moment at which all was well.
    private readonly Dictionary<FaultKind, DateTimeOffset> _open = [];
    private DateTimeOffset? _since;
    private DateTimeOffset? _readUntil;
    private DateTimeOffset? _sound;
    private bool _broken;

    /// <param name="place">Where an earlier reader stood; null begins with the oldest file that is there.</param>
    /// <param name="freeShare">Which share of the disk that holds a folder is free, 0 to 1.</param>
    public WitnessReader(
        Witness witness, string file, string systemName, WitnessPlace? place, TimeProvider time, Func<string, double> freeShare)
    {
        (_witness, _file, _time, _freeShare) = (witness, file, time, freeShare);
        _own = systemName + "-";
        _head = WitnessLine.HeadOf(_own);
        _log = new CelLog(file);
        (_since, _readUntil, _sound) = (place?.Since, place?.ReadUntil, place?.ReadUntil);
        _log.Seek(place?.File ?? new CelPosition("", 0));
        if (place?.File is not null && _log.Gaps > 0)
        {
            Fault(FaultKind.RecordsMissing);
        }
    }

    /// <summary>What came since the last time.</summary>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be read.</exception>
    public WitnessReading Read()
    {
        // Before the file: what is written meanwhile is later.
        var now = _time.GetUtcNow();
        var folder = Path.GetDirectoryName(Path.GetFullPath(_file))!;
        var (gaps, there) = (_log.Gaps, Directory.Exists(folder));
        var lines = there ? _log.Read() : [];
        if (_log.Gaps > gaps)
        {
            Fault(FaultKind.RecordsMissing);
        }

        var calls = new Dictionary<string, Testimony>(StringComparer.Ordinal);
        var faults = new List<WitnessFault>();
        foreach (var line in lines)
        {
            Take(line, calls, faults);
        }

        if (lines.Count == 0)
        {
            Sound(now, faults);
            Condition(FaultKind.FileMissing, !there, now, faults);
            Condition(FaultKind.DiskNearlyFull, there && _freeShare(folder) < LeastFree, now, faults);
            _readUntil = now;
        }

        // What goes on is told now, too: the place behind it is kept.
        faults.AddRange(_open.Where(pair => lines.Count > 0).Select(pair => Between(pair.Key, pair.Value, _sound ?? now)));
        var file = _log.Head is null ? null : new CelPosition(_log.Head, _log.Position);
        return new WitnessReading(calls.Values, faults, new WitnessPlace(file, _since ?? now, _readUntil), lines.Count == 0);
    }

    public void Dispose() => _log.Dispose();

    private void Take(byte[] line, Dictionary<string, Testimony> calls, List<WitnessFault> faults)
    {
        if (!line.AsSpan().StartsWith(_head))
        {
            // The rest of a record into which somebody smuggled a line break is no fault: its head was read.
            if (line.Length > 0 && !_broken)
            {
                Fault(FaultKind.Unreadable);
            }

            return;
        }

        var read = _witness == Witness.Cel ? WitnessLine.OfCel(line) : WitnessLine.OfCdr(line);
        _broken = read?.Broken ?? true;
        if (read is null)
        {
            Fault(FaultKind.Unreadable);
            return;
        }

        Sound(read.WrittenAt, faults);
        if (_broken && line.AsSpan(1).IndexOf(_head) >= 0)
        {
            // A record cut short by a full disk, and the next one on the same line.
            Fault(FaultKind.Unreadable);
        }

        // The call is named by a variable, not by Asterisk itself.
        if (read.Call is { } call && call.UniqueId.StartsWith(_own, StringComparison.Ordinal))
        {
            calls[call.UniqueId] = calls.TryGetValue(call.UniqueId, out var known)
                ? new Testimony(call.UniqueId, known.At < call.At ? known.At : call.At, known.Announced || call.Announced)
                : call;
        }
    }

    private void Fault(FaultKind kind) => _open.TryAdd(kind, _sound ?? DateTimeOffset.MinValue);

    // All is well at this moment: what was wrong was wrong until then.
    private void Sound(DateTimeOffset at, List<WitnessFault> faults)
    {
        _since ??= at;
        foreach (var kind in (ReadOnlySpan<FaultKind>)[FaultKind.Unreadable, FaultKind.RecordsMissing])
        {
            if (_open.Remove(kind, out var from))
            {
                faults.Add(Between(kind, from, at));
            }
        }

        _sound = at > _sound ? at : _sound ?? at;
    }

    private void Condition(FaultKind kind, bool holds, DateTimeOffset now, List<WitnessFault> faults)
    {
        if (holds)
        {
            _open.TryAdd(kind, _readUntil ?? now);
        }

        if (_open.TryGetValue(kind, out var from))
        {
            faults.Add(Between(kind, from, now));
        }

        if (!holds)
        {
            _open.Remove(kind);
        }
    }

    // A record may be older than what was read before it: writers of different channels do not wait for each other.
    private WitnessFault Between(FaultKind kind, DateTimeOffset from, DateTimeOffset until)
    {
        from = from == DateTimeOffset.MinValue ? _since ?? until : from;
        return new WitnessFault(kind, from < until ? from : until, from < until ? until : from);
    }
}
