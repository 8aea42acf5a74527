using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using Npgsql;

namespace CallCenterCrm.RealCalls.Support;

/// <summary>
/// The whole product on ports of its own, brought up by the same deploy/up that people use, beside whatever else runs on
/// the machine.
/// </summary>
public sealed class Stack : IAsyncDisposable
{
    private const int SipPort = 15460;
    private readonly string _repository;

    // Always the same, so that what an aborted run left running is found and ended by the next one.
    private readonly string _directory = Path.Combine(Path.GetTempPath(), "crm-real-calls");

    private Stack(string repository) => _repository = repository;

    public static IPAddress TrunkAddress { get; } = IPAddress.Parse("127.0.2.1");

    public IPEndPoint Sip { get; } = new(IPAddress.Loopback, SipPort);

    public IPEndPoint Trunk { get; } = new(TrunkAddress, SipPort);

    public string Run => Path.Combine(_directory, "run");

    public string CelFile => Path.Combine(Run, "asterisk/log/cel-custom/cel.json");

    public string RecordingsDirectory => Path.Combine(Run, "asterisk/spool/monitor");

    public NpgsqlDataSource Telephony { get; private set; } = null!;

    public NpgsqlDataSource Leads { get; private set; } = null!;

    public string SystemName { get; private set; } = "";

    public static async Task<Stack> StartAsync(string pbx, string telephony, string clients)
    {
        var stack = new Stack(Repository());
        if (Directory.Exists(stack.Run))
        {
            await stack.RunAsync("down");
        }

        if (Directory.Exists(stack._directory))
        {
            Directory.Delete(stack._directory, recursive: true);
        }

        Directory.CreateDirectory(stack._directory);
        File.SetUnixFileMode(stack._directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
            | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute);
        await File.WriteAllTextAsync(stack.In("ports.env"), $"""
            HOST_ADDRESS=127.0.0.1
            POSTGRES_PORT=15461
            REDIS_PORT=15462
            AMQP_PORT=15463
            ERLANG_DIST_PORT=15464
            EPMD_PORT=15465
            AMI_PORT=15466
            GATEWAY_HTTP_PORT=15467
            LEADS_HTTP_PORT=15468
            SIP_ADDRESS=127.0.0.1
            SIP_PORT={SipPort}
            RTP_FIRST=26000
            RTP_LAST=29999
            TRUNK_ADDRESS=127.0.2.1
            TRUNK_SECOND_ADDRESS=127.0.2.2
            TRUNK_PORT={SipPort}
            """);
        await File.WriteAllTextAsync(stack.In("pbx.env"), pbx);
        await File.WriteAllTextAsync(stack.In("telephony.json"), telephony);
        await File.WriteAllTextAsync(stack.In("clients.json"), clients);
        try
        {
            await stack.UpAsync();
        }
        catch
        {
            await stack.DisposeAsync();
            throw;
        }

        stack.Telephony = stack.DataSource("gateway");
        stack.Leads = stack.DataSource("leads");
        stack.SystemName = (string)stack.Config("gateway")["Ami"]![nameof(SystemName)]!;
        return stack;
    }

    /// <summary>Brings everything up, or what is named.</summary>
    public Task UpAsync(params string[] names) => RunAsync("up", names);

    /// <summary>Stops what is named in an orderly way.</summary>
    public Task DownAsync(params string[] names) => RunAsync("down", names);

    /// <summary>kill -9 of a process that up started.</summary>
    public async Task KillAsync(string name)
    {
        var pid = int.Parse((await File.ReadAllTextAsync(Path.Combine(Run, "pid", name))).Split(' ')[0], CultureInfo.InvariantCulture);
        using var process = Process.GetProcessById(pid);
        process.Kill();
        await process.WaitForExitAsync(new CancellationTokenSource(TimeSpan.FromSeconds(10)).Token);
    }

    public string PhonePassword(string extension)
    {
        var phones = JsonNode.Parse(File.ReadAllText(Path.Combine(Run, "demo/phones.json")))!.AsArray();
        return (string)phones.Single(phone => (string)phone!["extension"]! == extension)!["password"]!;
    }

    /// <summary>What a part wrote, for the message of a failed test.</summary>
    public string Log(string name) => File.ReadAllText(Path.Combine(Run, "log", $"{name}.log"));

    private static async Task<bool> IsReadyAsync(int port)
    {
        using var http = new HttpClient { Timeout = TimeSpan.FromSeconds(2) };
        try
        {
            return (await http.GetAsync(new Uri($"http://127.0.0.1:{port}/health/ready"))).IsSuccessStatusCode;
        }
        catch (Exception fault) when (fault is HttpRequestException or TaskCanceledException)
        {
            return false;
        }
    }

    public static Task<bool> IsGatewayReadyAsync() => IsReadyAsync(15467);

    public async ValueTask DisposeAsync()
    {
        if (Telephony is not null)
        {
            await Telephony.DisposeAsync();
            await Leads.DisposeAsync();
        }

        await RunAsync("down");
        if (Environment.GetEnvironmentVariable("CRM_KEEP") is null)
        {
            Directory.Delete(_directory, recursive: true);
        }
    }

    private static string Repository()
    {
        var directory = new DirectoryInfo(AppContext.BaseDirectory);
        while (directory is not null && !File.Exists(Path.Combine(directory.FullName, "CallCenterCrm.sln")))
        {
            directory = directory.Parent;
        }

        return directory?.FullName ?? throw new InvalidOperationException("The tests do not run inside the repository");
    }

    private string In(string name) => Path.Combine(_directory, name);

    private JsonObject Config(string service) => JsonNode.Parse(File.ReadAllText(Path.Combine(Run, "config", $"{service}.json")))!.AsObject();

    private NpgsqlDataSource DataSource(string service) => NpgsqlDataSource.Create((string)Config(service)["Database"]!["ConnectionString"]!);

    private async Task RunAsync(string command, params string[] arguments)
    {
        var start = new ProcessStartInfo(Path.Combine(_repository, "deploy", command), arguments)
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment =
            {
                ["CRM_RUN"] = Run,
                ["CRM_PORTS"] = In("ports.env"),
                ["CRM_PBX"] = In("pbx.env"),
                ["CRM_SEEDS"] = _directory,
            },
        };
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(8));
        await process.WaitForExitAsync(limit.Token);
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"deploy/{command} {string.Join(' ', arguments)} failed:\n{await output}{await errors}");
        }
    }
}
