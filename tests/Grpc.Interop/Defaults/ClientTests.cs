using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using CallCenterCrm.GrpcInterop.Probe.V1;
using CallCenterCrm.GrpcInterop.Support;
using CallCenterCrm.ServiceDefaults.Grpc;
using CallCenterCrm.ServiceDefaults.Settings;
using Grpc.Core;
using Grpc.Net.Client;
using Grpc.Testing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using TestClient = Grpc.Testing.TestService.TestServiceClient;

namespace CallCenterCrm.GrpcInterop.Defaults;

/// <summary>The clients that dependency injection gives.</summary>
public sealed class ClientTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    [Fact]
    public async Task A_call_without_a_deadline_gets_the_connection_s_and_one_with_a_deadline_keeps_it()
    {
        await using var server = await TestServer.StartAsync();
        await using var connection = new Connection(new GrpcClientSettings { Addresses = [server.Address], Deadline = TimeSpan.FromSeconds(12) });
        // A first call makes the connection, which would eat the short deadline on a busy machine; what the way to the server
        // takes there is added to both, since the server counts from when it hears of them.
        await connection.Probe.FlakyAsync(new FlakyRequest { Key = "first" });
        var before = DateTime.UtcNow;
        var refusals = await Task.WhenAll(
            Assert.ThrowsAsync<RpcException>(async () => await connection.Probe.DawdleAsync(new ProbeAnswer())),
            Assert.ThrowsAsync<RpcException>(async () => await connection.Probe.DawdleAsync(new ProbeAnswer(), deadline: before.AddSeconds(5))));
        Assert.All(refusals, refusal => Assert.Equal(StatusCode.DeadlineExceeded, refusal.StatusCode));
        var deadlines = server.Record.Deadlines.Order().Select(deadline => (deadline - before).TotalSeconds).ToList();
        Assert.Equal(2, deadlines.Count);
        Assert.InRange(deadlines[0], 4.5, 10);
        Assert.InRange(deadlines[1], 11.5, 30);
    }

    [Fact]
    public async Task Only_the_methods_that_are_named_safe_are_repeated()
    {
        await using var server = await TestServer.StartAsync();
        await using var connection = new Connection(new GrpcClientSettings { Addresses = [server.Address], Deadline = Patience }, "callcenter.probe.v1.Probe/Flaky");
        Assert.Equal(3, (await connection.Probe.FlakyAsync(new FlakyRequest { Key = "safe", Failures = 2 })).Number);

        var refusal = await Assert.ThrowsAsync<RpcException>(
            async () => await connection.Probe.FlakyWriteAsync(new FlakyRequest { Key = "unsafe", Failures = 2 }));
        Assert.Equal(StatusCode.Unavailable, refusal.StatusCode);
        Assert.Equal(1, server.Record.Attempts["unsafe"]);
    }

    [Fact]
    public async Task A_safe_method_is_given_up_after_four_times()
    {
        await using var server = await TestServer.StartAsync();
        await using var connection = new Connection(new GrpcClientSettings { Addresses = [server.Address], Deadline = Patience }, "callcenter.probe.v1.Probe/Flaky");
        await Assert.ThrowsAsync<RpcException>(async () => await connection.Probe.FlakyAsync(new FlakyRequest { Key = "down", Failures = 100 }));
        Assert.Equal(4, server.Record.Attempts["down"]);
    }

    [Fact]
    public async Task Calls_go_to_the_addresses_in_turn_and_past_one_that_is_down()
    {
        await using var one = await TestServer.StartAsync();
        var other = await TestServer.StartAsync();
        await using var connection = new Connection(
            new GrpcClientSettings { Addresses = [one.Address, other.Address], Deadline = Patience }, "callcenter.probe.v1.Probe/Flaky");
        int Calls(TestServer server) => server.Record.Attempts.Values.Sum();
        Task CallAsync() => connection.Probe.FlakyAsync(new FlakyRequest { Key = "turn" }).ResponseAsync;

        using var patience = new CancellationTokenSource(Patience);
        while (Calls(one) == 0 || Calls(other) == 0)
        {
            patience.Token.ThrowIfCancellationRequested();
            await CallAsync();
        }

        var (first, second) = (Calls(one), Calls(other));
        for (var i = 0; i < 20; i++)
        {
            await CallAsync();
        }

        Assert.Equal((10, 10), (Calls(one) - first, Calls(other) - second));

        await other.DisposeAsync();
        first = Calls(one);
        for (var i = 0; i < 20; i++)
        {
            await CallAsync();
        }

        Assert.Equal(20, Calls(one) - first);
    }

    [Fact]
    public async Task Typed_clients_share_one_channel_which_ends_with_the_container()
    {
        await using var server = await TestServer.StartAsync();
        var services = new ServiceCollection();
        services.AddGrpcConnection("test", new GrpcClientSettings { Addresses = [server.Address], Deadline = Patience }).AddClient<TestClient>().AddClient<Probe.V1.Probe.ProbeClient>();
        var provider = services.BuildServiceProvider();
        var client = provider.GetRequiredService<TestClient>();
        Assert.Same(client, provider.GetRequiredService<TestClient>());
        Assert.Same(provider.GetRequiredKeyedService<GrpcChannel>("test"), provider.GetRequiredKeyedService<GrpcChannel>("test"));
        await client.EmptyCallAsync(new Empty());
        await provider.DisposeAsync();
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await client.EmptyCallAsync(new Empty()));
    }

    [Fact]
    public async Task With_tls_the_server_must_show_a_certificate_of_the_authority()
    {
        using var files = new TemporaryFiles();
        using var certificate = SelfSigned();
        var (certificateFile, keyFile) = (files.Path("server.pem"), files.Path("key.pem"));
        await File.WriteAllTextAsync(certificateFile, certificate.ExportCertificatePem());
        await File.WriteAllTextAsync(keyFile, certificate.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem());
        await using var server = await TestServer.StartAsync(new()
        {
            ["Grpc:Url"] = "https://127.0.0.1:0",
            ["Grpc:Certificate"] = certificateFile,
            ["Grpc:CertificateKey"] = keyFile,
        });
        var address = $"https://localhost:{server.Address.Port}";

        await using (var trusting = new Connection(Read(("Staff:Addresses", address), ("Staff:AuthorityFile", certificateFile)).Settings))
        {
            await trusting.Client<TestClient>().EmptyCallAsync(new Empty(), deadline: DateTime.UtcNow + Patience);
        }

        await using var other = new Connection(Read(("Staff:Addresses", address)).Settings);
        var refusal = await Assert.ThrowsAsync<RpcException>(
            async () => await other.Client<TestClient>().EmptyCallAsync(new Empty(), deadline: DateTime.UtcNow + Patience));
        Assert.IsType<AuthenticationException>(refusal.Status.DebugException!.GetBaseException());
    }

    [Fact]
    public void Wrong_settings_are_all_named()
    {
        var (_, reader) = Read(
            ("Staff:Addresses", "http://192.0.2.1:1, https://staff:1, staff:1, http://127.0.0.1:1"), ("Staff:DeadlineSeconds", "soon"),
            ("Staff:AuthorityFile", "/nothing.pem"), ("Staff:Adresses", "http://127.0.0.1:1"));
        Assert.Equal(
            [
                "Staff:Addresses holds 'http://192.0.2.1:1', which is plain http outside loopback", "Staff:Addresses holds 'staff:1'",
                "Staff:Addresses holds http and https", "Staff:DeadlineSeconds is 'soon'",
                "Staff:Adresses is no setting of this service",
            ],
            reader.Errors.Where(error => error.Key != "Staff:AuthorityFile").Select(error => $"{error.Key} {error.Fault}"));
        Assert.Single(reader.Errors, error => error.Key == "Staff:AuthorityFile");
    }

    private static (GrpcClientSettings Settings, SettingsReader Reader) Read(params (string Key, string Value)[] settings)
    {
        var reader = new SettingsReader(new ConfigurationBuilder()
            .AddInMemoryCollection(settings.ToDictionary(setting => setting.Key, setting => (string?)setting.Value, StringComparer.Ordinal)).Build());
        return (GrpcClientSettings.Read(reader, "Staff"), reader);
    }

    private static X509Certificate2 SelfSigned()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        request.CertificateExtensions.Add(names.Build());
        return request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
    }

    private sealed class TemporaryFiles : IDisposable
    {
        private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("crm-grpc-");

        public string Path(string name) => System.IO.Path.Combine(_directory.FullName, name);

        public void Dispose() => _directory.Delete(recursive: true);
    }
}
