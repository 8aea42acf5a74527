using System.Globalization;
using System.Net;
using System.Threading.Channels;

namespace CallCenterCrm.Sip;

/// <summary>
/// One user agent on one UDP address: a telephone (<see cref="SipPhone"/>) or the provider (<see cref="SipTrunk"/>).
/// Everything that its socket, its timers and its users do happens under one lock, one thing after the other.
/// </summary>
public abstract class SipAgent : IAsyncDisposable
{
    private const string Methods = "INVITE, ACK, CANCEL, BYE, OPTIONS, UPDATE, REFER, NOTIFY, INFO";
    private const int MaxFaults = 100;

    // By the wall's clock, since the peer answers in real time even when a test has stopped ours.
    private static readonly TimeSpan LastWords = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan LastSteps = TimeSpan.FromSeconds(15); // only a script that does not heed its end takes as long

    private readonly SipTransport _transport;
    private readonly SipCredentials? _credentials;
    private readonly string _contactUser;
    private readonly List<SipCall> _calls = [];
    private readonly Dictionary<(string CallId, string LocalTag), SipCall> _dialogs = [];
    private readonly HashSet<Task> _tasks = [];
    private readonly List<string> _faults = [];
    private readonly Channel<SipCall> _incoming;
    private bool _closing;

    private protected SipAgent(string name, IPEndPoint local, IPEndPoint pbx, SipCredentials? credentials, SipAgentOptions? options)
    {
        Name = name;
        Pbx = pbx;
        Options = options ?? new();
        _credentials = credentials;
        _contactUser = credentials?.User ?? name;
        Log = new(Options.LogCapacity, Time);
        Tone = new(Options.ToneHertz);
        Clock = new(Time, Fault);
        _incoming = Channel.CreateBounded<SipCall>(new BoundedChannelOptions(Options.KeptCalls) { FullMode = BoundedChannelFullMode.DropOldest });
        _transport = new(local, Log);
        Transactions = new(_transport, Gate, Time, Options.Timers) { OnRequest = OnRequest, OnAck = OnAck, OnCancel = OnCancel };
        _transport.Start(OnDatagram);
    }

    /// <summary>The agent's name in messages: the phone's number, or "trunk".</summary>
    public string Name { get; }

    /// <summary>The address and port that it listens on; the port that was chosen if 0 was asked for.</summary>
    public IPEndPoint LocalEndPoint => _transport.LocalEndPoint;

    /// <summary>Where its own calls and registrations go.</summary>
    public IPEndPoint Pbx { get; }

    /// <summary>What it does with a call that comes in; null leaves each call to whoever takes it by <see cref="NextCallAsync"/>.</summary>
    public CallScript? Script { get; set; }

    /// <summary>The last messages, if <see cref="SipAgentOptions.LogCapacity"/> asks for any.</summary>
    public MessageLog Log { get; }

    /// <summary>Every call, oldest first; beyond <see cref="SipAgentOptions.KeptCalls"/> ended ones are dropped, the oldest first.</summary>
    public IReadOnlyList<SipCall> Calls
    {
        get
        {
            lock (Gate)
                return [.. _calls];
        }
    }

    /// <summary>What went wrong in the agent itself or in its scripts; a healthy test leaves it empty. The last 100 are kept.</summary>
    public IReadOnlyList<string> Faults
    {
        get
        {
            lock (Gate)
                return [.. _faults];
        }
    }

    /// <summary>Datagrams that were no SIP message.</summary>
    public int MalformedMessages { get; private set; }

    internal Lock Gate { get; } = new();

    internal SipAgentOptions Options { get; }

    internal TimeProvider Time => Options.Time;

    internal TransactionLayer Transactions { get; }

    internal MediaClock Clock { get; }

    internal Tone Tone { get; }

