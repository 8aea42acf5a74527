using System.Globalization;
using System.Security.Cryptography;
using Ami.Client.Actions;
using Ami.Client.Connection;
using Ami.Client.Trust;
using Microsoft.Extensions.Logging;

namespace Ami.Client;

/// <summary>A lasting connection to one PBX: it reconnects by itself and tells in one ordered stream what happens there.</summary>
/// <remarks>
/// Run <see cref="RunAsync"/> in one task and consume <see cref="ReadBatchAsync"/> in another. Reading never waits for the consumer; a
/// consumer that falls behind too far ends the session, and the next one begins with a snapshot. <see cref="SendAsync"/> and its like may
/// be called from anywhere at any time.
/// </remarks>
public sealed class AmiClient : IDisposable
{
    private static readonly TimeSpan QueueCheckInterval = TimeSpan.FromMilliseconds(500);

    private readonly AmiClientOptions _options;
    private readonly TimeProvider _timeProvider;
    private readonly ILogger<AmiClient> _logger;
    private readonly ItemQueue _queue;
    private readonly AmiMetrics _metrics;
    private readonly RefusalRecord _refusals;
    private readonly Lock _gate = new();
    private AmiSession? _session;
    private DateTimeOffset _since;
    private Exception? _lastBreak;
    private DateTimeOffset? _lastBreakAt;
    private long _sessions;
    private int _refusedLogins;
    private long _refusalsLogged;
    private bool _isQueueLate;
    private int _hasRun;

    /// <summary>A client that does nothing until <see cref="RunAsync"/>.</summary>
    /// <exception cref="ArgumentException">The options are wrong; the message lists everything.</exception>
    public AmiClient(AmiClientOptions options, TimeProvider timeProvider, ILogger<AmiClient> logger)
    {
        if (options.Validate() is { Count: > 0 } errors) throw new ArgumentException(string.Join(' ', errors), nameof(options));

        _options = options;
        _timeProvider = timeProvider;
        _logger = logger;
        _queue = new ItemQueue(options.QueueCapacity, options.QueueCapacityBytes, timeProvider);
        _metrics = new AmiMetrics(options.Name, _queue);
        _refusals = new RefusalRecord(timeProvider, _metrics.Refused);
        _since = timeProvider.GetUtcNow();
    }

    /// <summary>How the client is doing.</summary>
    public AmiClientState State
    {
        get
        {
            lock (_gate)
            {
                return new AmiClientState
                {
                    IsConnected = _session is not null,
                    Since = _since,
                    LastBreak = _lastBreak,
                    LastBreakAt = _lastBreakAt,
                    Sessions = _sessions,
                    RefusedLogins = _refusedLogins,
                    QueueLength = _queue.Count,
                    OldestItemAge = _queue.OldestAge,
                    IsQueueLate = _queue.OldestAge > _options.QueueAgeAlarm,
                    UnexpectedResponses = _metrics.UnexpectedResponses,
                    RefusedFrames = _refusals.Counts,
                };
            }
        }
    }

    /// <summary>The newest frames that were not believed, at most 32, without anything that a caller wrote.</summary>
    public IReadOnlyList<AmiRefusedFrame> NewestRefusedFrames => _refusals.Newest;

    /// <summary>Connects, and reconnects for ever, until cancelled; then logs off and returns. Only once.</summary>
    /// <remarks>
    /// A wrong secret does not end it: it can be mended on the PBX. From the second refusal in a row on the longest delay is kept, and each
    /// refusal is logged as an error.
    /// </remarks>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        if (Interlocked.Exchange(ref _hasRun, 1) != 0) throw new InvalidOperationException("A client runs only once.");

