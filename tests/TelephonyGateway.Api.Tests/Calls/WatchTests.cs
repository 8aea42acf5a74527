using CallCenterCrm.Calls.V1;
using CallCenterCrm.Messaging;
using CallCenterCrm.ServiceDefaults.Authentication;
using CallCenterCrm.ServiceDefaults.Grpc;
using CallCenterCrm.Telephony.Api.Tests.Support;
using Dapper;
using Grpc.Core;
using Xunit.Abstractions;
using CallsClient = CallCenterCrm.Calls.V1.Calls.CallsClient;

namespace CallCenterCrm.Telephony.Api.Tests.Calls;

/// <summary>What a follower is told, from where, and how fast.</summary>
public sealed class WatchTests(ITestOutputHelper output) : IAsyncLifetime
{
    private const double Mebi = 1024 * 1024;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(8);
    private readonly Gateway _gateway = new();
    private readonly CancellationTokenSource _patience = new(Patience);

    public Task InitializeAsync() => _gateway.InitializeAsync();

    public async Task DisposeAsync()
    {
        _patience.Dispose();
        await _gateway.DisposeAsync();
    }

    [Fact]
    public async Task It_begins_with_what_is_not_settled_and_goes_on_with_every_change()
    {
        var ringing = StoredCalls.Ringing(StoredCalls.Start);
        await StoredCalls.SaveAsync(_gateway.Database, ringing, StoredCalls.Answered(StoredCalls.Start));
        using var watch = Watch("");

        Assert.Equal(WatchResponse.EventOneofCase.SnapshotBegun, (await NextAsync(watch)).EventCase);
        var first = await NextAsync(watch);
        Assert.Equal((ringing.CallId.ToString(), ""), (first.Call.Id, first.Position));
        var whole = await NextAsync(watch);
        Assert.Equal(WatchResponse.EventOneofCase.SnapshotEnded, whole.EventCase);
        Assert.NotEmpty(whole.Position);

        var answered = StoredCalls.Answered(StoredCalls.Start) with { CallId = ringing.CallId, Version = 2 };
        await StoredCalls.SaveAsync(_gateway.Database, answered);
        var change = await NextAsync(watch);
        Assert.Equal((ringing.CallId.ToString(), 2), (change.Call.Id, change.Call.Version));
        Assert.NotEqual(whole.Position, change.Position);

        // The same again for whoever comes back to where he was.
        using var again = Watch(whole.Position);
        Assert.Equal(change, await NextAsync(again));
    }

    [Fact]
    public async Task A_position_that_is_too_old_or_of_another_store_gives_a_snapshot_and_one_that_is_none_is_refused()
    {
        using (var watch = Watch(new ChangePosition(Guid.NewGuid(), 1, 1).ToString()))
        {
            Assert.Equal(WatchResponse.EventOneofCase.SnapshotBegun, (await NextAsync(watch)).EventCase);
        }

        var position = await PositionAsync();
        await using (var connection = await _gateway.Database.OpenConnectionAsync())
        {
            // What the publisher does with rows that are older than a month.
            await StoredCalls.SaveAsync(_gateway.Database, StoredCalls.Answered(StoredCalls.Start));
            await connection.ExecuteAsync(
                "WITH gone AS (DELETE FROM changes RETURNING tx) UPDATE change_log SET trimmed_tx = (SELECT tx FROM gone ORDER BY tx DESC LIMIT 1)");
        }

        using (var watch = Watch(position))
        {
            Assert.Equal(WatchResponse.EventOneofCase.SnapshotBegun, (await NextAsync(watch)).EventCase);
        }

        using var wrong = Watch("nonsense");
        var refusal = await Assert.ThrowsAsync<RpcException>(() => NextAsync(wrong));
        Assert.Equal(StatusCode.InvalidArgument, refusal.StatusCode);
        var violation = Assert.Single(RichStatus.Of(refusal)!.Detail<Google.Rpc.BadRequest>()!.FieldViolations);
        Assert.Equal(("position", "WRONG_POSITION"), (violation.Field, violation.Reason));
    }

    [Fact]
    public async Task A_silent_stream_beats_and_its_beat_is_a_position_to_come_back_to()
    {
        var position = await PositionAsync();
        var begun = TimeProvider.System.GetTimestamp();
        using var watch = Watch(position);
        var beat = await NextAsync(watch);
        Assert.Equal(WatchResponse.EventOneofCase.Heartbeat, beat.EventCase);
        // After 15 s of silence, and what a busy machine adds; the second would come after 30.
        Assert.InRange(TimeProvider.System.GetElapsedTime(begun), TimeSpan.FromSeconds(14), TimeSpan.FromSeconds(29));
        Assert.InRange(beat.Heartbeat.At.ToDateTimeOffset(), DateTimeOffset.UtcNow.AddSeconds(-14), DateTimeOffset.UtcNow.AddSeconds(10));

        var call = StoredCalls.Ringing(StoredCalls.Start);
        await StoredCalls.SaveAsync(_gateway.Database, call);
        using var again = Watch(beat.Position);
        Assert.Equal(call.CallId.ToString(), (await NextAsync(again)).Call.Id);
    }

