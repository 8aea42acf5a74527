using System.Reflection;
using Ami.Client;
using CallCenterCrm.Messaging;
using CallCenterCrm.ServiceDefaults;
using CallCenterCrm.ServiceDefaults.Settings;
using CallCenterCrm.Telephony.Asterisk;
using CallCenterCrm.Telephony.Callers;
using CallCenterCrm.Telephony.Calls;
using CallCenterCrm.Telephony.Recordings;
using CallCenterCrm.Telephony.Routing;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace CallCenterCrm.Telephony;

/// <summary>Puts the gateway together.</summary>
internal static class GatewayParts
{
    public static void AddGateway(this WebApplicationBuilder builder, SettingsReader settings)
    {
        builder.AddDatabase(settings, MessagingSetup.Migrations, Assembly.GetExecutingAssembly());
        builder.AddMessaging(settings, "telephony", bus => bus.AddConsumer<ClientChangedConsumer>());
        var gateway = GatewaySettings.Read(settings);
        settings.ThrowIfWrong();

        var services = builder.Services;
        services.AddSingleton(gateway);
        services.AddSingleton(provider => new AmiClient(
            gateway.Ami, provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILogger<AmiClient>>()));
        services.AddSingleton<CallDesk>();
        services.AddSingleton<CallStore>();
        services.AddSingleton<PlanSpool>();
        services.AddSingleton<PhoneStates>();
        services.AddSingleton<RoutingStore>();
        services.AddSingleton<KnownClients>();
        services.AddSingleton<CallerLookup>();

        // In the order of their need: a call that is announced at the very start finds its plan.
        AddWorker<RoutingData>(services, "routing");
        AddWorker<RedisCache>(services, "redis");
        AddWorker<IncomingCalls>(services);
        AddWorker<PbxLink>(services, "pbx");
        AddWorker<CelTail>(services, "pbx log");
        AddWorker<CallWriter>(services);
        AddWorker<RecordingCheck>(services);
        AddWorker<ClientsRequest>(services);
    }

    private static void AddWorker<T>(IServiceCollection services, string? healthName = null)
        where T : BackgroundService
    {
        services.AddSingleton<T>();
        services.AddHostedService(provider => provider.GetRequiredService<T>());
        if (healthName is not null)
        {
            services.AddHealthChecks().Add(new HealthCheckRegistration(
                healthName, provider => (IHealthCheck)provider.GetRequiredService<T>(), failureStatus: null, tags: null));
        }
    }
}
