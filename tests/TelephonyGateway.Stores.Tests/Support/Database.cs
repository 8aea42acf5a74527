using CallCenterCrm.Messaging;
using CallCenterCrm.Servers;
using CallCenterCrm.ServiceDefaults;
using CallCenterCrm.ServiceDefaults.Migrations;
using CallCenterCrm.ServiceDefaults.Settings;
using CallCenterCrm.Telephony.Calls;
using CallCenterCrm.Telephony.Steering;
using Dapper;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Xunit;

namespace CallCenterCrm.Telephony.Stores.Tests.Support;

/// <summary>A real PostgreSQL; every test has a database of its own in it.</summary>
public sealed class DatabaseServer : IAsyncLifetime
{
    public PostgreSqlServer Postgres { get; private set; } = null!;

    public async Task InitializeAsync() => Postgres = await PostgreSqlServer.StartNewAsync();

    public async Task DisposeAsync() => await (Postgres?.DisposeAsync() ?? ValueTask.CompletedTask);
}

[CollectionDefinition(Name)]
public sealed class DatabaseTests : ICollectionFixture<DatabaseServer>
{
    public const string Name = "Database";
}

/// <summary>The gateway's database, with its tables as the gateway makes them, and a folder for its files.</summary>
internal sealed class Database : IAsyncDisposable
{
    private readonly WebApplication _app;

    private Database(WebApplication app, GatewaySettings settings) => (_app, Settings) = (app, settings);

    public NpgsqlDataSource Source => _app.Services.GetRequiredService<NpgsqlDataSource>();

    public ServiceDatabase Service => _app.Services.GetRequiredService<ServiceDatabase>();

    public GatewaySettings Settings { get; }

    /// <summary>For connections of another gateway.</summary>
    public required string ConnectionString { get; init; }

    /// <summary>Held: this gateway is the only one.</summary>
    public Helm Helm { get; private set; } = null!;

    public static async Task<Database> NewAsync(DatabaseServer server)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton(TimeProvider.System);
        var connectionString = await server.Postgres.CreateDatabaseAsync();
        builder.Configuration.AddInMemoryCollection([new("Database:ConnectionString", connectionString)]);
        var settings = new SettingsReader(builder.Configuration);
        builder.AddDatabase(settings, MessagingSetup.Migrations, typeof(CallStore).Assembly);
        settings.ThrowIfWrong();
        var database = new Database(builder.Build(), TestSettings.Make()) { ConnectionString = connectionString };
        await database.Service.StartAsync(CancellationToken.None);
        await database.Service.Migrated;
        database.Helm = new Helm(database.Settings, database.Source, database.Service, TimeProvider.System, NullLogger<Helm>.Instance);
        await database.Helm.StartAsync(CancellationToken.None);
        await database.Helm.HeldAsync(CancellationToken.None);
        return database;
    }

    public async Task<long> CountAsync(string sql, object? parameters = null)
    {
        await using var connection = await Source.OpenConnectionAsync();
        return await connection.ExecuteScalarAsync<long>(sql, parameters);
    }

    public async Task<IReadOnlyList<T>> QueryAsync<T>(string sql, object? parameters = null)
    {
        await using var connection = await Source.OpenConnectionAsync();
        return (await connection.QueryAsync<T>(sql, parameters)).AsList();
    }

    public async Task ExecuteAsync(string sql, object? parameters = null)
    {
        await using var connection = await Source.OpenConnectionAsync();
        await connection.ExecuteAsync(sql, parameters);
    }

    public async ValueTask DisposeAsync()
    {
        await Helm.StopAsync(CancellationToken.None);
        Helm.Dispose();
        await Service.StopAsync(CancellationToken.None);
        await Source.DisposeAsync();
        await _app.DisposeAsync();
        TestSettings.Remove(Settings);
    }
}
