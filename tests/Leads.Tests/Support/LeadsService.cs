using System.Globalization;
using System.Text.Json;
using CallCenterCrm.Contracts.Staff.V1;
using CallCenterCrm.Contracts.Telephony.V1;
using CallCenterCrm.Servers;
using CallCenterCrm.Telephony.Api.Tests.Support;
using Dapper;
using Grpc.Core;
using Grpc.Net.Client;
using MassTransit;
using Npgsql;
using CallbacksClient = CallCenterCrm.Callbacks.V1.Callbacks.CallbacksClient;

namespace CallCenterCrm.Leads.Tests.Support;

/// <summary>Leads as the program that it is, with a database and a broker; the tests play the gateway.</summary>
public sealed class LeadsService : IAsyncLifetime
{
    public static readonly Guid Romashka = new("6a1c0b5e-0000-4000-9000-000000000001");

    /// <summary>Numbers of the only client who is there from the start.</summary>
    public static readonly string[] RomashkaNumbers = ["74957770011", "79037001122"];

    private readonly string _directory = Directory.CreateTempSubdirectory("crm-test-leads-").FullName;
    private readonly Ports _ports = new();
    private int _numbers;
    private PostgreSqlServer? _postgres;
    private RabbitMqServer? _rabbit;
    private ServiceProcess? _service;
    private IBusControl? _bus;
    private GrpcChannel? _channel;

    public NpgsqlDataSource Database { get; private set; } = null!;

    public TokenMaker Tokens { get; private set; } = null!;

    /// <summary>Where health, metrics and the forms are.</summary>
    public string Http { get; private set; } = "";

    /// <summary>What its log says so far.</summary>
    public string Log => _service!.Output + _service.Errors;

    /// <summary>Calls without a token.</summary>
    public CallInvoker Anonymous => _channel!.CreateCallInvoker();

    public async Task InitializeAsync()
    {
        _postgres = await PostgreSqlServer.StartNewAsync();
        _rabbit = await RabbitMqServer.StartNewAsync();
        var host = _rabbit.TakeVirtualHost();
        var connectionString = await _postgres.CreateDatabaseAsync();
        Database = NpgsqlDataSource.Create(connectionString);
        Tokens = await TokenMaker.StartAsync(_ports.Take());
        Http = string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{_ports.Take()}");
        var grpc = string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{_ports.Take()}");
        _service = ServiceProcess.Start("Leads", await WriteSettingsAsync("leads", host, connectionString, Http, grpc, [Romashka]));
        await ReadyAsync(Http);
        _channel = GrpcChannel.ForAddress(grpc);
        _bus = Bus.Factory.CreateUsingRabbitMq(rabbit => rabbit.Host("127.0.0.1", (ushort)_rabbit.Port, host, user =>
        {
            user.Username(RabbitMqServer.User);
            user.Password(RabbitMqServer.User);
        }));
        await _bus.StartAsync();
    }

    /// <summary>Starts Leads with a database of its own and so many first clients, until all are there.</summary>
    /// <returns>How many of them each transaction made.</returns>
    public async Task<IReadOnlyList<long>> SeedAsync(int clients)
    {
        var database = await _postgres!.CreateDatabaseAsync();
        string Address() => string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{_ports.Take()}");
        await using var service = ServiceProcess.Start("Leads", await WriteSettingsAsync(
            "seeded", _rabbit!.TakeVirtualHost(), database, Address(), Address(), [.. Enumerable.Range(0, clients).Select(_ => Guid.NewGuid())]));
        await using var source = NpgsqlDataSource.Create(database);
        IReadOnlyList<long> made = [];
        await Until.TrueAsync(
            "the first clients are there",
            async () =>
            {
                await using var connection = await source.OpenConnectionAsync();
                made = await connection.ExecuteScalarAsync<bool>("SELECT to_regclass('client_numbers') IS NOT NULL")
                    ? (await connection.QueryAsync<long>("SELECT count(*) FROM clients GROUP BY xmin::text")).AsList()
                    : [];
                return made.Sum() == clients;
            },
            () => Task.FromResult(service.Output + service.Errors));
        return made;
    }

    /// <summary>A mobile number that nobody used yet.</summary>
    public string NewNumber() => string.Create(CultureInfo.InvariantCulture, $"7926{Interlocked.Increment(ref _numbers):0000000}");

    /// <summary>Publishes versions of calls, all at once, and waits until Leads has worked on every one.</summary>
    public Task TellAsync(params IEnumerable<CallChanged> calls) => SendAsync([.. calls.Select(call => (Guid.NewGuid(), call))]);

    /// <summary>Tells of an employee, and waits until Leads knows him.</summary>
    public async Task<Guid> EmployAsync(string name, string? extension = null, string? team = null)
    {
        var (message, employee) = (Guid.NewGuid(), Guid.NewGuid());
        await SendAsync((message, new EmployeeChanged
        {
            EmployeeId = employee,
            Version = 1,
            Name = name,
            Roles = ["manager"],
            Extension = extension,
            Team = team,
            Visibility = "own",
            TimeZone = "Europe/Moscow",
            WorkingHours = [],
            RingGroups = [],
            Absences = [],
        }));
        return employee;
    }

