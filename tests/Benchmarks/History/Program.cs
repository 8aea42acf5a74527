using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using CallCenterCrm.Benchmarks;
using CallCenterCrm.Calls.V1;
using CallCenterCrm.Servers;
using CallCenterCrm.Telephony.Api.Tests.Support;
using Dapper;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Grpc.Net.Client;
using HistoryBench;
using Npgsql;

// The gateway as the program that it is, without a PBX, over a company that has telephoned for three years.
var (calls, runs, requests) = (Setting("BENCH_CALLS", 1_000_000), Setting("BENCH_RUNS", 5), Setting("BENCH_REQUESTS", 40));

// As the console asks.
const int PageSize = 200;
const int Deep = 100;

using var ports = new Ports();
var directory = Directory.CreateTempSubdirectory("crm-bench-history-").FullName;
await using var postgres = await PostgreSqlServer.StartNewAsync();
await using var tokens = await TokenMaker.StartAsync(ports.Take());
var connectionString = await postgres.CreateDatabaseAsync();
var (http, grpc) = (Address(ports), Address(ports));
await File.WriteAllTextAsync(Path.Combine(directory, "tables.json"), Company.Office.Telephony());
await File.WriteAllTextAsync(Path.Combine(directory, "gateway.json"), JsonSerializer.Serialize(new
{
    Http = new { Url = http },
    Grpc = new { Url = grpc },
    Authentication = new { tokens.KeysUrl, CacheFile = Path.Combine(directory, "keys.json") },
    Database = new { ConnectionString = connectionString },
    RabbitMq = new { Host = "127.0.0.1", Port = 1, Username = "telephony", Password = "none" },
    Redis = new { Endpoint = "127.0.0.1:1" },
    Ami = new { Host = "127.0.0.1", Port = 1, Username = "gateway", Secret = "none", SystemName = "a1b2c3d4e5f60718" },
    Pbx = new { Id = "office", CelFile = Path.Combine(directory, "cel.json"), CdrFile = Path.Combine(directory, "cdr.json"), RecordingsDirectory = directory },
    StateDirectory = Path.Combine(directory, "state"),
    SeedFile = Path.Combine(directory, "tables.json"),
}));
await using var gateway = ServiceProcess.Start("TelephonyGateway", Path.Combine(directory, "gateway.json"));
using var channel = GrpcChannel.ForAddress(grpc);
var client = new Calls.CallsClient(channel);
await using var database = NpgsqlDataSource.Create(connectionString);
await Until.TrueAsync("the gateway answers and has its tables", async () =>
{
    try
    {
        await client.ListCallsAsync(new(), Head("all", 1));
        await using var connection = await database.OpenConnectionAsync();
        return await connection.ExecuteScalarAsync<int>("SELECT count(*) FROM employees") > Company.Managers;
    }
    catch (RpcException refusal) when (refusal.StatusCode is StatusCode.Unavailable or StatusCode.Internal or StatusCode.Unauthenticated)
    {
        // Not yet: it is not there, has no schema, or has no keys.
        return false;
    }
}, () => Task.FromResult(gateway.Output + gateway.Errors));

var filling = Stopwatch.StartNew();
await Company.FillAsync(database, calls);
Console.WriteLine(Text($"history: pages of {PageSize} among {calls} calls; medians of {runs} runs of {requests} requests, one after the other"));
Console.WriteLine(Text($"(filled in {filling.Elapsed.TotalSeconds:0} s)"));

