using System.Reflection;
using CallCenterCrm.Leads.Activities;
using CallCenterCrm.Leads.Callbacks;
using CallCenterCrm.Leads.Clients;
using CallCenterCrm.Leads.Employees;
using CallCenterCrm.Leads.Forms;
using CallCenterCrm.Messaging;
using CallCenterCrm.ServiceDefaults;
using CallCenterCrm.ServiceDefaults.Authentication;
using CallCenterCrm.ServiceDefaults.Grpc;
using CallCenterCrm.ServiceDefaults.Migrations;
using CallCenterCrm.ServiceDefaults.Settings;

namespace CallCenterCrm.Leads;

/// <summary>Puts the service together.</summary>
internal static class LeadsParts
{
    public static void AddLeads(this WebApplicationBuilder builder, SettingsReader settings)
    {
        builder.AddDatabase(settings, MessagingSetup.Migrations, Assembly.GetExecutingAssembly());
        builder.AddMessaging(settings, "leads", bus =>
        {
            bus.AddConsumer<CallChangedConsumer>();
            bus.AddConsumer<ClientsRequestedConsumer>();
            bus.AddConsumer<EmployeeChangedConsumer>();
        });
        builder.AddTokenChecks(settings);
        builder.AddCrmGrpc(settings);
        var first = FirstClients.Read(settings);
        var forms = FormSettings.Read(settings);
        var services = builder.Services;
        services.AddSingleton(CallbackSettings.Read(settings));
        services.AddSingleton<CallbackReader>();
        services.AddSingleton<CallbackLeases>();
        services.AddSingleton<CallbackRequests>();
        services.AddSingleton<NeverCalledBackReport>();
        services.AddSingleton<CallbackWatch>();
        services.AddSingleton(forms);
        services.AddSingleton<VisitorRates>();
        services.AddSingleton<FormStore>();
        services.AddCors(cors => cors.AddPolicy(
            FormEndpoint.Policy, policy => policy.WithOrigins(forms.Origins).WithMethods(HttpMethods.Post).WithHeaders("content-type")));
        services.AddSingleton<CallNotes>();
        services.AddSingleton<ClientStore>();
        services.AddSingleton<ClientReader>();
        services.AddSingleton<ClientRequests>();
        services.AddHostedService<EmployeesRequest>();
        services.AddHostedService(provider => new FirstClients(
            first, provider.GetRequiredService<ServiceDatabase>(), provider.GetRequiredService<ClientStore>(),
            provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILogger<FirstClients>>()));
    }

    public static void MapLeads(this WebApplication app)
    {
        app.MapCrmGrpc();
        app.MapGrpcService<ActivitiesService>();
        app.MapGrpcService<CallbacksService>();
        app.MapGrpcService<ClientsService>();
        app.MapForms();
    }
}
