namespace CallCenterCrm.Sip;

/// <summary>
/// Sends again and again at doubling intervals until it is stopped or the peer counts as dead, then waits as long again
/// before it lets the transaction be forgotten. Everything runs under the agent's lock.
/// </summary>
internal sealed class Retransmission : IDisposable
{
    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(1);
    private readonly Lock _gate;
    private readonly TimeProvider _time;
    private readonly SipTimers _timers;
    private readonly ITimer _timer;
    private Action? _due;
    private Action? _dead;
    private TimeSpan _cap;
    private TimeSpan _interval;
    private long _started;

    public Retransmission(Lock gate, TimeProvider time, SipTimers timers)
    {
        _gate = gate;
        _time = time;
        _timers = timers;
        _timer = time.CreateTimer(static self => ((Retransmission)self!).Tick(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Calls <paramref name="send"/> at T1, 3 T1, 7 T1… and once <paramref name="dead"/> at 64 T1.</summary>
    public void Start(Action send, Action dead, TimeSpan cap)
    {
        (_due, _dead, _cap) = (send, dead, cap);
        _started = _time.GetTimestamp();
        Arm(_timers.T1);
    }

    /// <summary>A provisional answer came: a non-INVITE request is repeated every T2 from now on (RFC 3261 §17.1.2.2).</summary>
    public void SlowDown() => _interval = _cap;

    public void Stop()
    {
        (_due, _dead) = (null, null);
        _timer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Stops, and calls <paramref name="action"/> once at 64 T1 from now.</summary>
    public void StopThen(Action action)
    {
        (_due, _dead) = (null, action);
        _started = _time.GetTimestamp();
        Arm(_timers.Dead);
    }

    public void Dispose()
    {
        Stop();
        _timer.Dispose();
    }

    private void Arm(TimeSpan interval)
    {
        var left = _timers.Dead - _time.GetElapsedTime(_started);
        _interval = interval;

        // A timer may fire a moment early; it must not then be armed for no time at all, again and again.
        _timer.Change(interval < left ? interval : left > Shortest ? left : Shortest, Timeout.InfiniteTimeSpan);
    }

    private void Tick()
    {
        lock (_gate)
        {
            if (_dead is null)
                return;
            if (_time.GetElapsedTime(_started) >= _timers.Dead)
            {
                var dead = _dead;
                Stop();
                dead();
                return;
            }
            _due?.Invoke();
            Arm(_interval < _cap / 2 ? _interval * 2 : _cap);
        }
    }
}
