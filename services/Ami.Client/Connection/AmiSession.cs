using Ami.Client.Actions;
using Ami.Client.Trust;

namespace Ami.Client.Connection;

/// <summary>One session, from the open connection to its break: login, snapshot, events, pings.</summary>
internal sealed class AmiSession : IAsyncDisposable
{
    private static readonly TimeSpan LogOffTimeout = TimeSpan.FromSeconds(1);

    private readonly AmiClientOptions _options;
    private readonly TimeProvider _timeProvider;
    private readonly ItemQueue _queue;
    private readonly AmiMetrics _metrics;
    private readonly Lock _gate = new();
    private readonly List<AmiItem> _held = [];
    private long _heldBytes;
    private bool _hasStarted;

    public AmiSession(Stream stream, AmiClientOptions options, TimeProvider timeProvider, ItemQueue queue, RefusalRecord refusals, AmiMetrics metrics)
    {
        _options = options;
        _timeProvider = timeProvider;
        _queue = queue;
        _metrics = metrics;
        Connection = new AmiConnection(stream, options, timeProvider, refusals, metrics, TakeEvents);
    }

    public AmiConnection Connection { get; }

    /// <summary>Whether the consumer was told that the session started.</summary>
    public bool HasStarted => Volatile.Read(ref _hasStarted);

    /// <summary>Logs in and takes the snapshot; events wait meanwhile.</summary>
    public async Task<AmiSnapshot> LogInAsync(CancellationToken cancellationToken)
    {
        var booted = await LoginSequence.RunAsync(Connection, _options, _timeProvider, cancellationToken).ConfigureAwait(false);
        return await new SnapshotTaker(Connection, _options, _timeProvider).TakeAsync(booted, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Tells the consumer of the session and lets the events through, those first that waited.</summary>
    public void Start(AmiSnapshot snapshot)
    {
        lock (_gate)
        {
            _queue.Add(new AmiSessionStarted(snapshot));
            _hasStarted = true;
            if (_held.Count > 0) Enqueue([.. _held], _heldBytes);
            _held.Clear();
        }
    }

    /// <summary>Pings until the connection breaks, and gives the reason.</summary>
    public async Task<Exception> StayAsync(CancellationToken cancellationToken)
    {
        var missed = 0;
        while (true)
        {
            try
            {
                return await Connection.Broken.WaitAsync(_options.PingInterval, _timeProvider, cancellationToken).ConfigureAwait(false);
            }
            catch (TimeoutException)
            {
                missed = await IsAnsweredAsync(cancellationToken).ConfigureAwait(false) ? 0 : missed + 1;
            }

            if (missed >= _options.MaxMissedPings) Connection.Break(new AmiConnectionLostException("The PBX does not answer pings."));
        }
    }

    /// <summary>Tells the PBX that this side leaves, if it still listens.</summary>
    public async Task LogOffAsync()
    {
        try
        {
            await Connection.Send([AmiAction.Logoff()], wantLists: false, LogOffTimeout, CancellationToken.None)[0].ConfigureAwait(false);
        }
        catch (AmiException)
        {
            // It was a courtesy; the connection is closed in any case.
        }
    }

    public ValueTask DisposeAsync() => Connection.DisposeAsync();

    private async Task<bool> IsAnsweredAsync(CancellationToken cancellationToken)
    {
        try
        {
            await Connection.Send([AmiAction.Ping()], wantLists: false, _options.ActionTimeout, cancellationToken)[0].ConfigureAwait(false);
            return true;
        }
        catch (AmiException)
        {
            return false;
        }
    }

    /// <summary>Called by the reading task: until the snapshot is there the events wait here.</summary>
    private void TakeEvents(List<AmiItem> events, long bytes)
    {
        lock (_gate)
        {
            if (_hasStarted)
            {
                Enqueue(events, bytes);
                return;
            }

            if (_held.Count + events.Count > _options.QueueCapacity || _heldBytes + bytes > _options.QueueCapacityBytes) ThrowOverflow();
            _held.AddRange(events);
            _heldBytes += bytes;
        }
    }

    private void Enqueue(List<AmiItem> events, long bytes)
    {
        if (!_queue.TryAdd(events, bytes)) ThrowOverflow();
    }

    private void ThrowOverflow()
    {
        _metrics.Overflowed();
        throw new AmiOverloadedException("The consumer is too slow: the queue of events is full, so the session ends and begins anew with a snapshot.");
    }
}
