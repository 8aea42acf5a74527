using System.Diagnostics.Metrics;
using System.Globalization;
using CallCenterCrm.ServiceDefaults.Migrations;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Npgsql;

namespace CallCenterCrm.Telephony.Reconciliation;

/// <summary>Says in health and metrics that a call of the last day is missing, or that a witness is not read.</summary>
internal sealed partial class GapCheck(LedgerReader ledger, ServiceDatabase database, TimeProvider time, ILogger<GapCheck> logger)
    : BackgroundService, IHealthCheck
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Back = TimeSpan.FromDays(1);

    // By then whatever was away for a moment has told what it knows.
    private static readonly TimeSpan Tolerated = TimeSpan.FromMinutes(5);
    private static readonly Meter Meter = new("CallCenterCrm.Telephony.Ledger");
    private static long _missing;
    private static readonly ObservableGauge<long> Missing = Meter.CreateObservableGauge("ledger.gaps", static () => Interlocked.Read(ref _missing));

    private volatile string? _fault;

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(_fault is null ? HealthCheckResult.Healthy() : HealthCheckResult.Unhealthy(_fault));

    /// <summary>What is wrong now; null when nothing is.</summary>
    public async Task<string?> LookAsync(CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var (missing, readUntil) = await ledger.MissingAsync(now - Back, now - Tolerated, cancellationToken);
        if (Interlocked.Exchange(ref _missing, missing) != missing && missing > 0)
        {
            Found(logger, missing);
        }

        return missing > 0 ? string.Create(CultureInfo.InvariantCulture, $"{missing} calls of the last day are missing with us or with a witness of the PBX")
            : readUntil is { } until && now - until > Tolerated ? string.Create(CultureInfo.InvariantCulture, $"a witness of the PBX was read up to {until:u} only")
            : null;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await database.Migrated.WaitAsync(stoppingToken);
        while (true)
        {
            // First the witnesses catch up with the time in which nobody read them.
            await Task.Delay(Pause, time, stoppingToken);
            try
            {
                _fault = await LookAsync(stoppingToken);
            }
            catch (NpgsqlException fault)
            {
                Waiting(logger, fault.Message);
            }
        }
    }

    [LoggerMessage(372, LogLevel.Error, "{Missing} calls of the last day are missing with us or with a witness of the PBX; the ledger names them")]
    private static partial void Found(ILogger logger, int missing);

    [LoggerMessage(373, LogLevel.Warning, "Looking for gaps waits: {Reason}")]
    private static partial void Waiting(ILogger logger, string reason);
}
