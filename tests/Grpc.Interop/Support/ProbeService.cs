using System.Collections.Concurrent;
using CallCenterCrm.GrpcInterop.Probe.V1;
using CallCenterCrm.ServiceDefaults.Input;
using Google.Protobuf;
using Grpc.Core;

namespace CallCenterCrm.GrpcInterop.Support;

/// <summary>What the methods of <see cref="ProbeService"/> saw; one for each server.</summary>
internal sealed class ProbeRecord
{
    private long _flooded;

    public ConcurrentDictionary<string, int> Attempts { get; } = new(StringComparer.Ordinal);

    public ConcurrentQueue<DateTime> Deadlines { get; } = [];

    /// <summary>How many messages of a flood were taken off the writer's hands.</summary>
    public long Flooded => Interlocked.Read(ref _flooded);

    public void CountFlood() => Interlocked.Increment(ref _flooded);
}

/// <summary>Fails, dawdles and floods on demand.</summary>
internal sealed class ProbeService(ProbeRecord record) : Probe.V1.Probe.ProbeBase
{
    public const string Secret = "password=4711";

    public override Task<ProbeAnswer> Fail(FailRequest request, ServerCallContext context) => throw (request.Kind switch
    {
        "input" => new InputException(
            new Violation("filter.number", ViolationKey.NotANumber), new Violation("page_size", ViolationKey.OutOfRange, 1, 500)),
        "many" => new InputException([.. Enumerable.Range(0, 500).Select(i => new Violation($"entries[{i}]", ViolationKey.Required))]),
        "missing" => new NotFoundException("call", "17"),
        "stale" => new StaleVersionException(42),
        "permission" => new PermissionDeniedException("calls.read"),
        "anonymous" => new NotSignedInException(Secret),
        "often" => new TooOftenException(TimeSpan.FromSeconds(2.5)),
        _ => new InvalidOperationException(Secret),
    });

    public override Task<ProbeAnswer> Flaky(FlakyRequest request, ServerCallContext context)
    {
        var attempt = record.Attempts.AddOrUpdate(request.Key, 1, (_, before) => before + 1);
        return attempt <= request.Failures
            ? throw new RpcException(new Status(StatusCode.Unavailable, "not yet"))
            : Task.FromResult(new ProbeAnswer { Number = attempt });
    }

    public override Task<ProbeAnswer> FlakyWrite(FlakyRequest request, ServerCallContext context) => Flaky(request, context);

    public override async Task<ProbeAnswer> Dawdle(ProbeAnswer request, ServerCallContext context)
    {
        record.Deadlines.Enqueue(context.Deadline);
        await Task.Delay(Timeout.InfiniteTimeSpan, context.CancellationToken);
        return request;
    }

    public override async Task Flood(FloodRequest request, IServerStreamWriter<FloodMessage> responseStream, ServerCallContext context)
    {
        var filling = ByteString.CopyFrom(new byte[request.Bytes]);
        for (var number = 1L; ; number++)
        {
            await responseStream.WriteAsync(new FloodMessage { Number = number, Filling = filling }, context.CancellationToken);
            record.CountFlood();
        }
    }

    public override async Task<ProbeAnswer> Drain(IAsyncStreamReader<FloodMessage> requestStream, ServerCallContext context)
    {
        var bytes = 0L;
        await foreach (var message in requestStream.ReadAllAsync(context.CancellationToken))
        {
            bytes += message.Filling.Length;
        }

        return new ProbeAnswer { Number = bytes };
    }
}
