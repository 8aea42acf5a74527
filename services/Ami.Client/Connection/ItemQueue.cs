namespace Ami.Client.Connection;

/// <summary>What was read and not consumed yet: bounded, in order, handed over in batches to one consumer.</summary>
internal sealed class ItemQueue(int capacity, long capacityBytes, TimeProvider timeProvider)
{
    private readonly Lock _gate = new();
    private List<AmiItem> _items = [];
    private long _bytes;
    private long _oldest;
    private TaskCompletionSource? _waiting;
    private bool _isComplete;

    public int Count
    {
        get
        {
            lock (_gate) return _items.Count;
        }
    }

    /// <summary>How long the oldest item has waited; zero when none does.</summary>
    public TimeSpan OldestAge
    {
        get
        {
            lock (_gate) return _items.Count == 0 ? TimeSpan.Zero : timeProvider.GetElapsedTime(_oldest);
        }
    }

    /// <summary>Whether there is so much room that a new session is worth beginning.</summary>
    public bool IsHalfEmpty
    {
        get
        {
            lock (_gate) return _items.Count <= capacity / 2 && _bytes <= capacityBytes / 2;
        }
    }

    /// <summary>Adds events, or none of them when they find no room.</summary>
    public bool TryAdd(List<AmiItem> items, long bytes)
    {
        lock (_gate)
        {
            if (_items.Count + items.Count > capacity || _bytes + bytes > capacityBytes) return false;
            AddAndWake(items, bytes);
            return true;
        }
    }

    /// <summary>Adds what must be told even when there is no room: the begin or the end of a session.</summary>
    public void Add(AmiItem item)
    {
        lock (_gate) AddAndWake([item], 0);
    }

    /// <summary>No item follows.</summary>
    public void Complete()
    {
        lock (_gate)
        {
            _isComplete = true;
            _waiting?.TrySetResult();
        }
    }

    /// <summary>All items that wait, at least one; none when the queue is complete and empty. Waits for the first.</summary>
    /// <exception cref="InvalidOperationException">Another call waits already.</exception>
    public async ValueTask<IReadOnlyList<AmiItem>> TakeAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            Task added;
            lock (_gate)
            {
                if (_items.Count > 0 || _isComplete) return Take();
                if (_waiting is { Task.IsCompleted: false }) throw new InvalidOperationException("The stream of items has one consumer.");
                _waiting = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                added = _waiting.Task;
            }

            try
            {
                await added.WaitAsync(cancellationToken).ConfigureAwait(false);
            }
            finally
            {
                lock (_gate) _waiting = null;
            }
        }
    }

    private List<AmiItem> Take()
    {
        var taken = _items;
        _items = [];
        _bytes = 0;
        return taken;
    }

    private void AddAndWake(List<AmiItem> items, long bytes)
    {
        if (_items.Count == 0)
        {
            _oldest = timeProvider.GetTimestamp();
            // The reader made the list for this call, so it need not be copied.
            _items = items;
        }
        else
        {
            _items.AddRange(items);
        }

        _bytes += bytes;
        _waiting?.TrySetResult();
    }
}