var now = DateTimeOffset.UtcNow;
var middle = Ago(548);
(string Name, ListCallsRequest Request)[] lists =
[
    ("newest", new()),
    ("from the middle on", new() { Until = middle }),
    ("the last week", new() { From = Ago(6) }),
    ("a year, two years ago", new() { From = Ago(1000), Until = Ago(635) }),
    ("incoming", new() { Direction = Direction.In }),
    ("outgoing", new() { Direction = Direction.Out }),
    ("internal", new() { Direction = Direction.Internal }),
    ("answered", new() { Result = Result.Answered }),
    ("missed", new() { Result = Result.Missed }),
    ("lost in transfer", new() { Result = Result.LostInTransfer }),
    ("outgoing, not answered", new() { Direction = Direction.Out, Result = Result.NotAnswered }),
    ("outgoing, missed: none", new() { Direction = Direction.Out, Result = Result.Missed }),
    ("ringing: none", new() { State = State.Ringing }),
    ("a manager talked", new() { TalkedBy = Office.ExtensionOf(1) }),
    ("the same, from the middle on", new() { TalkedBy = Office.ExtensionOf(1), Until = middle }),
    ("one who left talked", new() { TalkedBy = Office.ExtensionOf(Company.Leaver) }),
    ("a newcomer talked", new() { TalkedBy = Office.ExtensionOf(Company.Newcomer) }),
    ("he talked, lost in transfer", new() { TalkedBy = Office.ExtensionOf(1), Result = Result.LostInTransfer }),
    ("a number of ours", new() { OwnNumber = Company.Number }),
    ("a number given up", new() { OwnNumber = Company.FormerNumber }),
    ("the same, missed", new() { OwnNumber = Company.FormerNumber, Result = Result.Missed }),
    ("a client", new() { ClientId = Company.ClientId.ToString() }),
    ("a busy client", new() { ClientId = Office.ClientId(1).ToString() }),
];
(string Name, Func<Metadata> Head)[] readers =
[
    ("sees all", () => Head("all", 1)),
    ("a manager sees his own", () => Head("own", 1)),
    ("a newcomer sees his own", () => Head("own", Company.Newcomer)),
    ("one without callbacks sees his own", () => Head("own", 1, "calls.read")),
    ("the head of a team sees its calls", () => Head("team", 1)),
];
foreach (var (reader, head) in readers)
{
    Console.WriteLine();
    Console.WriteLine($"{reader,-36} {"calls",6} {"p50 ms",8} {"p95 ms",8} {"max ms",8}");
    foreach (var (name, request) in lists)
    {
        request.PageSize = PageSize;
        await MeasureAsync(name, head, async head => (await client.ListCallsAsync(request, head)).Calls.Count);
    }

    var deep = new ListCallsRequest { PageSize = PageSize };
    var way = Stopwatch.StartNew();
    for (var page = 1; page < Deep && (await client.ListCallsAsync(deep, head())).NextPageToken is { Length: > 0 } next; page++)
    {
        deep.PageToken = next;
    }

    way.Stop();
    await MeasureAsync(Text($"page {Deep} ({way.Elapsed.TotalSeconds:0.0} s to there)"), head, async head => (await client.ListCallsAsync(deep, head)).Calls.Count);
    foreach (var (name, number) in new[] { ("history of a client's number", Company.Client), ("history of a busy number", Company.BusyClient) })
    {
        await MeasureAsync(name, head, async head => (await client.ListCallsOfNumberAsync(new() { Number = number, PageSize = PageSize }, head)).Calls.Count);
    }
}

Directory.Delete(directory, recursive: true);

async Task MeasureAsync(string what, Func<Metadata> head, Func<Metadata, Task<int>> request)
{
    var (middles, highs, longest, found) = (new List<double>(), new List<double>(), 0.0, 0);
    for (var run = 0; run < runs; run++)
    {
        // Signed before the clock runs: that is Staff's work. A list that takes seconds is asked for less often.
        var signed = head();
        found = await request(signed);
        var times = new List<double>();
        for (var all = Stopwatch.StartNew(); times.Count < requests && (times.Count < 3 || all.Elapsed < TimeSpan.FromSeconds(3));)
        {
            var begun = Stopwatch.GetTimestamp();
            await request(signed);
            times.Add(Stopwatch.GetElapsedTime(begun).TotalMilliseconds);
        }

        times.Sort();
        middles.Add(times[times.Count / 2]);
        highs.Add(times[times.Count * 95 / 100]);
        longest = Math.Max(longest, times[^1]);
    }

    middles.Sort();
    highs.Sort();
    Console.WriteLine(Text($"{what,-36} {found,6} {middles[runs / 2],8:0.0} {highs[runs / 2],8:0.0} {longest,8:0.0}"));
}

Timestamp Ago(int days) => Timestamp.FromDateTimeOffset(now.AddDays(-days));

Metadata Head(string visibility, int manager, params string[] permissions) => new()
{
    {
        "authorization", "Bearer " + tokens.Make(
            permissions.Length > 0 ? permissions : ["calls.read", "callbacks.read"], Office.EmployeeId(manager), visibility: visibility,
            team: visibility == "team" ? Company.Team : null)
    },
};

static string Address(Ports ports) => Text($"http://127.0.0.1:{ports.Take()}");

static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

static int Setting(string name, int fallback) =>
    Environment.GetEnvironmentVariable(name) is { Length: > 0 } text ? int.Parse(text, CultureInfo.InvariantCulture) : fallback;
