using System.Text.Json;
using CallCenterCrm.Servers;
using CallCenterCrm.Telephony.Routing;
using CallCenterCrm.Telephony.Stores.Tests.Support;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting.Internal;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace CallCenterCrm.Telephony.Stores.Tests.Routing;

[Collection(DatabaseTests.Name)]
public sealed class RoutingStoreTests(DatabaseServer server) : IAsyncLifetime
{
    private Database _database = null!;
    private RoutingStore _store = null!;

    public async Task InitializeAsync()
    {
        _database = await Database.NewAsync(server);
        _store = new RoutingStore(_database.Source);
    }

    public async Task DisposeAsync() => await _database.DisposeAsync();

    [Fact]
    public async Task First_values_are_read_back_as_they_were_written()
    {
        Assert.True(await _store.SeedAsync(Samples.Tables, CancellationToken.None));
        var read = await _store.LoadAsync(CancellationToken.None);

        Assert.Equal(JsonSerializer.Serialize(Sorted(Samples.Tables)), JsonSerializer.Serialize(Sorted(read)));
        Assert.Equal([Samples.Second, Samples.First], read.Groups[0].Members);
    }

    [Fact]
    public async Task A_database_that_has_values_keeps_them()
    {
        await _store.SeedAsync(Samples.Tables, CancellationToken.None);
        await _database.ExecuteAsync("UPDATE escalation_rules SET name = 'Ours'");

        Assert.False(await _store.SeedAsync(Samples.Tables, CancellationToken.None));
        Assert.Equal("Ours", (await _store.LoadAsync(CancellationToken.None)).Rules[0].Name);
    }

    [Fact]
    public async Task Two_gateways_that_start_at_once_write_the_first_values_once()
    {
        var written = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => _store.SeedAsync(Samples.Tables, CancellationToken.None)));
        Assert.Single(written, true);
        Assert.Equal(3, (await _store.LoadAsync(CancellationToken.None)).Employees.Count);
    }

    [Fact]
    public async Task A_change_in_the_database_is_in_force_at_once()
    {
        await _store.SeedAsync(Samples.Tables, CancellationToken.None);
        using var routing = await StartAsync();

        // Sooner than the next reading, which is after a minute: the database tells of it.
        var limit = TimeSpan.FromSeconds(20);
        await _database.ExecuteAsync("UPDATE escalation_steps SET rings = 7 WHERE position = 1");
        await Until.TrueAsync("the change is in force", () => Task.FromResult(routing.Tables.Rules[0].Steps[0].Rings == 7), limit: limit);
        await _database.ExecuteAsync("DELETE FROM business_holidays");
        await Until.TrueAsync("the change is in force", () => Task.FromResult(routing.Tables.Hours[0].Holidays.Count == 0), limit: limit);

        await routing.StopAsync(CancellationToken.None);
    }

    [Fact]
    public async Task A_change_that_is_wrong_leaves_the_earlier_tables_in_force_and_is_shown()
    {
        await _store.SeedAsync(Samples.Tables, CancellationToken.None);
        using var routing = await StartAsync();

        await _database.ExecuteAsync("UPDATE escalation_steps SET rings = 0; INSERT INTO escalation_rules (id, name) VALUES (gen_random_uuid(), 'Empty')");
        await Until.TrueAsync("health says so", async () => (await HealthAsync(routing)).Status == HealthStatus.Unhealthy);

        var description = (await HealthAsync(routing)).Description;
        Assert.Contains("escalation rule 'Empty', steps: ", description, StringComparison.Ordinal);
        Assert.Contains("escalation rule 'Sales', steps[2].rings: from 1 to 20", description, StringComparison.Ordinal);
        Assert.Equal([3, 2, 5, 0], routing.Tables.Rules.Single().Steps.Select(step => step.Rings));

        await _database.ExecuteAsync("DELETE FROM escalation_rules WHERE name = 'Empty'; UPDATE escalation_steps SET rings = 4 WHERE target <> 'message'");
        await Until.TrueAsync("the mended tables are in force", async () => (await HealthAsync(routing)).Status == HealthStatus.Healthy);
        Assert.Equal([4, 4, 4, 0], routing.Tables.Rules.Single().Steps.Select(step => step.Rings));

        await routing.StopAsync(CancellationToken.None);
    }

    [Fact]
    public async Task A_gateway_that_starts_without_its_database_plans_by_the_last_known_tables()
    {
        await _store.SeedAsync(Samples.Tables, CancellationToken.None);
        using (var earlier = await StartAsync())
        {
            await earlier.StopAsync(CancellationToken.None);
        }

        await using var away = Npgsql.NpgsqlDataSource.Create("Host=127.0.0.1;Port=1;Username=nobody;Timeout=1");
        using var routing = New(new RoutingStore(away), away);
        await routing.StartAsync(CancellationToken.None);

        Assert.Equal(JsonSerializer.Serialize(Sorted(Samples.Tables)), JsonSerializer.Serialize(Sorted(routing.Tables)));
        var health = await HealthAsync(routing);
        Assert.Equal(HealthStatus.Unhealthy, health.Status);
        Assert.Contains("by the last known tables", health.Description, StringComparison.Ordinal);
        await routing.StopAsync(CancellationToken.None);
    }

    private async Task<RoutingData> StartAsync()
    {
        var routing = New(_store, _database.Source);
        await routing.StartAsync(CancellationToken.None);
        await Until.TrueAsync("the tables are read", () => Task.FromResult(routing.Tables.Rules.Count == 1));
        return routing;
    }

    private RoutingData New(RoutingStore store, Npgsql.NpgsqlDataSource source) => new(
        _database.Settings, store, _database.Service, source, new ApplicationLifetime(NullLogger<ApplicationLifetime>.Instance),
        TimeProvider.System, NullLogger<RoutingData>.Instance);

    private static Task<HealthCheckResult> HealthAsync(RoutingData routing) => routing.CheckHealthAsync(new HealthCheckContext());

    private static RoutingTables Sorted(RoutingTables tables) => tables with { Employees = [.. tables.Employees.OrderBy(employee => employee.Id)] };
}
