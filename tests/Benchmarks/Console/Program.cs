using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using CallCenterCrm.Benchmarks;
using CallCenterCrm.RealCalls.Support;
using CallCenterCrm.Sip;
using CallCenterCrm.TestStack;
using CallsBench;
using ConsoleBench;
using Dapper;

// One real page of a manager who is rung all the time, and twenty-nine colleagues who only look on, while calls come in at an even
// rate. What the pages cost is measured beside it: with thirty connections and with a hundred.
const string Password = "верная лошадь батарейка";
const int ManyPages = 100;
var rate = Setting("BENCH_RATE", 5);
var windowSeconds = Setting("BENCH_SECONDS", 60);
var windows = Setting("BENCH_RUNS", 5);
const int WarmUpSeconds = 20;

Line($"console: {Company.Managers} managers connected, {rate} new calls a second, {windows} windows of {windowSeconds} s; bringing up a stack of its own");
await using var stack = await CrmStack.StartAsync(
    new StackPlace("crm-bench-console", FirstPort: 15700, FirstRtpPort: 30000, LastRtpPort: 31999),
    Company.Office.Pbx(), Company.Office.Telephony(), Company.FirstClients(), Company.Employees());
await KnownAsync();
var console = stack.AddressOf("CONSOLE_PORT");
var phones = Company.Office.Extensions.Select((extension, index) => new SipPhone(
    new SipCredentials(extension, stack.PhonePassword(extension)), new IPEndPoint(new IPAddress([127, 0, 4, (byte)(index + 1)]), 0), stack.Sip,
    new SipAgentOptions { Media = false, KeptCalls = 10 })
{
    Script = CallScripts.AnswerAfter(TimeSpan.FromMilliseconds(300)),
}).ToList();
await using var chromium = new Chromium();
await using var trunk = new SipTrunk(stack.Trunk, stack.Sip, new SipAgentOptions { Media = false, KeptCalls = 500 });
var onlookers = new List<Onlooker>();
try
{
    await Task.WhenAll(phones.Select(phone => phone.RegisterAsync()));
    for (var manager = 1; manager <= Company.Managers; manager++)
    {
        var onlooker = new Onlooker(console);
        onlookers.Add(onlooker);
        await onlooker.SignInAsync(Company.SignInNameOf(manager), stack.FirstPassword(Company.SignInNameOf(manager)), Password);
        if (manager > 1)
        {
            await onlooker.OpenAsync();
        }
    }

    var page = await WatchedPage.OpenAsync(chromium, console, Company.SignInNameOf(1), Password);
    var meter = await ProcessorTime.MeterAsync(stack);
    var begun = new ConcurrentDictionary<string, (DateTimeOffset At, int Call)>(StringComparer.Ordinal);
    var load = SipLoad.RunAsync(trunk, new LoadPlan
    {
        Did = Office.Did,
        Calls = rate * (WarmUpSeconds + (windows * windowSeconds)),
        CallsPerSecond = rate,
        Caller = call =>
        {
            var number = Company.Caller(call);
            begun[number] = (DateTimeOffset.UtcNow, call);
            return number;
        },
        Talk = TimeSpan.FromSeconds(0.5),
    });
    await Task.Delay(TimeSpan.FromSeconds(WarmUpSeconds));
    var costs = new List<Cost>();
    for (var window = 0; window < windows; window++)
    {
        costs.Add(await CostAsync());
    }

    var report = await load;
    var seen = await page.SeenAsync();
    Report(begun, seen, costs);
    Line($"\nSIP side: {report}");

    // The same cost with a hundred pages and the same calls.
    for (var more = Company.Managers; more < ManyPages; more++)
    {
        await onlookers[more % Company.Managers].OpenAsync();
    }

    var again = SipLoad.RunAsync(trunk, new LoadPlan
    {
        Did = Office.Did,
        Calls = rate * windowSeconds,
        CallsPerSecond = rate,
        Caller = call => Company.Caller(call + 100_001),
        Talk = TimeSpan.FromSeconds(0.5),
    });
    var many = await CostAsync();
    await again;
    WriteCost($"{Company.Managers} pages", Median(costs, cost => cost.Processor), Median(costs, cost => cost.Memory), Median(costs, cost => cost.Pushed));
    WriteCost($"{ManyPages} pages", many.Processor, many.Memory, many.Pushed);
    return 0;

    async Task<Cost> CostAsync()
    {
        var (used, pushed) = (meter(), onlookers.Sum(onlooker => onlooker.Received));
        await Task.Delay(TimeSpan.FromSeconds(windowSeconds));
        return new Cost(
            meter().Since(used).Parts.ToDictionary(part => part.Key, part => part.Value / windowSeconds, StringComparer.Ordinal), await MemoryAsync("console"),
            (onlookers.Sum(onlooker => onlooker.Received) - pushed) / 1024.0 / windowSeconds);
    }
}
finally
{
    foreach (var onlooker in onlookers)
    {
        await onlooker.DisposeAsync();
    }

    foreach (var phone in phones)
    {
        await phone.DisposeAsync();
    }
}

