using CallCenterCrm.Servers;
using Dapper;
using Npgsql;
using Xunit;

namespace CallCenterCrm.Staff.Tests.Support;

/// <summary>How a database is reached.</summary>
/// <param name="Service">By the service's role, an ordinary one that owns the database, as in the product.</param>
/// <param name="Administrator">By the server's administrator.</param>
internal sealed record TestDatabase(string Service, string Administrator);

/// <summary>A real PostgreSQL; every test has a database of its own in it.</summary>
public sealed class PostgresServer : IAsyncLifetime
{
    private PostgreSqlServer? _server;
    private string _role = "";

    public async Task InitializeAsync() => _server = await PostgreSqlServer.StartNewAsync();

    public async Task DisposeAsync() => await (_server?.DisposeAsync() ?? ValueTask.CompletedTask);

    internal async Task<TestDatabase> DatabaseAsync()
    {
        var administrator = new NpgsqlConnectionStringBuilder(await _server!.CreateDatabaseAsync()) { Pooling = false };
        await using var connection = new NpgsqlConnection(administrator.ConnectionString);
        await connection.OpenAsync();
        if (_role.Length == 0)
        {
            _role = "staff";
            await connection.ExecuteAsync($"CREATE ROLE {_role} LOGIN PASSWORD '{_server.Password}'");
        }

        await connection.ExecuteAsync($"ALTER DATABASE {administrator.Database} OWNER TO {_role}");
        var service = new NpgsqlConnectionStringBuilder(administrator.ConnectionString) { Username = _role, Pooling = true, MaxPoolSize = 40 };
        return new(service.ConnectionString, administrator.ConnectionString);
    }
}

[CollectionDefinition(nameof(PostgresServer))]
public sealed class UsesPostgres : ICollectionFixture<PostgresServer>;
