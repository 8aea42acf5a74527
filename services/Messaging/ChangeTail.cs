using System.Text.Json;

namespace CallCenterCrm.Messaging;

/// <summary>
/// The end of the change log, read once for all who follow it: thirty open pages are told of a change for one reading, not for thirty.
/// Whoever is further behind than what is kept here reads the log itself.
/// </summary>
public sealed class ChangeTail<T>(ChangeReader log, ChangeSignal signal, TimeProvider time) : IDisposable
    where T : class
{
    /// <summary>How long what was read counts as all there is while nothing was signalled: a signal may be lost with its connection.</summary>
    private static readonly TimeSpan Good = TimeSpan.FromSeconds(1);

    private const int MostKept = 500;
    private readonly SemaphoreSlim _reading = new(1, 1);
    private readonly List<Change<T>> _kept = [];

    // Everything behind the first position and up to the second one is kept; null before anybody has come to the log's end.
    private ChangePosition? _from;
    private ChangePosition? _until;
    private bool _held;
    private Task? _signalled;
    private long _readAt;

    /// <summary>The changes behind a position.</summary>
    /// <returns>Null when the position is of another store, or so old that rows behind it are gone: begin with a snapshot.</returns>
    /// <exception cref="JsonException">A row cannot be read as this kind.</exception>
    public async Task<ChangeBatch<T>?> ReadAsync(ChangePosition after, int atMost, CancellationToken cancellationToken)
    {
        await _reading.WaitAsync(cancellationToken);
        try
        {
            if (_until is null)
            {
                return await BeginAsync(after, atMost, cancellationToken);
            }

            if (!IsFresh())
            {
                await ReadOnAsync(_until, cancellationToken);
            }

            if (IsKept(after))
            {
                return Kept(after, atMost);
            }
        }
        finally
        {
            _reading.Release();
        }

        return await log.ReadAsync<T>(after, atMost, cancellationToken);
    }

    /// <inheritdoc/>
    public void Dispose() => _reading.Dispose();

    private bool IsFresh() => _signalled == signal.Written && time.GetElapsedTime(_readAt) < (_held ? ChangeFollower<T>.ShortestHold : Good);

    private async Task<ChangeBatch<T>?> BeginAsync(ChangePosition after, int atMost, CancellationToken cancellationToken)
    {
        // Taken before reading, so that what is written meanwhile is read next.
        var signalled = signal.Written;
        var batch = await log.ReadAsync<T>(after, atMost, cancellationToken);
        if (batch is { More: false })
        {
            _from = after;
            Keep(batch, signalled);
        }

        return batch;
    }

    private async Task ReadOnAsync(ChangePosition until, CancellationToken cancellationToken)
    {
        var signalled = signal.Written;
        try
        {
            if (await log.ReadAsync<T>(until, MostKept, cancellationToken) is { More: false } batch)
            {
                Keep(batch, signalled);
                return;
            }
        }
        catch (JsonException)
        {
            // A row that cannot be read is for those to hear of who stand before it: each reads by himself. Whoever begins behind it goes on.
        }

        // Or nobody has followed for long, or the store is another one.
        _kept.Clear();
        (_from, _until) = (null, null);
    }

    private void Keep(ChangeBatch<T> batch, Task signalled)
    {
        _kept.AddRange(batch.Changes);
        if (_kept.Count > MostKept)
        {
            var gone = _kept.Count - (MostKept / 2);
            _from = _kept[gone - 1].Position;
            _kept.RemoveRange(0, gone);
        }

        (_until, _held, _signalled, _readAt) = (batch.Position, batch.Held, signalled, time.GetTimestamp());
    }

    private bool IsKept(ChangePosition after) =>
        _from is not null && _until is not null && after.Epoch == _until.Epoch && !IsBehind(_from, after) && !IsBehind(after, _until);

    private ChangeBatch<T> Kept(ChangePosition after, int atMost)
    {
        var first = _kept.FindLastIndex(change => !IsBehind(change.Position, after)) + 1;
        var rest = _kept.Count - first;
        return rest > atMost
            ? new(_kept.GetRange(first, atMost), _kept[first + atMost - 1].Position, More: true, _held)
            : new(_kept.GetRange(first, rest), _until!, More: false, _held);
    }

    private static bool IsBehind(ChangePosition one, ChangePosition other) => (one.Tx, one.Seq).CompareTo((other.Tx, other.Seq)) > 0;
}
