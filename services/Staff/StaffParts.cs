using System.Reflection;
using CallCenterCrm.Messaging;
using CallCenterCrm.ServiceDefaults;
using CallCenterCrm.ServiceDefaults.Authentication;
using CallCenterCrm.ServiceDefaults.Grpc;
using CallCenterCrm.ServiceDefaults.Settings;
using CallCenterCrm.Staff.ApiKeys;
using CallCenterCrm.Staff.Audit;
using CallCenterCrm.Staff.Employees;
using CallCenterCrm.Staff.SignIn;
using CallCenterCrm.Staff.Tokens;

namespace CallCenterCrm.Staff;

/// <summary>Puts the service together.</summary>
internal static class StaffParts
{
    private const string KeysPath = "/.well-known/jwks.json";

    public static void AddStaff(this WebApplicationBuilder builder, SettingsReader settings)
    {
        builder.AddDatabase(settings, MessagingSetup.Migrations, Assembly.GetExecutingAssembly());
        builder.AddMessaging(settings, "staff", bus =>
        {
            bus.AddConsumer<EmployeesRequestedConsumer>();
            bus.AddConsumer<AuditRecordedConsumer>();
        });
        builder.AddCrmGrpc(settings);
        builder.Services.AddStaffServices(StaffSettings.Read(settings));
        builder.Services.AddHostedService(services => services.GetRequiredService<KeyRing>());
        builder.Services.AddHostedService(services => services.GetRequiredService<FirstRun>());
        builder.Services.AddHostedService(services => services.GetRequiredService<OutlivedRows>());
        builder.Services.AddHealthChecks().AddCheck<KeyRing>("signing keys").AddCheck<FirstRun>("first employees");
    }

    /// <summary>The service's parts over a database, without the background ones running: for the service and for its tests.</summary>
    public static void AddStaffServices(this IServiceCollection services, StaffSettings settings)
    {
        services.AddSingleton(settings);
        services.AddSingleton<SecretBox>();
        services.AddSingleton<KeyRing>();
        services.AddSingleton<AccessTokens>();
        services.AddSingleton<AuditLog>();
        services.AddSingleton<EmployeeStore>();
        services.AddSingleton<Passwords>();
        services.AddSingleton<GuessLimits>();
        services.AddSingleton<SecondFactor>();
        services.AddSingleton(new ClientAddresses(settings.TrustedFrontends));
        services.AddSingleton<SessionStore>();
        services.AddSingleton<SignInService>();
        services.AddSingleton<RequestRates>();
        services.AddSingleton(provider => new TokenChecker(
            settings.Issuer, settings.Audience, provider.GetRequiredService<KeyRing>(), provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<ApiKeyStore>();
        services.AddSingleton<FirstRun>();
        services.AddSingleton<OutlivedRows>();
    }

    public static void MapStaff(this WebApplication app)
    {
        app.MapCrmGrpc();
        app.MapGrpcService<EmployeesService>();
        app.MapGrpcService<SignInGrpcService>();
        app.MapGrpcService<ApiKeysService>();
        app.MapGrpcService<AuditService>();
        app.MapKeys();
    }

    /// <summary>Publishes the keys by which every service checks access tokens.</summary>
    public static void MapKeys(this WebApplication app) => app.MapGet(KeysPath, (KeyRing keys, HttpContext context) =>
    {
        var published = keys.Published;
        if (published.Keys.Count == 0)
        {
            return Results.StatusCode(StatusCodes.Status503ServiceUnavailable);
        }

        context.Response.Headers.CacheControl = "public, max-age=60";
        return Results.Json(published);
    });
}
