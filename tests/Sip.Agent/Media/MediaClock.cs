using System.Collections.Concurrent;
using System.Net;

namespace CallCenterCrm.Sip;

/// <summary>The 20 ms beat of every call of one agent; it runs from the first call with sound on.</summary>
internal sealed class MediaClock(TimeProvider time, Action<Exception> onFault) : IAsyncDisposable
{
    private static readonly TimeSpan Frame = TimeSpan.FromMilliseconds(20);

    // After a longer pause of the process the missed sound is skipped, as a telephone that lost its network would.
    private const int MostFramesAtOnce = 10;

    private readonly ConcurrentDictionary<RtpSession, bool> _sessions = [];
    private readonly CancellationTokenSource _closing = new();
    private readonly Lock _gate = new();
    private Task? _beating;

    /// <summary>A session that lives until it is closed, or the clock is.</summary>
    public RtpSession Open(IPAddress local, Tone tone, Action<char> onKey, Action onSound)
    {
        var session = new RtpSession(local, tone) { OnKey = onKey, OnSound = onSound };
        lock (_gate)
        {
            _sessions[session] = true;
            _beating ??= Task.Run(() => BeatAsync(_closing.Token));
        }
        return session;
    }

    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync();
        await (_beating ?? Task.CompletedTask);
        foreach (var session in _sessions.Keys)
        {
            session.Close();
            Tick(session, 0);
        }
        _closing.Dispose();
    }

    private async Task BeatAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(Frame, time);
        var started = time.GetTimestamp();
        var beats = 0L;
        try
        {
            while (await timer.WaitForNextTickAsync(cancellationToken))
            {
                var due = (time.GetElapsedTime(started).Ticks / Frame.Ticks) - beats;
                beats += due;
                foreach (var session in _sessions.Keys)
                    Tick(session, (int)Math.Min(due, MostFramesAtOnce));
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return; // the agent closes
        }
    }

    private void Tick(RtpSession session, int framesDue)
    {
        try
        {
            if (session.Tick(framesDue))
                return;
        }
        catch (Exception error)
        {
            onFault(error);
            session.Dispose();
        }
        _sessions.TryRemove(session, out _);
    }
}
