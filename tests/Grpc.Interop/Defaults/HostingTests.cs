using System.Net;
using CallCenterCrm.GrpcInterop.Probe.V1;
using CallCenterCrm.GrpcInterop.Support;
using CallCenterCrm.ServiceDefaults.Grpc;
using CallCenterCrm.ServiceDefaults.Settings;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Health.V1;
using Grpc.Reflection.V1;
using Microsoft.Extensions.Configuration;
using ServingStatus = Grpc.Health.V1.HealthCheckResponse.Types.ServingStatus;

namespace CallCenterCrm.GrpcInterop.Defaults;

/// <summary>The address, its limits, health and reflection.</summary>
public sealed class HostingTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    [Theory]
    [InlineData("http://0.0.0.0:15500", "Grpc:Url is plain http outside loopback")]
    [InlineData("http://*:15500", "Grpc:Url is plain http outside loopback")]
    [InlineData("http://[::]:15500", "Grpc:Url is plain http outside loopback")]
    [InlineData("http://192.0.2.7:15500", "Grpc:Url is plain http outside loopback")]
    [InlineData("https://0.0.0.0:15500", "Grpc:Certificate is missing")]
    [InlineData("ftp://127.0.0.1:15500", "Grpc:Url is 'ftp://127.0.0.1:15500'")]
    [InlineData("http://example.org:15500", "Grpc:Url is 'http://example.org:15500'")]
    [InlineData(null, "Grpc:Url is missing")]
    public void An_address_that_anybody_could_listen_in_on_is_a_settings_error(string? url, string error)
    {
        var reader = Reader(("Grpc:Url", url));
        GrpcServerSettings.Read(reader);
        Assert.Equal(error, Assert.Single(reader.Errors) is var only ? $"{only.Key} {only.Fault}" : null);
    }

    [Theory]
    [InlineData("http://127.0.0.1:15500")]
    [InlineData("http://127.8.9.10:15500")]
    [InlineData("http://localhost:15500")]
    [InlineData("http://[::1]:15500")]
    public void Plain_http_is_good_enough_for_loopback(string url)
    {
        var reader = Reader(("Grpc:Url", url));
        Assert.True(GrpcServerSettings.Read(reader).Address!.IsLoopback);
        Assert.Empty(reader.Errors);
    }

    [Fact]
    public async Task What_is_not_grpc_is_not_served_at_the_grpc_address()
    {
        await using var server = await TestServer.StartAsync();
        using var http = new HttpClient();
        foreach (var path in new[] { "/metrics", "/nothing", "/grpc.testing.TestService/Nothing" })
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(server.Address, path))
            {
                Version = HttpVersion.Version20,
                VersionPolicy = HttpVersionPolicy.RequestVersionExact,
                Content = new ByteArrayContent([0, 0, 0, 0, 0]) { Headers = { { "Content-Type", "application/grpc" } } },
            };
            using var answer = await http.SendAsync(request);
            Assert.Equal("12", Assert.Single(answer.Headers.GetValues("grpc-status")));
            Assert.Empty(await answer.Content.ReadAsByteArrayAsync());
        }
    }

    [Fact]
    public async Task A_message_over_the_limit_is_refused_both_ways_and_the_connection_lives_on()
    {
        await using var server = await TestServer.StartAsync(new() { ["Grpc:LargestMessageKilobytes"] = "128" });
        await using var connection = new Connection(server.Address);
        var client = connection.Client<Grpc.Testing.TestService.TestServiceClient>();
        Grpc.Testing.SimpleRequest Request(int up, int down) =>
            new() { ResponseSize = down, Payload = new Grpc.Testing.Payload { Body = ByteString.CopyFrom(new byte[up]) } };

        foreach (var (up, down) in new[] { (200_000, 0), (0, 200_000) })
        {
            var refusal = await Assert.ThrowsAsync<RpcException>(async () => await client.UnaryCallAsync(Request(up, down)));
            Assert.Equal(StatusCode.ResourceExhausted, refusal.StatusCode);
        }

        Assert.Equal(120_000, (await client.UnaryCallAsync(Request(120_000, 120_000))).Payload.Body.Length);
    }

    [Fact]
    public async Task A_slow_reader_makes_the_writer_wait_and_neither_he_nor_a_quiet_sender_is_cut_off()
    {
        await using var server = await TestServer.StartAsync();
        await using var connection = new Connection(server.Address);
        using var quiet = connection.Probe.Drain(deadline: DateTime.UtcNow + Patience);
        await quiet.RequestStream.WriteAsync(new FloodMessage { Filling = ByteString.CopyFrom(new byte[1000]) });
        using var flood = connection.Probe.Flood(new FloodRequest { Bytes = 65_536 });

        // Kestrel's default rates would end both calls after 5 s without a byte.
        await Task.Delay(TimeSpan.FromSeconds(8));
        const int Most = 2 * 1024 * 1024 / 65_536;
        long written;
        do
        {
            written = server.Record.Flooded;
            await Task.Delay(TimeSpan.FromSeconds(1));
        }
        while (written != server.Record.Flooded && written <= Most);
        Assert.InRange(written, 1, Most);

        for (var number = 1; number <= 1000; number++)
        {
            Assert.True(await flood.ResponseStream.MoveNext(CancellationToken.None));
            Assert.Equal(number, flood.ResponseStream.Current.Number);
        }

        await quiet.RequestStream.CompleteAsync();
        Assert.Equal(1000, (await quiet).Number);
    }

    [Fact]
    public async Task A_stream_may_carry_more_than_a_request_body_may()
    {
        await using var server = await TestServer.StartAsync();
        await using var connection = new Connection(server.Address);
        using var call = connection.Probe.Drain();
        var message = new FloodMessage { Filling = ByteString.CopyFrom(new byte[1024 * 1024]) };
        for (var i = 0; i < 40; i++)
        {
            await call.RequestStream.WriteAsync(message);
        }

        await call.RequestStream.CompleteAsync();
        Assert.Equal(40L * 1024 * 1024, (await call).Number);
    }

    [Fact]
    public async Task Health_follows_the_service_s_checks()
    {
        await using var server = await TestServer.StartAsync();
        await using var connection = new Connection(server.Address);
        var client = connection.Client<Health.HealthClient>();
        using var patience = new CancellationTokenSource(Patience);
        using var watch = client.Watch(new HealthCheckRequest(), cancellationToken: patience.Token);
        Assert.True(await watch.ResponseStream.MoveNext(patience.Token));
        Assert.Equal(ServingStatus.Serving, watch.ResponseStream.Current.Status);

        foreach (var healthy in new[] { false, true })
        {
            server.IsHealthy = healthy;
            var expected = healthy ? ServingStatus.Serving : ServingStatus.NotServing;
            Assert.Equal(expected, (await client.CheckAsync(new HealthCheckRequest { Service = "callcenter.probe.v1.Probe" })).Status);
            Assert.True(await watch.ResponseStream.MoveNext(patience.Token));
            Assert.Equal(expected, watch.ResponseStream.Current.Status);
        }
    }

    [Fact]
    public async Task A_service_that_ends_tells_those_who_watch_its_health()
    {
        var server = await TestServer.StartAsync();
        await using var connection = new Connection(server.Address);
        using var patience = new CancellationTokenSource(Patience);
        using var watch = connection.Client<Health.HealthClient>().Watch(new HealthCheckRequest(), cancellationToken: patience.Token);
        Assert.True(await watch.ResponseStream.MoveNext(patience.Token));
        await server.DisposeAsync();
        var end = await Assert.ThrowsAsync<RpcException>(() => watch.ResponseStream.MoveNext(patience.Token));
        Assert.Equal(StatusCode.Unavailable, end.StatusCode);
    }

    [Fact]
    public async Task Reflection_answers_every_kind_of_question()
    {
        await using var server = await TestServer.StartAsync();
        await using var connection = new Connection(server.Address);
        using var call = connection.Client<ServerReflection.ServerReflectionClient>().ServerReflectionInfo();
        async Task<ServerReflectionResponse> AskAsync(ServerReflectionRequest question)
        {
            await call.RequestStream.WriteAsync(question);
            Assert.True(await call.ResponseStream.MoveNext(CancellationToken.None));
            Assert.Equal(question, call.ResponseStream.Current.OriginalRequest);
            return call.ResponseStream.Current;
        }

        static string[] Files(ServerReflectionResponse answer) =>
            [.. answer.FileDescriptorResponse.FileDescriptorProto.Select(file => Google.Protobuf.Reflection.FileDescriptorProto.Parser.ParseFrom(file).Name)];

        var services = await AskAsync(new() { ListServices = "" });
        Assert.Equal(
            [
                "callcenter.probe.v1.Probe", "grpc.health.v1.Health", "grpc.reflection.v1.ServerReflection",
                "grpc.reflection.v1alpha.ServerReflection", "grpc.testing.TestService",
            ],
            services.ListServicesResponse.Service.Select(service => service.Name));

        string[] testFiles = ["grpc/testing/test.proto", "grpc/testing/empty.proto", "grpc/testing/messages.proto"];
        Assert.Equal(testFiles, Files(await AskAsync(new() { FileByFilename = "grpc/testing/test.proto" })));
        foreach (var symbol in new[] { "grpc.testing.TestService", "grpc.testing.TestService.EmptyCall" })
        {
            Assert.Equal(testFiles, Files(await AskAsync(new() { FileContainingSymbol = symbol })));
        }

        foreach (var symbol in new[] { "grpc.testing.Payload", "grpc.testing.Payload.body", "grpc.testing.PayloadType", "grpc.testing.COMPRESSABLE" })
        {
            Assert.Equal(["grpc/testing/messages.proto"], Files(await AskAsync(new() { FileContainingSymbol = symbol })));
        }

        const string Options = "google.protobuf.MethodOptions";
        var extension = new ExtensionRequest { ContainingType = Options, ExtensionNumber = 50999 };
        Assert.Equal("callcenter/probe/v1/probe.proto", Files(await AskAsync(new() { FileContainingExtension = extension }))[0]);
        Assert.Equal([50999], (await AskAsync(new() { AllExtensionNumbersOfType = Options })).AllExtensionNumbersResponse.ExtensionNumber);

        foreach (var nothing in new ServerReflectionRequest[]
        {
            new() { FileByFilename = "nothing.proto" }, new() { FileContainingSymbol = "nothing" }, new() { AllExtensionNumbersOfType = "nothing" },
            new() { FileContainingExtension = new ExtensionRequest { ContainingType = Options, ExtensionNumber = 1 } },
        })
        {
            Assert.Equal((int)StatusCode.NotFound, (await AskAsync(nothing)).ErrorResponse.ErrorCode);
        }

        Assert.Equal((int)StatusCode.InvalidArgument, (await AskAsync(new())).ErrorResponse.ErrorCode);
    }

    private static SettingsReader Reader(params (string Key, string? Value)[] settings) => new(new ConfigurationBuilder()
        .AddInMemoryCollection(settings.ToDictionary(setting => setting.Key, setting => setting.Value, StringComparer.Ordinal)).Build());
}
