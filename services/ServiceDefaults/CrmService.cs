using System.Globalization;
using System.Reflection;
using CallCenterCrm.ServiceDefaults.Grpc;
using CallCenterCrm.ServiceDefaults.Health;
using CallCenterCrm.ServiceDefaults.Metrics;
using CallCenterCrm.ServiceDefaults.Migrations;
using CallCenterCrm.ServiceDefaults.Settings;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using Serilog;
using Serilog.Events;
using Serilog.Formatting.Json;

namespace CallCenterCrm.ServiceDefaults;

/// <summary>What every service does alike: configuration, logs, health, metrics, its database, an orderly end.</summary>
public static class CrmService
{
    /// <summary>Exit code of a service whose configuration is wrong (sysexits.h EX_CONFIG).</summary>
    public const int WrongConfiguration = 78;

    /// <summary>
    /// Builds and runs a service. Its configuration is, later wins: <c>appsettings.json</c> beside the program,
    /// the file that the variable CRM_CONFIG names, environment variables with the prefix CRM_, the command line.
    /// </summary>
    /// <param name="args">The command line.</param>
    /// <param name="name">The service's name in logs.</param>
    /// <param name="add">Reads the service's settings and adds its parts; every mistake is collected by the reader.</param>
    /// <param name="map">Adds the service's own endpoints.</param>
    /// <returns>The exit code: 0 after an orderly end, <see cref="WrongConfiguration"/> when the settings are wrong, 1 otherwise.</returns>
    public static async Task<int> RunAsync(
        string[] args, string name, Action<WebApplicationBuilder, SettingsReader> add, Action<WebApplication>? map = null)
    {
        return await GuardAsync(name, async () =>
        {
            await using var app = Build(args, name, add);
            app.MapHealth();
            var metrics = app.Services.GetRequiredService<PrometheusMetrics>();
            app.MapGet("/metrics", () => Results.Text(metrics.Write(), "text/plain; version=0.0.4"));
            map?.Invoke(app);
            app.RefuseUndeclaredMethods();
            await app.RunAsync();
            return Environment.ExitCode;
        });
    }

    /// <summary>
    /// Does one thing with a service's configuration and parts, none of which is started, so that it may be done beside the
    /// running service: a command for whoever may read its configuration.
    /// </summary>
    /// <returns>What <paramref name="work"/> returns, or <see cref="WrongConfiguration"/> when the settings are wrong.</returns>
    public static Task<int> CommandAsync(
        string name, Action<WebApplicationBuilder, SettingsReader> add, Func<IServiceProvider, Task<int>> work) =>
        GuardAsync(name, async () =>
        {
            await using var app = Build([], name, add);
            return await work(app.Services);
        });

    /// <summary>Adds the service's own database, migrated at start from the scripts in the given assemblies.</summary>
    /// <returns>The data source, for parts that are built by hand.</returns>
    public static NpgsqlDataSource AddDatabase(this WebApplicationBuilder builder, SettingsReader settings, params Assembly[] scripts)
    {
        var connectionString = settings.Required("Database:ConnectionString", "give the connection string of this service's own PostgreSQL database");
        NpgsqlDataSource dataSource;
        try
        {
            // The statements of a service are few and always the same, and planning one costs the server more than running
            // it: each is prepared once on every connection.
            var given = new NpgsqlConnectionStringBuilder(connectionString);
            dataSource = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(connectionString)
            {
                // Tells the sessions of one process from those of another, here and for whoever looks into the database.
                ApplicationName = string.Create(CultureInfo.InvariantCulture, $"{builder.Environment.ApplicationName} {Environment.ProcessId}@{Environment.MachineName}"),
                MaxAutoPrepare = 100,
                AutoPrepareMinUsages = 2,

                // A statement that asks for one page is estimated by all rows that there are, and would be compiled each time for
                // thirty times as long as it runs.
                Options = $"{given.Options} -c jit=off".TrimStart(),

                // A page of callbacks or calls in one piece instead of many, each of which a thread would have to be woken for.
                ReadBufferSize = 64 * 1024,

                // Nothing of ours leaves anything behind on a connection (SessionLock unlocks by name): seven statements
                // each time it is used again would be for nothing.
                NoResetOnClose = true,
            });
        }
        catch (ArgumentException)
        {
            if (connectionString.Length > 0)
            {
                settings.Fail("Database:ConnectionString", "cannot be read", "write it as Host=…;Port=…;Database=…;Username=…;Password=…");
            }

            // Stands in until every setting is read and the start ends with the list of errors.
            dataSource = NpgsqlDataSource.Create("Host=none");
        }

