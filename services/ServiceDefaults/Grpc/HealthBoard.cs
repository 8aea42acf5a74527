using Grpc.Health.V1;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace CallCenterCrm.ServiceDefaults.Grpc;

/// <summary>The newest health, for everybody who watches it: the checks run once, however many watch.</summary>
internal sealed class HealthBoard : IHealthCheckPublisher
{
    private readonly Lock _lock = new();
    private News _newest = new(null);

    /// <summary>What is known now, and a task that ends when something else is.</summary>
    public News Newest
    {
        get
        {
            lock (_lock)
            {
                return _newest;
            }
        }
    }

    /// <summary>Like <c>/health/ready</c>: whoever misses something is not ready, even where he still does what he can.</summary>
    public static HealthCheckResponse.Types.ServingStatus StatusOf(HealthReport report) => report.Status == HealthStatus.Healthy
        ? HealthCheckResponse.Types.ServingStatus.Serving
        : HealthCheckResponse.Types.ServingStatus.NotServing;

    public Task PublishAsync(HealthReport report, CancellationToken cancellationToken)
    {
        var status = StatusOf(report);
        News? outdated = null;
        lock (_lock)
        {
            if (_newest.Status != status)
            {
                outdated = _newest;
                _newest = new(status);
            }
        }

        outdated?.End();
        return Task.CompletedTask;
    }

    /// <summary>One state of the board.</summary>
    internal sealed class News(HealthCheckResponse.Types.ServingStatus? status)
    {
        private readonly TaskCompletionSource _outdated = new(TaskCreationOptions.RunContinuationsAsynchronously);

        /// <summary>Null before the first checks have run.</summary>
        public HealthCheckResponse.Types.ServingStatus? Status => status;

        public Task Outdated => _outdated.Task;

        public void End() => _outdated.SetResult();
    }
}
