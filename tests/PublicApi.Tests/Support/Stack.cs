using System.Globalization;
using System.Text.Json;
using CallCenterCrm.Servers;
using CallCenterCrm.Staff.V1;
using CallCenterCrm.Telephony.Api.Tests.Support;
using Grpc.Core;
using Grpc.Net.Client;
using Npgsql;

namespace CallCenterCrm.PublicApi.Tests.Support;

/// <summary>The public API, Staff, Leads and the gateway as the programs that they are; without a PBX and a broker, which no call here needs.</summary>
public sealed class Stack : IAsyncLifetime
{
    /// <summary>The shortest that can be set.</summary>
    public static readonly TimeSpan TokenLife = TimeSpan.FromSeconds(30);

    /// <summary>How long one service waits for another: programs that have only just begun are slow on a busy machine.</summary>
    public const int DeadlineSeconds = 60;

    private readonly string _directory = Directory.CreateTempSubdirectory("crm-test-publicapi-").FullName;
    private readonly Ports _ports = new();
    private readonly List<GrpcChannel> _channels = [];
    private PostgreSqlServer? _postgres;
    private ServiceProcess? _gateway;
    private ServiceProcess? _leads;
    private ServiceProcess? _api;
    private string? _ownersToken;

    public StaffServer Staff { get; private set; } = null!;

    /// <summary>The gateway's database.</summary>
    public NpgsqlDataSource Calls { get; private set; } = null!;

    /// <summary>Where other systems call.</summary>
    public string Grpc { get; private set; } = "";

    /// <summary>Where the health of the public API is.</summary>
    public string Http { get; private set; } = "";

    /// <summary>Where the gateway answers by itself.</summary>
    public string GatewayGrpc { get; private set; } = "";

    /// <summary>Where Leads answers by itself.</summary>
    public string LeadsGrpc { get; private set; } = "";

    public string Log => _api!.Output + _api.Errors;

    public async Task InitializeAsync()
    {
        _postgres = await PostgreSqlServer.StartNewAsync();
        Staff = await StaffServer.StartNewAsync(_postgres, TokenLife);
        var connectionString = await _postgres.CreateDatabaseAsync();
        Calls = NpgsqlDataSource.Create(connectionString);
        (Http, Grpc, GatewayGrpc, LeadsGrpc) = (NewAddress(), NewAddress(), NewAddress(), NewAddress());
        await File.WriteAllTextAsync(In("tables.json"), SampleTables.Json);
        await File.WriteAllTextAsync(In("gateway.json"), JsonSerializer.Serialize(new
        {
            Http = new { Url = NewAddress() },
            Grpc = new { Url = GatewayGrpc },
            Authentication = new { Staff.KeysUrl, CacheFile = In("keys.json") },
            Database = new { ConnectionString = connectionString },
            RabbitMq = new { Host = "127.0.0.1", Port = 1, Username = "telephony", Password = "none" },
            Redis = new { Endpoint = "127.0.0.1:1" },
            Ami = new { Host = "127.0.0.1", Port = 1, Username = "gateway", Secret = "none", SystemName = "a1b2c3d4e5f60718" },
            Pbx = new { Id = "office", CelFile = In("cel.json"), CdrFile = In("cdr.json"), RecordingsDirectory = _directory },
            StateDirectory = In("state"),
            SeedFile = In("tables.json"),
        }));
        await File.WriteAllTextAsync(In("leads.json"), JsonSerializer.Serialize(new
        {
            Http = new { Url = NewAddress() },
            Grpc = new { Url = LeadsGrpc },
            Authentication = new { Staff.KeysUrl, CacheFile = In("keys-of-leads.json") },
            Database = new { ConnectionString = await _postgres.CreateDatabaseAsync() },
            RabbitMq = new { Host = "127.0.0.1", Port = 1, Username = "leads", Password = "none" },
        }));
        await File.WriteAllTextAsync(In("api.json"), JsonSerializer.Serialize(new
        {
            Http = new { Url = Http },
            Grpc = new { Url = Grpc },
            Telephony = new { Addresses = GatewayGrpc, DeadlineSeconds },
            Leads = new { Addresses = LeadsGrpc, DeadlineSeconds },
            Staff = new { Addresses = Staff.Grpc, DeadlineSeconds },
        }));
        _leads = ServiceProcess.Start("Leads", In("leads.json"));
        _api = ServiceProcess.Start("PublicApi", In("api.json"));
        await StartGatewayAsync();
        using var http = new HttpClient();
        await Until.TrueAsync("the public API is ready", async () =>
        {
            try
            {
                return (await http.GetAsync(new Uri($"{Http}/health/ready"))).IsSuccessStatusCode;
            }
            catch (HttpRequestException)
            {
                // It does not listen yet.
                return false;
            }
        }, () => Task.FromResult(Log));
    }

