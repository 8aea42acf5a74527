using Ami.Client;
using Ami.Client.Events;
using CallCenterCrm.Telephony.Asterisk;
using CallCenterCrm.Telephony.CallControl;
using CallCenterCrm.Telephony.Routing;

namespace CallCenterCrm.Telephony.Calls;

/// <summary>
/// The calls of one PBX as they stand: both witnesses tell their facts here, and whoever stores calls takes from here
/// what changed. Safe for concurrent use.
/// </summary>
internal sealed class CallDesk(TimeProvider time) : IDisposable
{
    // How long a finished call is kept for what its other witness may add.
    private static readonly TimeSpan Linger = TimeSpan.FromMinutes(1);

    // Calls that wait for the database. More than this are dropped, and read again from the PBX's log once it is back.
    private const int MostWaiting = 50_000;
    private readonly Lock _lock = new();
    private readonly CallTracker _tracker = new(IsTrunk);
    private readonly Dictionary<string, TrackedCall> _known = new(StringComparer.Ordinal);
    private readonly Dictionary<string, PlanNote> _notes = new(StringComparer.Ordinal);
    private readonly Dictionary<string, TrackedCall> _changed = new(StringComparer.Ordinal);
    private readonly Dictionary<string, DateTimeOffset> _lastTalks = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim _signal = new(0, 1);

    // Only made when somebody waits: most of the time nobody does.
    private TaskCompletionSource? _told;
    private bool _caughtUp;
    private bool _beingStored;
    private bool _dropped;

    /// <summary>Calls that are not over, for health and metrics.</summary>
    public int ActiveCalls
    {
        get
        {
            lock (_lock)
            {
                return _known.Values.Count(call => call.EndedAt is null);
            }
        }
    }

    /// <summary>Ends when the desk is told something next. Take it before looking.</summary>
    public Task Changed => (_told ?? Interlocked.CompareExchange(ref _told, New(), null) ?? _told!).Task;

    /// <summary>Up to when the channel event log was read.</summary>
    public DateTimeOffset LoggedUntilAt
    {
        get
        {
            lock (_lock)
            {
                return _tracker.CelReadUntil;
            }
        }
    }

    /// <summary>Starts of the PBX that are known, in the order in which they were learnt of.</summary>
    public IReadOnlyList<DateTimeOffset> PbxStarts
    {
        get
        {
            lock (_lock)
            {
                return [.. _tracker.Boots];
            }
        }
    }

    /// <summary>The call that hangs on a channel; null when it is not on the desk (any more).</summary>
    public TrackedCall? CallOf(string anchorId)
    {
        lock (_lock)
        {
            return _known.GetValueOrDefault(anchorId);
        }
    }

    /// <summary>What is known of a channel to a phone; null while no witness has told of it.</summary>
    public PhoneFacts? PhoneOf(string channelId)
    {
        lock (_lock)
        {
            return _tracker.Find(channelId) is { StartedAt: not null } channel
                ? new PhoneFacts(channel.Name?.Contains('-', StringComparison.Ordinal) ?? false, channel.UpAt, channel.EndedAt, channel.RemoteHungUp, channel.Cause)
                : null;
        }
    }

    /// <summary>When the phone with this extension last ended a talk with somebody outside; null when it has not since the start.</summary>
    public DateTimeOffset? LastTalkOf(string extension)
    {
        lock (_lock)
        {
            return _lastTalks.TryGetValue(extension, out var at) ? at : null;
        }
    }

    public void Tell(IEnumerable<AmiEvent> events)
    {
        lock (_lock)
        {
            foreach (var amiEvent in events)
            {
                _tracker.Tell(amiEvent);
            }

            TakeChanges();
        }
    }

    public void Tell(AmiSnapshot snapshot)
    {
        lock (_lock)
        {
            _tracker.Tell(snapshot);
            TakeChanges();
        }
    }

    /// <summary>Records of the channel event log.</summary>
    /// <param name="position">Where in the log they begin: the place to read from again until they are stored.</param>
    public void Tell(IReadOnlyList<CelRecord> records, long position)
    {
        lock (_lock)
        {
            foreach (var record in records)
            {
                _tracker.Tell(record);
                _tracker.LoggedFrom(record.UniqueId, position);
            }

            TakeChanges();
        }
    }

    /// <summary>The channel event log was read to its end.</summary>
    public void LoggedUntil(DateTimeOffset at)
    {
        lock (_lock)
        {
            _tracker.LoggedUntil(at);
            _caughtUp = true;
            TakeChanges();
        }
    }

    /// <summary>What the gateway decided for a call.</summary>
    public void Note(string anchorId, PlanNote note)
    {
        lock (_lock)
        {
            _notes[anchorId] = note;
            if (_known.TryGetValue(anchorId, out var call))
            {
                _changed[anchorId] = call;
            }

            Signal();
        }
    }

    /// <summary>Whether the log was read to its end since the start: until then no call is known well enough to be stored.</summary>
    public bool CaughtUp
    {
        get
        {
            lock (_lock)
            {
                return _caughtUp;
            }
        }
    }

    /// <summary>What was decided for the calls on the desk.</summary>
    public IReadOnlyList<(string AnchorId, PlanNote Note)> Decisions()
    {
        lock (_lock)
        {
            return [.. _notes.Select(pair => (pair.Key, pair.Value))];
        }
    }

