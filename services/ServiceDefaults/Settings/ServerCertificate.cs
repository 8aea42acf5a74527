using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace CallCenterCrm.ServiceDefaults.Settings;

/// <summary>The certificate that an https address of ours shows.</summary>
public static class ServerCertificate
{
    /// <summary>Reads Certificate and CertificateKey (PEM files) of a section.</summary>
    /// <returns>With its key; null when none is given, or when it cannot be read, which is noted.</returns>
    public static X509Certificate2? Read(SettingsReader settings, string section)
    {
        var certificate = settings.Optional($"{section}:Certificate");
        var key = settings.Optional($"{section}:CertificateKey");
        if (certificate is null)
        {
            return null;
        }

        try
        {
            return X509Certificate2.CreateFromPemFile(certificate, key);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or CryptographicException)
        {
            settings.Fail($"{section}:Certificate", $"cannot be read ({fault.Message})", $"give PEM files: the certificate here, its key in {section}:CertificateKey or in the same file");
            return null;
        }
    }
}
