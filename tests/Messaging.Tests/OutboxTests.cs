using CallCenterCrm.Contracts.Clients.V1;
using CallCenterCrm.Messaging.Tests.Support;
using CallCenterCrm.Servers;
using MassTransit;
using Xunit;

namespace CallCenterCrm.Messaging.Tests;

[Collection(BackboneTests.Name)]
public sealed class OutboxTests(Backbone backbone)
{
    private readonly string _host = backbone.Rabbit.TakeVirtualHost();

    [Fact]
    public async Task Every_committed_change_is_published_once_and_one_that_was_rolled_back_never()
    {
        await using var witness = await WitnessAsync();
        await using var publisher = await StartAsync("publisher");

        var committed = await publisher.ChangeAsync(400, index => index % 4 == 0);
        await publisher.AllSentAsync();
        await Until.TrueAsync("all are delivered", () => Task.FromResult(witness.Deliveries.ClientIds.Count >= committed.Count));

        Assert.Equal(300, committed.Count);
        Assert.Equal(committed.Order(), witness.Deliveries.ClientIds.Order());
        Assert.Equal(0u, await new Queues(backbone.Rabbit, _host).CountAsync("witness-witness"));
    }

    [Fact]
    public async Task A_change_for_which_nobody_has_a_queue_is_held_until_somebody_has()
    {
        await using var witness = await WitnessAsync();
        await using var publisher = await StartAsync("publisher");

        await publisher.AppendAsync(new ClientsRequested { RequestedBy = "test" });
        var later = await publisher.ChangeAsync(5);

        // What came after it passes by; it is still there.
        await Until.TrueAsync("the later changes are delivered", () => Task.FromResult(witness.Deliveries.ClientIds.Count == later.Count));
        Assert.Equal(1, await UnsentAsync(publisher, nameof(ClientsRequested)));

        await using var listener = await StartAsync("listener", bus => bus.AddConsumer<RequestConsumer>());
        await Until.TrueAsync("the held change is delivered", () => Task.FromResult(!listener.Deliveries.MessageIds.IsEmpty));
        await publisher.AllSentAsync();
        Assert.Single(listener.Deliveries.MessageIds);
    }

    [Fact]
    public async Task Two_instances_of_a_service_publish_every_change_once_and_one_goes_on_when_the_other_ends()
    {
        await using var witness = await WitnessAsync();
        var database = await backbone.Postgres.CreateDatabaseAsync();
        var one = await TestService.StartAsync(backbone, _host, "publisher", database);
        await using var two = await TestService.StartAsync(backbone, _host, "publisher", database);

        var first = await one.ChangeAsync(300);
        await one.AllSentAsync();
        var second = two.ChangeAsync(300);
        await one.DisposeAsync();
        var all = first.Union(await second).ToList();
        await two.AllSentAsync();

        await Until.TrueAsync("all are delivered", () => Task.FromResult(witness.Deliveries.ClientIds.Count >= all.Count));
        Assert.Equal(600, all.Count);
        Assert.Equal(all.Order(), witness.Deliveries.ClientIds.Distinct().Order());

        // While both ran, only one of them published: nothing of the first part came twice.
        Assert.Equal(first.Count, witness.Deliveries.ClientIds.Count(first.Contains));
    }

    [Fact]
    public async Task Rows_that_cannot_be_read_are_set_aside_and_counted_and_stop_nothing()
    {
        (string Kind, string Body)[] bad =
        [
            ("CallCenterCrm.Contracts.Nothing.V1.Gone", "{}"),
            ("", "{}"),
            ("Some.Type, Some.Assembly", "{}"),
            ("List`1[[", "{}"),
            ("CallCenterCrm.Contracts.Telephony.V1.CallState", "\"Ended\""),
            (ChangeLog.KindOf(typeof(ClientChanged)), "{}"),
            (ChangeLog.KindOf(typeof(ClientChanged)), "null"),
            (ChangeLog.KindOf(typeof(ClientChanged)), "[1]"),
            (ChangeLog.KindOf(typeof(ClientChanged)), """{"clientId": "7", "version": -1, "name": {}, "numbers": null}"""),
        ];
        await using var witness = await WitnessAsync();
        await using var publisher = await StartAsync("publisher");
        using var metrics = new ServiceDefaults.Metrics.PrometheusMetrics("CallCenterCrm.Messaging");

        foreach (var (kind, body) in bad)
        {
            await publisher.ExecuteAsync("INSERT INTO changes (kind, body) VALUES (@kind, @body::jsonb)", new { kind, body });
        }

        var later = await publisher.ChangeAsync(3);
        await publisher.AllSentAsync();

        await Until.TrueAsync("the later changes are delivered", () => Task.FromResult(witness.Deliveries.ClientIds.Count >= later.Count));
        Assert.Equal(later.Order(), witness.Deliveries.ClientIds.Order());
        Assert.Contains("changes_set_aside 9\n", metrics.Write(), StringComparison.Ordinal);
    }

    private Task<TestService> WitnessAsync() => StartAsync("witness", bus => bus.AddConsumer<WitnessConsumer>());

    private async Task<TestService> StartAsync(string name, Action<IRegistrationConfigurator>? addConsumers = null) =>
        await TestService.StartAsync(backbone, _host, name, await backbone.Postgres.CreateDatabaseAsync(), addConsumers);

    private static Task<long> UnsentAsync(TestService service, string contract) =>
        service.CountAsync("SELECT count(*) FROM changes WHERE sent_at IS NULL AND kind LIKE @kind", new { kind = "%." + contract });
}
