using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using CallCenterCrm.RealCalls.Support;
using CallCenterCrm.Servers;
using CallCenterCrm.Sip;
using Xunit;

namespace CallCenterCrm.RealCalls;

/// <summary>
/// A second gateway stands by, with the same PBX and the same database. The first one is killed, and frozen (SIGSTOP) and
/// woken: calls are planned again within five seconds by the PBX's clock, and each is recorded once.
/// </summary>
[Collection(StageCollection.Name)]
public sealed class TwoGatewayTests(Stage stage) : IAsyncLifetime
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
    private readonly string _directory = Directory.CreateTempSubdirectory("crm-second-gateway-").FullName;
    private readonly Ports _ports = new();
    private readonly List<Lane> _lanes = [];
    private ServiceProcess _second = null!;
    private Uri _secondHttp = null!;

    private Uri First => stage.Stack.AddressOf("GATEWAY_HTTP_PORT");

    public async Task InitializeAsync()
    {
        await stage.OrdinaryOverAsync();
        await Records.UntilAsync("the first gateway steers", async () => (await NoteAsync(First)).StartsWith("active", StringComparison.Ordinal));
        _secondHttp = new Uri(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{_ports.Take()}"));
        _second = ServiceProcess.Start(
            "TelephonyGateway", Path.Combine(stage.Stack.Run, "config/gateway.json"), $"--Http:Url={_secondHttp}",
            string.Create(CultureInfo.InvariantCulture, $"--Grpc:Url=http://127.0.0.1:{_ports.Take()}"), $"--StateDirectory={_directory}",
            $"--Authentication:CacheFile={Path.Combine(_directory, "keys.json")}");
        await Records.UntilAsync("the second gateway stands by, with the PBX and its tables at hand", async () =>
            await NoteAsync(_secondHttp) == "standby" && await IsReadyAsync(_secondHttp));
    }

    public async Task DisposeAsync()
    {
        await _second.DisposeAsync();
        await stage.Stack.UpAsync("gateway");
        await Records.UntilAsync("the first gateway steers again", async () => (await NoteAsync(First)).StartsWith("active", StringComparison.Ordinal));
        foreach (var lane in _lanes)
        {
            await lane.DisposeAsync();
        }

        _ports.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    [Fact]
    public async Task When_the_one_that_steers_is_killed_the_other_plans_within_five_seconds_and_every_call_is_recorded_once()
    {
        var talking = NextLane();
        await talking.PhoneAsync(1, CallScripts.Answer);
        var talk = talking.Call();
        await talk.Answered;
        var (lane, _) = await ReadyAsync();

        var killed = DateTimeOffset.UtcNow;
        await stage.Stack.KillAsync("gateway");
        var planned = await FirstPlannedAsync(lane);
        Assert.InRange((planned.StartedAt - killed.UtcDateTime).TotalSeconds, 0, 5);
        await Records.UntilAsync("the second gateway steers", async () => (await NoteAsync(_secondHttp)).StartsWith("active", StringComparison.Ordinal));

        // The call that went on meanwhile is ended, and stored, by the other one.
        await talk.HangUpAsync();
        var over = await stage.Records.OnlyCallAsync(talking.Did);
        Assert.Equal(("answered", talking.Extension(1), false), (over.Result, over.AnsweredBy, over.Cut));
        await stage.Stack.UpAsync("gateway");
        await Records.UntilAsync("the first gateway stands by", async () => await NoteAsync(First) == "standby");
        await AssertSameAsPbxAsync();
    }

    [Fact]
    public async Task One_that_was_frozen_steers_and_writes_nothing_when_it_wakes_up_and_stands_by()
    {
        var (lane, phone) = await ReadyAsync();
        var term = await TermAsync();
        var plans = await MetricAsync(First, "plans_given");
        await SignalAsync("STOP");
        try
        {
            // From here on it is frozen for certain: how long it takes to start a "kill" is not counted.
            var frozen = DateTimeOffset.UtcNow;
            var planned = await FirstPlannedAsync(lane);
            Assert.InRange((planned.StartedAt - frozen.UtcDateTime).TotalSeconds, 0, 5);
            Assert.Equal(term + 1, await TermAsync());
        }
        finally
        {
            await SignalAsync("CONT");
        }

        // Woken up, it is told of all that happened; and the calls that come now are announced to both.
        var rung = phone.Calls.Count;
        await PlacedAsync(lane, 100);
        await Records.UntilAsync("the first gateway stands by", async () => await NoteAsync(First) == "standby");
        await PlacedAsync(lane, 101);
        Assert.Equal(rung + 2, phone.Calls.Count);
        Assert.Equal(plans, await MetricAsync(First, "plans_given"));
        Assert.Equal(term + 1, await TermAsync());
        await Records.UntilAsync("the second gateway steers", async () => (await NoteAsync(_secondHttp)).StartsWith("active", StringComparison.Ordinal));
        await AssertSameAsPbxAsync();
    }

    /// <summary>
    /// Calls four times a second until a gateway plans a call, so that hardly a moment passes between its taking over and the call
    /// that tells of it; each caller waits long enough for a plan of a busy machine, and gives up before the fallback.
    /// </summary>
    private async Task<CallRow> FirstPlannedAsync(Lane lane)
    {
        var callers = new List<SipCall>();
        var watch = Stopwatch.StartNew();
        while (watch.Elapsed < 20 * Second && !callers.Exists(caller => caller.WasAnswered))
        {
            callers.Add(lane.Call(lane.Stranger(callers.Count), CallScripts.Wait(Second).Then(CallScripts.HangUp)));
            await callers[^1].DelayAsync(Second / 4, CancellationToken.None);
        }

        await Task.WhenAll(callers.Select(caller => caller.Ended));
        var first = callers.FindIndex(caller => caller.WasAnswered);
        return first >= 0 ? await stage.Records.OnlyCallAsync(lane.Did, lane.Stranger(first)) : throw new TimeoutException("No call was planned");
    }

    private async Task PlacedAsync(Lane lane, int stranger)
    {
        var caller = lane.Call(lane.Stranger(stranger));
        await caller.TalksAsync();
        await caller.HangUpAsync();
        var call = await stage.Records.OnlyCallAsync(lane.Did, lane.Stranger(stranger));
        Assert.Equal(("answered", lane.Extension(1), false), (call.Result, call.AnsweredBy, call.Fallback));
        Assert.NotNull(call.PlanText);
    }

    private async Task<(Lane Lane, SipPhone Phone)> ReadyAsync()
    {
        var lane = NextLane();
        return (lane, await lane.PhoneAsync(1, CallScripts.Answer));
    }

    private Lane NextLane()
    {
        var lane = stage.NextFastLane();
        _lanes.Add(lane);
        return lane;
    }

    private Task<long> TermAsync() => stage.Records.TelephonyCountAsync("SELECT term FROM gateway_term");

    private async Task SignalAsync(string signal)
    {
        var pid = await stage.Stack.PidAsync("gateway");
        using var kill = Process.Start("kill", [$"-{signal}", pid.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync();
    }

    private static async Task<string> NoteAsync(Uri gateway) => (string?)(await HealthAsync(gateway))?["notes"]?["steering"] ?? "";

    private static async Task<bool> IsReadyAsync(Uri gateway) => (string?)(await HealthAsync(gateway))?["status"] == "ready";

    private static async Task<JsonNode?> HealthAsync(Uri gateway)
    {
        using var http = new HttpClient { Timeout = 2 * Second };
        try
        {
            using var answer = await http.GetAsync(new Uri(gateway, "/health/ready"));
            return JsonNode.Parse(await answer.Content.ReadAsStringAsync());
        }
        catch (Exception fault) when (fault is HttpRequestException or TaskCanceledException)
        {
            // Killed, frozen, or not there yet.
            return null;
        }
    }

    private static async Task<double> MetricAsync(Uri gateway, string name)
    {
        using var http = new HttpClient();
        var text = await http.GetStringAsync(new Uri(gateway, "/metrics"));
        return text.Split('\n').Where(line => line.StartsWith(name + " ", StringComparison.Ordinal)).Sum(line => double.Parse(line.Split(' ')[1], CultureInfo.InvariantCulture));
    }

    private Task AssertSameAsPbxAsync() => Records.UntilAsync("every call of the PBX's log is here once, and settled", async () =>
        await stage.Records.TelephonyCountAsync("SELECT count(*) FROM calls WHERE direction = 'in' AND NOT settled") == 0
        && (await stage.Records.IncomingAsync()).Order(StringComparer.Ordinal).SequenceEqual(stage.Records.IncomingInPbxLog().Order(StringComparer.Ordinal)));
}
