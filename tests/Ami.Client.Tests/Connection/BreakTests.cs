using System.Net;
using System.Net.Sockets;
using Ami.Client.Actions;
using Ami.Client.Events;
using Ami.Client.Framing;
using Ami.Client.Tests.Support;

namespace Ami.Client.Tests.Connection;

/// <summary>How a session ends, and that the next one follows.</summary>
public sealed class BreakTests
{
    [Fact]
    public async Task A_dropped_connection_is_told_and_followed_by_a_new_session_with_a_snapshot()
    {
        await using var pbx = new FakePbx();
        await using var run = new ClientRun(pbx);
        for (var number = 1; number <= 3; number++)
        {
            await run.ItemInTimeAsync<AmiSessionStarted>(number);
            var session = await pbx.NextSessionAsync();
            await session.SendEventAsync("Hangup", $"Channel: PJSIP/1\nUniqueid: secret-1.{number}\n");
            await run.ItemAsync<HangupEvent>(number);
            session.Drop();
            await run.ItemAsync<AmiSessionEnded>(number);
            Assert.False(run.Client.State.IsConnected);
        }

        await run.ItemInTimeAsync<AmiSessionStarted>(4);
        Assert.Equal(4, run.Client.State.Sessions);
        Assert.All(run.Items.OfType<AmiSessionEnded>(), end => Assert.IsType<AmiConnectionLostException>(end.Reason));
        Assert.Equal(
            ["AmiSessionStarted", "FullyBootedEvent", "HangupEvent", "AmiSessionEnded"],
            run.Items.Take(4).Select(item => item.GetType().Name));
    }

    [Fact]
    public async Task Everything_that_waits_fails_when_the_connection_breaks()
    {
        await using var pbx = new FakePbx();
        pbx.Instead = (_, request) => Task.FromResult(request.Name == "Hangup");
        await using var run = new ClientRun(pbx);
        var session = await pbx.NextSessionAsync();
        await run.ItemAsync<AmiSessionStarted>();
        var waiting = Enumerable.Range(0, 50).Select(i => run.Client.SendAsync(AmiAction.Hangup($"c{i}"), CancellationToken.None)).ToList();
        await Patience.UntilAsync(() => session.Requests.Count(request => request.Name == "Hangup") == 50, "the actions");

        session.Drop();

        foreach (var task in waiting)
        {
            var error = await Assert.ThrowsAsync<AmiConnectionLostException>(() => task.Within());
            Assert.True(error.IsTransient);
        }
    }

    [Fact]
    public async Task A_PBX_that_is_down_is_tried_ever_more_slowly_and_found_when_it_is_back()
    {
        // Bound but not listened at, so that it refuses, and no other test's PBX gets it meanwhile.
        using var held = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        held.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        var port = ((IPEndPoint)held.LocalEndPoint!).Port;

        await using var run = new ClientRun(Options.Of(port));
        await run.Time.RunUntilAsync(() => run.Logged.Count(line => line.StartsWith("Warning 2", StringComparison.Ordinal)) == 12, "twelve attempts", stepMilliseconds: 50);

        // 0.1 + 0.2 + 0.4 + … + 6.4 + 10 + 10 + …, give or take a quarter, and what the attempts take. Without an end to the doubling it would be 150 at least.
        Assert.InRange(run.Time.GetUtcNow() - run.Time.Start, TimeSpan.FromSeconds(35), TimeSpan.FromSeconds(120));
        Assert.IsType<AmiConnectionLostException>(run.Client.State.LastBreak);
        await Assert.ThrowsAsync<AmiNotConnectedException>(() => run.Client.SendAsync(AmiAction.Ping(), CancellationToken.None));
    }

    [Fact]
    public async Task A_connection_that_breaks_right_after_the_login_is_tried_again()
    {
        await using var pbx = new FakePbx();
        var attempts = 0;
        pbx.Instead = (session, request) =>
        {
            if (request.Name != "CoreStatus" || ++attempts > 3) return Task.FromResult(false);
            session.Drop();
            return Task.FromResult(true);
        };
        await using var run = new ClientRun(pbx);
        await run.ItemInTimeAsync<AmiSessionStarted>();

        Assert.Equal(4, pbx.Accepted);
        Assert.Empty(run.Items.OfType<AmiSessionEnded>());
    }

