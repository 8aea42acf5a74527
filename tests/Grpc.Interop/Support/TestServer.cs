using System.Collections.Concurrent;
using CallCenterCrm.ServiceDefaults.Authentication;
using CallCenterCrm.ServiceDefaults.Grpc;
using CallCenterCrm.ServiceDefaults.Settings;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging;

namespace CallCenterCrm.GrpcInterop.Support;

/// <summary>A service as ours are put together, with the test services, on a port of its own.</summary>
internal sealed class TestServer : IAsyncDisposable, ILoggerProvider
{
    // What is tried here is the transport; who may call what is tried with the services themselves.
    private static readonly Dictionary<string, string> Anonymous = new(StringComparer.Ordinal)
    {
        [Grpc.Testing.TestService.Descriptor.FullName] = Permissions.Anonymous,
        [Probe.V1.Probe.Descriptor.FullName] = Permissions.Anonymous,
    };

    private readonly WebApplication _app;

    private TestServer(Dictionary<string, string?> settings)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Configuration.AddInMemoryCollection(settings);
        var reader = new SettingsReader(builder.Configuration);
        builder.AddCrmGrpc(reader, Anonymous);
        reader.ThrowIfWrong();
        builder.Services.AddSingleton(Record);
        builder.Services.AddHealthChecks().AddCheck("switch", () => IsHealthy ? HealthCheckResult.Healthy() : HealthCheckResult.Degraded());
        builder.Services.Configure<HealthCheckPublisherOptions>(publishing => publishing.Period = TimeSpan.FromSeconds(1));
        builder.Logging.ClearProviders();
        builder.Logging.AddFilter((_, level) => level >= LogLevel.Warning).AddProvider(this);
        _app = builder.Build();
        _app.MapCrmGrpc();
        _app.MapGrpcService<TestService>();
        _app.MapGrpcService<ProbeService>();
        _app.Map("/metrics", () => "inside only");
    }

    public Uri Address => new(_app.Urls.Single());

    public string Authority => Address.Authority;

    public ProbeRecord Record { get; } = new();

    public bool IsHealthy { get; set; } = true;

    /// <summary>Warnings and errors, each with its exception; but not that Kestrel's clock was late, which says that the machine is busy.</summary>
    public ConcurrentQueue<string> Log { get; } = [];

    public static async Task<TestServer> StartAsync(Dictionary<string, string?>? settings = null)
    {
        var all = new Dictionary<string, string?>(StringComparer.Ordinal) { ["Grpc:Url"] = "http://127.0.0.1:0" };
        foreach (var (key, value) in settings ?? [])
        {
            all[key] = value;
        }

        var server = new TestServer(all);
        await server._app.StartAsync();
        return server;
    }

    public async ValueTask DisposeAsync()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        await _app.StopAsync(patience.Token);
        await _app.DisposeAsync();
    }

    public ILogger CreateLogger(string categoryName) => new Logger(this, categoryName);

    void IDisposable.Dispose()
    {
        // The log outlives the server: a test reads it afterwards.
    }

    private sealed class Logger(TestServer server, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (eventId.Name != "HeartbeatSlow")
            {
                server.Log.Enqueue($"{category}: {formatter(state, exception)} {exception}");
            }
        }
    }
}
