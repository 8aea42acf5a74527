using System.Reflection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace CallCenterCrm.ServiceDefaults.Migrations;

/// <summary>
/// A service's own database: migrated in the background, because a service comes up (and a gateway steers calls)
/// whether or not its database is there yet.
/// </summary>
public sealed partial class ServiceDatabase(
    NpgsqlDataSource dataSource, IReadOnlyList<Assembly> scripts, TimeProvider time, ILogger<ServiceDatabase> logger)
    : BackgroundService, IHealthCheck
{
    private static readonly TimeSpan Retry = TimeSpan.FromSeconds(1);
    private readonly TaskCompletionSource _migrated = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private string _waitsFor = "not asked yet";

    /// <summary>Completes once the schema is what the program expects.</summary>
    public Task Migrated => _migrated.Task;

    /// <inheritdoc/>
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        if (!_migrated.Task.IsCompletedSuccessfully)
        {
            return HealthCheckResult.Unhealthy($"not migrated yet: {_waitsFor}");
        }

        try
        {
            await using var command = dataSource.CreateCommand("SELECT 1");
            await command.ExecuteScalarAsync(cancellationToken);
            return HealthCheckResult.Healthy();
        }
        catch (NpgsqlException fault)
        {
            return HealthCheckResult.Unhealthy(fault.Message);
        }
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (true)
        {
            try
            {
                foreach (var name in await MigrationRunner.RunAsync(dataSource, stoppingToken, [.. scripts]))
                {
                    Applied(logger, name);
                }

                _migrated.TrySetResult();
                return;
            }
            catch (Exception fault) when (fault is NpgsqlException { IsTransient: true } or PostgresException { SqlState: PostgresErrorCodes.CannotConnectNow } or TimeoutException)
            {
                if (_waitsFor != fault.Message)
                {
                    _waitsFor = fault.Message;
                    Waiting(logger, fault.Message);
                }

                await Task.Delay(Retry, time, stoppingToken);
            }
        }
    }

    [LoggerMessage(100, LogLevel.Information, "Applied migration {Name}")]
    private static partial void Applied(ILogger logger, string name);

    [LoggerMessage(101, LogLevel.Warning, "Waiting for the database: {Reason}")]
    private static partial void Waiting(ILogger logger, string reason);
}
