using CallCenterCrm.ServiceDefaults.Settings;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace CallCenterCrm.ServiceDefaults.Authentication;

/// <summary>What a service has to know to check access tokens alone.</summary>
public sealed record AuthenticationSettings
{
    /// <summary>Who must have made the token.</summary>
    public required string Issuer { get; init; }

    /// <summary>For whom the token must be.</summary>
    public required string Audience { get; init; }

    /// <summary>Where Staff publishes its keys.</summary>
    public required Uri KeysUrl { get; init; }

    /// <summary>Where the keys are kept for a start while Staff is down.</summary>
    public required string CacheFile { get; init; }

    /// <summary>Reads the section Authentication.</summary>
    public static AuthenticationSettings Read(SettingsReader settings)
    {
        var url = settings.Required("Authentication:KeysUrl", "give the address of Staff's keys, for example http://127.0.0.1:8103/.well-known/jwks.json");
        if (!Uri.TryCreate(url.Length > 0 ? url : "http://127.0.0.1", UriKind.Absolute, out var keysUrl) || (keysUrl.Scheme != Uri.UriSchemeHttps && !keysUrl.IsLoopback))
        {
            // Whoever can change the answer on its way signs his own tokens.
            settings.Fail("Authentication:KeysUrl", "is no https address, nor one of this machine", "give one of the two");
            keysUrl = new Uri("http://127.0.0.1");
        }

        var read = new AuthenticationSettings
        {
            Issuer = settings.Optional("Authentication:Issuer") ?? "callcentercrm",
            Audience = settings.Optional("Authentication:Audience") ?? "callcentercrm",
            KeysUrl = keysUrl,
            CacheFile = settings.Required("Authentication:CacheFile", "give a file of the service's own, in which it keeps Staff's keys"),
        };
        settings.RefuseUnknown("Authentication");
        return read;
    }
}

/// <summary>Lets a service check who calls it.</summary>
public static class AuthenticationSetup
{
    /// <summary>Adds the check of access tokens (<see cref="TokenChecker"/>), its keys, and the count of systems' requests.</summary>
    public static void AddTokenChecks(this WebApplicationBuilder builder, SettingsReader settings)
    {
        var read = AuthenticationSettings.Read(settings);
        var services = builder.Services;
        services.AddSingleton(provider => new PublishedKeys(
            read, new HttpMessageInvoker(new SocketsHttpHandler { AllowAutoRedirect = false }),
            provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILogger<PublishedKeys>>()));
        services.AddHostedService(provider => provider.GetRequiredService<PublishedKeys>());
        services.AddHealthChecks().AddCheck<PublishedKeys>("token keys");
        services.AddSingleton(provider => new TokenChecker(
            read.Issuer, read.Audience, provider.GetRequiredService<PublishedKeys>(), provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<RequestRates>();
    }
}