    /// <summary>A client with numbers of his own.</summary>
    public async Task<Guid> AddClientAsync(string name, Guid? responsible, params string[] numbers)
    {
        var client = Guid.NewGuid();
        await ExecuteAsync(
            """
            INSERT INTO clients (id, kind, name, responsible_id, created_at) VALUES (@client, 'person', @name, @responsible, now());
            INSERT INTO client_numbers (number, client_id) SELECT unnest(@numbers), @client
            """, new { client, name, responsible, numbers });
        return client;
    }

    /// <summary>Somebody who may do everything with callbacks.</summary>
    public CallbacksClient As(Guid employee, string visibility = "all", string? team = null, string kind = "employee") => new(new BearingInvoker(
        Anonymous, Tokens.Make(["callbacks.read", "callbacks.write"], employee, kind, visibility, team)));

    /// <summary>Somebody who may read and enter clients, and read and write notes.</summary>
    public T As<T>(Guid employee, string visibility = "all", string? team = null, string kind = "employee")
        where T : ClientBase<T> => (T)Activator.CreateInstance(typeof(T), new BearingInvoker(
            Anonymous, Tokens.Make(["clients.read", "clients.write", "calls.read", "calls.dial"], employee, kind, visibility, team)))!;

    /// <summary>The one callback that is open for a number.</summary>
    public async Task<string> OpenIdAsync(string number) =>
        (await QueryAsync<Guid>("SELECT id FROM callbacks WHERE number = @number AND closed_at IS NULL", new { number })).Single().ToString();

    /// <summary>Publishes messages with given ids, which may be repeated.</summary>
    public Task SendAsync(params IReadOnlyList<(Guid Id, CallChanged Call)> messages) => SendAsync([.. messages.Select(message => (message.Id, (object)message.Call))]);

    private async Task SendAsync(params IReadOnlyList<(Guid Id, object Body)> messages)
    {
        await Task.WhenAll(messages.Select(message => _bus!.Publish(message.Body, context => context.MessageId = message.Id)));
        var ids = messages.Select(message => message.Id).Distinct().ToArray();
        await Until.TrueAsync(
            "Leads has worked on the calls",
            async () => await CountAsync("SELECT count(*) FROM inbox WHERE message_id = ANY(@ids)", new { ids }) == ids.Length,
            () => Task.FromResult(_service!.Output + _service.Errors));
    }

    public async Task<long> CountAsync(string sql, object? parameters = null)
    {
        await using var connection = await Database.OpenConnectionAsync();
        return await connection.ExecuteScalarAsync<long>(sql, parameters);
    }

    public async Task<IReadOnlyList<T>> QueryAsync<T>(string sql, object? parameters = null)
    {
        await using var connection = await Database.OpenConnectionAsync();
        return (await connection.QueryAsync<T>(sql, parameters)).AsList();
    }

    public async Task ExecuteAsync(string sql, object? parameters = null)
    {
        await using var connection = await Database.OpenConnectionAsync();
        await connection.ExecuteAsync(sql, parameters);
    }

    public async Task DisposeAsync()
    {
        _channel?.Dispose();
        await (_bus?.StopAsync(TimeSpan.FromSeconds(60)) ?? Task.CompletedTask);
        await (_service?.DisposeAsync() ?? ValueTask.CompletedTask);
        await (Database?.DisposeAsync() ?? ValueTask.CompletedTask);
        await (Tokens?.DisposeAsync() ?? ValueTask.CompletedTask);
        await (_rabbit?.DisposeAsync() ?? ValueTask.CompletedTask);
        await (_postgres?.DisposeAsync() ?? ValueTask.CompletedTask);
        _ports.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    // The first of the clients is «Ромашка» with her numbers; the others have one each.
    private async Task<string> WriteSettingsAsync(string name, string host, string connectionString, string http, string grpc, IReadOnlyList<Guid> clients)
    {
        var seed = Path.Combine(_directory, name + "-clients.json");
        await File.WriteAllTextAsync(seed, JsonSerializer.Serialize(clients.Select((id, index) => new
        {
            id,
            kind = "organisation",
            name = "ООО «Ромашка»",
            numbers = index == 0 ? RomashkaNumbers.Select(number => "+" + number) : [string.Create(CultureInfo.InvariantCulture, $"+7917{index:0000000}")],
        })));
        var settings = Path.Combine(_directory, name + ".json");
        await File.WriteAllTextAsync(settings, JsonSerializer.Serialize(new
        {
            Http = new { Url = http },
            Grpc = new { Url = grpc },
            Authentication = new { Tokens.KeysUrl, CacheFile = Path.Combine(_directory, name + "-keys.json") },
            Forms = new { Origins = "https://site.example" },
            Database = new { ConnectionString = connectionString },
            RabbitMq = new { Host = "127.0.0.1", _rabbit!.Port, VirtualHost = host, Username = RabbitMqServer.User, Password = RabbitMqServer.User },
            SeedFile = seed,
        }));
        return settings;
    }

    private async Task ReadyAsync(string url)
    {
        using var http = new HttpClient();
        await Until.TrueAsync(
            "Leads is ready and has its first client",
            async () =>
            {
                try
                {
                    return (await http.GetAsync(new Uri(url + "/health/ready"))).IsSuccessStatusCode && await CountAsync("SELECT count(*) FROM clients") == 1;
                }
                catch (HttpRequestException)
                {
                    // It does not listen yet.
                    return false;
                }
            },
            () => Task.FromResult(_service!.Output + _service.Errors));
    }
}

[CollectionDefinition(Name)]
public sealed class LeadsTests : ICollectionFixture<LeadsService>
{
    public const string Name = "Leads";
}
