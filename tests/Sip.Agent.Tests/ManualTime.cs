namespace CallCenterCrm.Sip;

/// <summary>A clock that stands still until a test moves it; its timers fire inside of <see cref="Advance"/>, in their order.</summary>
internal sealed class ManualTime : TimeProvider
{
    private static readonly DateTimeOffset Start = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);

    private readonly Lock _gate = new();
    private readonly List<ManualTimer> _timers = [];
    private readonly List<(TimeSpan Due, TaskCompletionSource Armed)> _watchers = [];
    private TimeSpan _now;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp()
    {
        lock (_gate)
            return _now.Ticks;
    }

    public override DateTimeOffset GetUtcNow()
    {
        lock (_gate)
            return Start + _now;
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new ManualTimer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    public void Advance(TimeSpan by)
    {
        var target = TimeSpan.FromTicks(GetTimestamp()) + by;
        while (Next(target) is { } timer)
            timer.Fire();
    }

    /// <summary>Ends when a timer waits that is due so long from now: whoever shall be woken by <see cref="Advance"/> is asleep.</summary>
    public Task ArmedAsync(TimeSpan due)
    {
        lock (_gate)
        {
            if (_timers.Exists(timer => timer.Due == _now + due))
                return Task.CompletedTask;
            var armed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _watchers.Add((_now + due, armed));
            return armed.Task.Soon();
        }
    }

    private ManualTimer? Next(TimeSpan target)
    {
        lock (_gate)
        {
            var timer = _timers.Where(timer => timer.Due <= target).MinBy(timer => timer.Due);
            _now = timer?.Due ?? target;
            timer?.Rearm();
            return timer;
        }
    }

    private sealed class ManualTimer(ManualTime time, TimerCallback callback, object? state) : ITimer
    {
        private TimeSpan _period = Timeout.InfiniteTimeSpan;

        public TimeSpan Due { get; private set; }

        public void Fire() => callback(state);

        public void Rearm() => Set(_period);

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (time._gate)
            {
                _period = period;
                Set(dueTime);
                return true;
            }
        }

        public void Dispose() => Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }

        private void Set(TimeSpan dueTime)
        {
            time._timers.Remove(this);
            if (dueTime == Timeout.InfiniteTimeSpan)
                return;
            Due = time._now + dueTime;
            time._timers.Add(this);
            foreach (var watcher in time._watchers.Where(watcher => watcher.Due == Due))
                watcher.Armed.TrySetResult();
        }
    }
}

internal static class Waits
{
    /// <summary>The bound, by the clock on the wall, of every wait in a test whose agent has a clock that stands still.</summary>
    public static Task Soon(this Task task) => task.WaitAsync(TimeSpan.FromSeconds(30));

    public static Task<T> Soon<T>(this Task<T> task) => task.WaitAsync(TimeSpan.FromSeconds(30));
}
