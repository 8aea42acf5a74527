using System.Collections.Frozen;
using System.Globalization;
using System.Net;
using System.Reflection;
using CallCenterCrm.Messaging;
using CallCenterCrm.ServiceDefaults;
using CallCenterCrm.ServiceDefaults.Authentication;
using CallCenterCrm.ServiceDefaults.Migrations;
using CallCenterCrm.ServiceDefaults.Settings;
using CallCenterCrm.Staff.ApiKeys;
using CallCenterCrm.Staff.Audit;
using CallCenterCrm.Staff.Employees;
using CallCenterCrm.Staff.SignIn;
using CallCenterCrm.Staff.Tokens;
using Dapper;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Npgsql;

namespace CallCenterCrm.Staff.Tests.Support;

/// <summary>The service over a database of its own, with a clock that the test moves, and its keys served over HTTP.</summary>
internal sealed class StaffWorld : IAsyncDisposable
{
    public const string Home = "203.0.113.10";
    public const string Password = "верная лошадь батарейка";
    private readonly WebApplication _app;
    private readonly TestDatabase _database;
    private readonly List<PublishedKeys> _keys = [];
    private int _named;

    private StaffWorld(WebApplication app, string directory, TestDatabase database) => (_app, Directory, _database) = (app, directory, database);

    public string Directory { get; }

    public FakeTimeProvider Time { get; private init; } = null!;

    public StaffSettings Settings => Get<StaffSettings>();

    public EmployeeStore Employees => Get<EmployeeStore>();

    public SignInService SignIn => Get<SignInService>();

    public SecondFactor SecondFactor => Get<SecondFactor>();

    public SessionStore Sessions => Get<SessionStore>();

    public ApiKeyStore ApiKeys => Get<ApiKeyStore>();

    public AuditLog Audit => Get<AuditLog>();

    public KeyRing Keys => Get<KeyRing>();

    public Uri KeysUrl => new(new Uri(_app.Urls.Single()), "/.well-known/jwks.json");

    /// <summary>Somebody who may everything.</summary>
    public Requester Owner { get; } = new(
        new Caller
        {
            Kind = CallerKind.Employee,
            Id = new Guid("6a1c0b5e-0000-4000-8000-0000000000ff"),
            SessionId = new Guid("6a1c0b5e-0000-4000-8000-0000000000fe"),
            Visibility = Visibility.All,
            Permissions = Permissions.All,
        }, Home);

    public static async Task<StaffWorld> StartAsync(PostgresServer server, IReadOnlyList<(Guid Id, EmployeeProfile Profile)>? first = null)
    {
        var database = await server.DatabaseAsync();
        var directory = System.IO.Directory.CreateTempSubdirectory("crm-staff-tests-").FullName;
        var time = new FakeTimeProvider(DateTimeOffset.Parse("2026-03-02T06:00:00Z", CultureInfo.InvariantCulture));
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Configuration.AddInMemoryCollection([KeyValuePair.Create("Database:ConnectionString", (string?)database.Service)]);
        builder.Services.AddSingleton<TimeProvider>(time);
        builder.AddDatabase(new SettingsReader(builder.Configuration), MessagingSetup.Migrations, Assembly.GetAssembly(typeof(StaffParts))!);
        builder.Services.AddStaffServices(new StaffSettings
        {
            Issuer = "staff-under-test",
            Audience = "services-under-test",
            TokenLife = TimeSpan.FromMinutes(5),
            SessionIdle = TimeSpan.FromHours(12),
            SessionLife = TimeSpan.FromDays(7),
            EncryptionSecret = "no secret at all, but long enough for one",
            StateDirectory = directory,
            TrustedFrontends = [IPNetwork.Parse("127.0.0.0/8")],
            FirstEmployees = first ?? [],
        });
        var world = new StaffWorld(builder.Build(), directory, database) { Time = time };
        world._app.MapKeys();
        await MigrationRunner.RunAsync(world.Get<NpgsqlDataSource>(), default, MessagingSetup.Migrations, Assembly.GetAssembly(typeof(StaffParts))!);
        await world._app.StartAsync();
        await world.Keys.RereadAsync(default);
        return world;
    }

    public T Get<T>()
        where T : notnull => _app.Services.GetRequiredService<T>();

    /// <summary>A profile that is right, with a phone of its own.</summary>
    public EmployeeProfile Profile(params string[] roles)
    {
        var number = Interlocked.Increment(ref _named);
        return new()
        {
            Name = $"Сотрудник {number}",
            SignInName = $"person{number}",
            Roles = roles.Length > 0 ? roles : [Roles.Manager],
            Extension = (200 + number).ToString(CultureInfo.InvariantCulture),
            Visibility = Visibility.Own,
            TimeZone = "Europe/Moscow",
        };
    }

    public Task<Employee> HireAsync(EmployeeProfile? profile = null) =>
        Employees.CreateAsync(profile ?? Profile(), Guid.NewGuid().ToString(), Owner, new(), default);

    /// <summary>An employee who has chosen his password and is signed in from an address.</summary>
    public async Task<(Employee Employee, SessionGrant Grant)> SignedInAsync(string address = Home, params string[] roles)
    {
        var employee = await HireAsync(Profile(roles));
        var oneTime = await SignIn.ResetAccessAsync(employee.Id, removeSecondFactor: false, Owner, default);
        var first = await SignIn.SignInAsync(employee.Profile.SignInName!, oneTime, address, "test", default);
        var last = await SignIn.ChooseNewPasswordAsync(first.Challenge!, Password, address, default);
        return (employee, last.Grant!);
    }

    public static Requester AsCaller(SessionGrant grant, string address = Home) => new(
        new Caller
        {
            Kind = CallerKind.Employee,
            Id = grant.Employee.Id,
            SessionId = grant.SessionId,
            Visibility = grant.Employee.Profile.Visibility,
            Permissions = Permissions.Of(grant.Employee.Profile.Roles).ToFrozenSet(),
        }, address);

    /// <summary>What another service checks tokens with.</summary>
    public (TokenChecker Checker, PublishedKeys Keys, RequestCounter Fetches) Checker(string cacheFile = "keys.json", Uri? url = null)
    {
        var settings = new AuthenticationSettings
        {
            Issuer = Settings.Issuer,
            Audience = Settings.Audience,
            KeysUrl = url ?? KeysUrl,
            CacheFile = Path.Combine(Directory, cacheFile),
        };
        var counter = new RequestCounter();
        var keys = new PublishedKeys(settings, new HttpMessageInvoker(counter), Time, NullLogger<PublishedKeys>.Instance);
        _keys.Add(keys);
        return (new TokenChecker(settings.Issuer, settings.Audience, keys, Time), keys, counter);
    }

    public async Task<T> ScalarAsync<T>(string sql, object? parameters = null, bool asAdministrator = false)
    {
        await using var source = NpgsqlDataSource.Create(asAdministrator ? _database.Administrator : _database.Service);
        await using var connection = await source.OpenConnectionAsync();
        return (await connection.ExecuteScalarAsync<T>(sql, parameters))!;
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await Get<NpgsqlDataSource>().DisposeAsync();
        await _app.DisposeAsync();
        _keys.ForEach(keys => keys.Dispose());
        System.IO.Directory.Delete(Directory, recursive: true);
    }
}

/// <summary>Counts the requests that really go out.</summary>
internal sealed class RequestCounter() : DelegatingHandler(new SocketsHttpHandler())
{
    private int _count;

    public int Count => _count;

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _count);
        return base.SendAsync(request, cancellationToken);
    }
}