        var queueCheck = _timeProvider.CreateTimer(_ => CheckQueue(), null, QueueCheckInterval, QueueCheckInterval);
        try
        {
            var delay = _options.ReconnectDelay;
            while (!cancellationToken.IsCancellationRequested)
            {
                // A new session would only overflow again while the consumer has not caught up.
                if (_queue.IsHalfEmpty && await RunSessionAsync(cancellationToken).ConfigureAwait(false)) delay = _options.ReconnectDelay;
                if (_refusedLogins > 1) delay = _options.MaxReconnectDelay;

                await DelayAsync(delay, cancellationToken).ConfigureAwait(false);
                delay = delay * 2 < _options.MaxReconnectDelay ? delay * 2 : _options.MaxReconnectDelay;
            }
        }
        finally
        {
            await queueCheck.DisposeAsync().ConfigureAwait(false);
            _queue.Complete();
        }
    }

    /// <summary>
    /// Everything that happened since the last call, in order: at least one item, or none when <see cref="RunAsync"/> has ended and all was
    /// consumed. Waits for the first item. For one consumer at a time. The list is the caller's to keep.
    /// </summary>
    /// <exception cref="InvalidOperationException">Another call waits already.</exception>
    public ValueTask<IReadOnlyList<AmiItem>> ReadBatchAsync(CancellationToken cancellationToken) => _queue.TakeAsync(cancellationToken);

    /// <summary>Sends an action and waits for its answer, which may well be a no: see <see cref="AmiResponse.IsSuccess"/>.</summary>
    /// <remarks>Cancelling stops the waiting, not the PBX.</remarks>
    /// <exception cref="AmiNotConnectedException">There is no session; nothing was sent.</exception>
    /// <exception cref="AmiConnectionLostException">The connection broke before the answer: whether the action was carried out is not known.</exception>
    /// <exception cref="AmiTimeoutException">No answer in time: whether the action was carried out is not known.</exception>
    /// <exception cref="AmiOverloadedException">Too many actions wait already; nothing was sent.</exception>
    /// <exception cref="InvalidOperationException">The action was handed over before, or is a Setvar without a channel.</exception>
    public async Task<AmiResponse> SendAsync(AmiAction action, CancellationToken cancellationToken) =>
        (await CurrentConnection().Send([action], wantLists: false, _options.ActionTimeout, cancellationToken)[0].ConfigureAwait(false)).Response;

    /// <summary>Sends actions in one write, carried out by the PBX in this order, and waits for all answers, which are in the same order.</summary>
    /// <inheritdoc cref="SendAsync"/>
    public async Task<IReadOnlyList<AmiResponse>> SendAllAsync(IReadOnlyList<AmiAction> actions, CancellationToken cancellationToken)
    {
        var answers = await Task.WhenAll(
            CurrentConnection().Send([.. actions], wantLists: false, _options.ActionTimeout, cancellationToken)).ConfigureAwait(false);
        return Array.ConvertAll(answers, answer => answer.Response);
    }

    /// <summary>Sends an action that is answered by a list and waits for the whole of it.</summary>
    /// <inheritdoc cref="SendAsync"/>
    public Task<AmiList> ListAsync(AmiAction action, CancellationToken cancellationToken) =>
        CurrentConnection().Send([action], wantLists: true, _options.ListTimeout, cancellationToken)[0];

    /// <summary>Ends the metrics; end <see cref="RunAsync"/> first.</summary>
    public void Dispose() => _metrics.Dispose();

    private AmiConnection CurrentConnection()
    {
        lock (_gate) return (_session ?? throw new AmiNotConnectedException("There is no session with the PBX.")).Connection;
    }

    /// <summary>One session or one failed attempt. True when the session had started.</summary>
    private async Task<bool> RunSessionAsync(CancellationToken cancellationToken)
    {
        AmiSession? session = null;
        Exception? reason = null;
        try
        {
            session = new AmiSession(await OpenAsync(cancellationToken).ConfigureAwait(false), _options, _timeProvider, _queue, _refusals, _metrics);
            var snapshot = await session.LogInAsync(cancellationToken).ConfigureAwait(false);
            // Before the consumer hears of the session, so that it can act on what it hears.
            Started(session);
            session.Start(snapshot);
            reason = await session.StayAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            if (session is { HasStarted: true }) await session.LogOffAsync().ConfigureAwait(false);
        }
        catch (Exception e)
        {
            // Whatever it was, the next attempt follows. A failed wait wraps the reason for which the connection broke.
            reason = session?.Connection.Broken is { IsCompletedSuccessfully: true } broken ? await broken.ConfigureAwait(false) : e;
        }

        finally
        {
            lock (_gate)
            {
                if (_session is not null) _since = _timeProvider.GetUtcNow();
                _session = null;
            }

            if (session is not null) await session.DisposeAsync().ConfigureAwait(false);
        }

        Ended(reason);
        if (session is not { HasStarted: true }) return false;

        _queue.Add(new AmiSessionEnded(_timeProvider.GetUtcNow(), reason));
        return true;
    }

    private async Task<Stream> OpenAsync(CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(_options.LoginTimeout, _timeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            return await StreamOpener.OpenAsync(_options, either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new AmiTimeoutException("The PBX could not be reached in time.");
        }
    }

    private void Started(AmiSession session)
    {
        lock (_gate)
        {
            _session = session;
            _since = _timeProvider.GetUtcNow();
            _sessions++;
            _refusedLogins = 0;
        }

        Log.SessionStarted(_logger, _options.Name);
        if (_options.SystemName is null) Log.Unsafe(_logger, _options.Name);
    }

    private void Ended(Exception? reason)
    {
        if (reason is null)
        {
            Log.Stopped(_logger, _options.Name);
            return;
        }

        lock (_gate)
        {
            _lastBreak = reason;
            _lastBreakAt = _timeProvider.GetUtcNow();
            _refusedLogins = reason is AmiLoginRefusedException ? _refusedLogins + 1 : 0;
        }

        _metrics.Broke();
        if (reason is AmiLoginRefusedException)
            Log.LoginRefused(_logger, _options.Name, _refusedLogins, reason.Message);
        else
            Log.Broken(_logger, _options.Name, reason.Message);
    }

    private async Task DelayAsync(TimeSpan delay, CancellationToken cancellationToken)
    {
        // A quarter more or less, so that many clients do not come back all at once.
        var jitter = 0.75 + (RandomNumberGenerator.GetInt32(1000) / 2000.0);
        try
        {
            await Task.Delay(delay * jitter, _timeProvider, cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // The loop sees it.
        }
    }

    /// <summary>Looks after what happens while nothing is read: a consumer that stands still, and refused frames to be reported, in one line.</summary>
    private void CheckQueue()
    {
        var age = _queue.OldestAge;
        var isLate = age > _options.QueueAgeAlarm;
        if (isLate && !_isQueueLate)
        {
            Log.QueueLate(_logger, _options.Name, age, _queue.Count);
        }

        _isQueueLate = isLate;

        var refused = _refusals.Total;
        if (refused == _refusalsLogged) return;

        Log.FramesRefused(_logger, _options.Name, refused - _refusalsLogged, string.Join(", ", _refusals.Counts.Select(pair => string.Create(CultureInfo.InvariantCulture, $"{pair.Key} {pair.Value}"))));
        _refusalsLogged = refused;
    }
}
