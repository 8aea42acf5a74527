using System.Text.Json;
using CallCenterCrm.Servers;
using CallCenterCrm.Telephony.Stores.Tests.Support;
using Xunit;

namespace CallCenterCrm.Telephony.Stores.Tests.StartUp;

/// <summary>The gateway as the program that it is does not start on what is wrong, and says all of it at once.</summary>
[Collection(DatabaseTests.Name)]
public sealed class RefusalTests(DatabaseServer server) : IDisposable
{
    // sysexits.h: EX_CONFIG.
    private const int WrongConfiguration = 78;
    private const string Secret = "hunter2-is-no-secret";
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);
    private readonly string _directory = Directory.CreateTempSubdirectory("crm-test-refusal-").FullName;

    [Fact]
    public async Task Every_wrong_setting_is_listed_with_its_key_and_cure()
    {
        var seed = Write("telephony.json", """
            {
              "employees": [{ "id": "11111111-0000-0000-0000-000000000001", "name": "Owner" }],
              "groups": [], "hours": [{ "id": "33333333-0000-0000-0000-000000000001", "name": "Office", "timeZone": "Mars/Olympus" }],
              "rules": [
                { "id": "44444444-0000-0000-0000-000000000001", "name": "Empty", "ringSeconds": 5 },
                { "id": "44444444-0000-0000-0000-000000000002", "name": "Odd", "ringSeconds": 0,
                  "steps": [{ "target": "everybody", "rings": 0 }, { "target": "next", "rings": 1 }, { "target": "mobile", "employeeId": "11111111-0000-0000-0000-000000000001", "rings": 21 }] }
              ],
              "numbers": [{ "number": "74951000001", "name": "Office", "ruleId": "44444444-0000-0000-0000-000000000009", "hoursId": "33333333-0000-0000-0000-000000000009" }]
            }
            """);
        var file = Write("gateway.json", JsonSerializer.Serialize(new
        {
            Http = new { Url = "nonsense", Urll = "http://127.0.0.1:1" },
            Logging = new { Format = "xml", Level = "Loud" },
            Database = new { ConnectionString = $"Port=many;Password={Secret}", Pool = "yes" },
            RabbitMq = new { Port = 0, Username = "telephony", Pasword = Secret },
            Redis = new { Endpoint = "127.0.0.1" },
            Ami = new { Host = "127.0.0.1", Port = "many", Username = "gateway", SystemName = "short", Tls = "perhaps" },
            Pbx = new { Id = "office" },
            Lookup = new { LimitSeconds = 9 },
            Lokup = new { LimitSeconds = 0.2 },
            SeedFile = seed,
        }));

        var (code, errors) = await RunAsync(file);

        Assert.Equal(WrongConfiguration, code);
        Assert.Equal(
            new[]
            {
                "Ami:Port is 'many'",
                "Ami:Secret is missing",
                "Ami:SystemName is too short or holds signs",
                "Ami:Tls is 'perhaps'",
                "Authentication:CacheFile is missing",
                "Authentication:KeysUrl is missing",
                "Database:ConnectionString cannot be read",
                "Database:Pool is no setting of this service",
                "Grpc:Url is missing",
                "Http:Url is 'nonsense'",
                "Http:Urll is no setting of this service",
                "Logging:Format is 'xml'",
                "Logging:Level is 'Loud'",
                "Lokup:LimitSeconds is no setting of this service",
                "Lookup:LimitSeconds is '9'",
                "Pbx:CdrFile is missing",
                "Pbx:CelFile is missing",
                "Pbx:RecordingsDirectory is missing",
                "RabbitMq:Host is missing",
                "RabbitMq:Password is missing",
                "RabbitMq:Pasword is no setting of this service",
                "RabbitMq:Port is '0'",
                "Redis:Endpoint is '127.0.0.1'",
                "SeedFile, business hours 'Office', time_zone is wrong",
                "SeedFile, escalation rule 'Empty', steps is wrong",
                "SeedFile, escalation rule 'Odd', ring_seconds is wrong",
                "SeedFile, escalation rule 'Odd', steps[0].rings is wrong",
                "SeedFile, escalation rule 'Odd', steps[0].target is wrong",
                "SeedFile, escalation rule 'Odd', steps[1].target is wrong",
                "SeedFile, escalation rule 'Odd', steps[2].employee_id is wrong",
                "SeedFile, escalation rule 'Odd', steps[2].rings is wrong",
                "SeedFile, trunk number 74951000001, hours_id is wrong",
                "SeedFile, trunk number 74951000001, rule_id is wrong",
                "StateDirectory is missing",
            },
            Faults(errors));
        Assert.DoesNotContain(Secret, errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task With_no_settings_at_all_it_says_which_it_needs()
    {
        var (code, errors) = await RunAsync(null);

        Assert.Equal(WrongConfiguration, code);
        Assert.Equal(
            new[]
            {
                "Ami:Host is missing", "Ami:Secret is missing", "Ami:SystemName is missing", "Ami:Username is missing",
                "Authentication:CacheFile is missing", "Authentication:KeysUrl is missing", "Database:ConnectionString is missing", "Grpc:Url is missing", "Http:Url is missing", "Pbx:CdrFile is missing", "Pbx:CelFile is missing", "Pbx:Id is missing", "Pbx:RecordingsDirectory is missing", "RabbitMq:Host is missing",
                "RabbitMq:Password is missing", "RabbitMq:Username is missing", "Redis:Endpoint is missing", "StateDirectory is missing",
            },
            Faults(errors));
    }

    [Theory]
    [InlineData("{ \"Http\": ")]
    [InlineData("hello")]
    [InlineData(null)]
    public async Task A_settings_file_that_cannot_be_read_is_named(string? content)
    {
        var file = content is null ? Path.Combine(_directory, "absent.json") : Write("broken.json", content);
        var (code, errors) = await RunAsync(file);

        Assert.Equal(WrongConfiguration, code);
        Assert.StartsWith("CRM_CONFIG names a file that cannot be read", Assert.Single(Faults(errors)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{ \"rules\": null }")]
    [InlineData("{ \"employees\": [], \"groups\": [], \"hours\": [], \"rules\": [{ \"id\": \"44444444-0000-0000-0000-000000000001\", \"name\": null, \"ringSeconds\": 5 }], \"numbers\": [] }")]
    [InlineData("{ \"employees\": [], \"groups\": [], \"hours\": [], \"rules\": [], \"numbers\": [null] }")]
    [InlineData("{ \"employees\": [null], \"groups\": [], \"hours\": [], \"rules\": [], \"numbers\": [] }")]
    [InlineData("[")]
    public async Task First_tables_that_are_no_tables_are_named(string content)
    {
        var (code, errors) = await RunAsync(await SettingsAsync("Host=127.0.0.1;Port=1", Write("telephony.json", content)));

        Assert.Equal(WrongConfiguration, code);
        Assert.StartsWith("SeedFile", Assert.Single(Faults(errors)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Rules_in_the_database_that_would_leave_a_call_unattended_stop_the_start_and_are_all_named()
    {
        await using var database = await Database.NewAsync(server);
        await database.ExecuteAsync(
            """
            INSERT INTO escalation_rules (id, name) VALUES (gen_random_uuid(), 'Empty');
            INSERT INTO escalation_rules (id, name) VALUES ('44444444-0000-0000-0000-000000000002', 'Odd');
            INSERT INTO escalation_steps (rule_id, position, target, rings) VALUES
                ('44444444-0000-0000-0000-000000000002', 1, 'everybody', 3), ('44444444-0000-0000-0000-000000000002', 2, 'employee', 0);
            INSERT INTO business_hours (id, name, time_zone) VALUES (gen_random_uuid(), 'Office', 'Mars/Olympus');
            """);
        await using var gateway = ServiceProcess.Start("TelephonyGateway", await SettingsAsync(database.Source.ConnectionString + ";Password=" + server.Postgres.Password));

        Assert.Equal(WrongConfiguration, await gateway.ExitAsync(Limit));
        Assert.All(
            new[]
            {
                "escalation rule 'Empty', steps is wrong: ",
                "escalation rule 'Odd', steps[0].target is wrong: one of: responsible",
                "escalation rule 'Odd', steps[1].rings is wrong: from 1 to 20",
                "escalation rule 'Odd', steps[1].employee_id is wrong: ",
                "business hours 'Office', time_zone is wrong: unknown time zone",
            },
            error => Assert.Contains($"The routing tables are wrong, so the gateway does not start: {error}", gateway.Output, StringComparison.Ordinal));
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    private static async Task<(int Code, string Errors)> RunAsync(string? file)
    {
        await using var gateway = ServiceProcess.Start("TelephonyGateway", file);
        return (await gateway.ExitAsync(Limit), gateway.Errors);
    }

    // Each line without its cure, which must be there.
    private static IEnumerable<string> Faults(string errors) => errors.Split('\n', StringSplitOptions.RemoveEmptyEntries).Skip(1).Select(line =>
    {
        var parts = line.Split(": ", 2);
        Assert.NotEmpty(parts[1].Trim());
        return parts[0].Trim();
    }).Order(StringComparer.Ordinal);

    private string Write(string name, string content)
    {
        var file = Path.Combine(_directory, name);
        File.WriteAllText(file, content);
        return file;
    }

    private Task<string> SettingsAsync(string connectionString, string? seed = null) => Task.FromResult(Write("gateway.json", JsonSerializer.Serialize(new
    {
        Http = new { Url = "http://127.0.0.1:0" },
        Grpc = new { Url = "http://127.0.0.1:0" },
        Authentication = new { KeysUrl = "http://127.0.0.1:1", CacheFile = Path.Combine(_directory, "keys.json") },
        Database = new { ConnectionString = connectionString },
        RabbitMq = new { Host = "127.0.0.1", Port = 1, Username = "telephony", Password = Secret },
        Redis = new { Endpoint = "127.0.0.1:1" },
        Ami = new { Host = "127.0.0.1", Port = 1, Username = "gateway", Secret, SystemName = "a1b2c3d4e5f60718" },
        Pbx = new { Id = "office", CelFile = Path.Combine(_directory, "cel.json"), CdrFile = Path.Combine(_directory, "cdr.json"), RecordingsDirectory = _directory },
        StateDirectory = Path.Combine(_directory, "state"),
        SeedFile = seed,
    })));
}
