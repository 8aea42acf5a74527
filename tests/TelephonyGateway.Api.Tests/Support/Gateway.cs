using System.Globalization;
using System.Text.Json;
using CallCenterCrm.Servers;
using CallCenterCrm.ServiceDefaults.Authentication;
using Grpc.Core;
using Grpc.Net.Client;
using Npgsql;

namespace CallCenterCrm.Telephony.Api.Tests.Support;

/// <summary>
/// The gateway as the program that it is, with a database of its own and keys to check tokens with, but without a PBX, a
/// broker and a cache: its API needs none of them.
/// </summary>
public sealed class Gateway : IAsyncLifetime
{
    private readonly string _directory = Directory.CreateTempSubdirectory("crm-test-api-").FullName;
    private readonly Ports _ports = new();
    private PostgreSqlServer? _postgres;
    private ServiceProcess? _process;
    private GrpcChannel? _channel;
    private string _http = "";
    private string _grpc = "";

    public NpgsqlDataSource Database { get; private set; } = null!;

    public TokenMaker Tokens { get; private set; } = null!;

    /// <summary>Where the PBX would record.</summary>
    public string Recordings => Path.Combine(_directory, "monitor");

    /// <summary>What its log says so far.</summary>
    public string Log => _process!.Output;

    public async Task InitializeAsync()
    {
        _postgres = await PostgreSqlServer.StartNewAsync();
        var connectionString = await _postgres.CreateDatabaseAsync();
        Database = NpgsqlDataSource.Create(connectionString);
        Tokens = await TokenMaker.StartAsync(_ports.Take());
        _http = string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{_ports.Take()}");
        _grpc = string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{_ports.Take()}");
        Directory.CreateDirectory(Recordings);
        await File.WriteAllTextAsync(Path.Combine(_directory, "tables.json"), SampleTables.Json);
        await File.WriteAllTextAsync(Path.Combine(_directory, "gateway.json"), JsonSerializer.Serialize(new
        {
            Http = new { Url = _http },
            Grpc = new { Url = _grpc },
            Authentication = new { Tokens.KeysUrl, CacheFile = Path.Combine(_directory, "keys.json") },
            Database = new { ConnectionString = connectionString },
            RabbitMq = new { Host = "127.0.0.1", Port = 1, Username = "telephony", Password = "none" },
            Redis = new { Endpoint = "127.0.0.1:1" },
            Ami = new { Host = "127.0.0.1", Port = 1, Username = "gateway", Secret = "none", SystemName = "a1b2c3d4e5f60718" },
            Pbx = new { Id = "office", CelFile = Path.Combine(_directory, "cel.json"), CdrFile = Path.Combine(_directory, "cdr.json"), RecordingsDirectory = Recordings },
            StateDirectory = Path.Combine(_directory, "state"),
            SeedFile = Path.Combine(_directory, "tables.json"),
        }));
        await StartAsync();
    }

    /// <summary>Starts it, again after <see cref="StopAsync"/> or <see cref="KillAsync"/>, and waits until it answers.</summary>
    public async Task StartAsync()
    {
        _process = ServiceProcess.Start("TelephonyGateway", Path.Combine(_directory, "gateway.json"));
        _channel ??= Connect();
        var client = Client<CallCenterCrm.Routing.V1.Routing.RoutingClient>(Permissions.RoutingRead);
        await Until.TrueAsync("the gateway knows its tables and its callers", async () =>
        {
            Assert.False(_process.HasExited, _process.Output + _process.Errors);
            try
            {
                return (await client.GetRoutingAsync(new())).Numbers.Count > 0;
            }
            catch (RpcException refusal) when (refusal.StatusCode is StatusCode.Unavailable or StatusCode.Internal or StatusCode.Unauthenticated)
            {
                // Not yet: it is not there, has no schema, or has no keys.
                return false;
            }
        }, () => Task.FromResult(_process.Output));
    }

    /// <summary>Ends it in an orderly way.</summary>
    public async Task StopAsync()
    {
        await _process!.DisposeAsync();
        _process = null;
    }

    /// <summary>kill -9.</summary>
    public async Task KillAsync()
    {
        await _process!.KillAsync();
        await _process.DisposeAsync();
        _process = null;
    }

    /// <summary>A client whose calls bear a token with these permissions, and who sees all calls.</summary>
    public T Client<T>(params string[] permissions)
        where T : ClientBase<T> => ClientWith<T>(Tokens.Make(permissions));

    /// <summary>A client whose calls bear this token; none when it is null.</summary>
    public T ClientWith<T>(string? token)
        where T : ClientBase<T> => (T)Activator.CreateInstance(typeof(T), new BearingInvoker(_channel!.CreateCallInvoker(), token))!;

    /// <summary>A connection of its own, which its maker closes.</summary>
    public GrpcChannel Connect() => GrpcChannel.ForAddress(_grpc, new GrpcChannelOptions
    {
        InitialReconnectBackoff = TimeSpan.FromMilliseconds(50),
        MaxReconnectBackoff = TimeSpan.FromMilliseconds(200),
    });

    /// <summary>A gauge of its metrics.</summary>
    public async Task<double> GaugeAsync(string name)
    {
        using var http = new HttpClient();
        var text = await http.GetStringAsync(new Uri($"{_http}/metrics"));
        return text.Split('\n').Where(line => line.StartsWith(name, StringComparison.Ordinal))
            .Sum(line => double.Parse(line.Split(' ')[^1], CultureInfo.InvariantCulture));
    }

    public async Task DisposeAsync()
    {
        _channel?.Dispose();
        if (_process is not null)
        {
            await _process.DisposeAsync();
        }

        if (Tokens is not null)
        {
            await Tokens.DisposeAsync();
        }

        if (Database is not null)
        {
            await Database.DisposeAsync();
        }

        if (_postgres is not null)
        {
            await _postgres.DisposeAsync();
        }

        _ports.Dispose();
        Directory.Delete(_directory, recursive: true);
    }
}
