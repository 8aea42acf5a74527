using Ami.Client.Actions;
using Ami.Client.Events;
using Ami.Client.Tests.Support;
using Ami.Client.Trust;

namespace Ami.Client.Tests.Connection;

/// <summary>How a session begins.</summary>
public sealed class SessionTests
{
    [Theory]
    [InlineData(AmiAuthentication.Md5Challenge)]
    [InlineData(AmiAuthentication.Plain)]
    public async Task A_session_begins_with_the_login_and_then_asks_for_everything(AmiAuthentication authentication)
    {
        await using var pbx = new FakePbx();
        await using var run = new ClientRun(Options.Of(pbx.Port, authentication: authentication));
        var session = await pbx.NextSessionAsync();
        await run.ItemAsync<AmiSessionStarted>();

        string[] login = authentication == AmiAuthentication.Plain ? ["Login"] : ["Challenge", "Login"];
        Assert.Equal(
            [.. login, "CoreStatus", "CoreShowChannels", "Status", "BridgeList", "DeviceStateList"],
            session.Requests.Select(request => request.Name));
        Assert.Equal("CRM_CALL,RING_PLAN", session.Requests[^3]["Variables"]);
        Assert.Equal(authentication == AmiAuthentication.Plain, session.Requests.Any(request => request["Secret"] is not null));
        Assert.True(run.Client.State.IsConnected);
    }

    [Fact]
    public async Task The_snapshot_tells_channels_variables_bridges_devices_and_the_start_of_the_PBX()
    {
        await using var pbx = new FakePbx();
        const string ids = "Uniqueid: secret-1.1\nLinkedid: secret-1.1";
        pbx.Lists["CoreShowChannels"] = [$"Event: CoreShowChannel\nActionID: {{id}}\nChannel: PJSIP/101-1\nChannelState: 6\n{ids}\nDuration: 26:00:06\nBridgeId: b1"];
        pbx.Lists["Status"] = [$"Event: Status\nPrivilege: Call\nChannel: PJSIP/101-1\n{ids}\nVariable: CRM_CALL=secret-1.1\nVariable: RING_PLAN=(null)\nActionID: {{id}}"];
        pbx.Lists["BridgeList"] = ["Event: BridgeListItem\nActionID: {id}\nBridgeUniqueid: b1\nBridgeNumChannels: 1"];
        pbx.Lists["BridgeInfo"] = [$"Event: BridgeInfoChannel\nActionID: {{id}}\nChannel: PJSIP/101-1\n{ids}"];
        pbx.Lists["DeviceStateList"] = ["Event: DeviceStateChange\nActionID: {id}\nDevice: PJSIP/101\nState: INUSE"];
        await using var run = new ClientRun(pbx);

        var snapshot = (await run.ItemAsync<AmiSessionStarted>()).Snapshot;

        Assert.Equal(new TimeSpan(26, 0, 6), Assert.Single(snapshot.Channels).Duration);
        Assert.Equal("secret-1.1", Assert.Single(snapshot.Statuses).Variable("CRM_CALL"));
        var bridge = Assert.Single(snapshot.Bridges);
        Assert.Equal("b1", bridge.Bridge.BridgeUniqueid.ToString());
        Assert.Equal("secret-1.1", Assert.Single(bridge.Channels).Uniqueid.ToString());
        Assert.Equal("INUSE", Assert.Single(snapshot.Devices).State.ToString());
        Assert.Equal(new DateTime(2026, 11, 22, 5, 39, 46, DateTimeKind.Unspecified), snapshot.StartedPbxLocalTime);
        Assert.Equal(TimeSpan.FromSeconds(825), snapshot.Uptime);
        Assert.Equal(0, snapshot.MissingItems);
        Assert.Equal(run.Time.GetUtcNow(), snapshot.TakenAt);
    }

    [Fact]
    public async Task Events_that_come_while_the_snapshot_is_taken_follow_it_in_their_order()
    {
        await using var pbx = new FakePbx();
        pbx.Instead = async (session, request) =>
        {
            await session.SendEventAsync("DeviceStateChange", $"Device: {request.Name}\nState: INUSE\n");
            return false;
        };
        await using var run = new ClientRun(pbx);
        await run.ItemAsync<DeviceStateChangeEvent>(7);

        Assert.IsType<AmiSessionStarted>(run.Items[0]);
        Assert.Equal(
            ["Challenge", "Login", "CoreStatus", "CoreShowChannels", "Status", "BridgeList", "DeviceStateList"],
            run.Items.OfType<DeviceStateChangeEvent>().Select(item => item.Device.ToString()));
        Assert.Single(run.Items.OfType<FullyBootedEvent>());
    }

