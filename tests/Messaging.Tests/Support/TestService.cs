using System.Globalization;
using CallCenterCrm.Contracts.Clients.V1;
using CallCenterCrm.Servers;
using CallCenterCrm.ServiceDefaults;
using CallCenterCrm.ServiceDefaults.Migrations;
using CallCenterCrm.ServiceDefaults.Settings;
using Dapper;
using MassTransit;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace CallCenterCrm.Messaging.Tests.Support;

/// <summary>A service put together as all of ours are: a database with a change log and an inbox, the bus, its consumers.</summary>
internal sealed class TestService : IAsyncDisposable
{
    private readonly WebApplication _app;

    private TestService(WebApplication app) => _app = app;

    public NpgsqlDataSource Database => _app.Services.GetRequiredService<NpgsqlDataSource>();

    public ChangeReader Log => _app.Services.GetRequiredService<ChangeReader>();

    /// <summary>One for all readers, as a service has it.</summary>
    public ChangeFollower<ClientChanged> Follower => _app.Services.GetRequiredService<ChangeFollower<ClientChanged>>();

    public Deliveries Deliveries => _app.Services.GetRequiredService<Deliveries>();

    public static async Task<TestService> StartAsync(
        Backbone backbone, string virtualHost, string name, string connectionString, Action<IRegistrationConfigurator>? addConsumers = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["Database:ConnectionString"] = connectionString,
            ["RabbitMq:Host"] = "127.0.0.1",
            ["RabbitMq:Port"] = backbone.Rabbit.Port.ToString(CultureInfo.InvariantCulture),
            ["RabbitMq:VirtualHost"] = virtualHost,
            ["RabbitMq:Username"] = RabbitMqServer.User,
            ["RabbitMq:Password"] = RabbitMqServer.User,
        });
        var settings = new SettingsReader(builder.Configuration);
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddSingleton<Deliveries>();
        builder.AddDatabase(settings, MessagingSetup.Migrations);
        builder.AddMessaging(settings, name, addConsumers ?? (_ => { }));
        settings.ThrowIfWrong();

        var service = new TestService(builder.Build());
        await service._app.StartAsync();
        await service._app.Services.GetRequiredService<ServiceDatabase>().Migrated;
        await service.ExecuteAsync("CREATE TABLE IF NOT EXISTS book (client_id uuid NOT NULL)");
        await service._app.Services.GetRequiredService<IBusControl>().WaitForHealthStatus(BusHealthStatus.Healthy, TimeSpan.FromSeconds(90));
        return service;
    }

    /// <summary>Changes clients, each in a transaction of its own, several at a time.</summary>
    /// <param name="rolledBack">Which of them are not committed.</param>
    /// <returns>Ids of the clients whose change was committed.</returns>
    public async Task<IReadOnlySet<Guid>> ChangeAsync(int count, Func<int, bool>? rolledBack = null)
    {
        var committed = new System.Collections.Concurrent.ConcurrentBag<Guid>();
        await Parallel.ForEachAsync(Enumerable.Range(0, count), new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (index, cancellationToken) =>
        {
            await using var connection = await Database.OpenConnectionAsync(cancellationToken);
            await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
            var change = Change($"Client {index}");
            await ChangeLog.AppendAsync(connection, transaction, change, cancellationToken);
            if (rolledBack?.Invoke(index) == true)
            {
                await transaction.RollbackAsync(cancellationToken);
            }
            else
            {
                await transaction.CommitAsync(cancellationToken);
                committed.Add(change.ClientId);
            }
        });
        return committed.ToHashSet();
    }

    /// <summary>Puts one change into the log.</summary>
    public async Task AppendAsync<T>(T contract)
        where T : class
    {
        await using var connection = await Database.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await ChangeLog.AppendAsync(connection, transaction, contract, CancellationToken.None);
        await transaction.CommitAsync();
    }

    public static ClientChanged Change(string name) => new() { ClientId = Guid.NewGuid(), Version = 1, Name = name, Numbers = ["79161234567"] };

    /// <summary>The clients in the book, in any order; one that was worked on twice stands there twice.</summary>
    public async Task<IReadOnlyList<Guid>> BookAsync()
    {
        await using var connection = await Database.OpenConnectionAsync();
        return (await connection.QueryAsync<Guid>("SELECT client_id FROM book")).AsList();
    }

    public async Task<long> CountAsync(string sql, object? parameters = null)
    {
        await using var connection = await Database.OpenConnectionAsync();
        return await connection.ExecuteScalarAsync<long>(sql, parameters);
    }

    public async Task ExecuteAsync(string sql, object? parameters = null)
    {
        await using var connection = await Database.OpenConnectionAsync();
        await connection.ExecuteAsync(sql, parameters);
    }

    /// <summary>Waits until every change is done with.</summary>
    public Task AllSentAsync() => Until.TrueAsync(
        "every change is sent", async () => await CountAsync("SELECT count(*) FROM changes WHERE sent_at IS NULL") == 0, async () =>
        {
            await using var connection = await Database.OpenConnectionAsync();
            return string.Join('\n', await connection.QueryAsync<string>("SELECT kind || ' ' || body FROM changes WHERE sent_at IS NULL ORDER BY seq LIMIT 10"));
        });

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();

        // A service leaves this to the end of its process.
        await Database.DisposeAsync();
        await _app.DisposeAsync();
    }
}
