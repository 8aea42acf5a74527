using System.Reflection;
using Ami.Client;
using CallCenterCrm.Messaging;
using CallCenterCrm.ServiceDefaults;
using CallCenterCrm.ServiceDefaults.Authentication;
using CallCenterCrm.ServiceDefaults.Grpc;
using CallCenterCrm.ServiceDefaults.Redis;
using CallCenterCrm.ServiceDefaults.Settings;
using CallCenterCrm.Telephony.Asterisk;
using CallCenterCrm.Telephony.CallControl;
using CallCenterCrm.Telephony.Callers;
using CallCenterCrm.Telephony.Calls;
using CallCenterCrm.Telephony.Employees;
using CallCenterCrm.Telephony.People;
using CallCenterCrm.Telephony.Reconciliation;
using CallCenterCrm.Telephony.Recordings;
using CallCenterCrm.Telephony.Routing;
using CallCenterCrm.Telephony.Steering;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace CallCenterCrm.Telephony;

/// <summary>Puts the gateway together.</summary>
internal static class GatewayParts
{
    public static void AddGateway(this WebApplicationBuilder builder, SettingsReader settings)
    {
        builder.AddDatabase(settings, MessagingSetup.Migrations, Assembly.GetExecutingAssembly());
        builder.AddMessaging(settings, "telephony", bus =>
        {
            bus.AddConsumer<ClientChangedConsumer>();
            bus.AddConsumer<EmployeeChangedConsumer>();
        });
        builder.AddTokenChecks(settings);
        builder.AddCrmGrpc(settings);
        var gateway = GatewaySettings.Read(settings);
        var addresses = new ClientAddresses(ClientAddresses.Read(settings));

        var services = builder.Services;
        services.AddSingleton(gateway);
        services.AddSingleton(provider => new AmiClient(
            gateway.Ami, provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILogger<AmiClient>>()));
        services.AddSingleton<CallDesk>();
        services.AddSingleton<CallStore>();
        services.AddSingleton<PlanSpool>();
        services.AddSingleton<PhoneStates>();
        services.AddSingleton<CallReader>();
        services.AddSingleton<CallWatch>();
        services.AddSingleton<LedgerStore>();
        services.AddSingleton<LedgerReader>();
        services.AddSingleton<RoutingStore>();
        services.AddSingleton<RoutingChanges>();
        services.AddSingleton<KnownClients>();
        services.AddSingleton<CallerLookup>();
        services.AddSingleton<DiallingStore>();
        services.AddSingleton(addresses);
        services.AddSingleton<RecordingReader>();
        services.AddSingleton<RecordingAudit>();
        services.AddSingleton<PersonStateStore>();

        // First, so that it is given up last.
        AddWorker<Helm>(services, "steering");

        // In the order of their need: a call that is announced at the very start finds its plan.
        AddWorker<RoutingData>(services, "routing");
        builder.AddRedis(settings);
        AddWorker<IncomingCalls>(services);
        AddWorker<PbxLink>(services, "pbx");
        AddWorker<CelTail>(services, "pbx log");
        AddWorker<CallWriter>(services);
        AddWorker<RecordingCheck>(services);
        AddWorker<Dialler>(services);
        AddWorker<LedgerTail>(services);
        AddWorker<GapCheck>(services, "ledger");
        AddWorker<CopyRequests>(services);
    }

    public static void MapGateway(this WebApplication app)
    {
        app.MapCrmGrpc();
        app.MapGrpcService<CallsService>();
        app.MapGrpcService<LedgerService>();
        app.MapGrpcService<RoutingService>();
        app.MapGrpcService<CallControlService>();
        app.MapGrpcService<RecordingsService>();
        app.MapGrpcService<PeopleService>();
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
