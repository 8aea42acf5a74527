using System.Net;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace CallCenterCrm.ServiceDefaults.Settings;

/// <summary>Where a service listens.</summary>
/// <param name="Address">The network address; null for both loopback addresses ("localhost").</param>
/// <param name="Port">TCP port; 0 for any that is free.</param>
/// <param name="IsTls">Whether the address was given as https.</param>
public sealed record ServerAddress(IPAddress? Address, int Port, bool IsTls)
{
    /// <summary>Whether only this machine can connect.</summary>
    public bool IsLoopback => Address is null || IPAddress.IsLoopback(Address);

    /// <summary>Reads a setting such as <c>http://127.0.0.1:8101</c>; the host is an address of this machine, localhost, or * for all.</summary>
    /// <returns>Null when the setting is missing or wrong, which is noted.</returns>
    public static ServerAddress? Read(SettingsReader settings, string key, string cure)
    {
        var text = settings.Required(key, cure);
        if (text.Length == 0)
        {
            return null;
        }

        if (Uri.TryCreate(text.Replace("://*", "://0.0.0.0", StringComparison.Ordinal), UriKind.Absolute, out var url)
            && (url.Scheme == Uri.UriSchemeHttp || url.Scheme == Uri.UriSchemeHttps)
            && url.PathAndQuery == "/")
        {
            if (string.Equals(url.Host, "localhost", StringComparison.OrdinalIgnoreCase))
            {
                return new(null, url.Port, url.Scheme == Uri.UriSchemeHttps);
            }

            if (IPAddress.TryParse(url.DnsSafeHost, out var address))
            {
                return new(address, url.Port, url.Scheme == Uri.UriSchemeHttps);
            }
        }

        settings.Fail(key, $"is '{text}'", cure);
        return null;
    }

    /// <summary>Makes the server listen here.</summary>
    public void Listen(KestrelServerOptions kestrel, Action<ListenOptions> configure)
    {
        if (Address is null)
        {
            kestrel.ListenLocalhost(Port, configure);
        }
        else
        {
            kestrel.Listen(Address, Port, configure);
        }
    }
}
