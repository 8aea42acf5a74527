using Grpc.Core;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace CallCenterCrm.ServiceDefaults.Grpc;

/// <summary>Whether another service can be reached; whether it misses something itself is its own affair.</summary>
internal sealed class Reachability(global::Grpc.Health.V1.Health.HealthClient service, TimeProvider time) : IHealthCheck
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(2);

    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            await service.CheckAsync(new global::Grpc.Health.V1.HealthCheckRequest(), deadline: time.GetUtcNow().UtcDateTime + Limit, cancellationToken: cancellationToken);
            return HealthCheckResult.Healthy();
        }
        catch (RpcException fault)
        {
            return HealthCheckResult.Unhealthy($"it cannot be reached ({fault.StatusCode})");
        }
    }
}
