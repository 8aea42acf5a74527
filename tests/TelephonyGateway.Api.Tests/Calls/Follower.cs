using CallCenterCrm.Calls.V1;
using CallCenterCrm.ServiceDefaults.Authentication;
using CallCenterCrm.Telephony.Api.Tests.Support;
using Grpc.Core;
using CallsClient = CallCenterCrm.Calls.V1.Calls.CallsClient;

namespace CallCenterCrm.Telephony.Api.Tests.Calls;

/// <summary>
/// An outside system that follows the calls: keeps its position, begins again whenever the stream or itself ends, and now
/// and then had not written its last positions down.
/// </summary>
internal sealed class Follower(Gateway gateway)
{
    private readonly Random _random = new(4711);
    private readonly List<string> _positions = [];
    private readonly List<(string Position, string Call, long Version)> _told = [];
    private readonly Lock _gate = new();

    /// <summary>How often the stream was ended by the server.</summary>
    public int Cuts { get; private set; }

    /// <summary>How the server last ended it.</summary>
    public string? LastCut { get; private set; }

    /// <summary>How often it ended itself.</summary>
    public int Deaths { get; private set; }

    /// <summary>How often a snapshot began.</summary>
    public int Snapshots { get; private set; }

    /// <summary>Ends when the first snapshot is whole.</summary>
    public TaskCompletionSource Began { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Every call that it was told of, with its position, in order.</summary>
    public IReadOnlyList<(string Position, string Call, long Version)> Told
    {
        get
        {
            lock (_gate)
            {
                return [.. _told];
            }
        }
    }

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            using var channel = gateway.Connect();
            var client = new CallsClient(new BearingInvoker(channel.CreateCallInvoker(), gateway.Tokens.Make([Permissions.CallsRead])));
            using var call = client.Watch(new() { Position = _positions.LastOrDefault() ?? "" }, cancellationToken: cancellationToken);
            try
            {
                for (var life = _random.Next(20, 200); life > 0; life--)
                {
                    if (!await call.ResponseStream.MoveNext(cancellationToken))
                    {
                        throw new InvalidOperationException("The stream ended as if all were told");
                    }

                    Take(call.ResponseStream.Current);
                }

                // It dies, and what it learned last was not written down, but has had its effects.
                Deaths++;
                var lost = Math.Min(_random.Next(10), Math.Max(0, _positions.Count - 1));
                _positions.RemoveRange(_positions.Count - lost, lost);
            }
            catch (RpcException cut) when (cut.StatusCode is StatusCode.Unavailable or StatusCode.Internal || cancellationToken.IsCancellationRequested)
            {
                Cuts++;
                LastCut = cut.Status.ToString();
                await Task.Delay(20, CancellationToken.None);
            }
        }
    }

    private void Take(WatchResponse message)
    {
        switch (message.EventCase)
        {
            case WatchResponse.EventOneofCase.SnapshotBegun:
                Snapshots++;
                break;
            case WatchResponse.EventOneofCase.SnapshotEnded:
                Began.TrySetResult();
                break;
            case WatchResponse.EventOneofCase.Call:
                lock (_gate)
                {
                    _told.Add((message.Position, message.Call.Id, message.Call.Version));
                }

                break;
        }

        if (message.Position.Length > 0)
        {
            _positions.Add(message.Position);
        }
    }
}