    /// <summary>Takes the oldest call that came in and was not taken yet, or waits for the next. Its script, if any, runs already.</summary>
    /// <exception cref="TimeoutException">None came in the time given (or within the agent's patience).</exception>
    public async Task<SipCall> NextCallAsync(TimeSpan? timeout = null, CancellationToken cancellationToken = default)
    {
        var limit = timeout ?? Options.Patience;
        using var expired = new CancellationTokenSource(limit, Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(expired.Token, cancellationToken);
        try
        {
            return await _incoming.Reader.ReadAsync(either.Token);
        }
        catch (OperationCanceledException expiry) when (!cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException(string.Create(CultureInfo.InvariantCulture, $"No call came to {Name} within {limit.TotalSeconds:0.###} s."), expiry);
        }
    }

    /// <summary>Hangs up whatever is left, waits half a second for the answers, and closes every socket, timer and task.</summary>
    public virtual async ValueTask DisposeAsync()
    {
        SipCall[] live;
        lock (Gate)
        {
            if (_closing)
                return;
            _closing = true;
            live = [.. _calls.Where(call => call.State != CallState.Ended)];
        }
        foreach (var call in live)
            Track(LeaveAsync(call));
        await FinishedAsync(LastWords);
        foreach (var call in live)
            call.Abandon();
        lock (Gate)
            Transactions.Abort();
        if (!await FinishedAsync(LastSteps))
            Fault(new TimeoutException("A script did not heed the end of its call."));

        await Clock.DisposeAsync();
        await _transport.DisposeAsync();
        _incoming.Writer.TryComplete();
        GC.SuppressFinalize(this);
    }

    /// <summary>Agent and number of calls: for messages.</summary>
    public override string ToString() => $"{Name} at {LocalEndPoint}";

    internal TimeSpan Monotonic() => Time.GetElapsedTime(0);

    internal SipCall Place(OutgoingInvite invite)
    {
        lock (Gate)
        {
            ObjectDisposedException.ThrowIf(_closing, this);
            var call = SipCall.Prepare(this, invite);
            try
            {
                call.Place();
            }
            catch (ArgumentException)
            {
                call.Abandon(); // nothing was sent: there never was a call
                throw;
            }
            Add(call); // no answer comes before the lock is free
            return call;
        }
    }

    /// <summary>A request other than INVITE; a challenge is answered once. Silence comes back as 408 after 32 s.</summary>
    internal async Task<SipMessage> RequestAsync(
        Dialog dialog, string method, Action<SipMessage> fill, CancellationToken cancellationToken)
    {
        var response = await RequestAsync(dialog, method, fill, null, cancellationToken);
        return Authorize(response, method, dialog.Target) is { } authorization
            ? await RequestAsync(dialog, method, fill, authorization, cancellationToken)
            : response;
    }

    /// <summary>The answer to the challenge in a 401; null if it is none, or one that this agent has no answer to.</summary>
    internal string? Authorize(SipMessage response, string method, string uri)
    {
        if (response.StatusCode != 401 || _credentials is null)
            return null;
        return response.Headers
            .Where(header => header.Key.Equals("WWW-Authenticate", StringComparison.OrdinalIgnoreCase))
            .Select(header => DigestChallenge.Parse(header.Value))
            .FirstOrDefault(challenge => challenge is not null)
            ?.Answer(_credentials, method, uri, SipIds.NewClientNonce());
    }

    internal void AddContact(SipMessage message)
    {
        message.Headers["Contact"] = $"<{SipUri.Format(_contactUser, LocalEndPoint)}>";
        message.Headers["Allow"] = Methods;
    }

    internal void DropOldCalls()
    {
        while (_calls.Count > Options.KeptCalls && _calls.FindIndex(call => call.State == CallState.Ended) is >= 0 and var oldest)
        {
            _dialogs.Remove((_calls[oldest].CallId, _calls[oldest].LocalTag));
            _calls.RemoveAt(oldest);
        }
    }

    /// <summary>Keeps a task until it ends, and its failure among the faults.</summary>
    internal void Track(Task task)
    {
        var watched = WatchAsync(task);
        lock (Gate)
            _tasks.Add(watched);
        _ = watched.ContinueWith(Forget, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }

    private protected virtual CallScript? ScriptFor(SipCall call) => Script;

    private async Task<SipMessage> RequestAsync(
        Dialog dialog, string method, Action<SipMessage> fill, string? authorization, CancellationToken cancellationToken)
    {
        var answered = new TaskCompletionSource<SipMessage>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (Gate)
        {
            var request = dialog.NewRequest(method, LocalEndPoint);
            fill(request);
            if (authorization is not null)
                request.Headers.Add("Authorization", authorization);
            Transactions.Send(request, dialog.Destination, response =>
            {
                if (response.StatusCode >= 200)
                    answered.TrySetResult(response);
            });
        }
        return await answered.Task.WaitAsync(cancellationToken);
    }

    private void OnDatagram(ReadOnlyMemory<byte> datagram, IPEndPoint source)
    {
        if (datagram.Span.IndexOfAnyExcept((byte)'\r', (byte)'\n', (byte)0) < 0)
            return; // a keep-alive (RFC 5626 §4.4.1)
        try
        {
            var message = SipMessage.Parse(datagram.Span);
            lock (Gate)
                Transactions.Receive(message, source);
        }
        catch (SipFormatException)
        {
            MalformedMessages++;
        }
        catch (Exception error)
        {
            Fault(error);
        }
    }

    private void OnRequest(ServerTransaction transaction)
    {
        var request = transaction.Request;
        if (request.To.Tag is { } tag)
        {
            if (_dialogs.TryGetValue((request.CallId, tag), out var call))
                call.OnRequest(transaction);
            else
                transaction.Respond(481);
        }
        else if (_closing)
        {
            transaction.Respond(503);
        }
        else if (request.Method == "INVITE")
        {
            OnInvite(transaction);
        }
        else
        {
            var response = transaction.NewResponse(request.Method == "OPTIONS" ? 200 : 405);
            AddContact(response);
            transaction.Respond(response);
        }
    }

    private void OnInvite(ServerTransaction invite)
    {
        SipCall? replaced = null;
        if (invite.Request.Headers.List("Require").FirstOrDefault(needed => needed != "replaces") is { } extension)
        {
            var refusal = invite.NewResponse(420);
            refusal.Headers.Add("Unsupported", extension);
            invite.Respond(refusal);
            return;
        }
        if (invite.Request.Headers["Replaces"] is { } replaces)
        {
            var (callId, tags) = (replaces.Split(';')[0].Trim(), replaces);
            var key = (callId, SipAddress.Parameter(tags, "to-tag") ?? "");
            if (!_dialogs.TryGetValue(key, out replaced) || !replaced.IsDialog(SipAddress.Parameter(tags, "from-tag") ?? ""))
            {
                invite.Respond(481);
                return;
            }
        }

        var call = SipCall.Receive(this, invite);
        Add(call);
        _incoming.Writer.TryWrite(call);
        if (replaced is not null)
            call.TakeOver(replaced);
        else if (call.State != CallState.Ended && ScriptFor(call) is { } script)
            Track(Task.Run(() => call.RunAsync(script))); // not under the lock
    }

    private void OnAck(SipMessage ack)
    {
        if (_dialogs.TryGetValue((ack.CallId, ack.To.Tag ?? ""), out var call))
            call.OnAck(ack);
    }

    private void OnCancel(ServerTransaction invite, SipMessage cancel)
    {
        if (_dialogs.TryGetValue((cancel.CallId, invite.ToTag), out var call))
            call.OnCancel(invite, cancel);
    }

    private void Add(SipCall call)
    {
        _calls.Add(call);
        _dialogs.Add((call.CallId, call.LocalTag), call);
        DropOldCalls();
    }

    private async Task WatchAsync(Task task)
    {
        try
        {
            await task;
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            Fault(error);
        }
    }

    private void Forget(Task watched)
    {
        lock (Gate)
            _tasks.Remove(watched);
    }

    private static async Task LeaveAsync(SipCall call)
    {
        try
        {
            await call.HangUpAsync();
        }
        catch (Exception error) when (error is SipRefusedException or SipCallEndedException or TimeoutException)
        {
            return; // the peer does not confirm our goodbye: the call's timeline says so, and it is over for us
        }
    }

    private async Task<bool> FinishedAsync(TimeSpan limit)
    {
        Task[] tasks;
        lock (Gate)
            tasks = [.. _tasks];
        var all = Task.WhenAll(tasks);
        return await Task.WhenAny(all, Task.Delay(limit, TimeProvider.System)) == all;
    }

    private void Fault(Exception error)
    {
        lock (Gate)
        {
            if (_faults.Count == MaxFaults)
                _faults.RemoveAt(0);
            _faults.Add($"{error.GetType().Name}: {error.Message}");
        }
    }
}
