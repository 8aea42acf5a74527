using System.Globalization;
using System.Text.Json;

namespace CallCenterCrm.Servers;

/// <summary>Staff as the program that it is, with a database of its own and no broker: its contracts need none.</summary>
public sealed class StaffServer : IAsyncDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("crm-test-staff-").FullName;
    private readonly Ports _ports = new();
    private ServiceProcess? _process;

    private StaffServer()
    {
        Http = string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{_ports.Take()}");
        Grpc = string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{_ports.Take()}");
    }

    /// <summary>Address of its health and its keys.</summary>
    public string Http { get; }

    /// <summary>Address of its contracts.</summary>
    public string Grpc { get; }

    /// <summary>Where it publishes its keys.</summary>
    public string KeysUrl => $"{Http}/.well-known/jwks.json";

    /// <summary>What its log says so far.</summary>
    public string Log => _process!.Output + _process.Errors;

    private string ConfigurationFile => Path.Combine(_directory, "staff.json");

    /// <summary>Makes and starts one, with an owner who has a one-time password.</summary>
    /// <param name="tokenLife">How long its access tokens live.</param>
    public static async Task<StaffServer> StartNewAsync(PostgreSqlServer postgres, TimeSpan tokenLife)
    {
        var server = new StaffServer();
        await File.WriteAllTextAsync(server.ConfigurationFile, JsonSerializer.Serialize(new
        {
            Http = new { Url = server.Http },
            Grpc = new { Url = server.Grpc },
            Database = new { ConnectionString = await postgres.CreateDatabaseAsync() },
            RabbitMq = new { Host = "127.0.0.1", Port = 1, Username = "staff", Password = "none" },
            Tokens = new { LifeSeconds = tokenLife.TotalSeconds },
            EncryptionSecret = "no secret at all, but long enough for one",
            StateDirectory = Path.Combine(server._directory, "state"),
        }));
        await server.StartAsync();
        return server;
    }

    /// <summary>Starts it again after <see cref="StopAsync"/>, and waits until it publishes its keys and has its first employee.</summary>
    public async Task StartAsync()
    {
        _process = ServiceProcess.Start("Staff", ConfigurationFile);
        using var http = new HttpClient();
        await Until.TrueAsync(
            "Staff has keys and an owner",
            async () =>
            {
                if (_process.HasExited)
                {
                    throw new InvalidOperationException($"Staff has ended:\n{Log}");
                }

                try
                {
                    return (await http.GetAsync(new Uri(KeysUrl))).IsSuccessStatusCode && File.Exists(PasswordsFile);
                }
                catch (HttpRequestException)
                {
                    // It does not listen yet.
                    return false;
                }
            },
            () => Task.FromResult(Log));
    }

    /// <summary>Ends it in an orderly way.</summary>
    public async Task StopAsync() => await _process!.DisposeAsync();

    /// <summary>The sign-in name and the one-time password of the owner.</summary>
    public async Task<(string Name, string Password)> OwnerAsync()
    {
        using var file = JsonDocument.Parse(await File.ReadAllTextAsync(PasswordsFile));
        var owner = file.RootElement.EnumerateArray().Single();
        return (owner.GetProperty("signInName").GetString()!, owner.GetProperty("oneTimePassword").GetString()!);
    }

    /// <summary>Runs the command that makes an API key on the machine itself.</summary>
    /// <returns>Its exit code, what it wrote to its standard output, and what to its standard error.</returns>
    public async Task<(int Code, string Output, string Errors)> MakeApiKeyAsync(params string[] words)
    {
        await using var command = ServiceProcess.Start("Staff", ConfigurationFile, ["make-api-key", .. words]);
        var code = await command.ExitAsync(TimeSpan.FromSeconds(60));
        return (code, command.Output.Trim(), command.Errors.Trim());
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            await _process.DisposeAsync();
        }

        _ports.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    private string PasswordsFile => Path.Combine(_directory, "state", "first-passwords.json");
}
