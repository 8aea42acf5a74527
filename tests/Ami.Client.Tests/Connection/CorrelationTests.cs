using System.Diagnostics.Metrics;
using Ami.Client.Actions;
using Ami.Client.Events;
using Ami.Client.Tests.Support;

namespace Ami.Client.Tests.Connection;

/// <summary>Which answer belongs to which action.</summary>
public sealed class CorrelationTests
{
    [Fact]
    public async Task Answers_find_their_actions_in_whatever_order_they_come()
    {
        await using var pbx = new FakePbx();
        var held = new List<Request>();
        pbx.Instead = async (session, request) =>
        {
            if (request.Name != "Setvar") return false;
            held.Add(request);
            if (held.Count == 100)
            {
                foreach (var one in Enumerable.Reverse(held))
                    await session.SendAsync($"Response: Success\nActionID: {one.ActionId}\nMessage: {one["Value"]}\n\n");
            }

            return true;
        };
        await using var run = new ClientRun(pbx);
        await run.ItemAsync<AmiSessionStarted>();

        var answers = await Task.WhenAll(Enumerable.Range(0, 100)
            .Select(i => run.Client.SendAsync(AmiAction.Setvar("c", "v", $"{i}"), CancellationToken.None))).Within();

        Assert.Equal(Enumerable.Range(0, 100).Select(i => $"{i}"), answers.Select(answer => answer.Message));
    }

    [Fact]
    public async Task Actions_sent_together_go_out_in_one_write_in_their_order()
    {
        await using var pbx = new FakePbx();
        await using var run = new ClientRun(pbx);
        var session = await pbx.NextSessionAsync();
        await run.ItemAsync<AmiSessionStarted>();

        var answers = await run.Client.SendAllAsync(
            [AmiAction.Setvar("c", "CALLERID(name)", "Иванов"), AmiAction.Setvar("c", "RING_PLAN", "101@15")], CancellationToken.None).Within();

        Assert.All(answers, answer => Assert.True(answer.IsSuccess));
        Assert.Equal(["Иванов", "101@15"], session.Requests.Where(request => request.Name == "Setvar").Select(request => request["Value"]));
        Assert.Equal(2, session.RequestsPerRead[^1]);
    }

    [Fact]
    public async Task An_answer_that_says_no_is_an_answer()
    {
        await using var pbx = new FakePbx();
        pbx.Instead = async (session, request) =>
        {
            if (request.Name != "Hangup") return false;
            await session.SendAsync($"Response: Error\nActionID: {request.ActionId}\nMessage: No such channel\n\n");
            return true;
        };
        await using var run = new ClientRun(pbx);
        await run.ItemAsync<AmiSessionStarted>();

        var answer = await run.Client.SendAsync(AmiAction.Hangup("c"), CancellationToken.None).Within();

        Assert.False(answer.IsSuccess);
        Assert.Equal("No such channel", answer.Message);
    }

    [Fact]
    public async Task Two_errors_for_one_action_and_errors_without_an_id_confuse_nothing()
    {
        // What Asterisk sends for a line of 1,023 bytes: tests/captures/46-injection.md.
        await using var pbx = new FakePbx();
        pbx.Instead = async (session, request) =>
        {
            if (request.Name != "Hangup") return false;
            var error = $"Response: Error\nActionID: {request.ActionId}\nMessage: Failed to parse message: line too long\n\n";
            await session.SendAsync(error + error + "Response: Error\nMessage: Missing action in request\n\n");
            return true;
        };
        await using var run = new ClientRun(pbx);
        await run.ItemAsync<AmiSessionStarted>();

        Assert.False((await run.Client.SendAsync(AmiAction.Hangup("c"), CancellationToken.None).Within()).IsSuccess);
        Assert.True((await run.Client.SendAsync(AmiAction.Ping(), CancellationToken.None).Within()).IsSuccess);
        Assert.Equal(2, run.Client.State.UnexpectedResponses);
    }

