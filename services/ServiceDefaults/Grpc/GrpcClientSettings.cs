using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using CallCenterCrm.ServiceDefaults.Settings;

namespace CallCenterCrm.ServiceDefaults.Grpc;

/// <summary>Where another service answers gRPC, and how it is called.</summary>
public sealed record GrpcClientSettings
{
    private const string Cure = "give https://HOST:PORT, or http://127.0.0.1:PORT on this machine; several with commas between, all alike";

    /// <summary>Every instance of the service; calls go to them in turn.</summary>
    public required IReadOnlyList<Uri> Addresses { get; init; }

    /// <summary>How long a call with one answer may take when the caller says nothing else. Streams have no end.</summary>
    public TimeSpan Deadline { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>The largest message taken in, in bytes.</summary>
    public int LargestMessage { get; init; } = 4096 * 1024;

    /// <summary>Whom to trust for the server's certificate; null: whom the system trusts.</summary>
    public X509Certificate2Collection? Authorities { get; init; }

    /// <summary>Reads Addresses, DeadlineSeconds, LargestMessageKilobytes and AuthorityFile (PEM) of a section.</summary>
    public static GrpcClientSettings Read(SettingsReader settings, string section)
    {
        var key = $"{section}:Addresses";
        var addresses = new List<Uri>();
        foreach (var text in settings.Required(key, Cure).Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            if (!Uri.TryCreate(text, UriKind.Absolute, out var address) || address.PathAndQuery != "/"
                || (address.Scheme != Uri.UriSchemeHttps && address.Scheme != Uri.UriSchemeHttp))
            {
                settings.Fail(key, $"holds '{text}'", Cure);
            }
            else if (address.Scheme == Uri.UriSchemeHttp && !address.IsLoopback)
            {
                settings.Fail(key, $"holds '{text}', which is plain http outside loopback", Cure);
            }
            else
            {
                addresses.Add(address);
            }
        }

        if (addresses.DistinctBy(address => address.Scheme, StringComparer.Ordinal).Count() > 1)
        {
            settings.Fail(key, "holds http and https", Cure);
        }

        var read = new GrpcClientSettings
        {
            Addresses = addresses,
            Deadline = settings.Seconds($"{section}:DeadlineSeconds", fallback: 10, least: 0.1, most: 600),
            LargestMessage = 1024 * settings.Number($"{section}:LargestMessageKilobytes", fallback: 4096, least: 64, most: 65536),
            Authorities = ReadAuthorities(settings, $"{section}:AuthorityFile"),
        };
        settings.RefuseUnknown(section);
        return read;
    }

    private static X509Certificate2Collection? ReadAuthorities(SettingsReader settings, string key)
    {
        if (settings.Optional(key) is not { } file)
        {
            return null;
        }

        var authorities = new X509Certificate2Collection();
        try
        {
            authorities.ImportFromPemFile(file);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or CryptographicException)
        {
            settings.Fail(key, $"cannot be read ({fault.Message})", "give a PEM file with the certificates of those who sign the server's");
        }

        return authorities;
    }
}