    [Fact]
    public async Task Pings_without_answers_end_the_session()
    {
        await using var pbx = new FakePbx();
        pbx.Instead = (_, request) => Task.FromResult(request.Name == "Ping");
        await using var run = new ClientRun(pbx);
        var session = await pbx.NextSessionAsync();
        await run.ItemAsync<AmiSessionStarted>();

        var ended = await run.ItemInTimeAsync<AmiSessionEnded>();

        Assert.Contains("ping", Assert.IsType<AmiConnectionLostException>(ended.Reason).Message, StringComparison.Ordinal);
        Assert.Equal(3, session.Requests.Count(request => request.Name == "Ping"));
    }

    [Fact]
    public async Task Pings_with_answers_keep_the_session()
    {
        await using var pbx = new FakePbx();
        await using var run = new ClientRun(pbx);
        var session = await pbx.NextSessionAsync();
        await run.Time.RunUntilAsync(() => session.Requests.Count(request => request.Name == "Ping") >= 5, "five pings");

        Assert.Empty(run.Items.OfType<AmiSessionEnded>());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Oversized_lines_and_frames_end_the_session(bool frame)
    {
        await using var pbx = new FakePbx();
        await using var run = new ClientRun(Options.Of(pbx.Port, limits: new AmiFrameLimits { MaxLineBytes = 1000, MaxFrameBytes = 20_000 }));
        var session = await pbx.NextSessionAsync();
        await run.ItemAsync<AmiSessionStarted>();

        await session.SendAsync(frame ? string.Concat(Enumerable.Repeat("X: 1\n", 5000)) : new string('x', 1002));

        var ended = await run.ItemAsync<AmiSessionEnded>();
        Assert.Contains(frame ? "frame" : "line", Assert.IsType<AmiProtocolException>(ended.Reason).Message, StringComparison.Ordinal);
        await run.ItemInTimeAsync<AmiSessionStarted>(2);
    }

    [Fact]
    public async Task Garbage_is_counted_and_the_session_goes_on()
    {
        await using var pbx = new FakePbx();
        await using var run = new ClientRun(pbx);
        var session = await pbx.NextSessionAsync();
        await run.ItemAsync<AmiSessionStarted>();

        var garbage = new byte[4000];
        new Random(1).NextBytes(garbage);
        await session.SendAsync([.. garbage, .. "\r\n\r\n"u8]);
        await session.SendEventAsync("Hangup", "Channel: PJSIP/1\nUniqueid: secret-1.1\n");

        await run.ItemAsync<HangupEvent>();
        Assert.True(run.Client.State.RefusedFrames.Values.Sum() > 0);
    }

    [Fact]
    public async Task A_PBX_that_reads_nothing_is_given_up()
    {
        await using var pbx = new FakePbx();
        var stopReading = new TaskCompletionSource();
        pbx.Instead = async (_, request) =>
        {
            if (request.Name != "Setvar") return false;
            await stopReading.Task;
            return true;
        };
        await using var run = new ClientRun(pbx);
        await pbx.NextSessionAsync();
        await run.ItemAsync<AmiSessionStarted>();

        // More than the buffers of both sockets hold.
        var value = new string('x', 1000);
        var sent = new List<Task>();
        while (run.Items.OfType<AmiSessionEnded>().FirstOrDefault() is null)
        {
            while (sent.Count(task => !task.IsCompleted) < 200 && run.Client.State.IsConnected)
            {
                var action = new AmiAction("Setvar").With("Channel", "c");
                for (var i = 0; i < 100; i++)
                    action.With("Variable", $"V{i}={value}"[..900]);
                sent.Add(Swallow(run.Client.SendAsync(action, CancellationToken.None)));
            }

            run.Time.Advance(TimeSpan.FromMilliseconds(20));
            await Task.Yield();
        }

        Assert.Contains("does not read", run.Items.OfType<AmiSessionEnded>().First().Reason!.Message, StringComparison.Ordinal);
        stopReading.SetResult();
        // The last of them may have gone into the next session, whose PBX answers none: those end by their time-out.
        await run.Time.RunUntilAsync(() => sent.TrueForAll(task => task.IsCompleted), "the end of every action");
        await Task.WhenAll(sent);

        static async Task Swallow(Task task)
        {
            try
            {
                await task;
            }
            catch (AmiException)
            {
                // Lost or late: the session's end is what is looked at.
            }
        }
    }

    [Fact]
    public async Task A_consumer_that_is_too_slow_ends_the_session_and_gets_a_new_one_when_it_has_caught_up()
    {
        await using var pbx = new FakePbx();
        await using var run = new ClientRun(Options.Of(pbx.Port, queueCapacity: 100), consume: false);
        var session = await pbx.NextSessionAsync();
        await Patience.UntilAsync(() => run.Client.State.IsConnected, "the session");
        for (var i = 0; i < 200; i++)
        {
            // Piece by piece, so that it is a full queue that has no room, and not one large batch.
            if (i == 80) await Patience.UntilAsync(() => run.Client.State.QueueLength == 82, "a queue that is nearly full");
            await SendSafelyAsync(session, i);
        }

        await Patience.UntilAsync(() => run.Client.State.LastBreak is not null, "the break");
        Assert.IsType<AmiOverloadedException>(run.Client.State.LastBreak);

        // No new session while the queue is as full as it was.
        var before = pbx.Accepted;
        for (var i = 0; i < 2000; i++)
            run.Time.Advance(TimeSpan.FromMilliseconds(50));
        Assert.Equal(before, pbx.Accepted);

        run.Consume();
        await run.ItemInTimeAsync<AmiSessionStarted>(2);
        var first = run.Items.TakeWhile(item => item is not AmiSessionEnded).OfType<HangupEvent>().Select(item => item.Uniqueid.ToString()).ToList();
        Assert.NotEmpty(first);
        Assert.Equal(Enumerable.Range(0, first.Count).Select(i => $"secret-1.{i}"), first);
        Assert.True(run.Items.ToList().FindIndex(item => item is AmiSessionEnded) < run.Items.ToList().FindLastIndex(item => item is AmiSessionStarted));

        static async Task SendSafelyAsync(FakeSession session, int i)
        {
            try
            {
                await session.SendEventAsync("Hangup", $"Channel: PJSIP/1\nUniqueid: secret-1.{i}\n");
            }
            catch (Exception e) when (e is IOException or ObjectDisposedException)
            {
                // The client has broken the connection already.
            }
        }
    }

    [Fact]
    public async Task Events_that_wait_too_long_raise_an_alarm_once()
    {
        await using var pbx = new FakePbx();
        await using var run = new ClientRun(pbx, consume: false);
        await Patience.UntilAsync(() => run.Client.State.QueueLength >= 2, "the session in the queue");
        Assert.False(run.Client.State.IsQueueLate);

        await run.Time.RunUntilAsync(() => run.Logged.Any(IsAlarm), "the alarm");
        Assert.True(run.Client.State.IsQueueLate);
        Assert.InRange(run.Client.State.OldestItemAge, TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(4));
        for (var i = 0; i < 50; i++)
            run.Time.Advance(TimeSpan.FromMilliseconds(100));
        Assert.Single(run.Logged, IsAlarm);

        run.Consume();
        await Patience.UntilAsync(() => run.Client.State.QueueLength == 0, "the empty queue");
        Assert.False(run.Client.State.IsQueueLate);
        Assert.Equal(TimeSpan.Zero, run.Client.State.OldestItemAge);

        static bool IsAlarm(string line) => line.StartsWith("Error 5", StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_end_of_a_session_comes_after_all_its_events()
    {
        await using var pbx = new FakePbx();
        await using var run = new ClientRun(pbx);
        var session = await pbx.NextSessionAsync();
        await run.ItemAsync<AmiSessionStarted>();
        await session.SendAsync(string.Concat(Enumerable.Range(0, 5000).Select(i =>
            $"Event: Hangup\nPrivilege: call,all\nTimestamp: 1.0\nSystemName: secret\nChannel: PJSIP/1\nUniqueid: secret-1.{i}\n\n")));
        session.Drop();
        await run.ItemAsync<AmiSessionEnded>();

        Assert.Equal(5000, run.Items.TakeWhile(item => item is not AmiSessionEnded).OfType<HangupEvent>().Count());
    }
}
