using System.Text.Json;
using CallCenterCrm.Contracts.Telephony.V1;
using CallCenterCrm.Messaging;
using CallCenterCrm.Telephony.Calls;
using CallCenterCrm.Telephony.Steering;
using Dapper;
using Npgsql;

namespace CallCenterCrm.Telephony.Recordings;

/// <summary>
/// Looks for the recording of every settled call and puts down its size, length and checksum, or says on the call that
/// it is missing or empty though somebody talked or left a message.
/// </summary>
internal sealed partial class RecordingCheck(
    GatewaySettings settings, NpgsqlDataSource dataSource, Helm helm, TimeProvider time, ILogger<RecordingCheck> logger)
    : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    // A file that is not there, or holds nothing, right after the call may still come: a slow disk, a post-processing step.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan LookAgain = TimeSpan.FromSeconds(10);
    private static readonly string Kind = ChangeLog.KindOf(typeof(CallChanged));

    // When to look again for recordings that were not as they should be: they must not keep others waiting.
    private readonly Dictionary<Guid, DateTimeOffset> _later = [];

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (true)
        {
            await helm.HeldAsync(stoppingToken);
            try
            {
                await CheckAsync(stoppingToken);
            }
            catch (Exception fault) when (fault is NpgsqlException { IsTransient: true } or NotAtTheHelmException)
            {
                Waiting(logger, fault.Message);
            }

            await Task.Delay(Pause, time, stoppingToken);
        }
    }

    private async Task CheckAsync(CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        foreach (var due in _later.Where(pair => pair.Value <= now).Select(pair => pair.Key).ToList())
        {
            _later.Remove(due);
        }

        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        var calls = await connection.QueryAsync<Call>(new CommandDefinition(
            """
            SELECT id, recording_file, answered_at IS NOT NULL OR miss_reason IS NOT DISTINCT FROM 'message_left' AS spoken, ended_at FROM calls
            WHERE settled AND NOT recording_checked AND ended_at < @before AND id <> ALL(@later) ORDER BY ended_at LIMIT 200
            """, new { before = now - Pause, later = _later.Keys.ToArray() }, cancellationToken: cancellationToken));
        var seen = new List<object>();
        foreach (var call in calls)
        {
            var (state, file) = await LookAsync(call, cancellationToken);
            if (state is RecordingState.Missing or RecordingState.Empty or RecordingState.Damaged)
            {
                if (now - call.EndedAt < Patience)
                {
                    _later[call.Id] = now + LookAgain;
                    continue;
                }

                NotThere(logger, call.Id, state);
            }

            seen.Add(new
            {
                call.Id,
                File = call.RecordingFile,
                State = state,
                file?.Bytes,
                file?.Seconds,
                file?.Sha256,
                Recording = JsonSerializer.SerializeToElement(
                    new CallRecording { State = state, Bytes = file?.Bytes, Seconds = file?.Seconds, Sha256 = file?.Sha256 }, ChangeLog.Json),
            });
        }

        if (seen.Count > 0)
        {
            await SaveAsync(connection, seen, cancellationToken);
        }
    }

    private async Task<(RecordingState State, WaveFile? File)> LookAsync(Call call, CancellationToken cancellationToken)
    {
        var nothing = call.Spoken ? RecordingState.Missing : RecordingState.NothingToRecord;
        if (call.RecordingFile is null)
        {
            return (nothing, null);
        }

        // The name is made from a channel's id; nothing outside the folder can be meant.
        var path = Path.Combine(settings.RecordingsDirectory, Path.GetFileName(call.RecordingFile));
        try
        {
            if (!File.Exists(path))
            {
                return (nothing, null);
            }

            var file = await WaveFile.ReadAsync(path, cancellationToken);
            return (file.StateFor(call.Spoken), file);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            CannotRead(logger, call.Id, fault.Message);
            return (call.Spoken ? RecordingState.Damaged : RecordingState.NothingToRecord, null);
        }
    }

    private async Task SaveAsync(NpgsqlConnection connection, List<object> seen, CancellationToken cancellationToken)
    {
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await helm.FenceAsync(connection, transaction, cancellationToken);
        await connection.ExecuteAsync(new CommandDefinition(
            """
            WITH seen AS (
                SELECT * FROM jsonb_to_recordset(@seen::jsonb) AS row(
                    id uuid, file text, state text, bytes bigint, seconds numeric, sha256 text, recording jsonb)
            ), checked AS (
                UPDATE calls SET recording_checked = true, version = version + 1, event = event || jsonb_build_object('recording', recording)
                FROM seen WHERE calls.id = seen.id AND NOT recording_checked
                RETURNING calls.id, version, event, seen.file, seen.state, seen.bytes, seen.seconds, seen.sha256
            ), kept AS (
                INSERT INTO recordings (call_id, file, state, bytes, seconds, sha256, checked_at)
                SELECT id, file, state, bytes, seconds, sha256, @now FROM checked
            )
            INSERT INTO changes (kind, body) SELECT @Kind, event || jsonb_build_object('version', version) FROM checked
            """,
            new { seen = JsonSerializer.Serialize(seen, StoredJson.Options), now = time.GetUtcNow(), Kind }, transaction,
            cancellationToken: cancellationToken));
        await transaction.CommitAsync(cancellationToken);
    }

    [LoggerMessage(360, LogLevel.Warning, "Checking recordings waits: {Reason}")]
    private static partial void Waiting(ILogger logger, string reason);

    [LoggerMessage(361, LogLevel.Error, "The recording of call {Call} cannot be read: {Reason}")]
    private static partial void CannotRead(ILogger logger, Guid call, string reason);

    [LoggerMessage(362, LogLevel.Error, "Somebody talked or left a message in call {Call}, but its recording is {State}")]
    private static partial void NotThere(ILogger logger, Guid call, RecordingState state);

    private sealed record Call(Guid Id, string? RecordingFile, bool Spoken, DateTimeOffset EndedAt);
}
