using System.Diagnostics.Metrics;
using CallCenterCrm.Telephony.Calls;
using CallCenterCrm.Telephony.Steering;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace CallCenterCrm.Telephony.Asterisk;

/// <summary>
/// Tells the desk what the PBX itself wrote down, from the place where an earlier run left off: so the calls of the time
/// in which nobody listened are found, and a call in which AMI was lost is settled.
/// </summary>
internal sealed partial class CelTail(
    GatewaySettings settings, CallDesk desk, CallStore store, Helm helm, TimeProvider time, ILogger<CelTail> logger)
    : BackgroundService, IHealthCheck
{
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan KeepPosition = TimeSpan.FromSeconds(2);
    private static readonly Meter Meter = new("CallCenterCrm.Telephony.Cel");
    private static readonly Counter<long> Records = Meter.CreateCounter<long>("cel.records");
    private static readonly Counter<long> Broken = Meter.CreateCounter<long>("cel.records_broken");
    private static readonly Counter<long> Unreadable = Meter.CreateCounter<long>("cel.lines_unreadable");
    private static readonly Counter<long> Gaps = Meter.CreateCounter<long>("cel.gaps");

    private string? _fault = "not read yet";
    private CelPosition? _kept;
    private DateTimeOffset _keptAt;

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(_fault is null || helm.IsStandby ? HealthCheckResult.Healthy() : HealthCheckResult.Unhealthy(_fault));

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var log = new CelLog(settings.CelFile);
        var splitter = new CelSplitter(settings.SystemName);
        while (true)
        {
            // While another gateway stores calls, what AMI tells is enough to know those that are going on.
            var term = await helm.HeldAsync(stoppingToken);
            await SeekAsync(log, stoppingToken);
            desk.TakeOver();
            await FollowAsync(log, splitter, term, stoppingToken);
        }
    }

    private async Task FollowAsync(CelLog log, CelSplitter splitter, long term, CancellationToken stoppingToken)
    {
        var counted = (splitter.Broken, splitter.Unreadable, log.Gaps);
        while (helm.Term == term)
        {
            if (desk.TakeDropped() && _kept is not null)
            {
                log.Seek(_kept);
            }

            var now = time.GetUtcNow();
            var position = log.Before + log.Position;
            try
            {
                var lines = log.Read();
                var records = lines.SelectMany(line => splitter.Line(line)).Concat(lines.Count == 0 ? splitter.Flush() : []).ToList();
                if (records.Count > 0)
                {
                    desk.Tell(records, position);
                    Records.Add(records.Count);
                }

                if (lines.Count > 0)
                {
                    continue;
                }

                desk.LoggedUntil(now);
                // A PBX that has carried no call yet has no log, but the folder for it.
                _fault = Directory.Exists(Path.GetDirectoryName(settings.CelFile)) ? null : $"the folder of {settings.CelFile} is not there";
            }
            catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
            {
                if (_fault != fault.Message)
                {
                    CannotRead(logger, fault.Message);
                }

                _fault = fault.Message;
            }

            Broken.Add(splitter.Broken - counted.Broken);
            Unreadable.Add(splitter.Unreadable - counted.Unreadable);
            Gaps.Add(log.Gaps - counted.Gaps);
            if (splitter.Unreadable > counted.Unreadable || log.Gaps > counted.Gaps)
            {
                Damaged(logger, splitter.Unreadable - counted.Unreadable, log.Gaps - counted.Gaps, log.Position);
            }

            counted = (splitter.Broken, splitter.Unreadable, log.Gaps);
            await KeepAsync(log, now, stoppingToken);
            await Task.Delay(Poll, time, stoppingToken);
        }
    }

    // The database knows where an earlier run stood; without it nothing that is read could be stored anyway.
    private async Task SeekAsync(CelLog log, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                _kept = await store.LoadLogPositionAsync(settings.PbxId, cancellationToken);
                if (_kept is not null)
                {
                    log.Seek(_kept);
                }

                return;
            }
            catch (Npgsql.NpgsqlException fault)
            {
                _fault = $"waits for the database: {fault.Message}";
                await Task.Delay(TimeSpan.FromSeconds(1), time, cancellationToken);
            }
        }
    }

    private async Task KeepAsync(CelLog log, DateTimeOffset now, CancellationToken cancellationToken)
    {
        // A place in an earlier file is not kept: an older one stands in the database, and reading more does no harm.
        if (now - _keptAt < KeepPosition || log.Head is null
            || desk.SettledPosition(log.Before + log.Position) - log.Before is not (>= 0 and var settled))
        {
            return;
        }

        _keptAt = now;
        var position = new CelPosition(log.Head, settled);
        if (position == _kept)
        {
            return;
        }

        try
        {
            await store.SaveLogPositionAsync(settings.PbxId, position, now, cancellationToken);
            _kept = position;
        }
        catch (Exception fault) when (fault is Npgsql.NpgsqlException or NotAtTheHelmException)
        {
            CannotKeep(logger, fault.Message);
        }
    }

    [LoggerMessage(300, LogLevel.Error, "The channel event log cannot be read: {Reason}")]
    private static partial void CannotRead(ILogger logger, string reason);

    [LoggerMessage(301, LogLevel.Warning, "The channel event log is damaged before byte {Position}: {Lines} lines could not be read, {Gaps} places are missing")]
    private static partial void Damaged(ILogger logger, long lines, long gaps, long position);

    [LoggerMessage(303, LogLevel.Warning, "The place in the channel event log is not kept now: {Reason}")]
    private static partial void CannotKeep(ILogger logger, string reason);
}
