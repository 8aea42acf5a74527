using System.Net;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Ami.Client.Tests.Support;

namespace Ami.Client.Tests.Connection;

public sealed class TlsTests
{
    [Fact]
    public async Task A_certificate_with_the_right_name_from_a_trusted_root_is_accepted()
    {
        using var certificate = Certificate("pbx.example");
        await using var pbx = Pbx(certificate);
        await using var run = new ClientRun(Options.Of(pbx.Port, tls: true, tlsServerName: "pbx.example", roots: [certificate]));

        await run.ItemAsync<AmiSessionStarted>();
    }

    [Fact]
    public async Task A_certificate_with_another_name_is_refused()
    {
        using var certificate = Certificate("other.example");
        await using var pbx = Pbx(certificate);
        await using var run = new ClientRun(Options.Of(pbx.Port, tls: true, tlsServerName: "pbx.example", roots: [certificate]));

        await RefusedAsync(run);
    }

    [Fact]
    public async Task A_certificate_that_nobody_trusted_vouches_for_is_refused()
    {
        using var certificate = Certificate("pbx.example");
        using var trusted = Certificate("pbx.example");
        await using var pbx = Pbx(certificate);
        await using var ownRoots = new ClientRun(Options.Of(pbx.Port, tls: true, tlsServerName: "pbx.example", roots: [trusted]));
        await using var systemRoots = new ClientRun(Options.Of(pbx.Port, tls: true, tlsServerName: "pbx.example"));

        await RefusedAsync(ownRoots);
        await RefusedAsync(systemRoots);
    }

    [Fact]
    public async Task A_PBX_without_TLS_is_not_talked_to_in_the_clear()
    {
        await using var pbx = new FakePbx();
        await using var run = new ClientRun(Options.Of(pbx.Port, tls: true, tlsServerName: "pbx.example"));
        var session = await pbx.NextSessionAsync();

        await RefusedAsync(run);
        Assert.Empty(session.Requests);
    }

    private static async Task RefusedAsync(ClientRun run)
    {
        await Patience.UntilAsync(() => run.Client.State.LastBreak is not null, "a break");
        Assert.Contains("TLS", Assert.IsType<AmiConnectionLostException>(run.Client.State.LastBreak).Message, StringComparison.Ordinal);
        Assert.Empty(run.Items);
    }

    private static FakePbx Pbx(X509Certificate2 certificate) => new()
    {
        Secure = async plain =>
        {
            var tls = new SslStream(plain);
            await tls.AuthenticateAsServerAsync(certificate);
            return tls;
        },
    };

    private static X509Certificate2 Certificate(string name)
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(name);
        names.AddIpAddress(IPAddress.Parse("127.9.9.9"));
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, false, 0, true));
        var now = TimeProvider.System.GetUtcNow();
        using var made = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
        return X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pkcs12), null);
    }
}
