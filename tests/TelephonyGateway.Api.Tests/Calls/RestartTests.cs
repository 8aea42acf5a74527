using CallCenterCrm.Contracts.Telephony.V1;
using CallCenterCrm.Messaging;
using CallCenterCrm.Servers;
using CallCenterCrm.Telephony.Api.Tests.Support;
using Dapper;
using Xunit.Abstractions;

namespace CallCenterCrm.Telephony.Api.Tests.Calls;

/// <summary>Nothing is lost, whoever ends and whenever.</summary>
public sealed class RestartTests(ITestOutputHelper output) : IAsyncLifetime
{
    private const int Writers = 4;
    private const int TransactionsOfEach = 300;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);
    private readonly Gateway _gateway = new();
    private int _done;

    public Task InitializeAsync() => _gateway.InitializeAsync();

    public Task DisposeAsync() => _gateway.DisposeAsync();

    [Fact]
    public async Task Whoever_follows_learns_of_every_change_although_server_and_client_end_again_and_again()
    {
        using var ending = new CancellationTokenSource();
        var follower = new Follower(_gateway);
        var following = follower.RunAsync(ending.Token);
        await follower.Began.Task.WaitAsync(Patience);

        // Written first and committed last: it stands before everything else in the log, and must be told all the same.
        await using var connection = await _gateway.Database.OpenConnectionAsync();
        await using var longest = await connection.BeginTransactionAsync();
        var late = StoredCalls.Ringing(StoredCalls.Start);
        await StoredCalls.SaveAsync(connection, longest, late);

        var writing = Task.WhenAll(Enumerable.Range(0, Writers).Select(WriteAsync));
        await DoneAsync(Writers * TransactionsOfEach / 5);
        Assert.DoesNotContain(follower.Told, told => told.Call == late.CallId.ToString());
        await _gateway.KillAsync();
        await _gateway.StartAsync();
        await DoneAsync(Writers * TransactionsOfEach / 2);
        await longest.CommitAsync();
        await _gateway.StopAsync();
        await _gateway.StartAsync();
        await _gateway.KillAsync();
        await writing;
        await _gateway.StartAsync();

        var changes = (await _gateway.Database.OpenConnectionAsync()).Query<(string Id, long Version)>(
            "SELECT body ->> 'callId', (body ->> 'version')::bigint FROM changes WHERE kind = @kind", new { kind = ChangeLog.KindOf(typeof(CallChanged)) }).ToHashSet();
        await AllToldAsync(follower, following, changes);
        await ending.CancelAsync();
        await following;

        var told = follower.Told;
        output.WriteLine($"{changes.Count} changes, told {told.Count} times; {follower.Cuts} cuts by the server, {follower.Deaths} deaths of the client");
        Assert.True(changes.SetEquals(told.Select(one => (one.Call, one.Version))), "told of what was never committed");
        Assert.True(follower.Cuts >= 3 && follower.Deaths > 3 && told.Count > changes.Count, "nothing was tried");
        Assert.Equal(1, follower.Snapshots);

        // What comes twice has the same position, and nothing else has it.
        var byPosition = told.Distinct().ToArray();
        Assert.Equal(byPosition.Length, byPosition.DistinctBy(one => one.Position, StringComparer.Ordinal).Count());
        Assert.Equal(byPosition.Length, byPosition.DistinctBy(one => (one.Call, one.Version)).Count());

        await using var reading = await _gateway.Database.OpenConnectionAsync();
        var stored = (await reading.QueryAsync<(Guid Id, long Version)>("SELECT id, version FROM calls")).ToDictionary(row => row.Id.ToString(), row => row.Version, StringComparer.Ordinal);
        Assert.Equal(stored, told.GroupBy(one => one.Call, StringComparer.Ordinal).ToDictionary(calls => calls.Key, calls => calls.Max(one => one.Version), StringComparer.Ordinal));
    }

    // As long as something comes, the rest may; on a busy machine it takes its time.
    private static async Task AllToldAsync(Follower follower, Task following, HashSet<(string Call, long Version)> changes)
    {
        var (seen, since) = (0, TimeProvider.System.GetTimestamp());
        while (true)
        {
            if (following.IsCompleted)
            {
                await following;
            }

            var told = follower.Told;
            var missing = changes.Except(told.Select(one => (one.Call, one.Version))).ToArray();
            if (missing.Length == 0)
            {
                return;
            }

            if (told.Count > seen)
            {
                (seen, since) = (told.Count, TimeProvider.System.GetTimestamp());
            }

            Assert.True(
                TimeProvider.System.GetElapsedTime(since) < Patience,
                $"{missing.Length} of {changes.Count} are missing, {told.Count} were told, {follower.Cuts} cuts, the last: {follower.LastCut}");
            await Task.Delay(100);
        }
    }

    private Task DoneAsync(int transactions) => Until.TrueAsync($"{transactions} transactions", () => Task.FromResult(Volatile.Read(ref _done) >= transactions));

    // Calls that change several times; one transaction of ten is given up, and some take their time.
    private async Task WriteAsync(int writer)
    {
        var random = new Random(writer);
        var mine = new List<CallChanged>();
        for (var i = 0; i < TransactionsOfEach; i++)
        {
            await using var connection = await _gateway.Database.OpenConnectionAsync();
            await using var transaction = await connection.BeginTransactionAsync();
            var older = mine.Count > 0 && random.Next(3) > 0 ? mine[random.Next(mine.Count)] : null;
            var call = older is null ? StoredCalls.Ringing(StoredCalls.Start.AddSeconds(i)) : older with { Version = older.Version + 1 };
            await StoredCalls.SaveAsync(connection, transaction, call);
            if (random.Next(5) == 0)
            {
                await connection.ExecuteAsync("SELECT pg_sleep(0.02)", transaction: transaction);
            }

            if (random.Next(10) == 0)
            {
                await transaction.RollbackAsync();
            }
            else
            {
                await transaction.CommitAsync();
                mine.Remove(older!);
                mine.Add(call);
            }

            Interlocked.Increment(ref _done);
        }
    }
}
