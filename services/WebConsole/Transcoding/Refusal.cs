using System.Text.Json;
using System.Text.Json.Serialization;
using CallCenterCrm.ServiceDefaults.Grpc;
using Google.Rpc;
using Grpc.Core;

namespace CallCenterCrm.WebConsole.Transcoding;

/// <summary>Tells a browser what a service said against a request: the same code, reason, fields and words.</summary>
internal static class Refusal
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };

    /// <summary>Writes what a service said.</summary>
    public static Task WriteAsync(HttpContext context, RpcException refusal)
    {
        var status = RichStatus.Of(refusal);
        var info = status?.Detail<ErrorInfo>();
        return WriteAsync(context, refusal.StatusCode, new
        {
            Code = Name(refusal.StatusCode),

            // What broke on the way to a service is for our log; the page has words of its own for each code.
            Message = status?.Message ?? (refusal.StatusCode == StatusCode.Unavailable ? "This part cannot be reached now." : refusal.Status.Detail),
            info?.Reason,
            Details = info?.Metadata,
            Fields = status?.Detail<BadRequest>()?.FieldViolations.Select(violation => new { violation.Field, violation.Description }),
            RetryAfterSeconds = status?.Detail<RetryInfo>()?.RetryDelay?.ToTimeSpan().TotalSeconds,
        });
    }

    /// <summary>Writes a refusal of our own.</summary>
    public static Task WriteAsync(HttpContext context, StatusCode code, string message) =>
        WriteAsync(context, code, new { Code = Name(code), Message = message });

    private static Task WriteAsync<T>(HttpContext context, StatusCode code, T body)
    {
        context.Response.StatusCode = code switch
        {
            StatusCode.InvalidArgument => StatusCodes.Status400BadRequest,
            StatusCode.Unauthenticated => StatusCodes.Status401Unauthorized,
            StatusCode.PermissionDenied => StatusCodes.Status403Forbidden,
            StatusCode.NotFound => StatusCodes.Status404NotFound,
            StatusCode.AlreadyExists or StatusCode.Aborted or StatusCode.FailedPrecondition => StatusCodes.Status409Conflict,
            StatusCode.OutOfRange => StatusCodes.Status416RangeNotSatisfiable,
            StatusCode.ResourceExhausted => StatusCodes.Status429TooManyRequests,
            StatusCode.Unavailable => StatusCodes.Status503ServiceUnavailable,
            StatusCode.DeadlineExceeded => StatusCodes.Status504GatewayTimeout,
            StatusCode.Unimplemented => StatusCodes.Status501NotImplemented,
            _ => StatusCodes.Status500InternalServerError,
        };
        return context.Response.WriteAsJsonAsync(body, Json, context.RequestAborted);
    }

    // As gRPC writes it: FAILED_PRECONDITION.
    private static string Name(StatusCode code) => JsonNamingPolicy.SnakeCaseUpper.ConvertName(code.ToString());
}
