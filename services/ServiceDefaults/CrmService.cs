using System.Reflection;
using CallCenterCrm.ServiceDefaults.Health;
using CallCenterCrm.ServiceDefaults.Metrics;
using CallCenterCrm.ServiceDefaults.Migrations;
using CallCenterCrm.ServiceDefaults.Settings;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
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
        try
        {
            await using var app = Build(args, name, add);
            app.MapHealth();
            var metrics = app.Services.GetRequiredService<PrometheusMetrics>();
            app.MapGet("/metrics", () => Results.Text(metrics.Write(), "text/plain; version=0.0.4"));
            map?.Invoke(app);
            await app.RunAsync();
            return Environment.ExitCode;
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

    /// <summary>Adds the service's own database, migrated at start from the scripts in the given assemblies.</summary>
    /// <returns>The data source, for parts that are built by hand.</returns>
    public static NpgsqlDataSource AddDatabase(this WebApplicationBuilder builder, SettingsReader settings, params Assembly[] scripts)
    {
        var connectionString = settings.Required("Database:ConnectionString", "give the connection string of this service's own PostgreSQL database");
        NpgsqlConnectionStringBuilder parts;
        try
        {
            parts = new NpgsqlConnectionStringBuilder(connectionString) { ApplicationName = builder.Environment.ApplicationName };
        }
        catch (ArgumentException)
        {
            settings.Fail("Database:ConnectionString", "cannot be read", "write it as Host=…;Port=…;Database=…;Username=…;Password=…");
            parts = new NpgsqlConnectionStringBuilder();
        }

        var dataSource = NpgsqlDataSource.Create(parts);
        DapperTypes.Register();
        builder.Services.AddSingleton(dataSource);
        builder.Services.AddSingleton(services => new ServiceDatabase(
            dataSource, scripts, services.GetRequiredService<TimeProvider>(), services.GetRequiredService<ILogger<ServiceDatabase>>()));
        builder.Services.AddHostedService(services => services.GetRequiredService<ServiceDatabase>());
        builder.Services.AddHealthChecks().AddCheck<ServiceDatabase>("database", timeout: TimeSpan.FromSeconds(3));
        return dataSource;
    }

    private static WebApplication Build(string[] args, string name, Action<WebApplicationBuilder, SettingsReader> add)
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions
        {
            Args = args,
            ApplicationName = Assembly.GetEntryAssembly()!.GetName().Name,
            ContentRootPath = AppContext.BaseDirectory,
        });
        if (Environment.GetEnvironmentVariable("CRM_CONFIG") is { Length: > 0 } file)
        {
            builder.Configuration.AddJsonFile(Path.GetFullPath(file), optional: false);
        }

        builder.Configuration.AddEnvironmentVariables("CRM_").AddCommandLine(args);
        var settings = new SettingsReader(builder.Configuration);
        AddLogging(builder, settings, name);

        var url = settings.Required("Http:Url", "give the address for health and metrics, for example http://127.0.0.1:8101");
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.AddServerHeader = false);
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddHealthChecks();
        builder.Services.AddSingleton(new PrometheusMetrics("CallCenterCrm", "Ami.Client", "System.Runtime"));
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(10));
        add(builder, settings);
        settings.RefuseUnknown("Http", "Logging", "Database");
        settings.ThrowIfWrong();
        builder.WebHost.UseUrls(url);
        return builder.Build();
    }

    private static void AddLogging(WebApplicationBuilder builder, SettingsReader settings, string name)
    {
        var json = settings.OneOf("Logging:Format", "text", "text", "json") == "json";
        var level = settings.OneOf("Logging:Level", "Information", "Debug", "Information", "Warning");
        var configuration = new LoggerConfiguration()
            .MinimumLevel.Is(Enum.Parse<LogEventLevel>(level))
            .MinimumLevel.Override("Microsoft", LogEventLevel.Warning)
            .MinimumLevel.Override("MassTransit", LogEventLevel.Warning)

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