    /// <summary>Starts the gateway and waits until it knows its tables.</summary>
    public async Task StartGatewayAsync()
    {
        _gateway = ServiceProcess.Start("TelephonyGateway", In("gateway.json"));
        var client = new CallCenterCrm.Routing.V1.Routing.RoutingClient(Bearing(GatewayGrpc, await OwnersTokenAsync()));
        await Until.TrueAsync("the gateway knows its tables and its callers", async () =>
        {
            try
            {
                return (await client.GetRoutingAsync(new())).Numbers.Count > 0;
            }
            catch (RpcException refusal) when (refusal.StatusCode is StatusCode.Unavailable or StatusCode.Internal or StatusCode.Unauthenticated)
            {
                // Not yet: it is not there, has no schema, or has no keys. Or the token has ended.
                client = new(Bearing(GatewayGrpc, await OwnersTokenAsync(anew: refusal.StatusCode == StatusCode.Unauthenticated)));
                return false;
            }
        }, () => Task.FromResult(_gateway.Output));
    }

    /// <summary>kill -9.</summary>
    public async Task KillGatewayAsync()
    {
        await _gateway!.KillAsync();
        await _gateway.DisposeAsync();
    }

    /// <summary>A new API key.</summary>
    public async Task<string> KeyAsync(params string[] permissions)
    {
        var (code, output, errors) = await Staff.MakeApiKeyAsync(["test", .. permissions]);
        Assert.True(code == 0, errors);
        return output;
    }

    /// <summary>Calls at the public address with a key; with nothing when it is null.</summary>
    public CallInvoker With(string? key) => Bearing(Grpc, key);

    /// <summary>Calls at an address with a token.</summary>
    public CallInvoker Bearing(string address, string? token)
    {
        var channel = GrpcChannel.ForAddress(address, new GrpcChannelOptions
        {
            InitialReconnectBackoff = TimeSpan.FromMilliseconds(50),
            MaxReconnectBackoff = TimeSpan.FromMilliseconds(200),
        });
        _channels.Add(channel);
        return new BearingInvoker(channel.CreateCallInvoker(), token);
    }

    /// <summary>A token of somebody who may everything, straight from Staff.</summary>
    public async Task<string> OwnersTokenAsync(bool anew = false)
    {
        const string password = "верная лошадь батарейка";
        if (_ownersToken is not null && !anew)
        {
            return _ownersToken;
        }

        var staff = new SignIn.SignInClient(Bearing(Staff.Grpc, null));
        var (name, oneTime) = await Staff.OwnerAsync();
        var first = _ownersToken is null ? oneTime : password;
        var progress = (await staff.SignInAsync(new() { SignInName = name, Password = first })).Progress;
        if (progress.Challenge is { } challenge)
        {
            progress = (await staff.ChooseNewPasswordAsync(new() { ChallengeToken = challenge.Token, NewPassword = password })).Progress;
        }

        return _ownersToken = progress.Grant.AccessToken;
    }

    /// <summary>How much memory the public API holds, in bytes.</summary>
    public async Task<double> MemoryAsync()
    {
        using var http = new HttpClient();
        var lines = (await http.GetStringAsync(new Uri($"{Http}/metrics"))).Split('\n');
        return double.Parse(lines.Single(line => line.StartsWith("dotnet_process_memory_working_set", StringComparison.Ordinal)).Split(' ')[^1], CultureInfo.InvariantCulture);
    }

    public async Task DisposeAsync()
    {
        _channels.ForEach(channel => channel.Dispose());
        await (_api?.DisposeAsync() ?? ValueTask.CompletedTask);
        await (_leads?.DisposeAsync() ?? ValueTask.CompletedTask);
        await (_gateway?.DisposeAsync() ?? ValueTask.CompletedTask);
        await (Staff?.DisposeAsync() ?? ValueTask.CompletedTask);
        await (Calls?.DisposeAsync() ?? ValueTask.CompletedTask);
        await (_postgres?.DisposeAsync() ?? ValueTask.CompletedTask);
        _ports.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    private string NewAddress() => string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{_ports.Take()}");

    private string In(string file) => Path.Combine(_directory, file);
}

[CollectionDefinition(Name)]
public sealed class SharedStack : ICollectionFixture<Stack>
{
    public const string Name = "stack";
}
