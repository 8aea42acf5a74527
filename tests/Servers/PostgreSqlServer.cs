using System.Globalization;
using System.Security.Cryptography;
using Npgsql;

namespace CallCenterCrm.Servers;

/// <summary>
/// A real PostgreSQL of the test's own on a free port of 127.0.0.1, with its data in a temporary folder. It can be
/// stopped and started again; its databases stay.
/// </summary>
public sealed class PostgreSqlServer : IAsyncDisposable
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(120);
    private readonly string _directory = ServerProcess.MakeDirectory("postgres");
    private readonly Ports _ports = new();
    private readonly int _port;
    private ServerProcess? _process;
    private int _databases;

    private PostgreSqlServer() => _port = _ports.Take();

    /// <summary>Password of its only role.</summary>
    public string Password { get; } = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));

    private string Data => Path.Combine(_directory, "data");

    private string Log => Path.Combine(_directory, "log");

    /// <summary>Makes and starts one.</summary>
    public static async Task<PostgreSqlServer> StartNewAsync()
    {
        var server = new PostgreSqlServer();
        try
        {
            await ServerProcess.RunAsync(
                server._directory, server.Password, "bash", "-c", "\"$@\" --pwfile <(cat)", "initdb",
                Path.Combine(Programs, "initdb"), "--pgdata", server.Data, "--username", "postgres", "--auth", "scram-sha-256",
                "--encoding", "UTF8", "--locale", "C.UTF-8", "--no-sync");
            await server.StartAsync();
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts it again after <see cref="StopAsync"/>.</summary>
    public async Task StartAsync()
    {
        // The data outlives the server, but not the machine: nothing needs to be on the disk.
        _process = await ServerProcess.StartAsync(
            Log, "INT",
            [
                Path.Combine(Programs, "postgres"), "-D", Data, "-c", string.Create(CultureInfo.InvariantCulture, $"port={_port}"),
                "-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories=", "-c", "max_connections=200", "-c", "fsync=off",
            ]);
        await _process.ReadyAsync("PostgreSQL", Log, StartLimit, AnswersAsync);
    }

    /// <summary>Ends it and every session at once, as an administrator's restart does ("fast" shutdown).</summary>
    public async Task StopAsync()
    {
        await _process!.DisposeAsync();
        _process = null;
    }

    /// <summary>Makes an empty database.</summary>
    /// <returns>Its connection string.</returns>
    public async Task<string> CreateDatabaseAsync()
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"test{Interlocked.Increment(ref _databases)}");
        await using var connection = new NpgsqlConnection(ConnectionString("postgres", pooling: false));
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand($"CREATE DATABASE {name}", connection);
        await command.ExecuteNonQueryAsync();
        return ConnectionString(name, pooling: true);
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            await StopAsync();
        }

        _ports.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    // The newest that Debian's packages put here.
    private static string Programs { get; } =
        (Directory.Exists("/usr/lib/postgresql") ? Directory.EnumerateDirectories("/usr/lib/postgresql") : [])
        .OrderBy(folder => int.Parse(Path.GetFileName(folder), CultureInfo.InvariantCulture)).LastOrDefault() is { } newest
            ? Path.Combine(newest, "bin")
            : throw new InvalidOperationException("These tests need PostgreSQL: install the package postgresql");

    private string ConnectionString(string database, bool pooling) => new NpgsqlConnectionStringBuilder
    {
        Host = "127.0.0.1",
        Port = _port,
        Database = database,
        Username = "postgres",
        Password = Password,
        Pooling = pooling,
        // On a busy machine a new session takes its time; a server that is away refuses at once.
        Timeout = 30,
    }.ConnectionString;

    private async Task<bool> AnswersAsync()
    {
        await using var connection = new NpgsqlConnection(ConnectionString("postgres", pooling: false));
        try
        {
            await connection.OpenAsync();
            return true;
        }
        catch (NpgsqlException)
        {
            // Not yet.
            return false;
        }
    }
}