        DapperTypes.Register();
        builder.Services.AddSingleton(dataSource);
        builder.Services.AddSingleton(services => new ServiceDatabase(
            dataSource, scripts, services.GetRequiredService<TimeProvider>(), services.GetRequiredService<ILogger<ServiceDatabase>>()));
        builder.Services.AddHostedService(services => services.GetRequiredService<ServiceDatabase>());
        builder.Services.AddHealthChecks().AddCheck<ServiceDatabase>("database", timeout: TimeSpan.FromSeconds(3));
        return dataSource;
    }

    private static async Task<int> GuardAsync(string name, Func<Task<int>> run)
    {
        try
        {
            return await run();
        }
        catch (SettingsException wrong)
        {
            await Console.Error.WriteLineAsync($"{name} does not start, because its configuration is wrong:");
            foreach (var error in wrong.Errors)
            {
                await Console.Error.WriteLineAsync($"  {error.Key} {error.Fault}: {error.Cure}");
            }

            return WrongConfiguration;
        }
        finally
        {
            await Log.CloseAndFlushAsync();
        }
    }

    private static WebApplication Build(string[] args, string name, Action<WebApplicationBuilder, SettingsReader> add)
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions
        {
            Args = args,
            ApplicationName = Assembly.GetEntryAssembly()!.GetName().Name,
            ContentRootPath = AppContext.BaseDirectory,
        });
        var file = ReadFile();
        builder.Configuration.AddConfiguration(file);
        builder.Configuration.AddEnvironmentVariables("CRM_").AddCommandLine(args);
        var settings = new SettingsReader(builder.Configuration);
        AddLogging(builder, settings, name);

        var address = ServerAddress.Read(settings, "Http:Url", "give the address for health and metrics, for example http://127.0.0.1:8101");
        if (address is { IsTls: true })
        {
            settings.Fail("Http:Url", "is https", "give http: health and metrics are for the inside");
        }

        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            address?.Listen(kestrel, listen => listen.Protocols = HttpProtocols.Http1);
        });
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddHealthChecks();
        builder.Services.AddSingleton(new PrometheusMetrics("CallCenterCrm", "Ami.Client", "System.Runtime"));
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(10));
        add(builder, settings);
        settings.RefuseUnknown("Http", "Logging", "Database");
        settings.RefuseUnknownIn(file);
        settings.ThrowIfWrong();
        return builder.Build();
    }

    private static IConfiguration ReadFile()
    {
        var configuration = new ConfigurationBuilder();
        if (Environment.GetEnvironmentVariable("CRM_CONFIG") is { Length: > 0 } file)
        {
            configuration.AddJsonFile(Path.GetFullPath(file), optional: false);
        }

        try
        {
            return configuration.Build();
        }
        catch (Exception fault) when (fault is IOException or InvalidDataException or UnauthorizedAccessException)
        {
            throw new SettingsException([new("CRM_CONFIG", $"names a file that cannot be read ({(fault.InnerException ?? fault).Message})", "correct the path or the file")]);
        }
    }

    private static void AddLogging(WebApplicationBuilder builder, SettingsReader settings, string name)
    {
        var json = settings.OneOf("Logging:Format", "text", "text", "json") == "json";
        var level = settings.OneOf("Logging:Level", "Information", "Debug", "Information", "Warning");
        var configuration = new LoggerConfiguration()
            .MinimumLevel.Is(Enum.Parse<LogEventLevel>(level))
            .MinimumLevel.Override("Microsoft", LogEventLevel.Warning)
            .MinimumLevel.Override("MassTransit", LogEventLevel.Warning)
            .MinimumLevel.Override("Grpc", LogEventLevel.Warning)

            // Whoever asks for health gets the reasons; asking must not fill the log.
            .MinimumLevel.Override("Microsoft.Extensions.Diagnostics.HealthChecks", LogEventLevel.Fatal)

            // A change for which nobody listens yet stays in the log and is tried again: no fault, and every few seconds.
            .Filter.ByExcluding(entry => entry.Exception?.GetType().Name == "MessageReturnedException")
            .Enrich.WithProperty("Service", name)
            .ReadFrom.Configuration(builder.Configuration);
        Log.Logger = (json
            ? configuration.WriteTo.Console(new JsonFormatter(renderMessage: true))
            : configuration.WriteTo.Console(
                outputTemplate: "{Timestamp:yyyy-MM-dd HH:mm:ss.fff} {Level:u3} {SourceContext}: {Message:lj}{NewLine}{Exception}",
                formatProvider: System.Globalization.CultureInfo.InvariantCulture)).CreateLogger();
        builder.Logging.ClearProviders();
        builder.Services.AddLogging(logging => logging.AddSerilog(dispose: false));
    }
}
