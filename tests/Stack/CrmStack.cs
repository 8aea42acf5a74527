using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using CallCenterCrm.Servers;
using Npgsql;

namespace CallCenterCrm.TestStack;

/// <summary>
/// The whole product on ports of its own, brought up by the same deploy/up that people use, beside whatever else runs on
/// the machine.
/// </summary>
public class CrmStack : IAsyncDisposable
{
    private readonly StackPlace _place;
    private readonly IReadOnlyDictionary<string, string> _settings;

    /// <summary>A stack that is not running yet; <see cref="BringUpAsync"/> starts it.</summary>
    protected CrmStack(StackPlace place)
    {
        _place = place;
        _settings = place.Settings(File.ReadLines(Path.Combine(Repository.Root, "deploy/ports.env")));
        Sip = new IPEndPoint(IPAddress.Loopback, place.FirstPort);
        Trunk = new IPEndPoint(TrunkAddress, place.FirstPort);
    }

    /// <summary>The provider's address.</summary>
    public static IPAddress TrunkAddress { get; } = IPAddress.Parse("127.0.2.1");

    public IPEndPoint Sip { get; }

    public IPEndPoint Trunk { get; }

    public string Run => Path.Combine(_place.Directory, "run");

    public string CelFile => Path.Combine(Run, "asterisk/log/cel-custom/cel.json");

    public string RecordingsDirectory => Path.Combine(Run, "asterisk/spool/monitor");

    /// <summary>The gateway's database.</summary>
    public NpgsqlDataSource Telephony { get; private set; } = null!;

    /// <summary>Leads' database.</summary>
    public NpgsqlDataSource Leads { get; private set; } = null!;

    public string SystemName { get; private set; } = "";

    /// <summary>Begins with empty data and returns when everything is healthy.</summary>
    /// <param name="place">Where it lives.</param>
    /// <param name="pbx">What the PBX knows of the company, as deploy/demo/pbx.env has it.</param>
    /// <param name="telephony">First values of the routing tables, as deploy/demo/telephony.json has them.</param>
    /// <param name="clients">The first clients, as deploy/demo/clients.json has them.</param>
    /// <param name="employees">The first employees who sign in, as deploy/company/employees.json has them.</param>
    /// <exception cref="InvalidOperationException">deploy/up failed; the text holds what it said.</exception>
    public static async Task<CrmStack> StartAsync(StackPlace place, string pbx, string telephony, string clients, string employees = "[]")
    {
        var stack = new CrmStack(place);
        await stack.BringUpAsync(pbx, telephony, clients, employees);
        return stack;
    }

    /// <summary>Brings everything up, or what is named.</summary>
    public Task UpAsync(params string[] names) => RunAsync("up", names);

    /// <summary>Stops what is named in an orderly way.</summary>
    public Task DownAsync(params string[] names) => RunAsync("down", names);

    /// <summary>The process that up started under this name.</summary>
    public async Task<int> PidAsync(string name) =>
        int.Parse((await File.ReadAllTextAsync(Path.Combine(Run, "pid", name))).Split(' ')[0], CultureInfo.InvariantCulture);

    /// <summary>kill -9 of a process that up started.</summary>
    public async Task KillAsync(string name)
    {
        using var process = Process.GetProcessById(await PidAsync(name));
        process.Kill();
        await process.WaitForExitAsync(new CancellationTokenSource(TimeSpan.FromSeconds(60)).Token);
    }

    public string PhonePassword(string extension)
    {
        var phones = JsonNode.Parse(File.ReadAllText(Path.Combine(Run, "demo/phones.json")))!.AsArray();
        return (string)phones.Single(phone => (string)phone!["extension"]! == extension)!["password"]!;
    }

    /// <summary>The one-time password of an employee of the first ones.</summary>
    public string FirstPassword(string signInName)
    {
        var accounts = JsonNode.Parse(File.ReadAllText(Path.Combine(Run, "staff/first-passwords.json")))!.AsArray();
        return (string)accounts.Single(account => (string)account!["signInName"]! == signInName)!["oneTimePassword"]!;
    }

    /// <summary>What a part wrote, for the message of a failed test.</summary>
    public string Log(string name) => File.ReadAllText(Path.Combine(Run, "log", $"{name}.log"));

    /// <summary>Uniqueids of every incoming call that the PBX itself wrote down, in a menu or without one.</summary>
    public IReadOnlySet<string> IncomingInPbxLog()
    {
        var calls = new HashSet<string>(StringComparer.Ordinal);
        foreach (var file in Directory.EnumerateFiles(Path.GetDirectoryName(CelFile)!))
        {
            // A line without its end is being written just now.
            foreach (var line in File.ReadLines(file).Where(line => line.EndsWith('}') && (
                line.Contains("\"CRM_INCOMING\"", StringComparison.Ordinal) || line.Contains("\"CRM_MENU\"", StringComparison.Ordinal))))
            {
                calls.Add(JsonDocument.Parse(line).RootElement.GetProperty("uniqueid").GetString()!);
            }
        }

        return calls;
    }

