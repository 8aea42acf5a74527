using CallCenterCrm.Telephony.Calls;
using CallCenterCrm.Telephony.Steering;
using Npgsql;

namespace CallCenterCrm.Telephony.Reconciliation;

/// <summary>
/// Reads both witnesses for the ledger, each from where the database says that it stood: what was read and could not be
/// stored is read again.
/// </summary>
internal sealed partial class LedgerTail(
    GatewaySettings settings, LedgerStore store, CallDesk desk, Helm helm, TimeProvider time, ILogger<LedgerTail> logger)
    : BackgroundService
{
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan KeepPlace = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Retry = TimeSpan.FromSeconds(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.WhenAll(
            FollowAsync(Witness.Cel, settings.CelFile, stoppingToken),
            FollowAsync(Witness.Cdr, settings.CdrFile, stoppingToken),
            NoteStartsAsync(stoppingToken));
    }

    private async Task FollowAsync(Witness witness, string file, CancellationToken cancellationToken)
    {
        string? said = null;
        while (true)
        {
            await helm.HeldAsync(cancellationToken);
            try
            {
                using var reader = new WitnessReader(
                    witness, file, settings.SystemName, await store.PlaceAsync(settings.PbxId, witness, cancellationToken), time, FreeShare);
                said = null;
                await ReadAsync(witness, reader, cancellationToken);
            }
            catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or NpgsqlException or NotAtTheHelmException)
            {
                if (said != fault.Message)
                {
                    Waiting(logger, witness, fault.Message);
                }

                said = fault.Message;
            }

            await Task.Delay(Retry, time, cancellationToken);
        }
    }

    private async Task ReadAsync(Witness witness, WitnessReader reader, CancellationToken cancellationToken)
    {
        long? kept = null;
        while (true)
        {
            var reading = reader.Read();
            if (reading.Calls.Count > 0 || reading.Faults.Count > 0 || !reading.AtEnd || kept is null || time.GetElapsedTime(kept.Value) >= KeepPlace)
            {
                await store.SaveAsync(settings.PbxId, witness, reading, cancellationToken);
                kept = time.GetTimestamp();
            }

            foreach (var fault in reading.Faults.Where(fault => fault.Kind is FaultKind.Unreadable or FaultKind.RecordsMissing))
            {
                Damaged(logger, witness, fault.Kind, fault.From, fault.Until);
            }

            if (reading.AtEnd)
            {
                await Task.Delay(Poll, time, cancellationToken);
            }
        }
    }

    private async Task NoteStartsAsync(CancellationToken cancellationToken)
    {
        var noted = 0;
        while (true)
        {
            await helm.HeldAsync(cancellationToken);
            var starts = desk.PbxStarts;
            try
            {
                for (; noted < starts.Count; noted++)
                {
                    await store.RestartedAsync(settings.PbxId, starts[noted], cancellationToken);
                }
            }
            catch (Exception fault) when (fault is NpgsqlException or NotAtTheHelmException)
            {
                Waiting(logger, Witness.Cel, fault.Message);
            }

            await Task.Delay(Retry, time, cancellationToken);
        }
    }

    private static double FreeShare(string folder)
    {
        var drive = new DriveInfo(folder);
        return (double)drive.AvailableFreeSpace / drive.TotalSize;
    }

    [LoggerMessage(370, LogLevel.Warning, "The ledger waits for the witness {Witness}: {Reason}")]
    private static partial void Waiting(ILogger logger, Witness witness, string reason);

    [LoggerMessage(371, LogLevel.Warning, "The witness {Witness} is damaged ({Kind}) between {From} and {Until}")]
    private static partial void Damaged(ILogger logger, Witness witness, FaultKind kind, DateTimeOffset from, DateTimeOffset until);
}
