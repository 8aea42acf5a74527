using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using CallCenterCrm.Contracts.Staff.V1;
using CallCenterCrm.Messaging;
using CallCenterCrm.Servers;
using CallCenterCrm.Telephony.Routing;
using CallCenterCrm.Telephony.Stores.Tests.Support;
using Npgsql;
using Xunit;

namespace CallCenterCrm.Telephony.Stores.Tests.Employees;

/// <summary>
/// The gateway and Staff as the programs that they are, with the company's own files, over a real broker: the gateway starts
/// before Staff has ever run, hears of everybody once it does, and goes on by its own copy when Staff is away.
/// </summary>
[Collection(DatabaseTests.Name)]
public sealed class StaffAwayTests(DatabaseServer server) : IAsyncLifetime
{
    private const string Number = "74951000001";
    private static readonly Guid Valera = new("6a1c0b5e-0000-4000-8000-000000000101");
    private static readonly string Company = Path.Combine(Repository.Root, "deploy", "company");
    private readonly string _directory = Directory.CreateTempSubdirectory("crm-test-staff-").FullName;
    private readonly Ports _ports = new();
    private RabbitMqServer _rabbit = null!;
    private string _http = "";

    public async Task InitializeAsync()
    {
        _rabbit = await RabbitMqServer.StartNewAsync();
        _http = Url();
    }

    public async Task DisposeAsync()
    {
        await (_rabbit?.DisposeAsync() ?? ValueTask.CompletedTask);
        _ports.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    [Fact]
    public async Task Calls_ring_by_what_staff_told_last_whether_or_not_staff_is_there()
    {
        var company = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(Company, "employees.json")))!.AsArray()
            .Select(employee => (Id: (Guid)employee!["id"]!, Name: (string)employee["name"]!, Extension: (string?)employee["extension"], Mobile: (string?)employee["mobile"]))
            .OrderBy(employee => employee.Id).ToArray();
        var host = _rabbit.TakeVirtualHost();
        await using var ours = await Database.NewAsync(server);
        var staffDatabase = await server.Postgres.CreateDatabaseAsync();
        var gatewayFile = Write("gateway.json", GatewaySettings($"{ours.Source.ConnectionString};Password={server.Postgres.Password}", host));
        var staffFile = Write("staff.json", StaffSettings(staffDatabase, host));
        await using var theirs = NpgsqlDataSource.Create(staffDatabase);
        var store = new RoutingStore(ours.Source);

        await using (var gateway = ServiceProcess.Start("TelephonyGateway", gatewayFile))
        {
            await Until.TrueAsync("the gateway waits for Staff's employees", async () => (await RoutingFaultAsync(gateway))
                ?.StartsWith("waits for Staff's employees", StringComparison.Ordinal) ?? false, () => Task.FromResult(gateway.Output + gateway.Errors));

            await using (var staff = ServiceProcess.Start("Staff", staffFile))
            {
                await Until.TrueAsync("the gateway knows everybody", async () => (await store.LoadAsync(CancellationToken.None)).Employees.Count == company.Length,
                    () => Task.FromResult(gateway.Output + staff.Output + staff.Errors));
                await Until.TrueAsync("it is content with its tables", async () => await RoutingFaultAsync(gateway) is null);
                var known = await store.LoadAsync(CancellationToken.None);
                Assert.Equal(
                    company,
                    known.Employees.Select(employee => (employee.Id, employee.Name, employee.Extension, employee.Mobile)).OrderBy(employee => employee.Id));
                Assert.Equal(["101", "102", "103"], known.Groups.Single().Members.Select(id => known.Employee(id)!.Extension));

                // As Staff publishes a change: one with much that makes no sense, and one behind it, of an absence.
                await PublishAsync(theirs, Changed(known, 2) with
                {
                    TimeZone = "Mars/Olympus",
                    WorkingHours = [new WorkingSpan { Weekday = 9, OpensMinute = 5, ClosesMinute = 1 }],
                    RingGroups = [.. Changed(known, 2).RingGroups, new RingGroupPlace { GroupId = Guid.NewGuid(), Position = 1 }],
                });
                await PublishAsync(theirs, Changed(known, 3) with
                {
                    Absences = [new Absence { Kind = AbsenceKind.Holiday, FirstDay = new DateOnly(2020, 1, 1), LastDay = new DateOnly(2120, 1, 1) }],
                });
                await Until.TrueAsync("the absence is known", async () => (await store.LoadAsync(CancellationToken.None)).Employee(Valera)!.Absences.Count == 1,
                    () => Task.FromResult(gateway.Output + staff.Output));
            }

            // Staff is gone, and so is the broker.
            await _rabbit.KillAsync();
            await Until.TrueAsync("the absence is in the copy on disk", () => Task.FromResult(Copy().Employee(Valera)!.Absences.Count == 1));
            await gateway.KillAsync();
        }

