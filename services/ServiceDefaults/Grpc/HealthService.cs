using Grpc.Core;
using Grpc.Health.V1;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using ServingStatus = Grpc.Health.V1.HealthCheckResponse.Types.ServingStatus;

namespace CallCenterCrm.ServiceDefaults.Grpc;

/// <summary>
/// <c>grpc.health.v1</c> (github.com/grpc/grpc, doc/health-checking.md) over the service's health checks.
/// All services of a process share them, so each is as well as the whole.
/// </summary>
internal sealed class HealthService(HealthCheckService checks, HealthBoard board, ServedContracts contracts, IHostApplicationLifetime lifetime)
    : global::Grpc.Health.V1.Health.HealthBase
{
    public override async Task<HealthCheckResponse> Check(HealthCheckRequest request, ServerCallContext context)
    {
        if (!Knows(request.Service))
        {
            throw new Input.NotFoundException("service", request.Service);
        }

        return new HealthCheckResponse { Status = HealthBoard.StatusOf(await checks.CheckHealthAsync(context.CancellationToken)) };
    }

    public override async Task Watch(HealthCheckRequest request, IServerStreamWriter<HealthCheckResponse> responseStream, ServerCallContext context)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(context.CancellationToken, lifetime.ApplicationStopping);
        var known = Knows(request.Service);
        if (!known)
        {
            await responseStream.WriteAsync(new HealthCheckResponse { Status = ServingStatus.ServiceUnknown }, ending.Token);
        }

        try
        {
            while (true)
            {
                var news = board.Newest;
                if (known && news.Status is { } status)
                {
                    await responseStream.WriteAsync(new HealthCheckResponse { Status = status }, ending.Token);
                }

                await news.Outdated.WaitAsync(ending.Token);
            }
        }
        catch (OperationCanceledException) when (lifetime.ApplicationStopping.IsCancellationRequested)
        {
            throw new RpcException(new Status(StatusCode.Unavailable, "The server is about to end."));
        }
    }

    private bool Knows(string service) => service.Length == 0 || contracts.Names.Contains(service, StringComparer.Ordinal);
}