    [Fact]
    public async Task A_session_begins_only_when_the_PBX_is_fully_booted()
    {
        await using var pbx = new FakePbx { AfterLogin = "" };
        await using var run = new ClientRun(pbx);
        var session = await pbx.NextSessionAsync();
        await Patience.UntilAsync(() => session.Requests.Count == 2, "the login");

        // In small steps: the answer to the login is on its way, and is not to be late.
        var halfAMinuteOn = run.Time.GetUtcNow().AddSeconds(30);
        await run.Time.RunUntilAsync(() => run.Time.GetUtcNow() >= halfAMinuteOn, "half a minute", stepMilliseconds: 50);
        Assert.Empty(run.Items);
        Assert.False(run.Client.State.IsConnected);

        await session.SendEventAsync("FullyBooted", "Status: Fully Booted\n");

        var started = await run.ItemAsync<AmiSessionStarted>();
        Assert.Null(started.Snapshot.Uptime);
    }

    [Fact]
    public async Task A_PBX_that_never_gets_fully_booted_is_left_and_tried_again()
    {
        await using var pbx = new FakePbx { AfterLogin = "" };
        await using var run = new ClientRun(pbx);
        await run.Time.RunUntilAsync(() => pbx.Accepted >= 2, "a second connection", stepMilliseconds: 100);

        Assert.Contains("fully booted", Assert.IsType<AmiTimeoutException>(run.Client.State.LastBreak).Message, StringComparison.Ordinal);
        Assert.Empty(run.Items);
    }

    [Fact]
    public async Task A_refused_login_is_told_slows_the_next_and_is_mended_without_a_restart()
    {
        await using var pbx = new FakePbx { Secret = "other" };
        await using var run = new ClientRun(pbx);
        await run.Time.RunUntilAsync(() => run.Client.State.RefusedLogins == 3, "three refusals");

        Assert.IsType<AmiLoginRefusedException>(run.Client.State.LastBreak);
        var before = run.Time.GetUtcNow();
        await run.Time.RunUntilAsync(() => run.Client.State.RefusedLogins == 4, "a fourth refusal");
        // Ten seconds, give or take a quarter, and the attempt; without the slowing it would be a second at most.
        Assert.InRange(run.Time.GetUtcNow() - before, TimeSpan.FromSeconds(7), TimeSpan.FromSeconds(20));
        Assert.Contains(run.Logged, line => line.StartsWith("Error 3", StringComparison.Ordinal) && line.Contains("Authentication failed", StringComparison.Ordinal));
        Assert.DoesNotContain(run.Logged, line => line.Contains("hush", StringComparison.Ordinal));

        pbx.Secret = "hush";
        await run.ItemInTimeAsync<AmiSessionStarted>();
        Assert.Equal(0, run.Client.State.RefusedLogins);
    }

    [Theory]
    [InlineData("SSH-2.0-OpenSSH_9.2\n")]
    [InlineData("\n\nHTTP/1.1 400 Bad Request\n\n")]
    public async Task Something_else_than_an_Asterisk_is_told_from_it(string greeting)
    {
        await using var pbx = new FakePbx { Greeting = greeting };
        await using var run = new ClientRun(pbx);
        await Patience.UntilAsync(() => run.Client.State.LastBreak is not null, "a break");

        Assert.IsType<AmiProtocolException>(run.Client.State.LastBreak);
    }

    [Fact]
    public async Task Silence_instead_of_a_greeting_ends_in_time()
    {
        await using var pbx = new FakePbx { Greeting = "" };
        await using var run = new ClientRun(pbx);
        await run.Time.RunUntilAsync(() => run.Client.State.LastBreak is not null, "a break");

        Assert.IsType<AmiTimeoutException>(run.Client.State.LastBreak);
    }

    [Fact]
    public async Task A_list_that_may_not_be_seen_is_never_taken_for_an_empty_one()
    {
        await using var pbx = new FakePbx();
        pbx.Instead = async (session, request) =>
        {
            if (request.Name != "Status") return false;
            await session.SendAsync($"Response: Error\nActionID: {request.ActionId}\nMessage: Permission denied\n\n");
            return true;
        };
        await using var run = new ClientRun(pbx);
        await Patience.UntilAsync(() => run.Client.State.LastBreak is not null, "a break");

        Assert.IsType<AmiLoginRefusedException>(run.Client.State.LastBreak);
        Assert.Empty(run.Items);
    }

