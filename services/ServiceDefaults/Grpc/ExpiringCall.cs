using Grpc.Core;

namespace CallCenterCrm.ServiceDefaults.Grpc;

/// <summary>A call as its method sees it, whose cancellation comes when its token's life is over as well.</summary>
internal sealed class ExpiringCall : ServerCallContext, IDisposable
{
    private readonly ServerCallContext _inner;
    private readonly CancellationTokenSource? _expiry;
    private readonly CancellationTokenSource _either;

    /// <param name="until">Null when it does not end by itself.</param>
    public ExpiringCall(ServerCallContext inner, DateTimeOffset? until, TimeProvider time)
    {
        _inner = inner;
        if (until is { } end)
        {
            var left = end - time.GetUtcNow();
            _expiry = new CancellationTokenSource(left > TimeSpan.Zero ? left : TimeSpan.Zero, time);
        }

        _either = CancellationTokenSource.CreateLinkedTokenSource(inner.CancellationToken, _expiry?.Token ?? CancellationToken.None);

        // Under this name Grpc.AspNetCore looks for it in a context that is not its own.
        inner.UserState["__HttpContext"] = inner.GetHttpContext();
    }

    /// <summary>Whether the token's life is over.</summary>
    public bool HasExpired => _expiry is { IsCancellationRequested: true };

    protected override string MethodCore => _inner.Method;

    protected override string HostCore => _inner.Host;

    protected override string PeerCore => _inner.Peer;

    protected override DateTime DeadlineCore => _inner.Deadline;

    protected override Metadata RequestHeadersCore => _inner.RequestHeaders;

    protected override CancellationToken CancellationTokenCore => _either.Token;

    protected override Metadata ResponseTrailersCore => _inner.ResponseTrailers;

    protected override Status StatusCore
    {
        get => _inner.Status;
        set => _inner.Status = value;
    }

    protected override WriteOptions? WriteOptionsCore
    {
        get => _inner.WriteOptions;
        set => _inner.WriteOptions = value;
    }

    protected override AuthContext AuthContextCore => _inner.AuthContext;

    protected override IDictionary<object, object> UserStateCore => _inner.UserState;

    public void Dispose()
    {
        _either.Dispose();
        _expiry?.Dispose();
    }

    protected override Task WriteResponseHeadersAsyncCore(Metadata responseHeaders) => _inner.WriteResponseHeadersAsync(responseHeaders);

    protected override ContextPropagationToken CreatePropagationTokenCore(ContextPropagationOptions? options) =>
        _inner.CreatePropagationToken(options);
}
