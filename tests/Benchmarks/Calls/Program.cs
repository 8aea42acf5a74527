using System.Globalization;
using System.Net;
using CallCenterCrm.Benchmarks;
using CallCenterCrm.Sip;
using CallCenterCrm.TestStack;
using CallsBench;

// Offers calls at an even rate for a while and cuts the time, after a warm-up, into windows: so the work that a call
// still causes after its end (its recording is looked for, Leads is told) is counted as it comes in lasting operation.
var rate = Setting("BENCH_RATE", 50);
var windowSeconds = Setting("BENCH_SECONDS", 20);
var windows = Setting("BENCH_RUNS", 5);

// Longer than a recording without sound is waited for.
var warmUpSeconds = Setting("BENCH_WARM_UP", 40);

Console.WriteLine($"calls: {rate} new ones a second through Asterisk, {warmUpSeconds} s to warm up, then {windows} windows of {windowSeconds} s; bringing up a stack of its own");
await using var stack = await CrmStack.StartAsync(
    new StackPlace("crm-bench-calls", FirstPort: 15700, FirstRtpPort: 30000, LastRtpPort: 31999), Company.Office.Pbx(), Company.Office.Telephony(), Company.FirstClients());
var ledger = new Ledger(stack);
if (!await ledger.ClientsKnownAsync(Company.Clients))
{
    Console.Error.WriteLine("the gateway did not hear of the clients");
    return 1;
}

var phones = Company.Office.Extensions.Select((extension, index) => new SipPhone(
    new SipCredentials(extension, stack.PhonePassword(extension)), new IPEndPoint(new IPAddress([127, 0, 4, (byte)(index + 1)]), 0), stack.Sip,
    new SipAgentOptions { Media = false, KeptCalls = 10 })
{
    Script = CallScripts.AnswerAfter(TimeSpan.FromMilliseconds(200)),
}).ToList();
await using var trunk = new SipTrunk(stack.Trunk, stack.Sip, new SipAgentOptions { Media = false, KeptCalls = 500 });
try
{
    await Task.WhenAll(phones.Select(phone => phone.RegisterAsync()));
    var meter = await ProcessorTime.MeterAsync(stack);
    var load = SipLoad.RunAsync(trunk, new LoadPlan
    {
        Did = Office.Did,
        Calls = rate * (warmUpSeconds + (windows * windowSeconds)),
        CallsPerSecond = rate,
        Caller = Company.Caller,
        Talk = TimeSpan.FromSeconds(1),
    });

    var cuts = new List<Cut>();
    for (var window = 0; window <= windows; window++)
    {
        await Task.Delay(TimeSpan.FromSeconds(window == 0 ? warmUpSeconds : windowSeconds));
        cuts.Add(new Cut(DateTimeOffset.UtcNow, meter(), await ledger.BehindAsync(), File.ReadAllText("/proc/loadavg").Split(' ')[0]));
    }

    var report = await load;
    var drained = await ledger.DrainedAsync(report.Placed);
    await Report.WriteAsync(ledger, cuts, report, drained);
    return 0;
}
finally
{
    foreach (var phone in phones)
    {
        await phone.DisposeAsync();
    }
}

static int Setting(string name, int fallback) =>
    Environment.GetEnvironmentVariable(name) is { Length: > 0 } text ? int.Parse(text, CultureInfo.InvariantCulture) : fallback;
