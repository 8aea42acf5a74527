using CallCenterCrm.Ledger.V1;
using CallCenterCrm.RealCalls.Support;
using CallCenterCrm.Sip;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Grpc.Net.Client;
using Xunit;

namespace CallCenterCrm.RealCalls;

/// <summary>The ledger, asked over the public API as anybody asks it, against what the phones did.</summary>
[Collection(StageCollection.Name)]
public sealed class LedgerTests(Stage stage) : IAsyncLifetime
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    // Twenty prove it on every day; the full number shows that it holds for a morning's worth of calls.
    private static readonly int Calls = Environment.GetEnvironmentVariable("CRM_FULL") == "1" ? 500 : 20;

    public Task InitializeAsync() => stage.OrdinaryOverAsync();

    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public async Task Calls_of_a_time_in_which_the_gateway_was_dead_are_filled_in_and_the_ledger_says_that_none_is_lost()
    {
        await stage.Stack.KillAsync("gateway");
        var lane = stage.NextFastLane();
        var from = DateTimeOffset.UtcNow;
        var answered = await PlaceAsync(lane);
        var until = DateTimeOffset.UtcNow;
        await stage.Stack.UpAsync("gateway");

        using var channel = GrpcChannel.ForAddress(stage.Stack.AddressOf("API_GRPC_PORT"));
        var ledger = new CallCenterCrm.Ledger.V1.Ledger.LedgerClient(channel);
        var key = new Metadata { { "authorization", "Bearer " + await stage.Stack.ApiKeyAsync("ledger", "calls.read") } };
        IReadOnlyList<Hour> hours = [];
        await Records.UntilAsync("the witnesses are read", async () =>
        {
            try
            {
                hours = (await ledger.GetLedgerAsync(new() { From = from.ToTimestamp(), Until = until.ToTimestamp() }, key)).Hours;
                return hours.All(hour => hour.State != State.Open);
            }
            catch (RpcException fault) when (fault.StatusCode == StatusCode.Unavailable)
            {
                // The API looks only every few seconds whether a gateway that was dead is back.
                return false;
            }
        });

        Assert.All(hours, hour => Assert.True(hour.State == State.ZeroLost, hour.ToString()));
        Assert.Equal(
            (Calls, Calls, Calls, Calls, 0),
            (hours.Sum(hour => hour.CelCalls), hours.Sum(hour => hour.CdrCalls), hours.Sum(hour => hour.RecordedCalls), hours.Sum(hour => hour.BackFilledCalls), hours.Sum(hour => hour.MissingCalls)));

        // Each once, every miss a duty to call back, and what somebody answered none.
        IReadOnlyList<CallRow> recorded = [];
        await Records.UntilAsync("every call is settled", async () =>
            (recorded = await stage.Records.CallsToAsync(lane.Did)).Count(call => call.Settled) >= Calls);
        Assert.Equal(
            Enumerable.Range(0, Calls).Select(call => (lane.Stranger(call), call < answered ? "answered" : "missed")),
            recorded.Select(call => (call.PartyNumber!, call.Result!)).Order());
        await Records.UntilAsync("every miss in the queue", async () => await stage.Records.LeadsCountAsync(
            "SELECT count(DISTINCT number) FROM callbacks WHERE number = ANY(@missed)", new { missed = Numbers(lane, answered, Calls) }) == Calls - answered);
        Assert.Equal(Calls - answered, await stage.Records.LeadsCountAsync("SELECT count(*) FROM callbacks WHERE number = ANY(@all)", new { all = Numbers(lane, 0, Calls) }));

        // Of everything else that these phones have done till now nothing is missing either; in an hour that has just begun they may
        // have done nothing.
        var all = (await ledger.GetLedgerAsync(new() { From = stage.Begun.ToTimestamp(), Until = from.ToTimestamp() }, key)).Hours;
        Assert.All(all, hour => Assert.True(hour.MissingCalls == 0, hour.ToString()));
        Assert.True(all.Sum(hour => hour.RecordedCalls) > 0, "no call was recorded");
    }

    [Fact]
    public async Task Logs_renamed_while_calls_come_in_lose_none_of_them()
    {
        await using var lane = stage.NextFastLane();
        var from = DateTimeOffset.UtcNow;
        var calls = Enumerable.Range(0, 30).Select(async call =>
        {
            await Task.Delay(call * Second / 10);
            await lane.Call(lane.Stranger(call), CallScripts.Wait(Second).Then(CallScripts.HangUp)).Ended;
        }).ToArray();
        while (!Task.WhenAll(calls).IsCompleted)
        {
            await stage.Stack.RotateAsync();
            await Task.WhenAny(Task.WhenAll(calls), Task.Delay(Second / 2));
        }

        await Task.WhenAll(calls);
        var until = DateTimeOffset.UtcNow;
        using var channel = GrpcChannel.ForAddress(stage.Stack.AddressOf("API_GRPC_PORT"));
        var ledger = new CallCenterCrm.Ledger.V1.Ledger.LedgerClient(channel);
        var key = new Metadata { { "authorization", "Bearer " + await stage.Stack.ApiKeyAsync("rotation", "calls.read") } };
        IReadOnlyList<Hour> hours = [];
        await Records.UntilAsync("the witnesses are read", async () =>
        {
            hours = (await ledger.GetLedgerAsync(new() { From = from.ToTimestamp(), Until = until.ToTimestamp() }, key)).Hours;
            return hours.All(hour => hour.State != State.Open);
        });
        Assert.All(hours, hour => Assert.True(hour.State == State.ZeroLost, hour.ToString()));
        Assert.Equal((30, 30, 30), (hours.Sum(hour => hour.CelCalls), hours.Sum(hour => hour.CdrCalls), hours.Sum(hour => hour.RecordedCalls)));
    }

    /// <summary>Some are answered by the fallback one after the other, the others give up, twenty at once.</summary>
    private async Task<int> PlaceAsync(Lane lane)
    {
        var answered = Calls / 10;
        await using var fallback = new SipPhone(
            new SipCredentials("901", stage.Stack.PhonePassword("901")), new(System.Net.IPAddress.Parse("127.0.3.251"), 0), stage.Stack.Sip)
        {
            Script = CallScripts.Answer,
        };
        await fallback.RegisterAsync();
        for (var call = 0; call < answered; call++)
        {
            var caller = lane.Call(lane.Stranger(call));
            await caller.TalksAsync();
            await caller.HangUpAsync();
            await caller.Ended;
        }

        // Who gives up so late on a busy machine that the fallback rings is not answered all the same.
        fallback.Script = CallScripts.Ring;
        foreach (var batch in Enumerable.Range(answered, Calls - answered).Chunk(20))
        {
            await Task.WhenAll(batch.Select(call => lane.Call(lane.Stranger(call), CallScripts.Wait(Second).Then(CallScripts.HangUp)).Ended));
        }

        return answered;
    }

    private static string[] Numbers(Lane lane, int first, int end) => [.. Enumerable.Range(first, end - first).Select(call => lane.Stranger(call))];
}
