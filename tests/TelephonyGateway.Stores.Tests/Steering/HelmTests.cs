using System.Collections.Concurrent;
using System.Diagnostics;
using CallCenterCrm.Servers;
using CallCenterCrm.Telephony.Calls;
using CallCenterCrm.Telephony.Steering;
using CallCenterCrm.Telephony.Stores.Tests.Support;
using Grpc.Core;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Xunit;

namespace CallCenterCrm.Telephony.Stores.Tests.Steering;

/// <summary>Two gateways with one database. What a frozen process does is tried with real ones, in RealCalls.</summary>
public sealed class HelmTests : IAsyncLifetime
{
    // Number of the message that says that a silent one's sessions were ended.
    private const int Unseated = 382;
    private readonly DatabaseServer _server = new();
    private readonly List<GatewaySettings> _settings = [];
    private Database _database = null!;

    public async Task InitializeAsync()
    {
        await _server.InitializeAsync();
        _database = await Database.NewAsync(_server);
    }

    public async Task DisposeAsync()
    {
        await _database.DisposeAsync();
        await _server.DisposeAsync();
        _settings.ForEach(TestSettings.Remove);
    }

    [Fact]
    public async Task One_of_two_steers_and_the_other_takes_over_at_once_when_it_ends_in_an_orderly_way()
    {
        var heard = new Heard();
        using var second = await StartAsync(Source(), heard);
        await StandsByAsync(second);
        Assert.True(await _database.Helm.MayPlanAsync(CancellationToken.None));
        await _database.Helm.RequireAsync(CancellationToken.None);
        Assert.False(await second.MayPlanAsync(CancellationToken.None));
        Assert.Equal(StatusCode.Unavailable, (await Assert.ThrowsAsync<RpcException>(() => second.RequireAsync(CancellationToken.None))).StatusCode);

        var first = _database.Helm.Term;
        var watch = Stopwatch.StartNew();
        await _database.Helm.StopAsync(CancellationToken.None);
        Assert.Equal(first + 1, await second.HeldAsync(CancellationToken.None));

        // It was left to it, and not taken after a silence. How long that took says little on a busy machine.
        Assert.DoesNotContain(Unseated, heard.Ids);
        Assert.InRange(watch.Elapsed.TotalSeconds, 0, 30);
        Assert.True(await second.MayPlanAsync(CancellationToken.None));
        await second.StopAsync(CancellationToken.None);
    }

    [Fact]
    public async Task A_holder_that_lost_only_its_session_has_stopped_steering_before_the_next_one_begins()
    {
        using var second = await StartAsync(Source());
        await StandsByAsync(second);
        var ended = Stopwatch.StartNew();

        // The one before steers by its last confirmation until it learns of it, at the latest for two seconds.
        await _database.ExecuteAsync(
            """
            SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND granted AND pid <> pg_backend_pid()
                AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
            """);
        await Until.TrueAsync("somebody steers again", async () =>
        {
            // The other one first: it may wait for its turn, within which the one before may have lost its own.
            var (other, former) = (await second.MayPlanAsync(CancellationToken.None), await _database.Helm.MayPlanAsync(CancellationToken.None));
            Assert.False(other && former);
            return await _database.CountAsync("SELECT term FROM gateway_term") >= 2 && (other || former);
        });
        Assert.InRange(ended.Elapsed.TotalSeconds, 0, 30);
        await second.StopAsync(CancellationToken.None);
    }

    [Fact]
    public async Task A_holder_that_is_silent_loses_its_sessions_and_one_that_beats_does_not()
    {
        await _database.Helm.StopAsync(CancellationToken.None);

        // As a frozen process leaves it: a session with the lock, and one in the middle of storing a call.
        await using var frozen = Source("frozen 1@there");
        await using var holding = await frozen.OpenConnectionAsync();
        var key = await LockKeyAsync();
        await ExecuteAsync(holding, $"SELECT pg_advisory_lock({key})");

        // It is not silent before its beats are counted, however long the rest takes.
        await ExecuteAsync(holding, "UPDATE gateway_term SET term = term + 1, beat_at = clock_timestamp() + interval '5 minutes'");
        await using var writing = await frozen.OpenConnectionAsync();
        await using var transaction = await writing.BeginTransactionAsync();
        await ExecuteAsync(writing, "SELECT FROM gateway_term FOR KEY SHARE");

        var heard = new Heard();
        using var second = await StartAsync(Source("second 2@here"), heard);
        await StandsByAsync(second);

        // Four seconds of beats by the server's own clock, which no delay here can make a silence; were its session ended,
        // this would fail. Then three of silence.
        var beating = Stopwatch.StartNew();
        await ExecuteAsync(
            holding,
            """
            DO $$ BEGIN
                FOR beat IN 1..8 LOOP PERFORM pg_sleep(0.5); UPDATE gateway_term SET beat_at = clock_timestamp(); COMMIT; END LOOP;
            END $$
            """);
        Assert.True(second.IsStandby);
        Assert.Equal(4, await second.HeldAsync(CancellationToken.None));
        Assert.Contains(Unseated, heard.Ids);
        Assert.InRange(beating.Elapsed.TotalSeconds, 4 + 2.9, 4 + 30);
        await Assert.ThrowsAnyAsync<NpgsqlException>(() => ExecuteAsync(writing, "SELECT 1"));
        await second.StopAsync(CancellationToken.None);
    }

