using Ami.Client.Events;
using Ami.Client.Framing;

namespace Ami.Client.Trust;

/// <summary>A refused frame, as much of it as may be shown: nothing that a caller wrote.</summary>
/// <param name="At">When it was read.</param>
/// <param name="Reason">Why it was refused.</param>
/// <param name="EventName">Its event's name if that is one this library knows, else <c>other</c>.</param>
/// <param name="Lines">Lines of the frame.</param>
/// <param name="Bytes">Bytes of the frame.</param>
public sealed record AmiRefusedFrame(DateTimeOffset At, AmiRefusal Reason, string EventName, int Lines, int Bytes);

/// <summary>Counts refused frames by reason and keeps the newest few for people to look at.</summary>
internal sealed class RefusalRecord(TimeProvider timeProvider, Action<AmiRefusal>? counted = null)
{
    private const int Kept = 32;

    private readonly Lock _gate = new();
    private readonly long[] _counts = new long[Enum.GetValues<AmiRefusal>().Length];
    private readonly Queue<AmiRefusedFrame> _newest = new(Kept);

    public long Total
    {
        get
        {
            lock (_gate) return _counts.Sum();
        }
    }

    public IReadOnlyDictionary<AmiRefusal, long> Counts
    {
        get
        {
            lock (_gate)
                return Enum.GetValues<AmiRefusal>().Where(reason => _counts[(int)reason] > 0).ToDictionary(reason => reason, reason => _counts[(int)reason]);
        }
    }

    public IReadOnlyList<AmiRefusedFrame> Newest
    {
        get
        {
            lock (_gate) return [.. _newest];
        }
    }

    public void Add(AmiRefusal reason, in AmiFrame frame)
    {
        var name = frame.Kind == AmiFrameKind.Event && EventTypes.IsKnown(frame.ValueAt(0).Utf8) ? frame.ValueAt(0).ToString() : "other";
        lock (_gate)
        {
            _counts[(int)reason]++;
            if (_newest.Count == Kept) _newest.Dequeue();
            _newest.Enqueue(new AmiRefusedFrame(timeProvider.GetUtcNow(), reason, name, frame.Count, frame.ByteCount));
        }

        counted?.Invoke(reason);
    }
}
