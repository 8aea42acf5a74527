using System.Security.Cryptography.X509Certificates;
using Ami.Client.Framing;

namespace Ami.Client.Tests.Support;

/// <summary>The options of a test's client; what a test does not give is usual.</summary>
internal static class Options
{
    public static AmiClientOptions Of(
        int port,
        string name = "pbx",
        string secret = "hush",
        AmiAuthentication authentication = AmiAuthentication.Md5Challenge,
        bool tls = false,
        string? tlsServerName = null,
        X509Certificate2Collection? roots = null,
        int queueCapacity = 200_000,
        int maxOutstanding = 1024,
        int maxListItems = 20_000,
        AmiFrameLimits? limits = null) => new()
        {
            Name = name,
            Host = "127.0.0.1",
            Port = port,
            Username = "gateway",
            Secret = secret,
            Authentication = authentication,
            SystemName = "secret",
            OwnChannelIdPrefixes = ["crm-"],
            StatusVariables = ["CRM_CALL", "RING_PLAN"],
            UseTls = tls,
            TlsServerName = tlsServerName,
            TlsTrustedRoots = roots,
            QueueCapacity = queueCapacity,
            MaxOutstandingActions = maxOutstanding,
            MaxListItems = maxListItems,
            FrameLimits = limits ?? AmiFrameLimits.Default,
        };
}
