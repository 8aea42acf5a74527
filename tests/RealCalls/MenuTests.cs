using CallCenterCrm.RealCalls.Support;
using CallCenterCrm.Sip;
using Grpc.Core;
using Grpc.Net.Client;
using Xunit;

namespace CallCenterCrm.RealCalls;

/// <summary>The way through a voice menu and the time in it, held against what the caller pressed and when.</summary>
[Collection(StageCollection.Name)]
public sealed class MenuTests(Stage stage) : IAsyncLifetime
{
    // Seconds by which a busy machine may tell two times of one moment apart.
    private const double Slack = 1;

    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    // Their times are compared with the PBX's: not while everything else rings.
    public Task InitializeAsync() => stage.OrdinaryOverAsync();

    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public async Task A_caller_goes_through_the_menu_to_a_manager()
    {
        await using var lane = stage.NextMenuLane();
        var first = await lane.PhoneAsync(1, CallScripts.AnswerAfter(Second));

        var caller = lane.Call();
        await caller.Answered;
        await caller.DelayAsync(2 * Second, CancellationToken.None);
        await caller.PressAsync("2");
        await caller.DelayAsync(2 * Second, CancellationToken.None);
        await caller.PressAsync("1");
        await Records.UntilAsync("the manager hears him", () => Task.FromResult(first.Calls is [{ RtpReceived: > 25 }]));
        await caller.HangUpAsync();

        var call = await stage.Records.OnlyCallAsync(lane.Did);
        Assert.Equal(("answered", lane.Extension(1), "2-1", "ready"), (call.Result, call.AnsweredBy, call.MenuPath, call.Recording));

        // The last key sends him on: the manager's phone rings at once, which is as soon as the plan is there. A key that were not
        // heard would be waited for five seconds.
        Assert.InRange(Elapsed(call.MenuEnteredAt, call.MenuLeftAt) - (first.Calls[0].TimeOf(CallEventKind.Invite) - caller.TimeOf(CallEventKind.Answer)).TotalSeconds, -2 - Slack, Slack);
    }

    [Fact]
    public async Task Who_hangs_up_in_the_menu_is_missed_there_and_opens_a_callback()
    {
        await using var lane = stage.NextMenuLane();
        var first = await lane.PhoneAsync(1, CallScripts.Ring);

        var caller = lane.Call();
        await caller.Answered;
        await caller.DelayAsync(Second, CancellationToken.None);
        await caller.PressAsync("2");
        await caller.DelayAsync(3 * Second, CancellationToken.None);
        await caller.HangUpAsync();

        Assert.Empty(first.Calls);
        var call = await stage.Records.OnlyCallAsync(lane.Did);
        Assert.Equal(("missed", "in_menu", "2", null), (call.Result, call.MissReason, call.MenuPath, call.MenuLeftAt));
        var inMenu = (caller.TimeOf(CallEventKind.Bye) - caller.TimeOf(CallEventKind.Answer)).TotalSeconds;
        Assert.InRange(Elapsed(call.MenuEnteredAt, call.EndedAt) - inMenu, -Slack, Slack);
        await stage.Records.InLeadsAsync(call.Id);
        Assert.Equal(1, await stage.Records.LeadsCountAsync("SELECT count(*) FROM callback_misses WHERE call_id = @Id AND reason = 'in_menu'", call));
        Assert.Equal($"Абонент положил трубку в меню через {Math.Round(Elapsed(call.MenuEnteredAt, call.EndedAt))} с, пройдя: 2.", await ExplainAsync(call, "ru"));
    }

    [Fact]
    public async Task Who_presses_nothing_is_rung_for_and_his_miss_tells_of_the_menu()
    {
        await using var lane = stage.NextMenuLane();
        var first = await lane.PhoneAsync(1, CallScripts.Ring);

        var caller = lane.Call(lane.Stranger());
        await (await first.NextCallAsync()).WaitForAsync(CallState.Ringing);
        await caller.DelayAsync(Second, CancellationToken.None);
        await caller.HangUpAsync();

        var call = await stage.Records.OnlyCallAsync(lane.Did);
        Assert.Equal(("missed", "abandoned", ""), (call.Result, call.MissReason, call.MenuPath));

        // The sample menu says its words and waits for five seconds. Said a second time they would make it more than twenty.
        Assert.InRange(Elapsed(call.MenuEnteredAt, call.MenuLeftAt), 11, 12 + (3 * Slack));
        Assert.Matches(@"^The caller hung up after 1[2-9] s: .+ Before that he was in the menu for 1[1-5] s \(its beginning\)\.$", await ExplainAsync(call, "en"));
    }

    [Fact]
    public async Task With_the_gateway_dead_the_log_alone_tells_the_same_way_and_time()
    {
        await using var lane = stage.NextMenuLane();
        await stage.Stack.KillAsync("gateway");
        var caller = lane.Call();
        await caller.Answered;
        await caller.DelayAsync(Second, CancellationToken.None);
        await caller.PressAsync("2");
        await caller.DelayAsync(2 * Second, CancellationToken.None);
        await caller.HangUpAsync();
        await stage.Stack.UpAsync("gateway");

        var call = await stage.Records.OnlyCallAsync(lane.Did);
        Assert.Equal(("missed", "in_menu", "2", null), (call.Result, call.MissReason, call.MenuPath, call.MenuLeftAt));
        Assert.InRange(Elapsed(call.MenuEnteredAt, call.EndedAt) - (caller.TimeOf(CallEventKind.Bye) - caller.TimeOf(CallEventKind.Answer)).TotalSeconds, -Slack, Slack);
    }

    private static double Elapsed(DateTime? from, DateTime? until) => (until!.Value - from!.Value).TotalSeconds;

    private async Task<string> ExplainAsync(CallRow call, string language)
    {
        // A call that rang nobody's phone is seen by those who see all calls.
        var key = await stage.Stack.ApiKeyAsync("menu", "calls.read");
        using var channel = GrpcChannel.ForAddress(stage.Stack.AddressOf("API_GRPC_PORT"));
        return (await new Calls.V1.Calls.CallsClient(channel).ExplainMissAsync(
            new() { Id = call.Id.ToString() }, new Metadata { { "authorization", "Bearer " + key }, { "accept-language", language } })).Verdict;
    }
}
