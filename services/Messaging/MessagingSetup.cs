using System.Reflection;
using CallCenterCrm.ServiceDefaults.Settings;
using MassTransit;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace CallCenterCrm.Messaging;

/// <summary>MassTransit over RabbitMQ as every service uses it.</summary>
public static class MessagingSetup
{
    /// <summary>The scripts that make the change log and the inbox, for the service's migrations.</summary>
    public static Assembly Migrations => typeof(MessagingSetup).Assembly;

    /// <summary>
    /// Adds the bus, the publication of the change log, and the service's consumers, each with a queue of its own named
    /// after the service. The service starts whether or not the broker is there.
    /// </summary>
    public static void AddMessaging(
        this WebApplicationBuilder builder, SettingsReader settings, string service, Action<IRegistrationConfigurator> addConsumers)
    {
        var host = settings.Required("RabbitMq:Host", "give the broker's address");
        var port = settings.Number("RabbitMq:Port", 5672, 1, 65535);
        var virtualHost = settings.Optional("RabbitMq:VirtualHost") ?? "/";
        var username = settings.Required("RabbitMq:Username", "give this service's user at the broker");
        var password = settings.Required("RabbitMq:Password", "give the password of that user");
        settings.RefuseUnknown("RabbitMq");

        builder.Services.AddMassTransit(bus =>
        {
            bus.DisableUsageTelemetry();
            bus.SetEndpointNameFormatter(new KebabCaseEndpointNameFormatter(service, includeNamespace: false));
            addConsumers(bus);
            bus.AddReceiveObserver<SetAsideCount>();
            bus.AddConfigureEndpointsCallback((_, _, endpoint) =>
            {
                // A database that is away for a while is no fault of the message: it stays unacknowledged, and is
                // tried every second for twenty minutes (the broker takes it back after thirty).
                endpoint.UseMessageRetry(retry =>
                {
                    retry.Handle<NpgsqlException>(fault => fault.IsTransient);
                    retry.Interval(1200, TimeSpan.FromSeconds(1));
                });
                endpoint.PrefetchCount = 32;

                // Each takes a connection to the database; more of them would not be faster on the few cores that there are.
                endpoint.ConcurrentMessageLimit = 8;
            });
            bus.UsingRabbitMq((context, rabbit) =>
            {
                rabbit.Host(host, (ushort)port, virtualHost, connection =>
                {
                    connection.Username(username);
                    connection.Password(password);
                });
                rabbit.ConfigureEndpoints(context);
            });
        });
        builder.Services.AddOptions<MassTransitHostOptions>().Configure(options =>
        {
            options.WaitUntilStarted = false;
            options.StopTimeout = TimeSpan.FromSeconds(5);
        });
        builder.Services.AddHostedService<ChangePublisher>();
        builder.Services.AddSingleton<ChangeReader>();
        builder.Services.AddSingleton(typeof(ChangeTail<>));
        builder.Services.AddSingleton(typeof(ChangeFollower<>));
        builder.Services.AddSingleton<ChangeSignal>();
        builder.Services.AddHostedService(provider => provider.GetRequiredService<ChangeSignal>());
    }
}
