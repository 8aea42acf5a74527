using CallCenterCrm.GrpcInterop.Support;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Testing;
using TestClient = Grpc.Testing.TestService.TestServiceClient;

namespace CallCenterCrm.GrpcInterop.Interop;

/// <summary>Our client, as dependency injection gives it, against grpc-go's server.</summary>
public sealed class OurClientTests : IAsyncLifetime
{
    private static readonly int[] Send = [27182, 8, 1828, 45904];
    private static readonly int[] Receive = [31415, 9, 2653, 58979];
    private static readonly Metadata Echo = new()
    {
        { "x-grpc-test-echo-initial", "test_initial_metadata_value" }, { "x-grpc-test-echo-trailing-bin", [0xab, 0xab, 0xab] },
    };

    private ForeignServer _server = null!;
    private Connection _connection = null!;

    private TestClient Client => _connection.Client<TestClient>();

    public async Task InitializeAsync()
    {
        _server = await ForeignTools.StartServerAsync();
        _connection = new Connection(_server.Address);
    }

    public async Task DisposeAsync()
    {
        await _connection.DisposeAsync();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task Empty_unary() => Assert.Equal(new Empty(), await Client.EmptyCallAsync(new Empty()));

    [Fact]
    public async Task Large_unary()
    {
        var answer = await Client.UnaryCallAsync(Large());
        Assert.Equal(new byte[314159], answer.Payload.Body.ToByteArray());
    }

    [Fact]
    public async Task Client_streaming()
    {
        using var call = Client.StreamingInputCall();
        foreach (var size in Send)
        {
            await call.RequestStream.WriteAsync(new StreamingInputCallRequest { Payload = Zeros(size) });
        }

        await call.RequestStream.CompleteAsync();
        Assert.Equal(74922, (await call).AggregatedPayloadSize);
    }

    [Fact]
    public async Task Server_streaming()
    {
        var request = new StreamingOutputCallRequest { ResponseParameters = { Receive.Select(size => new ResponseParameters { Size = size }) } };
        using var call = Client.StreamingOutputCall(request);
        var sizes = new List<int>();
        await foreach (var answer in call.ResponseStream.ReadAllAsync())
        {
            sizes.Add(answer.Payload.Body.Length);
        }

        Assert.Equal(Receive, sizes);
    }

    [Fact]
    public async Task Ping_pong()
    {
        using var call = Client.FullDuplexCall();
        foreach (var (send, receive) in Send.Zip(Receive))
        {
            await call.RequestStream.WriteAsync(Output(receive, send));
            Assert.True(await call.ResponseStream.MoveNext(CancellationToken.None));
            Assert.Equal(receive, call.ResponseStream.Current.Payload.Body.Length);
        }

        await call.RequestStream.CompleteAsync();
        Assert.False(await call.ResponseStream.MoveNext(CancellationToken.None));
        Assert.Equal(StatusCode.OK, call.GetStatus().StatusCode);
    }

    [Fact]
    public async Task Empty_stream()
    {
        using var call = Client.FullDuplexCall();
        await call.RequestStream.CompleteAsync();
        Assert.False(await call.ResponseStream.MoveNext(CancellationToken.None));
        Assert.Equal(StatusCode.OK, call.GetStatus().StatusCode);
    }

    [Fact]
    public async Task Custom_metadata()
    {
        using var unary = Client.UnaryCallAsync(Large(), Echo);
        await unary;
        using var duplex = Client.FullDuplexCall(Echo);
        await duplex.RequestStream.WriteAsync(Output(314159, 271828));
        await duplex.RequestStream.CompleteAsync();
        await foreach (var answer in duplex.ResponseStream.ReadAllAsync())
        {
            Assert.Equal(314159, answer.Payload.Body.Length);
        }

        foreach (var headers in new[] { await unary.ResponseHeadersAsync, await duplex.ResponseHeadersAsync })
        {
            Assert.Equal("test_initial_metadata_value", headers.GetValue("x-grpc-test-echo-initial"));
        }

        foreach (var trailers in new[] { unary.GetTrailers(), duplex.GetTrailers() })
        {
            Assert.Equal([0xab, 0xab, 0xab], trailers.GetValueBytes("x-grpc-test-echo-trailing-bin"));
        }
    }

    [Fact]
    public async Task Status_code_and_message()
    {
        var status = new EchoStatus { Code = 2, Message = "test status message" };
        var unary = await Assert.ThrowsAsync<RpcException>(async () => await Client.UnaryCallAsync(new SimpleRequest { ResponseStatus = status }));
        using var call = Client.FullDuplexCall();
        await call.RequestStream.WriteAsync(new StreamingOutputCallRequest { ResponseStatus = status });
        await call.RequestStream.CompleteAsync();
        var duplex = await Assert.ThrowsAsync<RpcException>(() => call.ResponseStream.MoveNext(CancellationToken.None));
        foreach (var refusal in new[] { unary, duplex })
        {
            Assert.Equal((StatusCode.Unknown, "test status message"), (refusal.StatusCode, refusal.Status.Detail));
        }
    }

    [Fact]
    public async Task Special_status_message()
    {
        const string Message = "\t\ntest with whitespace\r\nand Unicode BMP ☺ and non-BMP 😈\t\n";
        var request = new SimpleRequest { ResponseStatus = new EchoStatus { Code = 2, Message = Message } };
        var refusal = await Assert.ThrowsAsync<RpcException>(async () => await Client.UnaryCallAsync(request));
        Assert.Equal((StatusCode.Unknown, Message), (refusal.StatusCode, refusal.Status.Detail));
    }

    [Fact]
    public async Task Unimplemented_method() =>
        await AssertRefusedAsync(StatusCode.Unimplemented, async () => await Client.UnimplementedCallAsync(new Empty()));

    [Fact]
    public async Task Unimplemented_service() => await AssertRefusedAsync(
        StatusCode.Unimplemented,
        async () => await _connection.Client<UnimplementedService.UnimplementedServiceClient>().UnimplementedCallAsync(new Empty()));

    [Fact]
    public async Task Cancel_after_begin()
    {
        using var giveUp = new CancellationTokenSource();
        using var call = Client.StreamingInputCall(cancellationToken: giveUp.Token);
        await giveUp.CancelAsync();
        await AssertRefusedAsync(StatusCode.Cancelled, async () => await call);
    }

    [Fact]
    public async Task Cancel_after_first_response()
    {
        using var giveUp = new CancellationTokenSource();
        using var call = Client.FullDuplexCall(cancellationToken: giveUp.Token);
        await call.RequestStream.WriteAsync(Output(31415, 27182));
        Assert.True(await call.ResponseStream.MoveNext(CancellationToken.None));
        await giveUp.CancelAsync();
        await AssertRefusedAsync(StatusCode.Cancelled, () => call.ResponseStream.MoveNext(CancellationToken.None));
    }

    [Fact]
    public async Task Timeout_on_sleeping_server()
    {
        using var call = Client.FullDuplexCall(deadline: DateTime.UtcNow.AddMilliseconds(1));
        await AssertRefusedAsync(StatusCode.DeadlineExceeded, () => call.ResponseStream.MoveNext(CancellationToken.None));
    }

    private static async Task AssertRefusedAsync(StatusCode code, Func<Task> call) =>
        Assert.Equal(code, (await Assert.ThrowsAsync<RpcException>(call)).StatusCode);

    private static SimpleRequest Large() => new() { ResponseSize = 314159, Payload = Zeros(271828) };

    private static StreamingOutputCallRequest Output(int size, int body) =>
        new() { ResponseParameters = { new ResponseParameters { Size = size } }, Payload = Zeros(body) };

    private static Payload Zeros(int size) => new() { Body = ByteString.CopyFrom(new byte[size]) };
}
