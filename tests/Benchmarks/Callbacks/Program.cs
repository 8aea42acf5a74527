using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using CallCenterCrm.Callbacks.V1;
using CallCenterCrm.Servers;
using CallCenterCrm.Telephony.Api.Tests.Support;
using Dapper;
using Grpc.Core;
using Grpc.Net.Client;
using Npgsql;

// Leads as the program that it is, over a company that has rung back for years and comes to work on a Monday.
var (closed, open) = (Setting("BENCH_CLOSED", 1_000_000), Setting("BENCH_OPEN", 5_000));
var (runs, requests) = (Setting("BENCH_RUNS", 5), Setting("BENCH_REQUESTS", 400));
Console.WriteLine($"callbacks: first page of 50 among {open} open and {closed} closed ones; {runs} runs of {requests} requests, one after the other");

using var ports = new Ports();
var directory = Directory.CreateTempSubdirectory("crm-bench-callbacks-").FullName;
await using var postgres = await PostgreSqlServer.StartNewAsync();
await using var tokens = await TokenMaker.StartAsync(ports.Take());
var connectionString = await postgres.CreateDatabaseAsync();
var (http, grpc) = (Address(ports), Address(ports));
await File.WriteAllTextAsync(Path.Combine(directory, "leads.json"), JsonSerializer.Serialize(new
{
    Http = new { Url = http },
    Grpc = new { Url = grpc },
    Authentication = new { tokens.KeysUrl, CacheFile = Path.Combine(directory, "keys.json") },
    Database = new { ConnectionString = connectionString },
    RabbitMq = new { Host = "127.0.0.1", Port = 1, Username = "leads", Password = "none" },
}));
await using var leads = ServiceProcess.Start("Leads", Path.Combine(directory, "leads.json"));
using var channel = GrpcChannel.ForAddress(grpc);
var client = new Callbacks.CallbacksClient(channel);
var manager = Guid.NewGuid();
await Until.TrueAsync("Leads answers", async () =>
{
    try
    {
        await client.ListCallbacksAsync(new(), Head());
        return true;
    }
    catch (RpcException refusal) when (refusal.StatusCode is StatusCode.Unavailable or StatusCode.Internal or StatusCode.Unauthenticated)
    {
        // Not yet: it is not there, has no schema, or has no keys.
        return false;
    }
}, () => Task.FromResult(leads.Output + leads.Errors));

await using var database = NpgsqlDataSource.Create(connectionString);
await using var connection = await database.OpenConnectionAsync();
await connection.ExecuteAsync(
    """
    INSERT INTO employees (id, version, name, team, dismissed) SELECT gen_random_uuid(), 1, 'Manager ' || i, 'Team ' || i % 5, false FROM generate_series(1, 50) AS i;
    INSERT INTO employees (id, version, name, team, dismissed) VALUES (@manager, 1, 'Manager 0', 'Team 0', false);
    INSERT INTO clients (id, kind, name, responsible_id, created_at)
    SELECT gen_random_uuid(), 'person', 'Client ' || i, (SELECT id FROM employees OFFSET i % 51 LIMIT 1), now() FROM generate_series(1, @clients) AS i;
    CREATE TEMP TABLE numbered AS SELECT id, responsible_id, row_number() OVER () AS n FROM clients;
    CREATE UNIQUE INDEX ON numbered (n);
    ANALYZE numbered;

    INSERT INTO callbacks (client_id, number, opened_at, due_at, responsible_id, closed_at, outcome, evidence_call_id)
    SELECT c.id, (79000000000 + i)::text, at, at, c.responsible_id, at + interval '40 minutes', 'called_back', gen_random_uuid()
    FROM generate_series(1, @closed) AS i LEFT JOIN numbered AS c ON i % 2 = 0 AND c.n = i % @clients + 1, LATERAL (SELECT now() - i * interval '1 minute' AS at) AS t;

    INSERT INTO callbacks (client_id, number, opened_at, due_at, responsible_id, tries)
    SELECT c.id, (79900000000 + i)::text, at, at, c.responsible_id, i % 4
    FROM generate_series(1, @open) AS i LEFT JOIN numbered AS c ON i % 2 = 0 AND c.n = i, LATERAL (SELECT now() - i * interval '10 seconds' AS at) AS t;

    INSERT INTO callback_misses (call_id, callback_id, missed_at, reason) SELECT gen_random_uuid(), id, opened_at, 'out_of_hours' FROM callbacks;
    INSERT INTO callback_misses (call_id, callback_id, missed_at, reason)
    SELECT gen_random_uuid(), id, opened_at + interval '1 second', 'abandoned' FROM callbacks, generate_series(1, 2) WHERE closed_at IS NULL;
    INSERT INTO callback_tries (callback_id, at, call_id, result, next_at)
    SELECT id, opened_at, gen_random_uuid(), 'no_answer', opened_at FROM callbacks, LATERAL generate_series(1, tries) WHERE closed_at IS NULL;
    """, new { manager, closed, open, clients = Math.Max(open, 20_000) }, commandTimeout: 1800);
await connection.ExecuteAsync("VACUUM ANALYZE", commandTimeout: 1800);

Console.WriteLine($"{"",-34} {"p50 ms",8} {"p95 ms",8} {"max ms",8}");
for (var run = 1; run <= runs; run++)
{
    // Signed before the clock runs: that is Staff's work.
    var (all, own) = (Head(), Head("own"));
    await MeasureAsync($"run {run}: SELECT 1", () => connection.ExecuteScalarAsync<int>("SELECT 1"));
    await MeasureAsync($"run {run}: page, sees all", async () => await client.ListCallbacksAsync(new() { State = State.Open, PageSize = 50 }, all));
    await MeasureAsync($"run {run}: page, sees his own", async () => await client.ListCallbacksAsync(new() { State = State.Open, PageSize = 50 }, own));
    await MeasureAsync($"run {run}: page of his own alone", async () => await client.ListCallbacksAsync(new() { Mine = true, State = State.Open, PageSize = 50 }, all));
    await MeasureAsync($"run {run}: the last closed", async () => await client.ListCallbacksAsync(new() { State = State.Closed, PageSize = 50 }, all));
}

Directory.Delete(directory, recursive: true);

async Task MeasureAsync(string what, Func<Task> request)
{
    for (var i = 0; i < requests / 10; i++)
    {
        await request();
    }

    var times = new double[requests];
    for (var i = 0; i < requests; i++)
    {
        var begun = Stopwatch.GetTimestamp();
        await request();
        times[i] = Stopwatch.GetElapsedTime(begun).TotalMilliseconds;
    }

    Array.Sort(times);
    Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{what,-34} {times[requests / 2],8:0.00} {times[requests * 95 / 100],8:0.00} {times[^1],8:0.00}"));
}

Metadata Head(string visibility = "all") => new() { { "authorization", "Bearer " + tokens.Make(["callbacks.read"], manager, visibility: visibility) } };

static string Address(Ports ports) => string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{ports.Take()}");

static int Setting(string name, int fallback) =>
    Environment.GetEnvironmentVariable(name) is { Length: > 0 } text ? int.Parse(text, CultureInfo.InvariantCulture) : fallback;