    [Fact]
    public async Task Whoever_may_not_see_all_calls_is_told_of_his_own_only()
    {
        var before = StoredCalls.Ringing(StoredCalls.Start, "102");
        await StoredCalls.SaveAsync(_gateway.Database, StoredCalls.Ringing(StoredCalls.Start, "101"), before);
        using var watch = _gateway.ClientWith<CallsClient>(
            _gateway.Tokens.Make([Permissions.CallsRead], new Guid(SampleTables.Olga), visibility: "own")).Watch(new(), cancellationToken: _patience.Token);
        Assert.Equal(WatchResponse.EventOneofCase.SnapshotBegun, (await NextAsync(watch)).EventCase);
        Assert.Equal(before.CallId.ToString(), (await NextAsync(watch)).Call.Id);
        Assert.Equal(WatchResponse.EventOneofCase.SnapshotEnded, (await NextAsync(watch)).EventCase);

        // It rings at his phone only later: from then on the call is his.
        var later = StoredCalls.Ringing(StoredCalls.Start, "103");
        await StoredCalls.SaveAsync(_gateway.Database, later);
        await StoredCalls.SaveAsync(_gateway.Database, StoredCalls.Ringing(StoredCalls.Start, "102") with { CallId = later.CallId, Version = 2 });
        var told = await NextAsync(watch);
        Assert.Equal((later.CallId.ToString(), 2), (told.Call.Id, told.Call.Version));
    }

    [Fact]
    public async Task A_server_that_ends_says_so()
    {
        using var watch = Watch(await PositionAsync());
        await watch.ResponseHeadersAsync;
        var stopping = _gateway.StopAsync();
        var cut = await Assert.ThrowsAsync<RpcException>(() => NextAsync(watch));
        Assert.Equal(StatusCode.Unavailable, cut.StatusCode);
        Assert.Contains("about to end", cut.Status.Detail, StringComparison.Ordinal);
        await stopping;
    }

    [Fact]
    public async Task A_reader_that_stands_still_costs_no_memory_holds_nobody_up_and_misses_nothing()
    {
        const int changes = 8_000;
        const int bytesOfEach = 32_000;
        var position = await PositionAsync();
        using var channel = _gateway.Connect();
        using var slow = new CallsClient(new BearingInvoker(channel.CreateCallInvoker(), _gateway.Tokens.Make([Permissions.CallsRead])))
            .Watch(new() { Position = position }, cancellationToken: _patience.Token);
        await slow.ResponseHeadersAsync;
        var before = await _gateway.GaugeAsync("dotnet_process_memory_working_set");
        Assert.True(before > 10 * Mebi, "the gauge is not there");
        var call = StoredCalls.Ringing(StoredCalls.Start) with { PartyNumberAsShown = new string('7', bytesOfEach) };
        await using (var connection = await _gateway.Database.OpenConnectionAsync())
        {
            await connection.ExecuteAsync(
                """
                INSERT INTO changes (kind, body, sent_at) SELECT @kind, @body::jsonb || jsonb_build_object('version', version), now()
                FROM generate_series(1, @changes) AS version
                """,
                new { kind = ChangeLog.KindOf(call.GetType()), body = System.Text.Json.JsonSerializer.Serialize(call, ChangeLog.Json), changes });
        }

        using (var quick = Watch(position))
        {
            for (var version = 1; version <= changes; version++)
            {
                Assert.Equal(version, (await NextAsync(quick)).Call.Version);
            }
        }

        var grown = (await _gateway.GaugeAsync("dotnet_process_memory_working_set") - before) / Mebi;
        output.WriteLine($"{changes * bytesOfEach / Mebi:0} MiB of changes behind a reader that stands still: {grown:0} MiB more memory");
        // What stands in the windows and what the garbage collector has not looked at yet, but not the 244 MiB that are not read.
        Assert.InRange(grown, -500, 170);
        for (var version = 1; version <= changes; version++)
        {
            Assert.Equal(version, (await NextAsync(slow)).Call.Version);
        }
    }

    private AsyncServerStreamingCall<WatchResponse> Watch(string position) =>
        _gateway.Client<CallsClient>(Permissions.CallsRead).Watch(new() { Position = position }, cancellationToken: _patience.Token);

    private async Task<string> PositionAsync()
    {
        using var watch = Watch("");
        while (true)
        {
            var message = await NextAsync(watch);
            if (message.EventCase == WatchResponse.EventOneofCase.SnapshotEnded)
            {
                return message.Position;
            }
        }
    }

    private async Task<WatchResponse> NextAsync(AsyncServerStreamingCall<WatchResponse> watch)
    {
        Assert.True(await watch.ResponseStream.MoveNext(_patience.Token));
        return watch.ResponseStream.Current;
    }
}
