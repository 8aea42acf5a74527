using CallCenterCrm.Messaging.Tests.Support;
using CallCenterCrm.Servers;
using Xunit;

namespace CallCenterCrm.Messaging.Tests;

[Collection(BackboneTests.Name)]
public sealed class InboxTests(Backbone backbone)
{
    private const string Queue = "keeper-book";
    private readonly string _host = backbone.Rabbit.TakeVirtualHost();

    [Fact]
    public async Task A_message_that_is_delivered_again_is_not_worked_on_again()
    {
        await using var publisher = await StartAsync("publisher");
        await using var keeper = await KeeperAsync();
        var committed = await publisher.ChangeAsync(50);
        await BookedAsync(publisher, keeper, committed.Count);

        await publisher.ExecuteAsync("UPDATE changes SET sent_at = NULL");
        await publisher.AllSentAsync();
        await Until.TrueAsync("the repeats are delivered", () => Task.FromResult(keeper.Deliveries.MessageIds.Count == 2 * committed.Count));
        var last = await publisher.ChangeAsync(1);
        await BookedAsync(publisher, keeper, committed.Count + 1);

        Assert.Equal(committed.Union(last).Order(), (await keeper.BookAsync()).Order());
    }

    [Fact]
    public async Task A_broker_that_is_killed_midstream_loses_nothing_and_what_it_repeats_is_dropped()
    {
        const int Count = 1500;
        const int Later = 100;
        await using var publisher = await StartAsync("publisher");
        await using var keeper = await KeeperAsync();

        var writing = publisher.ChangeAsync(Count - Later);
        await BookedAsync(publisher, keeper, 100);
        await backbone.Rabbit.KillAsync();

        // On a busy machine all of the others may be in the book before it is looked at: these make sure that it was midstream.
        var before = (await keeper.BookAsync()).Count;
        var meanwhile = publisher.ChangeAsync(Later);
        await backbone.Rabbit.StartAsync();
        var committed = (await writing).Union(await meanwhile).ToList();
        await BookedAsync(publisher, keeper, Count);
        await publisher.AllSentAsync();

        Assert.InRange(before, 100, Count - 1);
        Assert.Equal(committed.Order(), (await keeper.BookAsync()).Order());
    }

    [Fact]
    public async Task A_database_that_is_away_for_some_seconds_costs_no_message_and_doubles_none()
    {
        const int Count = 1500;
        await using var postgres = await PostgreSqlServer.StartNewAsync();
        await using var publisher = await StartAsync("publisher");
        await using var keeper = await KeeperAsync(await postgres.CreateDatabaseAsync());

        var writing = publisher.ChangeAsync(Count);
        await BookedAsync(publisher, keeper, 100);
        await postgres.StopAsync();
        var committed = await writing;
        await publisher.AllSentAsync();

        // Long enough for several tries of every message in hand.
        await Task.Delay(TimeSpan.FromSeconds(4));
        await postgres.StartAsync();
        await BookedAsync(publisher, keeper, Count);

        Assert.Equal(committed.Order(), (await keeper.BookAsync()).Order());
        Assert.Equal(0u, await Broker.CountAsync(Queue + "_error"));
    }

    [Fact]
    public async Task A_message_that_cannot_be_worked_on_is_set_aside_and_counted_and_stops_nothing()
    {
        await using var publisher = await StartAsync("publisher");
        await using var keeper = await KeeperAsync();
        using var metrics = new ServiceDefaults.Metrics.PrometheusMetrics("CallCenterCrm.Messaging");

        await publisher.AppendAsync(TestService.Change(BookConsumer.Poison));
        await Broker.SendAsync(Queue, "application/vnd.masstransit+json", "{ \"message\": ");
        await Broker.SendAsync(Queue, "text/plain", "hello");
        await Broker.SendAsync(Queue, "application/vnd.masstransit+json", """{ "messageId": "01000000-5d1e-0015-5b2f-08de78000001", "messageType": ["urn:message:Some:Thing"], "message": {} }""");
        var committed = await publisher.ChangeAsync(20);
        await BookedAsync(publisher, keeper, committed.Count);

        await Until.TrueAsync("all four are set aside", async () => await Broker.CountAsync(Queue + "_error") + await Broker.CountAsync(Queue + "_skipped") == 4);
        Assert.Equal(committed.Order(), (await keeper.BookAsync()).Order());
        Assert.Equal(0, await keeper.CountAsync("SELECT count(*) FROM inbox WHERE message_id NOT IN (SELECT message_id FROM inbox LIMIT 20)"));
        await Until.TrueAsync(
            "all four are counted", () => Task.FromResult(metrics.Write().Contains($"messages_set_aside{{queue=\"{Queue}\"}} 4\n", StringComparison.Ordinal)),
            () => Task.FromResult(metrics.Write()));
    }

    private Queues Broker => new(backbone.Rabbit, _host);

    private Task BookedAsync(TestService publisher, TestService keeper, int count) => Until.TrueAsync(
        $"{count} clients are in the book", async () => (await keeper.BookAsync()).Count >= count,
        async () => $"In the book: {(await keeper.BookAsync()).Count}; delivered: {keeper.Deliveries.MessageIds.Count}; "
            + $"not sent: {await publisher.CountAsync("SELECT count(*) FROM changes WHERE sent_at IS NULL")}; "
            + $"in the queue: {await Broker.CountAsync(Queue)}; set aside: {await Broker.CountAsync(Queue + "_error")}");

    private async Task<TestService> KeeperAsync(string? database = null) => await TestService.StartAsync(
        backbone, _host, "keeper", database ?? await backbone.Postgres.CreateDatabaseAsync(), bus =>
        {
            bus.AddConsumer<BookConsumer>();
            bus.AddConsumer<WitnessConsumer>();
        });

    private async Task<TestService> StartAsync(string name) =>
        await TestService.StartAsync(backbone, _host, name, await backbone.Postgres.CreateDatabaseAsync());
}
