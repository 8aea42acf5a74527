using CallCenterCrm.ServiceDefaults.Grpc;
using Grpc.Core;

namespace CallCenterCrm.Telephony.Api.Tests.Support;

/// <summary>What a refusal says, field by field.</summary>
internal static class Refused
{
    /// <summary>Asserts that a call is refused with INVALID_ARGUMENT.</summary>
    /// <returns>Each violation as <c>field REASON</c>, in alphabetical order.</returns>
    public static async Task<string[]> FieldsAsync<T>(Func<AsyncUnaryCall<T>> call)
    {
        var refusal = await Assert.ThrowsAsync<RpcException>(async () => await call());
        Assert.Equal(StatusCode.InvalidArgument, refusal.StatusCode);
        return
        [
            .. RichStatus.Of(refusal)!.Detail<Google.Rpc.BadRequest>()!.FieldViolations
                .Select(violation => $"{violation.Field} {violation.Reason}").Order(StringComparer.Ordinal),
        ];
    }

    /// <summary>Asserts that a call is refused with a code.</summary>
    public static async Task<RpcException> WithAsync<T>(StatusCode code, Func<AsyncUnaryCall<T>> call)
    {
        var refusal = await Assert.ThrowsAsync<RpcException>(async () => await call());
        Assert.True(code == refusal.StatusCode, refusal.ToString());
        return refusal;
    }
}
