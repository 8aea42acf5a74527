using System.Globalization;
using System.Text;

namespace CallCenterCrm.Sip;

/// <summary>
/// One call of one agent: what the SIP side knows for certain about it, and what can be done to it. Everything here may be
/// used from any thread; every wait ends, at the latest after <see cref="SipAgentOptions.Patience"/>.
/// </summary>
public sealed partial class SipCall
{
    private const int MaxEvents = 2000;

    private readonly SipAgent _agent;
    private readonly Dialog _dialog;
    private readonly List<CallEvent> _timeline = [];
    private readonly List<Waiter> _waiters = [];
    private readonly List<CancellationTokenSource> _scripts = [];
    private readonly List<SipIdentity> _identities = [];
    private readonly StringBuilder _keys = new();
    private CallState _reached;
    private Task? _answered;
    private Task? _endedTask;

    private SipCall(SipAgent agent, Dialog dialog, CallDirection direction, string dialled, SipIdentity caller)
    {
        _agent = agent;
        _dialog = dialog;
        Direction = direction;
        Dialled = dialled;
        Caller = caller;
        _media = new CallMedia(this, agent);
    }

    /// <summary>The Call-ID of the dialog.</summary>
    public string CallId => _dialog.CallId;

    /// <summary>Who placed it.</summary>
    public CallDirection Direction { get; }

    /// <summary>The user part of the INVITE's Request-URI: the number that was dialled.</summary>
    public string Dialled { get; }

    /// <summary>The From of the INVITE: what a phone shows when it begins to ring.</summary>
    public SipIdentity Caller { get; }

    /// <summary>How far the call is.</summary>
    public CallState State { get; private set; }

    /// <summary>The final answer to the INVITE (200–699; 408 also when none came in time), 0 while there is none.</summary>
    public int FinalCode { get; private set; }

    /// <summary>Whose BYE, CANCEL or refusal ended the call; null before that, and when a time-out did it.</summary>
    public CallSide? EndedBy { get; private set; }

    /// <summary>True if there ever was a 200 to the INVITE.</summary>
    public bool WasAnswered => _reached >= CallState.Answered;

    /// <summary>We hold the peer.</summary>
    public bool HeldByUs { get; private set; }

    /// <summary>The peer holds us.</summary>
    public bool HeldByThem { get; private set; }

    /// <summary>RTP packets sent, telephone events included.</summary>
    public long RtpSent => _media.Sent;

    /// <summary>RTP packets with sound that came in; read every 20 ms.</summary>
    public long RtpReceived => _media.Received;

    /// <summary>The keys that the peer pressed so far.</summary>
    public string Keys => Read(() => _keys.ToString());

    /// <summary>What the phone showed about the peer, in order; the last is what it shows now.</summary>
    public IReadOnlyList<SipIdentity> Identities => Read(() => _identities.ToArray());

    /// <summary>Every event so far, oldest first; at most 2000 are kept.</summary>
    public IReadOnlyList<CallEvent> Timeline => Read(() => _timeline.ToArray());

    /// <summary>The Reason headers (RFC 3326) that came, in order.</summary>
    public IReadOnlyList<string> Reasons =>
        [.. Timeline.Where(e => e.Kind == CallEventKind.Reason && e.By == CallSide.Them).Select(e => e.Detail)];

    /// <summary>Ends when the call is answered. Faults as <see cref="WaitForAsync(CallState, TimeSpan?, CancellationToken)"/> does.</summary>
    public Task Answered => Read(() => _answered ??= WaitForAsync(CallState.Answered));

    /// <summary>Ends when the call has ended. Faults as <see cref="WaitForAsync(CallState, TimeSpan?, CancellationToken)"/> does.</summary>
    public Task Ended => Read(() => _endedTask ??= WaitForAsync(CallState.Ended));

    private Lock Gate => _agent.Gate;

    /// <summary>The first event of this kind, or null.</summary>
    public CallEvent? Find(CallEventKind kind, CallSide? by = null) =>
        Read(() => _timeline.Find(e => e.Kind == kind && (by is null || e.By == by)));

    /// <summary>When the first event of this kind was (monotonic, see <see cref="CallEvent.At"/>).</summary>
    /// <exception cref="InvalidOperationException">There was none; the text holds the timeline.</exception>
    public TimeSpan TimeOf(CallEventKind kind, CallSide? by = null) =>
        (Find(kind, by) ?? throw new InvalidOperationException($"No {kind} in {Describe()}")).At;

    /// <summary>Waits until the call has come that far, or further.</summary>
    /// <exception cref="TimeoutException">It did not, in the time given (or within the agent's patience).</exception>
    /// <exception cref="SipCallEndedException">It ended before, so it never will.</exception>
    public Task WaitForAsync(CallState state, TimeSpan? timeout = null, CancellationToken cancellationToken = default) =>
        WaitUntilAsync(call => call.HasReached(state), $"be {state}", timeout, cancellationToken);

    /// <summary>Waits for the first event of this kind.</summary>
    /// <inheritdoc cref="WaitForAsync(CallState, TimeSpan?, CancellationToken)"/>
    public async Task<CallEvent> WaitForAsync(
        CallEventKind kind, CallSide by, TimeSpan? timeout = null, CancellationToken cancellationToken = default)
    {
        await WaitUntilAsync(call => call.Find(kind, by) is not null, $"see a {kind} by {by}", timeout, cancellationToken);
        return Find(kind, by)!;
    }

