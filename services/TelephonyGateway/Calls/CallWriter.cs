using System.Diagnostics.Metrics;
using CallCenterCrm.ServiceDefaults.Migrations;
using CallCenterCrm.Telephony.Routing;
using CallCenterCrm.Telephony.Steering;
using Npgsql;

namespace CallCenterCrm.Telephony.Calls;

/// <summary>Brings what changed on the desk into the database, many calls at a time, and keeps it while the database is away.</summary>
internal sealed partial class CallWriter(
    GatewaySettings settings, CallDesk desk, CallStore store, PlanSpool spool, RoutingData routing, ServiceDatabase database,
    Helm helm, TimeProvider time, ILogger<CallWriter> logger)
    : BackgroundService
{
    // Several events of one call come shortly after each other; they make one row.
    private static readonly TimeSpan Gather = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Idle = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Retry = TimeSpan.FromSeconds(1);
    private const int Batch = 500;
    private static readonly Meter Meter = new("CallCenterCrm.Telephony.Calls");
    private static readonly Counter<long> Saved = Meter.CreateCounter<long>("calls.saved");
    private static readonly Counter<long> SetAside = Meter.CreateCounter<long>("calls.set_aside");

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        foreach (var (anchorId, note) in spool.Load())
        {
            desk.Note(anchorId, note);
        }

        var tidied = time.GetTimestamp();
        long? failed = null;
        while (true)
        {
            await desk.WaitAsync(failed is null ? Idle : Retry, stoppingToken);
            await Task.Delay(Gather, time, stoppingToken);
            if (failed is { } at && time.GetElapsedTime(at) < Retry)
            {
                // The database is tried once a second; what is decided meanwhile goes to disk at once.
                KeepDecisions();
            }
            else
            {
                failed = await WriteAsync(stoppingToken) ? null : time.GetTimestamp();
            }

            if (time.GetElapsedTime(tidied) > Idle)
            {
                desk.Tidy();
                tidied = time.GetTimestamp();
            }
        }
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);

        // What the last moments brought; whatever is not stored now is read again from the PBX's log.
        await WriteAsync(cancellationToken);
    }

    /// <returns>Whether everything that changed is stored; if not, what the PBX's log does not hold is on disk.</returns>
    private async Task<bool> WriteAsync(CancellationToken cancellationToken)
    {
        if (helm.IsStandby)
        {
            desk.StandBy();
            return true;
        }

        if (!desk.CaughtUp || !database.Migrated.IsCompletedSuccessfully)
        {
            KeepDecisions();
            return false;
        }

        // Once: what changes meanwhile is gathered for the next time.
        if (desk.TakeChanged() is { Count: > 0 } changed)
        {
            try
            {
                foreach (var batch in changed.Chunk(Batch))
                {
                    await SaveAsync(batch, cancellationToken);
                    Saved.Add(batch.Length);
                }

                desk.Stored();
            }
            catch (Exception fault) when (fault is NotAtTheHelmException or NpgsqlException { IsTransient: true } || fault is NpgsqlException and not PostgresException)
            {
                Waiting(logger, changed.Count, fault.Message);
                desk.Return(changed.Select(pair => pair.Call));
                KeepDecisions();
                return false;
            }
        }

        spool.Clear();
        return true;
    }

    private async Task SaveAsync((TrackedCall Call, PlanNote? Note)[] batch, CancellationToken cancellationToken)
    {
        try
        {
            await store.SaveAsync(settings.PbxId, batch, routing.Tables, cancellationToken);
        }
        catch (PostgresException fault) when (!fault.IsTransient)
        {
            // One bad row must not keep the others out: each goes alone, and the one that fails is set aside.
            if (batch.Length == 1)
            {
                SetAside.Add(1);
                CannotStore(logger, CallId.Of(settings.PbxId, batch[0].Call.AnchorId), fault.SqlState, fault.MessageText);
                return;
            }

            foreach (var one in batch)
            {
                await SaveAsync([one], cancellationToken);
            }
        }
    }

    private void KeepDecisions()
    {
        try
        {
            spool.Keep(desk.Decisions());
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            CannotSpool(logger, fault.Message);
        }
    }

    [LoggerMessage(310, LogLevel.Warning, "{Count} calls wait for the database: {Reason}")]
    private static partial void Waiting(ILogger logger, int count, string reason);

    [LoggerMessage(311, LogLevel.Error, "Call {Call} cannot be stored and was set aside: {SqlState} {Reason}")]
    private static partial void CannotStore(ILogger logger, Guid call, string sqlState, string reason);

    [LoggerMessage(312, LogLevel.Error, "What was decided for calls cannot be kept on disk: {Reason}")]
    private static partial void CannotSpool(ILogger logger, string reason);
}