    [Fact]
    public async Task A_bridge_that_ended_while_it_was_asked_for_is_there_without_channels()
    {
        await using var pbx = new FakePbx();
        pbx.Lists["BridgeList"] = [.. Enumerable.Range(0, 100).Select(i => $"Event: BridgeListItem\nActionID: {{id}}\nBridgeUniqueid: b{i}")];
        pbx.Instead = async (session, request) =>
        {
            if (request.Name != "BridgeInfo") return false;
            await session.SendAsync($"Response: Error\nActionID: {request.ActionId}\nMessage: Bridge not found\n\n");
            return true;
        };
        await using var run = new ClientRun(pbx);

        var snapshot = (await run.ItemAsync<AmiSessionStarted>()).Snapshot;
        Assert.Equal(100, snapshot.Bridges.Count);
        Assert.All(snapshot.Bridges, bridge => Assert.Empty(bridge.Channels));
    }

    [Fact]
    public async Task An_id_that_cannot_be_sent_back_ends_the_attempt_and_not_the_client()
    {
        await using var pbx = new FakePbx();
        pbx.Lists["BridgeList"] = ["Event: BridgeListItem\nActionID: {id}\nBridgeUniqueid: b\t1"];
        await using var run = new ClientRun(pbx);
        await Patience.UntilAsync(() => run.Client.State.LastBreak is not null, "a break");
        Assert.IsType<ArgumentException>(run.Client.State.LastBreak);

        pbx.Lists.Clear();
        await run.ItemInTimeAsync<AmiSessionStarted>();
    }

    [Fact]
    public async Task A_caller_cannot_end_a_list_and_what_he_cut_is_missed_and_told()
    {
        await using var pbx = new FakePbx();
        pbx.Lists["Status"] =
        [
            "Event: Status\nPrivilege: Call\nChannel: PJSIP/1\nCallerIDNum: 7916\n\nEvent: StatusComplete\nEventList: Complete\n\nCallerIDName: x\nUniqueid: secret-1.1\nActionID: {id}",
            "Event: Status\nPrivilege: Call\nChannel: PJSIP/2\nUniqueid: secret-1.2\nActionID: {id}",
        ];
        await using var run = new ClientRun(pbx);

        var snapshot = (await run.ItemAsync<AmiSessionStarted>()).Snapshot;
        Assert.Equal("PJSIP/2", Assert.Single(snapshot.Statuses).Channel.ToString());
        Assert.Equal(1, snapshot.MissingItems);
        Assert.Equal(
            [AmiRefusal.NeitherEventNorResponse, AmiRefusal.WrongBeginning],
            run.Client.State.RefusedFrames.Keys.Order());
        Assert.Equal(3, run.Client.NewestRefusedFrames.Count);
    }

    [Fact]
    public async Task List_items_of_nobody_and_a_second_FullyBooted_are_not_believed()
    {
        await using var pbx = new FakePbx();
        await using var run = new ClientRun(pbx);
        var session = await pbx.NextSessionAsync();
        await run.ItemAsync<AmiSessionStarted>();

        await session.SendAsync("Event: CoreShowChannel\nActionID: a1\nChannel: PJSIP/1\nUniqueid: secret-1.1\n\n" + FakePbx.Booted);
        await session.SendEventAsync("Hangup", "Channel: PJSIP/1\nUniqueid: secret-1.1\n");
        await run.ItemAsync<HangupEvent>();

        Assert.Single(run.Items.OfType<FullyBootedEvent>());
        Assert.Empty(run.Items.OfType<CoreShowChannelEvent>());
        await run.Time.RunUntilAsync(() => run.Logged.Any(line => line.StartsWith("Warning 6", StringComparison.Ordinal)), "a line about refused frames");
    }

    [Fact]
    public async Task Stopping_logs_off_tells_the_end_and_ends_the_stream()
    {
        await using var pbx = new FakePbx();
        var run = new ClientRun(pbx);
        var session = await pbx.NextSessionAsync();
        await run.ItemAsync<AmiSessionStarted>();

        await run.DisposeAsync();

        Assert.Equal("Logoff", session.Requests[^1].Name);
        Assert.Null(Assert.IsType<AmiSessionEnded>(run.Items[^1]).Reason);
        Assert.Empty(await run.Client.ReadBatchAsync(CancellationToken.None));
        await Assert.ThrowsAsync<AmiNotConnectedException>(() => run.Client.SendAsync(AmiAction.Ping(), CancellationToken.None));
        await Assert.ThrowsAsync<InvalidOperationException>(() => run.Client.RunAsync(CancellationToken.None));
    }

    [Fact]
    public async Task Stopping_while_the_PBX_is_silent_does_not_hang()
    {
        await using var pbx = new FakePbx { Greeting = "" };
        var run = new ClientRun(pbx);
        await pbx.NextSessionAsync();

        await run.DisposeAsync();

        Assert.Empty(run.Items);
    }
}
