using System.Net;
using CallCenterCrm.ServiceDefaults.Settings;

namespace CallCenterCrm.Leads.Forms;

/// <summary>Everything that is set about the forms of the company's site.</summary>
internal sealed record FormSettings
{
    /// <summary>Sites whose pages may send a form by script and read the answer, for example https://example.com; none by default.</summary>
    public required string[] Origins { get; init; }

    /// <summary>How many forms one address may send in a minute.</summary>
    public required int RequestsPerMinute { get; init; }

    /// <summary>At which addresses it is believed from where a form comes (X-Forwarded-For): the site's own proxy.</summary>
    public required IReadOnlyList<IPNetwork> TrustedProxies { get; init; }

    /// <summary>Reads the section Forms.</summary>
    public static FormSettings Read(SettingsReader settings)
    {
        var read = new FormSettings
        {
            Origins = ReadOrigins(settings),
            RequestsPerMinute = settings.Number("Forms:RequestsPerMinute", 10, 1, 10_000),
            TrustedProxies = ReadProxies(settings),
        };
        settings.RefuseUnknown("Forms");
        return read;
    }

    private static string[] ReadOrigins(SettingsReader settings)
    {
        var origins = Words(settings.Optional("Forms:Origins") ?? "");
        foreach (var origin in origins)
        {
            // As browsers write it: scheme, host and perhaps a port, nothing behind.
            if (!Uri.TryCreate(origin, UriKind.Absolute, out var site) || site.Scheme is not ("https" or "http") || site.GetLeftPart(UriPartial.Authority) != origin)
            {
                settings.Fail("Forms:Origins", $"holds '{origin}'", "write sites with blanks between them, for example https://example.com https://www.example.com");
            }
        }

        return origins;
    }

    private static List<IPNetwork> ReadProxies(SettingsReader settings)
    {
        var networks = new List<IPNetwork>();
        foreach (var text in Words(settings.Optional("Forms:TrustedProxies") ?? "127.0.0.0/8 ::1/128"))
        {
            if (IPNetwork.TryParse(text, out var network))
            {
                networks.Add(network);
            }
            else
            {
                settings.Fail("Forms:TrustedProxies", $"holds '{text}'", "write networks with blanks between them, for example 127.0.0.0/8 10.0.5.7/32");
            }
        }

        return networks;
    }

    private static string[] Words(string text) => text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
}
