using System.Reflection;
using CallCenterCrm.Leads.Activities;
using CallCenterCrm.Leads.Clients;
using CallCenterCrm.Messaging;
using CallCenterCrm.ServiceDefaults;
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
        });
        var first = FirstClients.Read(settings);
        builder.Services.AddSingleton<ClientStore>();
        builder.Services.AddHostedService(services => new FirstClients(
            first, services.GetRequiredService<ServiceDatabase>(), services.GetRequiredService<ClientStore>(),
            services.GetRequiredService<TimeProvider>(), services.GetRequiredService<ILogger<FirstClients>>()));
    }
}
