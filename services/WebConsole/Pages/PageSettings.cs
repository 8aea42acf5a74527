using System.Security.Cryptography.X509Certificates;
using CallCenterCrm.ServiceDefaults.Settings;

namespace CallCenterCrm.WebConsole.Pages;

/// <summary>Where browsers find the console.</summary>
internal sealed record PageSettings
{
    private const string Cure = "give https://ADDRESS:PORT, or http://127.0.0.1:PORT for browsers on this machine";

    /// <summary>Where it listens; null when the setting is wrong.</summary>
    public ServerAddress? Address { get; init; }

    /// <summary>With its key; null on loopback without TLS.</summary>
    public X509Certificate2? Certificate { get; init; }

    /// <summary>The folder with the built pages (ui/dist).</summary>
    public required string Folder { get; init; }

    /// <summary>
    /// Reads the section Pages: Url, Certificate and CertificateKey (PEM files, with https), Folder. Plain http outside loopback
    /// is refused: passwords and clients' numbers go over it, and a browser gives no microphone there.
    /// </summary>
    public static PageSettings Read(SettingsReader settings)
    {
        var read = new PageSettings
        {
            Address = ServerAddress.Read(settings, "Pages:Url", Cure),
            Certificate = ServerCertificate.Read(settings, "Pages"),
            Folder = Path.GetFullPath(settings.Optional("Pages:Folder") ?? "pages", AppContext.BaseDirectory),
        };
        if (read.Address is { IsTls: false, IsLoopback: false })
        {
            settings.Fail("Pages:Url", "is plain http outside loopback", Cure);
        }

        if (read is { Address.IsTls: true, Certificate: null } && settings.Optional("Pages:Certificate") is null)
        {
            settings.Fail("Pages:Certificate", "is missing", "with https, give a PEM file with the certificate and its chain");
        }

        settings.RefuseUnknown("Pages");
        return read;
    }
}
