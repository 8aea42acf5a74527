using System.Globalization;
using System.Text.Json;
using CallCenterCrm.PublicApi.Tests.Support;
using CallCenterCrm.Servers;

namespace CallCenterCrm.WebConsole.Tests.Support;

/// <summary>The console as the program that it is, before Staff, Leads, the gateway and Redis.</summary>
public sealed class Console : IAsyncLifetime
{
    /// <summary>Of everybody who signs in here, once he has chosen his own.</summary>
    public const string Password = "верная лошадь батарейка";

    private readonly string _directory = Directory.CreateTempSubdirectory("crm-test-console-").FullName;
    private readonly Ports _ports = new();
    private readonly SemaphoreSlim _one = new(1);
    private ServiceProcess? _process;

    public Stack Services { get; } = new();

    public RedisServer Redis { get; private set; } = null!;

    /// <summary>What takes the place of Asterisk's WebSocket.</summary>
    public BrowserPbx Pbx { get; } = new();

    /// <summary>Where browsers find it.</summary>
    public Uri Pages { get; private set; } = null!;

    /// <summary>Where health and metrics are.</summary>
    public Uri Inside { get; private set; } = null!;

    public string Log => _process!.Output + _process.Errors;

    public async Task InitializeAsync()
    {
        await Services.InitializeAsync();
        Redis = await RedisServer.StartNewAsync();
        var pbx = NewAddress();
        await Pbx.StartAsync(pbx);
        (Pages, Inside) = (NewAddress(), NewAddress());
        var pages = Directory.CreateDirectory(Path.Combine(_directory, "pages", "assets")).Parent!.FullName;
        await File.WriteAllTextAsync(Path.Combine(pages, "index.html"), "<!doctype html><title>CRM</title>");
        await File.WriteAllTextAsync(Path.Combine(pages, "assets", "app-1234.js"), "// nothing");
        await File.WriteAllTextAsync(Path.Combine(_directory, "console.json"), JsonSerializer.Serialize(new
        {
            Http = new { Url = Inside },
            Pages = new { Url = Pages, Folder = pages },
            Telephony = new { Addresses = Services.GatewayGrpc, Stack.DeadlineSeconds },
            Leads = new { Addresses = Services.LeadsGrpc, Stack.DeadlineSeconds },
            Staff = new { Addresses = Services.Staff.Grpc, Stack.DeadlineSeconds },
            Redis = new { Redis.Endpoint },
            Telephone = new { Url = new UriBuilder(pbx) { Scheme = "ws", Path = "/ws" }.Uri, Secret = BrowserPbx.Secret },
        }));
        await StartAsync();
    }

    public async Task DisposeAsync()
    {
        await (_process?.DisposeAsync() ?? ValueTask.CompletedTask);
        await (Redis?.DisposeAsync() ?? ValueTask.CompletedTask);
        await Pbx.DisposeAsync();
        await Services.DisposeAsync();
        _ports.Dispose();
        _one.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    /// <summary>Ends it with kill -9, and starts it again.</summary>
    public async Task RestartAsync()
    {
        await _process!.KillAsync();
        await _process.DisposeAsync();
        await StartAsync();
    }

    /// <summary>A browser in which nobody has signed in.</summary>
    public Browser NewBrowser() => new(Pages);

    /// <summary>A browser in which the owner has signed in.</summary>
    public async Task<Browser> OwnersBrowserAsync()
    {
        await _one.WaitAsync();
        try
        {
            // By this he chooses his password, if he has not.
            await Services.OwnersTokenAsync();
            var browser = NewBrowser();
            var (name, _) = await Services.Staff.OwnerAsync();
            Assert.Equal("done", (await browser.SignInAsync(name, Password)).GetProperty("stage").GetString());
            return browser;
        }
        finally
        {
            _one.Release();
        }
    }

    /// <summary>A new employee and his one-time password.</summary>
    public static Task<(string Name, string Password, string Id)> HireAsync(Browser owner, params string[] roles) => HireAsync(owner, extension: "", roles);

    /// <summary>The same with a telephone.</summary>
    public static async Task<(string Name, string Password, string Id)> HireAsync(Browser owner, string extension, string[] roles)
    {
        var name = "m" + Guid.NewGuid().ToString("N")[..12];
        var employee = await owner.AskAsync("callcenter.staff.v1.Employees/CreateEmployee", new
        {
            idempotencyKey = name,
            employee = new { name = "Проба " + name, signInName = name, extension, roles, timeZone = "Europe/Moscow", visibility = "VISIBILITY_OWN" },
        });
        var id = employee.GetProperty("employee").GetProperty("id").GetString()!;
        var access = await owner.AskAsync("callcenter.staff.v1.Employees/ResetAccess", new { employeeId = id });
        return (name, access.GetProperty("oneTimePassword").GetString()!, id);
    }

    private async Task StartAsync()
    {
        _process = ServiceProcess.Start("WebConsole", Path.Combine(_directory, "console.json"));
        using var http = new HttpClient();
        await Until.TrueAsync("the console is ready", async () =>
        {
            try
            {
                return (await http.GetAsync(new Uri(Inside, "/health/ready"))).IsSuccessStatusCode;
            }
            catch (HttpRequestException)
            {
                // It does not listen yet.
                return false;
            }
        }, () => Task.FromResult(Log));
    }

    private Uri NewAddress() => new(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{_ports.Take()}"));
}

[CollectionDefinition(Name)]
public sealed class SharedConsole : ICollectionFixture<Console>
{
    public const string Name = "console";
}
