using System.Security.Cryptography.X509Certificates;
using CallCenterCrm.ServiceDefaults.Settings;

namespace CallCenterCrm.ServiceDefaults.Grpc;

/// <summary>Where and how a service answers gRPC.</summary>
public sealed record GrpcServerSettings
{
    private const string Cure = "give https://ADDRESS:PORT, or http://127.0.0.1:PORT for callers on this machine";

    /// <summary>Where it listens; null when the setting is wrong.</summary>
    public ServerAddress? Address { get; init; }

    /// <summary>With its key; null on loopback without TLS.</summary>
    public X509Certificate2? Certificate { get; init; }

    /// <summary>The largest message taken in or sent, in bytes.</summary>
    public int LargestMessage { get; init; }

    /// <summary>
    /// Reads the section Grpc: Url, Certificate and CertificateKey (PEM files, with https), LargestMessageKilobytes.
    /// Plain HTTP/2 outside loopback is refused: everybody on the way could read and change what is said.
    /// </summary>
    public static GrpcServerSettings Read(SettingsReader settings)
    {
        var read = new GrpcServerSettings
        {
            Address = ServerAddress.Read(settings, "Grpc:Url", Cure),
            Certificate = ServerCertificate.Read(settings, "Grpc"),
            LargestMessage = 1024 * settings.Number("Grpc:LargestMessageKilobytes", fallback: 4096, least: 64, most: 65536),
        };
        if (read.Address is { IsTls: false, IsLoopback: false })
        {
            settings.Fail("Grpc:Url", "is plain http outside loopback", Cure);
        }

        if (read is { Address.IsTls: true, Certificate: null } && settings.Optional("Grpc:Certificate") is null)
        {
            settings.Fail("Grpc:Certificate", "is missing", "with https, give a PEM file with the certificate and its chain");
        }

        settings.RefuseUnknown("Grpc");
        return read;
    }
}
