using CallCenterCrm.ServiceDefaults.Settings;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace CallCenterCrm.ServiceDefaults.Redis;

/// <summary>Where Redis is.</summary>
/// <param name="Endpoint">host:port.</param>
/// <param name="Password">Null when it asks for none.</param>
public sealed record RedisSettings(string Endpoint, string? Password)
{
    private const string Key = "Redis:Endpoint";
    private const string Cure = "give host:port of Redis";

    /// <summary>Reads the section Redis: Endpoint, Password.</summary>
    public static RedisSettings Read(SettingsReader settings)
    {
        var endpoint = settings.Required(Key, Cure);
        if (endpoint.Length > 0 && !(endpoint.LastIndexOf(':') is > 0 and var colon && ushort.TryParse(endpoint[(colon + 1)..], out var port) && port > 0))
        {
            settings.Fail(Key, $"is '{endpoint}'", Cure);
        }

        var password = settings.Optional("Redis:Password");
        settings.RefuseUnknown("Redis");
        return new(endpoint, password);
    }
}

/// <summary>Gives a service Redis.</summary>
public static class RedisSetup
{
    /// <summary>Adds <see cref="RedisCache"/> (settings: <see cref="RedisSettings.Read"/>) and its health.</summary>
    public static void AddRedis(this WebApplicationBuilder builder, SettingsReader settings)
    {
        builder.Services.AddSingleton(RedisSettings.Read(settings));
        builder.Services.AddSingleton<RedisCache>();
        builder.Services.AddHostedService(provider => provider.GetRequiredService<RedisCache>());
        builder.Services.AddHealthChecks().AddCheck<RedisCache>("redis");
    }
}
