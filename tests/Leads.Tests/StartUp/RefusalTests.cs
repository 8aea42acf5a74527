using System.Text.Json;
using CallCenterCrm.Servers;

namespace CallCenterCrm.Leads.Tests.StartUp;

/// <summary>Leads as the program that it is does not start on what is wrong, and says all of it at once.</summary>
public sealed class RefusalTests : IDisposable
{
    // sysexits.h: EX_CONFIG.
    private const int WrongConfiguration = 78;
    private const string Secret = "hunter2-is-no-secret";
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);
    private readonly string _directory = Directory.CreateTempSubdirectory("crm-test-refusal-").FullName;

    [Fact]
    public async Task Every_wrong_setting_and_every_wrong_first_client_is_listed_with_its_cure()
    {
        var file = Write("leads.json", JsonSerializer.Serialize(new
        {
            Http = new { Url = "", Port = 8102 },
            Logging = new { Level = "Loud" },
            Database = new { ConnectionString = $"Hots=127.0.0.1;Password={Secret}" },
            RabbitMq = new { Host = "127.0.0.1", Port = "70000", Username = "leads", Pasword = Secret },
            Callbacks = new { MostTries = 0, TalkMinutes = 1 },
            Forms = new { Origins = "https://site.example/ site.example", TrustedProxies = "proxy" },
            Redis = new { Endpoint = "127.0.0.1:6379" },
            SeedFile = Write("clients.json", """
                [
                  { "id": "6a1c0b5e-0000-4000-9000-000000000001", "kind": "person", "name": "Right", "numbers": ["+7 916 123-45-67"] },
                  { "id": "6a1c0b5e-0000-4000-9000-000000000002", "kind": "person", "name": " ", "numbers": ["112"] },
                  { "kind": "person", "name": "No id" },
                  { "id": "6a1c0b5e-0000-4000-9000-000000000004", "kind": "robot", "name": "No kind" },
                  null
                ]
                """),
        }));

        var (code, errors) = await RunAsync(file);

        Assert.Equal(WrongConfiguration, code);
        Assert.Equal(
            new[]
            {
                "Authentication:CacheFile is missing",
                "Authentication:KeysUrl is missing",
                "Callbacks:MostTries is '0'",
                "Callbacks:TalkMinutes is no setting of this service",
                "Database:ConnectionString cannot be read",
                "Forms:Origins holds 'https://site.example/'",
                "Forms:Origins holds 'site.example'",
                "Forms:TrustedProxies holds 'proxy'",
                "Grpc:Url is missing",
                "Http:Port is no setting of this service",
                "Http:Url is missing",
                "Logging:Level is 'Loud'",
                "RabbitMq:Password is missing",
                "RabbitMq:Pasword is no setting of this service",
                "RabbitMq:Port is '70000'",
                "Redis:Endpoint is no setting of this service",
                "SeedFile, client 2 has a number that is none",
                "SeedFile, client 2 has no name, or one of more than 200 letters",
                "SeedFile, client 3 lacks an id or a kind",
                "SeedFile, client 4 lacks an id or a kind",
                "SeedFile, client 5 is null",
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
                "Authentication:CacheFile is missing", "Authentication:KeysUrl is missing", "Database:ConnectionString is missing", "Grpc:Url is missing",
                "Http:Url is missing", "RabbitMq:Host is missing", "RabbitMq:Password is missing", "RabbitMq:Username is missing",
            },
            Faults(errors));
    }

    [Fact]
    public async Task A_wrong_word_on_the_command_line_is_as_wrong_as_one_in_the_file()
    {
        await using var leads = ServiceProcess.Start("Leads", null, "--RabbitMq:Port=many", "--RabbitMq:Pasword=" + Secret);
        Assert.Equal(WrongConfiguration, await leads.ExitAsync(Limit));
        Assert.Contains("RabbitMq:Port is 'many'", Faults(leads.Errors));
        Assert.Contains("RabbitMq:Pasword is no setting of this service", Faults(leads.Errors));
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    private static async Task<(int Code, string Errors)> RunAsync(string? file)
    {
        await using var leads = ServiceProcess.Start("Leads", file);
        return (await leads.ExitAsync(Limit), leads.Errors);
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
}