        await using (var gateway = ServiceProcess.Start("TelephonyGateway", gatewayFile))
        {
            await Until.TrueAsync("the gateway is content with its tables", async () =>
                await ReasonsAsync(gateway) is { } reasons && !reasons.ContainsKey("routing"), () => Task.FromResult(gateway.Output + gateway.Errors));
        }

        var plan = new PlanMaker(Copy(), _ => PhoneState.Free, _ => null).Make(Number, new Caller(Guid.NewGuid(), "Client", Valera), TimeProvider.System.GetUtcNow());
        Assert.Equal("102@10_m79035550001@25", plan!.Text);
        Assert.Equal(PassReason.Absent, plan.Steps[0].PassedOver["101"]);
    }

    private RoutingTables Copy() => RoutingData.ReadFile(Path.Combine(_directory, "gateway", "routing.json"));

    private static EmployeeChanged Changed(RoutingTables known, long version) => new()
    {
        EmployeeId = Valera,
        Version = version,
        Name = known.Employee(Valera)!.Name,
        Roles = ["manager"],
        Extension = "101",
        Visibility = "own",
        TimeZone = "Europe/Moscow",
        WorkingHours = [],
        RingGroups = [new RingGroupPlace { GroupId = known.Groups.Single().Id, Position = 1 }],
        Absences = [],
    };

    private static async Task PublishAsync(NpgsqlDataSource staff, EmployeeChanged change)
    {
        await using var connection = await staff.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await ChangeLog.AppendAsync(connection, transaction, change, CancellationToken.None);
        await transaction.CommitAsync();
    }

    private async Task<string?> RoutingFaultAsync(ServiceProcess gateway) =>
        await ReasonsAsync(gateway) is { } reasons ? reasons.GetValueOrDefault("routing") : "does not answer";

    // Null while it does not answer.
    private async Task<Dictionary<string, string>?> ReasonsAsync(ServiceProcess gateway)
    {
        Assert.False(gateway.HasExited, gateway.Output + gateway.Errors);
        using var http = new HttpClient();
        try
        {
            using var answer = await http.GetAsync(new Uri($"{_http}/health/ready"));
            return (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("reasons").Deserialize<Dictionary<string, string>>();
        }
        catch (HttpRequestException)
        {
            return null;
        }
    }

    private object GatewaySettings(string connectionString, string virtualHost) => new
    {
        Http = new { Url = _http },
        Grpc = new { Url = Url() },
        Authentication = new { KeysUrl = "http://127.0.0.1:1", CacheFile = Path.Combine(_directory, "keys.json") },
        Database = new { ConnectionString = connectionString },
        RabbitMq = Rabbit(virtualHost),
        Redis = new { Endpoint = "127.0.0.1:1" },
        Ami = new { Host = "127.0.0.1", Port = 1, Username = "gateway", Secret = "none", SystemName = "a1b2c3d4e5f60718" },
        Pbx = new { Id = "office", CelFile = Path.Combine(_directory, "cel.json"), CdrFile = Path.Combine(_directory, "cdr.json"), RecordingsDirectory = _directory },
        StateDirectory = Path.Combine(_directory, "gateway"),
        SeedFile = Path.Combine(Company, "telephony.json"),
    };

    private object StaffSettings(string connectionString, string virtualHost) => new
    {
        Http = new { Url = Url() },
        Grpc = new { Url = Url() },
        Database = new { ConnectionString = connectionString },
        RabbitMq = Rabbit(virtualHost),
        EncryptionSecret = "0123456789abcdef0123456789abcdef",
        StateDirectory = Path.Combine(_directory, "staff"),
        SeedFile = Path.Combine(Company, "employees.json"),
    };

    private object Rabbit(string virtualHost) =>
        new { Host = "127.0.0.1", _rabbit.Port, VirtualHost = virtualHost, Username = RabbitMqServer.User, Password = RabbitMqServer.User };

    private string Url() => string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{_ports.Take()}");

    private string Write(string name, object content)
    {
        var file = Path.Combine(_directory, name);
        File.WriteAllText(file, JsonSerializer.Serialize(content));
        return file;
    }
}
