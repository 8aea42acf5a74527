using System.Globalization;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text.Json;

namespace CallCenterCrm.Servers;

/// <summary>
/// A real RabbitMQ of the test's own on free ports of 127.0.0.1, with an epmd (Erlang's name server) of its own. It can be
/// killed and started again; its durable queues and their messages stay.
/// </summary>
public sealed class RabbitMqServer : IAsyncDisposable
{
    private const string Program = "/usr/lib/rabbitmq/bin/rabbitmq-server";
    private const int MostVirtualHosts = 20;
    private static readonly byte[] Greeting = [.. "AMQP"u8, 0, 0, 9, 1];
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(120);
    private readonly string _directory = ServerProcess.MakeDirectory("rabbitmq");
    private readonly Ports _ports = new();
    private readonly int _distributionPort;
    private readonly int _epmdPort;
    private int _virtualHosts;
    private ServerProcess? _epmd;
    private ServerProcess? _process;

    private RabbitMqServer() => (Port, _distributionPort, _epmdPort) = (_ports.Take(), _ports.Take(), _ports.Take());

    /// <summary>Port of AMQP on 127.0.0.1.</summary>
    public int Port { get; }

    /// <summary>A user who may do everything in every virtual host; its password is the same.</summary>
    public static string User => "tester";

    private string Log => In("log");

    /// <summary>Makes and starts one.</summary>
    public static async Task<RabbitMqServer> StartNewAsync()
    {
        if (!File.Exists(Program))
        {
            throw new InvalidOperationException("These tests need RabbitMQ: install the package rabbitmq-server");
        }

        var server = new RabbitMqServer();
        try
        {
            await server.PrepareAsync();
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>A virtual host that is still empty: whoever works in it sees nothing of other tests.</summary>
    public string TakeVirtualHost()
    {
        var number = Interlocked.Increment(ref _virtualHosts);
        return number <= MostVirtualHosts ? VirtualHost(number) : throw new InvalidOperationException("All virtual hosts are used");
    }

    /// <summary>Starts it again after <see cref="KillAsync"/>.</summary>
    public async Task StartAsync()
    {
        _process = await ServerProcess.StartAsync(Log, "TERM", [Program, "-noinput"], Variables());
        await _process.ReadyAsync("RabbitMQ", Log, StartLimit, GreetsAsync);
    }

    /// <summary>kill -9.</summary>
    public async Task KillAsync()
    {
        await _process!.KillAsync();
        _process = null;
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            await _process.DisposeAsync();
        }

        if (_epmd is not null)
        {
            await _epmd.DisposeAsync();
        }

        _ports.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    private async Task PrepareAsync()
    {
        await File.WriteAllTextAsync(In("rabbitmq.conf"), string.Create(CultureInfo.InvariantCulture, $"""
            listeners.tcp.1 = 127.0.0.1:{Port}
            load_definitions = {In("definitions.json")}
            log.console = true
            log.file = false

            """));
        var hosts = Enumerable.Range(1, MostVirtualHosts).Select(VirtualHost).ToArray();
        await File.WriteAllTextAsync(In("definitions.json"), JsonSerializer.Serialize(new
        {
            vhosts = hosts.Select(name => new { name }),
            users = new[] { new { name = User, password = User, tags = "" } },
            permissions = hosts.Select(vhost => new { user = User, vhost, configure = ".*", write = ".*", read = ".*" }),
        }));
        await File.WriteAllTextAsync(In("enabled_plugins"), "[].");

        // Erlang refuses a cookie that is not the user's own.
        await ServerProcess.RunAsync(
            _directory, Convert.ToHexString(RandomNumberGenerator.GetBytes(16)), "sh", "-c", "umask 377 && cat >.erlang.cookie");
        _epmd = await ServerProcess.StartAsync(In("epmd.log"), "TERM",
            ["epmd", "-address", "127.0.0.1", "-port", _epmdPort.ToString(CultureInfo.InvariantCulture)]);
        await StartAsync();
    }

    private static string VirtualHost(int number) => string.Create(CultureInfo.InvariantCulture, $"test{number}");

    private string In(string name) => Path.Combine(_directory, name);

    private Dictionary<string, string> Variables() => new(StringComparer.Ordinal)
    {
        ["HOME"] = _directory,
        ["RABBITMQ_NODENAME"] = "crm@localhost",
        ["RABBITMQ_NODE_IP_ADDRESS"] = "127.0.0.1",
        ["RABBITMQ_NODE_PORT"] = Port.ToString(CultureInfo.InvariantCulture),
        ["RABBITMQ_DIST_PORT"] = _distributionPort.ToString(CultureInfo.InvariantCulture),
        ["RABBITMQ_MNESIA_BASE"] = In("mnesia"),
        ["RABBITMQ_LOG_BASE"] = _directory,
        ["RABBITMQ_LOGS"] = "-",
        ["RABBITMQ_PID_FILE"] = In("pid"),
        ["RABBITMQ_GENERATED_CONFIG_DIR"] = In("generated"),
        ["RABBITMQ_CONFIG_FILE"] = In("rabbitmq.conf"),
        ["RABBITMQ_ENABLED_PLUGINS_FILE"] = In("enabled_plugins"),
        // What a RabbitMQ of the machine's own is configured with is not for us.
        ["RABBITMQ_CONF_ENV_FILE"] = In("none"),
        ["RABBITMQ_ADVANCED_CONFIG_FILE"] = In("none"),
        ["ERL_EPMD_PORT"] = _epmdPort.ToString(CultureInfo.InvariantCulture),
        ["ERL_EPMD_ADDRESS"] = "127.0.0.1",
        ["ERL_CRASH_DUMP"] = In("erl_crash.dump"),
        ["RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS"] =
            "-kernel inet_dist_use_interface {127,0,0,1} +sbwt none +sbwtdcpu none +sbwtdio none +stbt u",
        // Makes the start script become the Erlang machine instead of watching it: what is killed is the server.
        ["RABBITMQ_ALLOW_INPUT"] = "1",
    };

    // The port is opened last; the broker answers AMQP's greeting with a method frame on channel 0, which asks for the login.
    private async Task<bool> GreetsAsync()
    {
        using var client = new TcpClient();
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(3));
        try
        {
            await client.ConnectAsync("127.0.0.1", Port, limit.Token);
            var stream = client.GetStream();
            await stream.WriteAsync(Greeting, limit.Token);
            var answer = new byte[3];
            await stream.ReadExactlyAsync(answer, limit.Token);
            return answer is [1, 0, 0];
        }
        catch (Exception fault) when (fault is SocketException or IOException or OperationCanceledException)
        {
            // Not yet.
            return false;
        }
    }
}
