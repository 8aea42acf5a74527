using System.Diagnostics.Metrics;
using CallCenterCrm.ServiceDefaults.Authentication;
using CallCenterCrm.ServiceDefaults.Input;
using Grpc.Core;
using Grpc.Core.Interceptors;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace CallCenterCrm.ServiceDefaults.Grpc;

/// <summary>
/// Lets nobody call a method who may not: finds the caller by his access token, holds him against the permission that the
/// method declares, counts a system's calls, and ends a stream when its token's life is over.
/// </summary>
internal sealed partial class AccessInterceptor(
    DeclaredPermissions permissions, IServiceProvider services, TimeProvider time, ILogger<AccessInterceptor> logger) : Interceptor
{
    private const string Scheme = "Bearer ";
    private static readonly Meter Meter = new("CallCenterCrm.Access");
    private static readonly Counter<long> Refused = Meter.CreateCounter<long>("grpc.calls_refused");

    public override async Task<TResponse> UnaryServerHandler<TRequest, TResponse>(
        TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation)
    {
        await AdmitAsync(context);
        return await continuation(request, context);
    }

    public override async Task<TResponse> ClientStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requestStream, ServerCallContext context, ClientStreamingServerMethod<TRequest, TResponse> continuation)
    {
        using var call = new ExpiringCall(context, await AdmitAsync(context), time);
        try
        {
            return await continuation(requestStream, call);
        }
        catch (Exception) when (call.HasExpired)
        {
            throw Expired();
        }
    }

    public override async Task ServerStreamingServerHandler<TRequest, TResponse>(
        TRequest request, IServerStreamWriter<TResponse> responseStream, ServerCallContext context,
        ServerStreamingServerMethod<TRequest, TResponse> continuation)
    {
        using var call = new ExpiringCall(context, await AdmitAsync(context), time);
        try
        {
            await continuation(request, new PatientWriter<TResponse>(responseStream, context, time), call);
        }
        catch (Exception) when (call.HasExpired)
        {
            throw Expired();
        }
    }

    public override async Task DuplexStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requestStream, IServerStreamWriter<TResponse> responseStream, ServerCallContext context,
        DuplexStreamingServerMethod<TRequest, TResponse> continuation)
    {
        using var call = new ExpiringCall(context, await AdmitAsync(context), time);
        try
        {
            await continuation(requestStream, new PatientWriter<TResponse>(responseStream, context, time), call);
        }
        catch (Exception) when (call.HasExpired)
        {
            throw Expired();
        }
    }

    /// <summary>Refuses the call, or says until when it may last; null when it may last for ever.</summary>
    private async Task<DateTimeOffset?> AdmitAsync(ServerCallContext context)
    {
        var permission = permissions.Of(context.Method);
        if (permission == Permissions.Anonymous)
        {
            return null;
        }

        if (permission is null)
        {
            throw Refuse(context, "the method names no permission", new PermissionDeniedException(context.Method));
        }

        if (context.RequestHeaders.GetValue("authorization") is not { } shown || !shown.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
        {
            throw Refuse(context, "no token", new NotSignedInException("no token"));
        }

        var check = await services.GetRequiredService<TokenChecker>().CheckAsync(shown[Scheme.Length..].Trim(), context.CancellationToken);
        if (check.Caller is not { } caller)
        {
            throw Refuse(context, check.Refusal!, new NotSignedInException(check.Refusal!));
        }

        if (caller.RequestsPerMinute is { } rate && services.GetRequiredService<RequestRates>().Take(caller.Id, rate) is var wait && wait > TimeSpan.Zero)
        {
            throw Refuse(context, "too often", new TooOftenException(wait));
        }

        if (!caller.May(permission))
        {
            throw Refuse(context, permission, new PermissionDeniedException(permission));
        }

        context.UserState[typeof(Caller)] = caller;
        return check.Until;
    }

    private Exception Refuse(ServerCallContext context, string reason, Exception refusal)
    {
        Refused.Add(1);
        NotAdmitted(logger, context.Method, reason);
        return refusal;
    }

    private static NotSignedInException Expired() => new("the token's life is over");

    [LoggerMessage(142, LogLevel.Information, "A call of {Method} was refused: {Reason}")]
    private static partial void NotAdmitted(ILogger logger, string method, string reason);
}

/// <summary>Who calls a method.</summary>
public static class CallerOfCall
{
    /// <summary>The caller whose token was checked.</summary>
    /// <exception cref="InvalidOperationException">The method is declared anonymous, so that nobody was asked for.</exception>
    public static Caller Caller(this ServerCallContext context) =>
        context.UserState.TryGetValue(typeof(Caller), out var caller)
            ? (Caller)caller
            : throw new InvalidOperationException($"{context.Method} is anonymous, so that nobody was asked for");

    /// <summary>The language in which the caller wants to read, by <c>accept-language</c>: Russian or English.</summary>
    public static System.Globalization.CultureInfo Language(this ServerCallContext context) => RefusalTexts.Language(context.RequestHeaders);
}