async Task KnownAsync()
{
    await using var connection = await stack.Telephony.OpenConnectionAsync();
    for (var tries = 0; tries < 600; tries++)
    {
        if (await connection.ExecuteScalarAsync<int>("SELECT count(*) FROM known_clients") >= Company.Clients
            && await connection.ExecuteScalarAsync<int>("SELECT count(*) FROM employees WHERE version > 0 AND extension IS NOT NULL") >= Company.Managers)
        {
            return;
        }

        await Task.Delay(500);
    }

    throw new TimeoutException("the gateway did not hear of the clients and employees");
}

async Task<double> MemoryAsync(string part)
{
    // proc(5): the second figure is the resident set, in pages of 4 KiB.
    var statm = await File.ReadAllTextAsync($"/proc/{await stack.PidAsync(part)}/statm");
    return int.Parse(statm.Split(' ')[1], CultureInfo.InvariantCulture) / 256.0;
}

void Report(ConcurrentDictionary<string, (DateTimeOffset At, int Call)> begun, IReadOnlyDictionary<string, DateTimeOffset> seen, List<Cost> costs)
{
    Line($"\nfrom the caller's INVITE to his name on the manager's screen, ms");
    Line($"{"window",-8}{"calls",7}{"no card",9}{"p50",8}{"p95",8}{"max",8}{"console, cores",16}");
    var all = new List<double[]>();
    for (var window = 0; window < windows; window++)
    {
        var (first, last) = (rate * (WarmUpSeconds + (window * windowSeconds)), rate * (WarmUpSeconds + ((window + 1) * windowSeconds)));
        var watched = begun.Where(pair => pair.Value.Call >= first && pair.Value.Call < last && Company.IsWatched(pair.Value.Call)).ToList();
        double[] delays = [.. watched.Where(pair => seen.ContainsKey(pair.Key)).Select(pair => (seen[pair.Key] - pair.Value.At).TotalMilliseconds).Order()];
        all.Add(delays);
        Line($"{window + 1,-8}{watched.Count,7}{watched.Count - delays.Length,9}{At(delays, 0.5),8:F0}{At(delays, 0.95),8:F0}{At(delays, 1),8:F0}{costs[window].Processor,16:F2}");
    }

    Line($"{"median",-8}{"",16}{Median(all, one => At(one, 0.5)),8:F0}{Median(all, one => At(one, 0.95)),8:F0}{Median(all, one => At(one, 1)),8:F0}");
    Line($"cores: {string.Join(", ", costs[0].Cores.Keys.Select(part => string.Create(CultureInfo.InvariantCulture, $"{part} {Median(costs, cost => cost.Cores[part]):F2}")))}");
    Line($"no card: his phone was still busy with the call before, and another manager's rang");
}

void WriteCost(string what, double processor, double memory, double pushed) =>
    Line($"{what,-10} the console: {processor,5:F2} cores, {memory,5:F0} MiB resident, {pushed,7:F0} KiB/s pushed");

static double At(double[] sorted, double share) => sorted.Length == 0 ? double.NaN : sorted[Math.Max(0, (int)Math.Ceiling(sorted.Length * share) - 1)];

static double Median<T>(IEnumerable<T> items, Func<T, double> figure)
{
    double[] sorted = [.. items.Select(figure).Order()];
    return sorted[sorted.Length / 2];
}

static void Line(FormattableString text) => Console.WriteLine(text.ToString(CultureInfo.InvariantCulture));

static int Setting(string name, int fallback) =>
    Environment.GetEnvironmentVariable(name) is { Length: > 0 } text ? int.Parse(text, CultureInfo.InvariantCulture) : fallback;