    [Fact]
    public async Task A_write_in_a_term_that_is_over_is_refused()
    {
        var store = new CallStore(_database.Source, _database.Helm);
        await _database.ExecuteAsync("UPDATE gateway_term SET term = term + 1");
        await Assert.ThrowsAsync<NotAtTheHelmException>(() => store.SaveAsync("office", [(Samples.Ringing("c-1"), null)], Samples.Tables, CancellationToken.None));
        Assert.Equal(0, await _database.CountAsync("SELECT count(*) FROM calls"));
        await Assert.ThrowsAsync<NotAtTheHelmException>(
            () => store.SaveLogPositionAsync("office", new("0123456789abcdef0123456789abcdef", 1), Samples.Start, CancellationToken.None));
    }

    [Fact]
    public async Task While_the_database_is_away_the_last_one_plans_but_lets_nobody_be_called_and_the_other_stays_where_it_is()
    {
        using var second = await StartAsync(Source());
        await StandsByAsync(second);
        await _server.Postgres.StopAsync();
        await Until.TrueAsync("the database is missed", async () =>
        {
            try
            {
                await _database.Helm.RequireAsync(CancellationToken.None);
                return false;
            }
            catch (RpcException)
            {
                return true;
            }
        });
        for (var look = 0; look < 12; look++)
        {
            Assert.True(await _database.Helm.MayPlanAsync(CancellationToken.None));
            Assert.False(await second.MayPlanAsync(CancellationToken.None));
            await Task.Delay(500);
        }

        // A gateway that begins now is the last one only where it was.
        using var stranger = await StartAsync(Source());
        Assert.False(await stranger.MayPlanAsync(CancellationToken.None));
        using var again = new Helm(_database.Settings, _database.Source, _database.Service, TimeProvider.System, NullLogger<Helm>.Instance);
        await again.StartAsync(CancellationToken.None);
        Assert.True(await again.MayPlanAsync(CancellationToken.None));
        await again.StopAsync(CancellationToken.None);
        await stranger.StopAsync(CancellationToken.None);

        await _server.Postgres.StartAsync();
        await Until.TrueAsync("one of them steers", async () =>
            await _database.Helm.MayPlanAsync(CancellationToken.None) != await second.MayPlanAsync(CancellationToken.None)
            && (_database.Helm.Term ?? second.Term) >= 2);
        await second.StopAsync(CancellationToken.None);
    }

    private static Task StandsByAsync(Helm helm) => Until.TrueAsync("it stands by", () => Task.FromResult(helm.IsStandby));

    private async Task<Helm> StartAsync(NpgsqlDataSource source, ILogger<Helm>? logger = null)
    {
        var settings = TestSettings.Make();
        _settings.Add(settings);
        var helm = new Helm(settings, source, _database.Service, TimeProvider.System, logger ?? NullLogger<Helm>.Instance);
        await helm.StartAsync(CancellationToken.None);
        return helm;
    }

    private NpgsqlDataSource Source(string name = "second 2@here") =>
        NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(_database.ConnectionString) { ApplicationName = name });

    // The key that a gateway of this PBX locks.
    private async Task<long> LockKeyAsync()
    {
        using var probe = await StartAsync(Source());
        await probe.HeldAsync(CancellationToken.None);
        var key = (await _database.QueryAsync<long>(
            """
            SELECT (classid::bigint << 32) | objid::bigint FROM pg_locks WHERE locktype = 'advisory' AND granted
                AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
            """)).Single();
        await probe.StopAsync(CancellationToken.None);
        return key;
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>Which messages were logged.</summary>
    private sealed class Heard : ILogger<Helm>
    {
        public ConcurrentQueue<int> Ids { get; } = new();

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Ids.Enqueue(eventId.Id);
    }
}