    [Fact]
    public async Task A_late_answer_is_dropped_counted_and_taken_for_no_other()
    {
        await using var pbx = new FakePbx();
        Request? late = null;
        pbx.Instead = (_, request) =>
        {
            if (request.Name != "Hangup") return Task.FromResult(false);
            late = request;
            return Task.FromResult(true);
        };
        await using var run = new ClientRun(pbx);
        var session = await pbx.NextSessionAsync();
        await run.ItemAsync<AmiSessionStarted>();

        var waiting = run.Client.SendAsync(AmiAction.Hangup("c"), CancellationToken.None);
        await run.Time.RunUntilAsync(() => waiting.IsCompleted, "the time-out");
        var error = await Assert.ThrowsAsync<AmiTimeoutException>(() => waiting);
        Assert.Contains("Hangup", error.Message, StringComparison.Ordinal);

        await session.SendAsync($"Response: Success\nActionID: {late!.ActionId}\n\n");
        Assert.True((await run.Client.SendAsync(AmiAction.Ping(), CancellationToken.None).Within()).IsSuccess);
        Assert.Equal(1, run.Client.State.UnexpectedResponses);
        Assert.True(run.Client.State.IsConnected);
    }

    [Fact]
    public async Task Waiting_can_be_cancelled()
    {
        await using var pbx = new FakePbx();
        pbx.Instead = (_, request) => Task.FromResult(request.Name == "Hangup");
        await using var run = new ClientRun(pbx);
        await run.ItemAsync<AmiSessionStarted>();
        using var cancel = new CancellationTokenSource();

        var waiting = run.Client.SendAsync(AmiAction.Hangup("c"), cancel.Token);
        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting.Within());
        Assert.True(run.Client.State.IsConnected);
    }

    [Fact]
    public async Task More_actions_than_may_wait_are_refused_whole_and_the_others_are_not_hurt()
    {
        await using var pbx = new FakePbx();
        pbx.Instead = (_, request) => Task.FromResult(request.Name == "Hangup");
        await using var run = new ClientRun(Options.Of(pbx.Port, maxOutstanding: 64));
        var session = await pbx.NextSessionAsync();
        await run.ItemAsync<AmiSessionStarted>();
        var waiting = Enumerable.Range(0, 63).Select(i => run.Client.SendAsync(AmiAction.Hangup($"c{i}"), CancellationToken.None)).ToList();

        await Assert.ThrowsAsync<AmiOverloadedException>(() => run.Client.SendAllAsync([AmiAction.Ping(), AmiAction.Ping()], CancellationToken.None));
        Assert.True((await run.Client.SendAsync(AmiAction.Ping(), CancellationToken.None).Within()).IsSuccess);
        Assert.Equal(1, session.Requests.Count(request => request.Name == "Ping"));
        Assert.All(waiting, task => Assert.False(task.IsCompleted));
        session.Drop();
        foreach (var task in waiting)
            await Assert.ThrowsAsync<AmiConnectionLostException>(() => task.Within());
    }

    [Fact]
    public async Task A_list_is_given_whole()
    {
        await using var pbx = new FakePbx();
        pbx.Lists["DeviceStateList"] = [.. Enumerable.Range(0, 500).Select(i => $"Event: DeviceStateChange\nActionID: {{id}}\nDevice: PJSIP/{i}\nState: INUSE")];
        await using var run = new ClientRun(pbx);
        await run.ItemAsync<AmiSessionStarted>();

        var list = await run.Client.ListAsync(AmiAction.DeviceStateList(), CancellationToken.None).Within();

        Assert.True(list.Response.IsSuccess);
        Assert.Equal(500, list.Announced);
        Assert.Equal(0, list.MissingItems);
        Assert.Equal(Enumerable.Range(0, 500).Select(i => $"PJSIP/{i}"), list.Items.Cast<DeviceStateChangeEvent>().Select(item => item.Device.ToString()));
        Assert.Empty(run.Items.OfType<DeviceStateChangeEvent>());
    }

    [Fact]
    public async Task A_list_longer_than_allowed_fails_and_the_session_goes_on()
    {
        await using var pbx = new FakePbx();
        await using var run = new ClientRun(Options.Of(pbx.Port, maxListItems: 10));
        await run.ItemAsync<AmiSessionStarted>();
        pbx.Lists["DeviceStateList"] = [.. Enumerable.Range(0, 11).Select(i => $"Event: DeviceStateChange\nActionID: {{id}}\nDevice: PJSIP/{i}\nState: INUSE")];

        await Assert.ThrowsAsync<AmiOverloadedException>(() => run.Client.ListAsync(AmiAction.DeviceStateList(), CancellationToken.None).Within());
        Assert.True((await run.Client.SendAsync(AmiAction.Ping(), CancellationToken.None).Within()).IsSuccess);
    }

    [Fact]
    public async Task A_list_that_never_ends_ends_in_time()
    {
        await using var pbx = new FakePbx();
        await using var run = new ClientRun(pbx);
        await run.ItemAsync<AmiSessionStarted>();
        pbx.Instead = async (session, request) =>
        {
            if (request.Name != "DeviceStateList") return false;
            await session.SendAsync($"Response: Success\nActionID: {request.ActionId}\nEventList: start\n\n");
            return true;
        };

        var waiting = run.Client.ListAsync(AmiAction.DeviceStateList(), CancellationToken.None);
        await run.Time.RunUntilAsync(() => waiting.IsCompleted, "the time-out");
        await Assert.ThrowsAsync<AmiTimeoutException>(() => waiting);
    }

    [Fact]
    public async Task The_outcome_of_a_call_bears_the_id_of_the_action_that_began_it()
    {
        await using var pbx = new FakePbx();
        pbx.Instead = async (session, request) =>
        {
            if (request.Name != "Originate") return false;
            await session.SendAsync($"Response: Success\nActionID: {request.ActionId}\nMessage: Originate successfully queued\n\n");
            await session.SendEventAsync(
                "OriginateResponse",
                $"ActionID: {request.ActionId}\nResponse: Failure\nChannel: PJSIP/101\nReason: 3\nUniqueid: crm-1\nCallerIDNum: 7916\n");
            return true;
        };
        await using var run = new ClientRun(pbx);
        await run.ItemAsync<AmiSessionStarted>();
        var action = AmiAction.Originate(new AmiOriginate { Channel = "PJSIP/101", Context = "crm-out", Exten = "7916", ChannelId = "crm-1" });

        Assert.True((await run.Client.SendAsync(action, CancellationToken.None).Within()).IsSuccess);

        var outcome = await run.ItemAsync<OriginateResponseEvent>();
        Assert.Equal(action.ActionId, outcome.ActionId.ToString());
        Assert.False(outcome.IsSuccess);
        Assert.Equal(3, outcome.Reason);
    }

    [Fact]
    public async Task What_happens_is_measured_with_the_name_of_the_PBX()
    {
        var measured = new System.Collections.Concurrent.ConcurrentDictionary<string, double>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, self) =>
            {
                if (instrument.Meter.Name == "Ami.Client") self.EnableMeasurementEvents(instrument);
            },
        };
        var name = Guid.NewGuid().ToString();
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Add(instrument, value, tags));
        listener.SetMeasurementEventCallback<int>((instrument, value, tags, _) => Add(instrument, value, tags));
        listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Add(instrument, value, tags));
        listener.Start();

        await using var pbx = new FakePbx();
        await using var run = new ClientRun(Options.Of(pbx.Port, name: name));
        var session = await pbx.NextSessionAsync();
        await run.ItemAsync<AmiSessionStarted>();
        await session.SendAsync("Event: Fake\n\nResponse: Success\nActionID: x\n\n");
        session.Drop();
        await run.ItemAsync<AmiSessionEnded>();
        listener.RecordObservableInstruments();

        Assert.Equal(1, measured["ami.events"]);
        Assert.Equal(1, measured["ami.refused_frames"]);
        Assert.Equal(1, measured["ami.unexpected_responses"]);
        Assert.Equal(1, measured["ami.breaks"]);
        Assert.Contains("ami.queue.length", measured.Keys);
        Assert.Contains("ami.queue.age", measured.Keys);

        void Add(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
        {
            foreach (var tag in tags)
            {
                if (tag.Key == "pbx" && Equals(tag.Value, name)) measured.AddOrUpdate(instrument.Name, value, (_, sum) => sum + value);
            }
        }
    }
}
