using CallCenterCrm.Calls.V1;
using CallCenterCrm.Contracts.Telephony.V1;
using CallCenterCrm.PublicApi.Tests.Support;
using CallCenterCrm.Servers;
using CallCenterCrm.Telephony.Api.Tests.Support;
using Grpc.Core;
using CallsClient = CallCenterCrm.Calls.V1.Calls.CallsClient;

namespace CallCenterCrm.PublicApi.Tests.Proxy;

/// <summary>Streams through the one address.</summary>
[Collection(SharedStack.Name)]
public sealed class StreamTests(Stack stack)
{
    [Fact]
    public async Task A_stream_that_the_gateways_death_breaks_ends_with_a_status_and_goes_on_at_its_position()
    {
        var client = new CallsClient(stack.With(await stack.KeyAsync("calls.read")));
        using var broken = client.Watch(new());
        var position = (await UntilAsync(broken, news => news.SnapshotEnded is not null)).Position;
        var call = StoredCalls.Ringing(DateTimeOffset.UtcNow);
        await StoredCalls.SaveAsync(stack.Calls, call);
        position = (await UntilAsync(broken, news => news.Call?.Id == call.CallId.ToString())).Position;

        await stack.KillGatewayAsync();
        try
        {
            var refusal = await Assert.ThrowsAsync<RpcException>(() => UntilAsync(broken, _ => false));
            Assert.Equal(StatusCode.Unavailable, refusal.StatusCode);
            await Refused.WithAsync(StatusCode.Unavailable, () => client.ListCallsAsync(new()));
        }
        finally
        {
            await stack.StartGatewayAsync();
        }

        await StoredCalls.SaveAsync(stack.Calls, call with { Version = call.Version + 1, State = CallState.Talking });
        using var resumed = client.Watch(new() { Position = position });
        var next = await UntilAsync(resumed, news => news.Call is not null);
        Assert.Equal((call.CallId.ToString(), State.Talking), (next.Call.Id, next.Call.State));
    }

    [Fact]
    public async Task Readers_who_do_not_read_are_waited_for_and_not_stored_up_for()
    {
        const int changes = 300;
        const int readers = 30;
        var client = new CallsClient(stack.With(await stack.KeyAsync("calls.read")));
        using var first = client.Watch(new());
        var position = (await UntilAsync(first, news => news.SnapshotEnded is not null)).Position;
        var large = StoredCalls.Answered(DateTimeOffset.UtcNow);
        large = large with { Legs = [.. Enumerable.Repeat(large.Legs[0], 600)] };
        for (var i = 0; i < changes; i++)
        {
            await StoredCalls.SaveAsync(stack.Calls, large with { Version = large.Version + i });
        }

        var streams = Enumerable.Range(0, readers).Select(_ => client.Watch(new() { Position = position })).ToList();
        var sizes = await Task.WhenAll(streams.Select(async stream => (await UntilAsync(stream, news => news.Call is not null)).CalculateSize()));
        var all = (double)changes * sizes.Sum();
        Assert.True(all > 250_000_000, $"{all} bytes are too few to show anything");
        var held = await SettledAsync();
        Assert.True(held < all / 2, $"{held} bytes are held while {all} bytes are not read");

        // Who reads again gets everything: what was waited for was not dropped.
        var last = (large.Version + changes - 1);
        Assert.Equal(last, (await UntilAsync(streams[0], news => news.Call?.Version == last)).Call.Version);
        streams.ForEach(stream => stream.Dispose());
    }

    // What flows until every window is full has flown when twice in a row the same is held.
    private async Task<double> SettledAsync()
    {
        var held = 0.0;
        await Until.TrueAsync("the memory of the public API no longer grows", async () =>
        {
            var before = held;
            await Task.Delay(TimeSpan.FromSeconds(1));
            held = await stack.MemoryAsync();
            return held < before * 1.01;
        });
        return held;
    }

    private static async Task<WatchResponse> UntilAsync(AsyncServerStreamingCall<WatchResponse> stream, Func<WatchResponse, bool> found)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(120));
        while (await stream.ResponseStream.MoveNext(patience.Token))
        {
            if (found(stream.ResponseStream.Current))
            {
                return stream.ResponseStream.Current;
            }
        }

        throw new InvalidOperationException("The stream has ended in good order");
    }
}