    /// <summary>Waits until there may be something to store.</summary>
    public Task WaitAsync(TimeSpan atMost, CancellationToken cancellationToken) => _signal.WaitAsync(atMost, cancellationToken);

    /// <summary>Another gateway stores calls: what changed is its to store.</summary>
    public void StandBy()
    {
        lock (_lock)
        {
            _changed.Clear();
            (_caughtUp, _dropped, _beingStored) = (false, false, false);
        }
    }

    /// <summary>
    /// This gateway stores calls from now on: everything that it still knows, once the log was read to its end from where
    /// the one before stood.
    /// </summary>
    public void TakeOver()
    {
        lock (_lock)
        {
            (_caughtUp, _dropped, _beingStored) = (false, false, false);
            foreach (var (id, call) in _known)
            {
                _changed[id] = call;
            }
        }
    }

    /// <summary>
    /// The calls that changed since they were last taken. Nothing before the log was read to its end once: until then
    /// a call that was going on at the start is known only in part. Whoever takes them says <see cref="Stored"/> or gives
    /// them back.
    /// </summary>
    public IReadOnlyList<(TrackedCall Call, PlanNote? Note)> TakeChanged()
    {
        lock (_lock)
        {
            if (!_caughtUp || _changed.Count == 0)
            {
                return [];
            }

            var taken = _changed.Values.Select(call => (call, _notes.GetValueOrDefault(call.AnchorId))).ToArray();
            _changed.Clear();
            _beingStored = true;
            return taken;
        }
    }

    /// <summary>What was taken is in the database.</summary>
    public void Stored()
    {
        lock (_lock)
        {
            _beingStored = false;
        }
    }

    /// <summary>Gives calls back that could not be stored, unless they have changed since.</summary>
    public void Return(IEnumerable<TrackedCall> calls)
    {
        lock (_lock)
        {
            foreach (var call in calls)
            {
                _changed.TryAdd(call.AnchorId, call);
            }

            _beingStored = false;
        }
    }

    /// <summary>
    /// The place in the log before which every call is settled and stored; null when that cannot be said, because calls
    /// wait to be stored.
    /// </summary>
    /// <param name="end">Where reading stands now.</param>
    public long? SettledPosition(long end)
    {
        lock (_lock)
        {
            return _changed.Count > 0 || _beingStored || _dropped ? null : Math.Min(end, _tracker.FirstOpenPosition ?? end);
        }
    }

    /// <summary>Forgets calls that have been over for a while.</summary>
    public void Tidy()
    {
        lock (_lock)
        {
            _tracker.Forget(time.GetUtcNow() - Linger);
            foreach (var id in _known.Keys.Where(id => !_tracker.Knows(id)).ToList())
            {
                _known.Remove(id);
            }

            // What an earlier run decided belongs to calls that only the log will tell of.
            foreach (var id in _notes.Keys.Where(id => _caughtUp && !_tracker.Knows(id) && !_changed.ContainsKey(id)).ToList())
            {
                _notes.Remove(id);
            }
        }
    }

    /// <summary>Whether calls had to be dropped because too many waited, so that the log must be read again; once.</summary>
    public bool TakeDropped()
    {
        lock (_lock)
        {
            if (!_dropped || _beingStored || _changed.Count > 0)
            {
                return false;
            }

            _dropped = false;
            return true;
        }
    }

    public void Dispose() => _signal.Dispose();

    private void TakeChanges()
    {
        foreach (var call in _tracker.TakeChanged())
        {
            if (_known.TryGetValue(call.AnchorId, out var before) && before == call)
            {
                continue;
            }

            _known[call.AnchorId] = call;
            _changed[call.AnchorId] = call;
            foreach (var talk in call.Talks.Where(talk => talk.Until is not null))
            {
                if (!_lastTalks.TryGetValue(talk.Phone, out var last) || last < talk.Until)
                {
                    _lastTalks[talk.Phone] = talk.Until!.Value;
                }
            }
        }

        foreach (var id in _changed.Where(pair => pair.Value.EndedAt is not null).Select(pair => pair.Key).Take(_changed.Count - MostWaiting).ToList())
        {
            _changed.Remove(id);
            _dropped = true;
        }

        if (_changed.Count > 0)
        {
            Signal();
        }

        Interlocked.Exchange(ref _told, null)?.TrySetResult();
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private void Signal()
    {
        if (_signal.CurrentCount == 0)
        {
            _signal.Release();
        }
    }

    // Phones are named by their extension, and trunks by a word: the PBX's configuration is generated that way.
    private static bool IsTrunk(string endpoint) => !endpoint.All(char.IsAsciiDigit);
}

/// <summary>What the gateway decided for a call, when, and for whom it took the caller.</summary>
/// <param name="Plan">Null when there was none to give: the PBX rings its fallback.</param>
/// <param name="Caller">The client whom the lookup found; null when it found none or was too slow.</param>
/// <param name="LookupSeconds">How long the lookup took, seconds.</param>
/// <param name="DelaySeconds">From the PBX's announcement to its confirmation of the plan, seconds; null when it did not confirm.</param>
/// <param name="Fault">Why no plan was set; null when it was.</param>
internal sealed record PlanNote(RingPlan? Plan, Caller? Caller, double LookupSeconds, double? DelaySeconds, string? Fault);
