using System.Diagnostics.Metrics;
using CallCenterCrm.ServiceDefaults.Migrations;
using CallCenterCrm.Telephony.Routing;
using Npgsql;

namespace CallCenterCrm.Telephony.Calls;

/// <summary>Brings what changed on the desk into the database, many calls at a time, and keeps it while the database is away.</summary>
internal sealed partial class CallWriter(
    GatewaySettings settings, CallDesk desk, CallStore store, PlanSpool spool, RoutingData routing, ServiceDatabase database,
    TimeProvider time, ILogger<CallWriter> logger)
    : BackgroundService
{
    // Several events of one call come within milliseconds; they make one row.
    private static readonly TimeSpan Gather = TimeSpan.FromMilliseconds(50);
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

        while (true)
        {
            await desk.WaitAsync(Idle, stoppingToken);
            await Task.Delay(Gather, time, stoppingToken);
            await WriteAsync(stoppingToken);
            desk.Tidy();
        }
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);

        // What the last moments brought; whatever is not stored now is read again from the PBX's log.
        if (database.Migrated.IsCompletedSuccessfully)
        {
            await WriteAsync(cancellationToken);
        }
    }

    private async Task WriteAsync(CancellationToken cancellationToken)
    {
        while (desk.TakeChanged() is { Count: > 0 } changed)
        {
            foreach (var batch in changed.Chunk(Batch))
            {
                try
                {
                    if (!database.Migrated.IsCompletedSuccessfully)
                    {
                        await KeepAsync(changed, "the database is not ready", cancellationToken);
                        return;
                    }

                    await SaveAsync(batch, cancellationToken);
                    Saved.Add(batch.Length);
                }
                catch (NpgsqlException fault) when (fault.IsTransient || fault is not PostgresException)
                {
                    await KeepAsync(changed, fault.Message, cancellationToken);
                    return;
                }
            }

            spool.Clear();
        }
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

    private async Task KeepAsync(IReadOnlyList<(TrackedCall Call, PlanNote? Note)> calls, string reason, CancellationToken cancellationToken)
    {
        Waiting(logger, calls.Count, reason);
        desk.Return(calls.Select(pair => pair.Call));
        try
        {
            spool.Keep(calls.Where(pair => pair.Note is not null).Select(pair => (pair.Call.AnchorId, pair.Note!)));
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            CannotSpool(logger, fault.Message);
        }

        await Task.Delay(Retry, time, cancellationToken);
    }

    [LoggerMessage(310, LogLevel.Warning, "{Count} calls wait for the database: {Reason}")]
    private static partial void Waiting(ILogger logger, int count, string reason);

    [LoggerMessage(311, LogLevel.Error, "Call {Call} cannot be stored and was set aside: {SqlState} {Reason}")]
    private static partial void CannotStore(ILogger logger, Guid call, string sqlState, string reason);

    [LoggerMessage(312, LogLevel.Error, "What was decided for calls cannot be kept on disk: {Reason}")]
    private static partial void CannotSpool(ILogger logger, string reason);
}