    /// <summary>Address of a service.</summary>
    /// <param name="port">Its variable in deploy/ports.env.</param>
    public Uri AddressOf(string port) => new($"http://{_settings["HOST_ADDRESS"]}:{_settings[port]}");

    /// <summary>Renames the PBX's logs.</summary>
    public Task RotateAsync() => RunAsync("asterisk/rotate");

    /// <summary>Makes an API key.</summary>
    public async Task<string> ApiKeyAsync(string name, params string[] permissions) => (await RunAsync("api-key", [name, .. permissions])).Trim();

    /// <summary>Whether a service says that it is ready.</summary>
    /// <param name="port">Its variable in deploy/ports.env.</param>
    public async Task<bool> IsReadyAsync(string port)
    {
        using var http = new HttpClient { Timeout = TimeSpan.FromSeconds(10) };
        try
        {
            return (await http.GetAsync(new Uri(AddressOf(port), "/health/ready"))).IsSuccessStatusCode;
        }
        catch (Exception fault) when (fault is HttpRequestException or TaskCanceledException)
        {
            return false;
        }
    }

    /// <summary>What a service says of its health, ready or not; null when it does not answer.</summary>
    /// <param name="port">Its variable in deploy/ports.env.</param>
    public async Task<JsonNode?> HealthAsync(string port)
    {
        using var http = new HttpClient { Timeout = TimeSpan.FromSeconds(10) };
        try
        {
            using var answer = await http.GetAsync(new Uri(AddressOf(port), "/health/ready"));
            return JsonNode.Parse(await answer.Content.ReadAsStringAsync());
        }
        catch (Exception fault) when (fault is HttpRequestException or TaskCanceledException)
        {
            return null;
        }
    }

    /// <summary>Stops everything, and removes its data unless CRM_KEEP is set.</summary>
    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        if (Telephony is not null)
        {
            await Telephony.DisposeAsync();
            await Leads.DisposeAsync();
        }

        await RunAsync("down");
        if (Environment.GetEnvironmentVariable("CRM_KEEP") is null)
        {
            Directory.Delete(_place.Directory, recursive: true);
        }
    }

    /// <summary>Begins with empty data and returns when everything is healthy.</summary>
    protected async Task BringUpAsync(string pbx, string telephony, string clients, string employees = "[]")
    {
        if (Directory.Exists(Run))
        {
            await RunAsync("down");
        }

        if (Directory.Exists(_place.Directory))
        {
            Directory.Delete(_place.Directory, recursive: true);
        }

        Directory.CreateDirectory(_place.Directory);
        File.SetUnixFileMode(_place.Directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
            | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute);
        await File.WriteAllLinesAsync(In("ports.env"), _settings.Select(pair => $"{pair.Key}={pair.Value}"));
        await File.WriteAllTextAsync(In("pbx.env"), pbx);
        await File.WriteAllTextAsync(In("telephony.json"), telephony);
        await File.WriteAllTextAsync(In("clients.json"), clients);
        await File.WriteAllTextAsync(In("employees.json"), employees);
        try
        {
            await UpAsync();
        }
        catch
        {
            await DisposeAsync();
            throw;
        }

        Telephony = DataSource("gateway");
        Leads = DataSource("leads");
        SystemName = (string)Config("gateway")["Ami"]![nameof(SystemName)]!;
    }

    private string In(string name) => Path.Combine(_place.Directory, name);

    private JsonObject Config(string service) => JsonNode.Parse(File.ReadAllText(Path.Combine(Run, "config", $"{service}.json")))!.AsObject();

    private NpgsqlDataSource DataSource(string service) =>
        // Unpooled: the tests kill the server, and a pool would hand out what is left of its connections.
        NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder((string)Config(service)["Database"]!["ConnectionString"]!) { Pooling = false });

    private async Task<string> RunAsync(string command, params string[] arguments)
    {
        var start = new ProcessStartInfo(Path.Combine(Repository.Root, "deploy", command), arguments)
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment =
            {
                ["CRM_RUN"] = Run,
                ["CRM_PORTS"] = In("ports.env"),
                ["CRM_PBX"] = In("pbx.env"),
                ["CRM_SEEDS"] = _place.Directory,
            },
        };
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(15));
        await process.WaitForExitAsync(limit.Token);
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"deploy/{command} {string.Join(' ', arguments)} failed:\n{await output}{await errors}");
        }

        return await output;
    }
}
