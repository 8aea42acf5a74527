using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using CallCenterCrm.ServiceDefaults.Authentication;

namespace CallCenterCrm.Leads.Forms;

/// <summary>How often forms come from one address. It is counted in the memory of each instance.</summary>
internal sealed class VisitorRates(FormSettings settings, RequestRates rates)
{
    // Whoever has one IPv6 address has all of its network (RFC 6177).
    private const int NetworkBytes = 8;

    /// <summary>Counts a form.</summary>
    /// <returns>Zero when it may come, else after how long it may.</returns>
    public TimeSpan Take(HttpContext context)
    {
        var address = Of(context.Connection.RemoteIpAddress ?? IPAddress.None, context.Request.Headers["X-Forwarded-For"]);
        var bytes = address.GetAddressBytes();
        var key = address.AddressFamily == AddressFamily.InterNetworkV6 ? bytes.AsSpan(0, NetworkBytes) : bytes;
        return rates.Take(new Guid(SHA256.HashData(key).AsSpan(0, 16)), settings.RequestsPerMinute);
    }

    // What stands last was added by the proxy that is trusted; what stands before it, anybody may have written.
    private IPAddress Of(IPAddress peer, string? forwarded)
    {
        var plain = Plain(peer);
        return settings.TrustedProxies.Any(network => network.Contains(plain))
            && IPAddress.TryParse(forwarded?.Split(',')[^1].Trim(), out var visitor) ? Plain(visitor) : plain;
    }

    private static IPAddress Plain(IPAddress address) => address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
}