    /// <summary>Waits until something holds; it is asked after each event and each arrival of sound.</summary>
    /// <param name="condition">Quick and without side effects: it runs under the agent's lock.</param>
    /// <param name="what">Completes "the call did not …" in the exception.</param>
    /// <param name="timeout">The agent's patience if null.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <inheritdoc cref="WaitForAsync(CallState, TimeSpan?, CancellationToken)"/>
    public async Task WaitUntilAsync(
        Func<SipCall, bool> condition, string what, TimeSpan? timeout = null, CancellationToken cancellationToken = default)
    {
        var limit = timeout ?? _agent.Options.Patience;
        var waiter = new Waiter(condition, what, new(TaskCreationOptions.RunContinuationsAsynchronously));
        lock (Gate)
        {
            if (condition(this))
                return;
            if (State == CallState.Ended)
                throw EndedBefore(what);
            _waiters.Add(waiter);
        }
        try
        {
            await waiter.Done.Task.WaitAsync(limit, _agent.Time, cancellationToken);
        }
        catch (TimeoutException expiry)
        {
            var text = string.Create(CultureInfo.InvariantCulture, $"{this} did not {what} within {limit.TotalSeconds:0.###} s.\n{Describe()}");
            throw new TimeoutException(text, expiry);
        }
        finally
        {
            lock (Gate)
                _waiters.Remove(waiter);
        }
    }

    /// <summary>Lets time pass by the agent's clock.</summary>
    public Task DelayAsync(TimeSpan time, CancellationToken cancellationToken) => Task.Delay(time, _agent.Time, cancellationToken);

    /// <summary>
    /// Runs a script on this call until it is through or the call ends, whichever is first. Its failure is a
    /// <see cref="CallEventKind.Fault"/> of the call and faults the task.
    /// </summary>
    public async Task RunAsync(CallScript script)
    {
        var ended = new CancellationTokenSource(); // without a timer or a link there is nothing to dispose of
        lock (Gate)
        {
            if (State == CallState.Ended)
                return;
            _scripts.Add(ended);
        }
        try
        {
            await script(this, ended.Token);
        }
        catch (Exception error) when (error is OperationCanceledException or SipCallEndedException && State == CallState.Ended)
        {
            return; // the script had more to do, the call had not
        }
        catch (Exception error)
        {
            lock (Gate)
                Record(CallSide.Us, CallEventKind.Fault, detail: $"The script failed: {error.Message}");
            throw;
        }
    }

    /// <summary>The timeline as text, a line for each event, times in seconds since the first.</summary>
    public string Describe()
    {
        var events = Timeline;
        var text = new StringBuilder(ToString());
        foreach (var e in events)
        {
            text.Append(CultureInfo.InvariantCulture, $"\n  {(e.At - events[0].At).TotalSeconds,8:0.000} {e.By,-4} {e.Kind}");
            if (e.Code != 0)
                text.Append(CultureInfo.InvariantCulture, $" {e.Code}");
            text.Append(e.Detail.Length == 0 ? "" : " " + e.Detail);
        }
        return text.ToString();
    }

    /// <summary>Agent, direction, numbers, state: enough to name the call in a message.</summary>
    public override string ToString() =>
        $"{_agent.Name}: {(Direction == CallDirection.Incoming ? "call from" : "call of")} {Caller} to {Dialled} [{CallId}], {State}"
        + (FinalCode == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $" ({FinalCode})"));

    internal string LocalTag => _dialog.LocalTag;

    internal string? RemoteTag => _dialog.RemoteTag;

    /// <summary>Asks the waiters again; for changes that are no event.</summary>
    internal void Wake()
    {
        foreach (var waiter in _waiters)
        {
            if (waiter.Condition(this))
                waiter.Done.TrySetResult();
            else if (State == CallState.Ended)
                waiter.Done.TrySetException(EndedBefore(waiter.What));
        }
    }

    /// <summary>What is sent is recorded before it goes out, so that between two agents every cause is earlier than its effect.</summary>
    private void Record(CallSide by, CallEventKind kind, int code = 0, string detail = "")
    {
        if (_timeline.Count < MaxEvents)
            _timeline.Add(new(_agent.Monotonic(), _agent.Time.GetUtcNow(), by, kind, code, detail));
        Wake();
    }

    private void Reach(CallState state) => State = _reached = state;

    private bool HasReached(CallState state) => state == CallState.Ended ? State == state : _reached >= state;

    private void RecordReasons(CallSide by, SipMessage message)
    {
        foreach (var reason in message.Headers.List("Reason"))
            Record(by, CallEventKind.Reason, detail: SipText.Decode(reason));
    }

    private void Show(CallSide by, string headerValue)
    {
        var identity = SipIdentity.From(headerValue);
        if (_identities.Count > 0 && _identities[^1] == identity)
            return;
        _identities.Add(identity);
        Record(by, CallEventKind.Identity, detail: identity.ToString());
    }

    private void Finish(CallSide? by)
    {
        if (State == CallState.Ended)
            return;
        State = CallState.Ended;
        EndedBy = by;
        _media.Close();
        Record(by ?? CallSide.Us, CallEventKind.Ended, detail: by is null ? "given up" : "");
        foreach (var script in _scripts)
            _ = script.CancelAsync(); // not Cancel: a script's next step must not run under the lock
        _agent.DropOldCalls();
    }

    private void EnsureNotEnded(string what)
    {
        if (State == CallState.Ended)
            throw EndedBefore(what);
    }

    private SipCallEndedException EndedBefore(string what) => new($"{this} could not {what}: it has ended.\n{Describe()}");

    private T Read<T>(Func<T> read)
    {
        lock (Gate)
            return read();
    }

    private sealed record Waiter(Func<SipCall, bool> Condition, string What, TaskCompletionSource Done);
}
