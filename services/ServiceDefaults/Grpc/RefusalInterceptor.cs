using System.Globalization;
using System.Text.Json;
using CallCenterCrm.ServiceDefaults.Input;
using Google.Protobuf.WellKnownTypes;
using Google.Rpc;
using Grpc.Core;
using Grpc.Core.Interceptors;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace CallCenterCrm.ServiceDefaults.Grpc;

/// <summary>
/// Turns what a method throws into what its caller learns: a refusal (<see cref="Input"/>) with its code, its details and
/// a text in the caller's language; a fault of ours as INTERNAL with a reference and nothing else, and once into the log.
/// </summary>
internal sealed partial class RefusalInterceptor(ILogger<RefusalInterceptor> logger) : Interceptor
{
    private const string Domain = "callcentercrm";

    public override async Task<TResponse> UnaryServerHandler<TRequest, TResponse>(
        TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation)
    {
        try
        {
            return await continuation(request, context);
        }
        catch (Exception thrown) when (thrown is not RpcException)
        {
            throw Answer(thrown, context);
        }
    }

    public override async Task<TResponse> ClientStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requestStream, ServerCallContext context, ClientStreamingServerMethod<TRequest, TResponse> continuation)
    {
        try
        {
            return await continuation(new Incoming<TRequest>(requestStream), context);
        }
        catch (Exception thrown) when (thrown is not RpcException)
        {
            throw Answer(thrown, context);
        }
    }

    public override async Task ServerStreamingServerHandler<TRequest, TResponse>(
        TRequest request, IServerStreamWriter<TResponse> responseStream, ServerCallContext context,
        ServerStreamingServerMethod<TRequest, TResponse> continuation)
    {
        try
        {
            await continuation(request, responseStream, context);
        }
        catch (Exception thrown) when (thrown is not RpcException)
        {
            throw Answer(thrown, context);
        }
    }

    public override async Task DuplexStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requestStream, IServerStreamWriter<TResponse> responseStream, ServerCallContext context,
        DuplexStreamingServerMethod<TRequest, TResponse> continuation)
    {
        try
        {
            await continuation(new Incoming<TRequest>(requestStream), responseStream, context);
        }
        catch (Exception thrown) when (thrown is not RpcException)
        {
            throw Answer(thrown, context);
        }
    }

    private RpcException Answer(Exception thrown, ServerCallContext context)
    {
        var language = RefusalTexts.Language(context.RequestHeaders);
        return thrown switch
        {
            InputException input => BadInput(input.Violations, language),
            NotFoundException missing => RichStatus.Refuse(
                StatusCode.NotFound, RefusalTexts.Text(RefusalText.NotFound, language, missing.What, missing.Id),
                new ResourceInfo { ResourceType = missing.What, ResourceName = missing.Id }),
            StaleVersionException stale => RichStatus.Refuse(
                StatusCode.Aborted, RefusalTexts.Text(RefusalText.StaleVersion, language, stale.Current),
                Info("STALE_VERSION", "current", stale.Current.ToString(CultureInfo.InvariantCulture))),
            PermissionDeniedException denied => RichStatus.Refuse(
                StatusCode.PermissionDenied, RefusalTexts.Text(RefusalText.PermissionMissing, language, denied.Permission),
                Info("PERMISSION_MISSING", "permission", denied.Permission)),
            NotSignedInException => RichStatus.Refuse(StatusCode.Unauthenticated, RefusalTexts.Text(RefusalText.NotSignedIn, language)),
            TooOftenException often => RichStatus.Refuse(
                StatusCode.ResourceExhausted, RefusalTexts.Text(RefusalText.TooOften, language, Math.Ceiling(often.After.TotalSeconds)),
                new RetryInfo { RetryDelay = often.After.ToDuration() }),

            InUseException used => RichStatus.Refuse(
                StatusCode.FailedPrecondition, RefusalTexts.Text(RefusalText.InUse, language, used.What, used.Id, used.By),
                new PreconditionFailure
                {
                    Violations = { new PreconditionFailure.Types.Violation { Type = "IN_USE", Subject = used.By, Description = used.Message } },
                }),

            ConflictException conflict => RichStatus.Refuse(
                conflict.Conflict is Conflict.BeingTaken or Conflict.BeingDialled or Conflict.PhoneBeingRung ? StatusCode.Aborted : StatusCode.FailedPrecondition,
                RefusalTexts.Text(conflict.Conflict, language, conflict.By),
                Info(JsonNamingPolicy.SnakeCaseUpper.ConvertName(conflict.Conflict.ToString()), "by", conflict.By)),
            HeldException held => RichStatus.Refuse(
                StatusCode.FailedPrecondition, RefusalTexts.Text(RefusalText.Held, language, held.What, held.Name ?? held.By.ToString(), held.Until.UtcDateTime),
                HeldBy(held)),
            ClosedException closed => RichStatus.Refuse(
                StatusCode.FailedPrecondition, RefusalTexts.Text(RefusalText.Closed, language, closed.What, closed.Id), Info("CLOSED", "id", closed.Id)),
            NumberTakenException taken => RichStatus.Refuse(
                StatusCode.AlreadyExists, RefusalTexts.Text(RefusalText.NumberTaken, language, taken.Number),
                Info("NUMBER_TAKEN", ("client_id", taken.Client.ToString()), ("number", taken.Number))),
            ChangedException changed => RichStatus.Refuse(
                StatusCode.Aborted, RefusalTexts.Text(RefusalText.Changed, language),
                Info("CHANGED", [.. changed.Newest.Select(field => (field.Key, field.Value))])),
            BeyondEndException beyond => RichStatus.Refuse(
                StatusCode.OutOfRange, RefusalTexts.Text(RefusalText.BeyondEnd, language, beyond.Length),
                Info("BEYOND_END", "total_bytes", beyond.Length.ToString(CultureInfo.InvariantCulture))),

            // Nobody waits for the answer any more; whatever broke, broke by that.
            _ when context.CancellationToken.IsCancellationRequested => new RpcException(global::Grpc.Core.Status.DefaultCancelled),
            NotNowException or NpgsqlException { IsTransient: true } => NotNow(thrown, context, language),
            _ => Fault(thrown, context, language),
        };
    }

    private static RpcException BadInput(IReadOnlyList<Violation> violations, CultureInfo language)
    {
        var message = RefusalTexts.Text(RefusalText.BadInput, language, violations.Count);
        return RichStatus.Refuse(
            StatusCode.InvalidArgument, message,
            RichStatus.BadRequest(violations, language), new LocalizedMessage { Locale = language.Name, Message = message });
    }

    private RpcException Fault(Exception fault, ServerCallContext context, CultureInfo language)
    {
        var reference = context.GetHttpContext().TraceIdentifier;
        Failed(logger, fault, context.Method, reference);
        return RichStatus.Refuse(
            StatusCode.Internal, RefusalTexts.Text(RefusalText.Internal, language, reference), new RequestInfo { RequestId = reference });
    }

    private RpcException NotNow(Exception fault, ServerCallContext context, CultureInfo language)
    {
        RefusedForNow(logger, context.Method, fault.Message);
        return RichStatus.Refuse(StatusCode.Unavailable, RefusalTexts.Text(RefusalText.Unavailable, language));
    }

    private static ErrorInfo HeldBy(HeldException held) => Info(
        "HELD", ("by", held.By.ToString()), ("name", held.Name ?? ""),
        ("until", held.Until.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture)));

    private static ErrorInfo Info(string reason, string key, string value) => Info(reason, (key, value));

    private static ErrorInfo Info(string reason, params ReadOnlySpan<(string Key, string Value)> metadata)
    {
        var info = new ErrorInfo { Reason = reason, Domain = Domain };
        foreach (var (key, value) in metadata)
        {
            info.Metadata[key] = value;
        }

        return info;
    }

    /// <summary>
    /// When a caller leaves, reading fails a moment before the call's cancellation token is set; without this, leaving
    /// would now and then be taken for a fault of ours.
    /// </summary>
    private sealed class Incoming<T>(IAsyncStreamReader<T> inner) : IAsyncStreamReader<T>
    {
        public T Current => inner.Current;

        public async Task<bool> MoveNext(CancellationToken cancellationToken)
        {
            try
            {
                return await inner.MoveNext(cancellationToken);
            }
            catch (IOException left)
            {
                throw new RpcException(new global::Grpc.Core.Status(StatusCode.Cancelled, "The caller has left.", left));
            }
        }
    }

    [LoggerMessage(140, LogLevel.Error, "{Method} failed (reference {Reference})")]
    private static partial void Failed(ILogger logger, Exception fault, string method, string reference);

    [LoggerMessage(141, LogLevel.Warning, "{Method} was refused for now: {Reason}")]
    private static partial void RefusedForNow(ILogger logger, string method, string reason);
}
