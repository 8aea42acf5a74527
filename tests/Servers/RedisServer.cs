using System.Globalization;

namespace CallCenterCrm.Servers;

/// <summary>A real Redis of the test's own on a free port of 127.0.0.1, which keeps nothing on the disk.</summary>
public sealed class RedisServer : IAsyncDisposable
{
    private const string Program = "/usr/bin/redis-server";
    private readonly string _directory = ServerProcess.MakeDirectory("redis");
    private readonly Ports _ports = new();
    private readonly int _port;
    private ServerProcess? _process;

    private RedisServer() => _port = _ports.Take();

    /// <summary>host:port.</summary>
    public string Endpoint => string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{_port}");

    /// <summary>Makes and starts one.</summary>
    public static async Task<RedisServer> StartNewAsync()
    {
        var server = new RedisServer();
        server._process = await ServerProcess.StartAsync(
            Path.Combine(server._directory, "log"), "TERM",
            [Program, "--bind", "127.0.0.1", "--port", server._port.ToString(CultureInfo.InvariantCulture), "--save", "", "--appendonly", "no"]);
        await Until.TrueAsync("Redis answers", async () => (await server.TryAsync("ping")) == "PONG", () => Task.FromResult(server._directory));
        return server;
    }

    /// <summary>Asks by redis-cli.</summary>
    public Task<string> AskAsync(params string[] command) => ServerProcess.AskAsync(_directory, ["/usr/bin/redis-cli", "-p", _port.ToString(CultureInfo.InvariantCulture), .. command]);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            await _process.DisposeAsync();
        }

        _ports.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    private async Task<string> TryAsync(string command)
    {
        try
        {
            return await AskAsync(command);
        }
        catch (InvalidOperationException)
        {
            return "";
        }
    }
}
