using System.IO.Pipelines;
using Ami.Client.Actions;
using Ami.Client.Events;
using Ami.Client.Framing;
using Ami.Client.Trust;

namespace Ami.Client.Connection;

/// <summary>One connection to the PBX, from its greeting to its end. Everything that goes wrong passes through <see cref="Break"/>.</summary>
internal sealed class AmiConnection : IAsyncDisposable
{
    private readonly Stream _stream;
    private readonly TimeProvider _timeProvider;
    private readonly AmiMetrics _metrics;
    private readonly Action<List<AmiItem>, long> _sink;
    private readonly AmiFrameReader _reader;
    private readonly EventIntake _intake;
    private readonly PendingActions _pending;
    private readonly ActionWriter _writer;
    // Never disposed, since a break may be under way on another thread; it holds nothing but memory.
    private readonly CancellationTokenSource _closing = new();
    private readonly TaskCompletionSource _greeted = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<FullyBootedEvent> _fullyBooted = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<Exception> _broken = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task _reading;

    /// <summary>Takes over an open stream and begins to read it.</summary>
    /// <param name="stream">The open stream.</param>
    /// <param name="options">The client's options.</param>
    /// <param name="timeProvider">The clock.</param>
    /// <param name="refusals">Where refused frames are recorded.</param>
    /// <param name="metrics">Where frames are counted.</param>
    /// <param name="sink">Takes events with their bytes, called by the reading task, which it must not keep waiting; may throw to break.</param>
    public AmiConnection(
        Stream stream,
        AmiClientOptions options,
        TimeProvider timeProvider,
        RefusalRecord refusals,
        AmiMetrics metrics,
        Action<List<AmiItem>, long> sink)
    {
        _stream = stream;
        _timeProvider = timeProvider;
        _metrics = metrics;
        _sink = sink;
        _reader = new AmiFrameReader(options.FrameLimits);
        _pending = new PendingActions(options.MaxOutstandingActions, options.MaxListItems);
        _intake = new EventIntake(new AmiEventPolicy(options.SystemName, options.OwnChannelIdPrefixes), refusals, _pending.IsOpenList);
        _writer = new ActionWriter(stream, options.WriteTimeout, timeProvider, Break);
        _reading = Task.Run(ReadAsync, CancellationToken.None);
    }

    /// <summary>Completes when the greeting of an Asterisk was read; fails when something else was, or nothing.</summary>
    public Task Greeted => _greeted.Task;

    /// <summary>Completes with <c>FullyBooted</c>.</summary>
    public Task<FullyBootedEvent> FullyBooted => _fullyBooted.Task;

    /// <summary>Completes with the first reason for which the connection broke.</summary>
    public Task<Exception> Broken => _broken.Task;

    /// <summary>Sends actions in one write and gives their answers in the same order.</summary>
    /// <inheritdoc cref="AmiClient.SendAsync" path="/exception"/>
    public Task<AmiList>[] Send(ReadOnlySpan<AmiAction> actions, bool wantLists, TimeSpan timeout, CancellationToken cancellationToken)
    {
        foreach (var action in actions)
            action.BeginSending();

        var pending = _pending.Add(actions, wantLists);
        var answers = new Task<AmiList>[actions.Length];
        for (var i = 0; i < actions.Length; i++)
            answers[i] = WaitAsync(actions[i], pending[i], timeout, cancellationToken);

        _writer.Add(actions);
        return answers;
    }

    /// <summary>From now on one <c>FullyBooted</c> without SystemName is believed.</summary>
    public void AwaitFullyBooted() => _intake.AwaitsFullyBooted = true;

    /// <summary>The only way in which a connection ends. The first reason stands; everything that waits fails with it.</summary>
    public void Break(Exception reason)
    {
        if (!_broken.TrySetResult(reason)) return;
        _pending.FailAll(reason);
        _greeted.TrySetException(reason);
        _fullyBooted.TrySetException(reason);
        _closing.Cancel();
    }

    /// <summary>Closes the stream and waits until its last event was handed over.</summary>
    public async ValueTask DisposeAsync()
    {
        Break(new AmiConnectionLostException("The connection was closed by this side."));
        await _stream.DisposeAsync().ConfigureAwait(false);
        await _reading.ConfigureAwait(false);
        // Nobody may be left who waits for these.
        _ = _greeted.Task.Exception;
        _ = _fullyBooted.Task.Exception;
    }

    private async Task<AmiList> WaitAsync(AmiAction action, Pending pending, TimeSpan timeout, CancellationToken cancellationToken)
    {
        try
        {
            return await pending.Answer.WaitAsync(timeout, _timeProvider, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            throw new AmiTimeoutException($"The PBX did not answer {action.Name} in time.");
        }
        finally
        {
            _pending.Remove(action);
        }
    }

    /// <summary>Never throws: whatever goes wrong breaks the connection.</summary>
    private async Task ReadAsync()
    {
        try
        {
            var pipe = PipeReader.Create(_stream, new StreamPipeReaderOptions(bufferSize: 64 * 1024, minimumReadSize: 32 * 1024, leaveOpen: true));
            while (true)
            {
                var result = await pipe.ReadAsync(_closing.Token).ConfigureAwait(false);
                // Events have some 400 bytes, so the list seldom grows.
                var events = new List<AmiItem>((int)(result.Buffer.Length / 300) + 1);
                var bytes = 0L;
                foreach (var segment in result.Buffer)
                    Take(segment.Span, events, ref bytes);

                pipe.AdvanceTo(result.Buffer.End);
                CheckGreeting();
                if (events.Count > 0)
                {
                    _metrics.EventsRead(events.Count);
                    _sink(events, bytes);
                    // While the socket has more, this task would never pause: on a machine with one core its consumer would starve.
                    await Task.Yield();
                }

                if (result.IsCompleted) break;
            }

            Break(new AmiConnectionLostException("The PBX closed the connection."));
        }
        catch (OperationCanceledException)
        {
            Break(new AmiConnectionLostException("The connection was closed by this side."));
        }
        catch (AmiException e)
        {
            Break(e);
        }
        catch (Exception e)
        {
            Break(new AmiConnectionLostException("Reading from the PBX failed.", e));
        }
    }

    private void Take(ReadOnlySpan<byte> bytes, List<AmiItem> events, ref long eventBytes)
    {
        while (!bytes.IsEmpty)
        {
            bytes = bytes[_reader.Append(bytes)..];
            while (_reader.TryRead(out var frame))
            {
                if (frame.Kind == AmiFrameKind.Response)
                {
                    if (!_pending.TryAnswer(new AmiResponse(in frame))) _metrics.UnexpectedResponse();
                }
                else if (_intake.Accept(in frame) is { } item)
                {
                    if (item.IsListItem)
                    {
                        _pending.AddListItem(item);
                        continue;
                    }

                    if (item is FullyBootedEvent booted) _fullyBooted.TrySetResult(booted);
                    events.Add(item);
                    eventBytes += frame.ByteCount;
                }
            }
        }
    }

    private void CheckGreeting()
    {
        if (!_reader.FirstLineRead || _greeted.Task.IsCompleted) return;
        if (_reader.Banner is null) throw new AmiProtocolException("The other side does not greet as an Asterisk does.");
        _greeted.TrySetResult();
    }
}
