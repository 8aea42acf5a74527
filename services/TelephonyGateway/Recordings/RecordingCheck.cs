using CallCenterCrm.Contracts.Telephony.V1;
using CallCenterCrm.Messaging;
using CallCenterCrm.ServiceDefaults.Migrations;
using Dapper;
using Npgsql;

namespace CallCenterCrm.Telephony.Recordings;

/// <summary>
/// Looks for the recording of every settled call and puts down its size, length and checksum, or says on the call that
/// it is missing or empty though somebody talked.
/// </summary>
internal sealed partial class RecordingCheck(
    GatewaySettings settings, ServiceDatabase database, NpgsqlDataSource dataSource, TimeProvider time, ILogger<RecordingCheck> logger)
    : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    // A file that is not there, or holds nothing, right after the call may still come: a slow disk, a post-processing step.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly string Kind = ChangeLog.KindOf(typeof(CallChanged));

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await database.Migrated.WaitAsync(stoppingToken);
        while (true)
        {
            try
            {
                await CheckAsync(stoppingToken);
            }
            catch (NpgsqlException fault) when (fault.IsTransient)
            {
                Waiting(logger, fault.Message);
            }

            await Task.Delay(Pause, time, stoppingToken);
        }
    }

    private async Task CheckAsync(CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        var calls = await connection.QueryAsync<Call>(new CommandDefinition(
            """
            SELECT id, recording_file, answered_at IS NOT NULL AS talked, ended_at FROM calls
            WHERE settled AND NOT recording_checked AND ended_at < @before ORDER BY ended_at LIMIT 200
            """, new { before = time.GetUtcNow() - Pause }, cancellationToken: cancellationToken));
        foreach (var call in calls)
        {
            var (state, file) = await LookAsync(call, cancellationToken);
            if (state is RecordingState.Missing or RecordingState.Empty or RecordingState.Damaged && time.GetUtcNow() - call.EndedAt < Patience)
            {
                continue;
            }

            await SaveAsync(connection, call, state, file, cancellationToken);
        }
    }

    private async Task<(RecordingState State, WaveFile? File)> LookAsync(Call call, CancellationToken cancellationToken)
    {
        var nothing = call.Talked ? RecordingState.Missing : RecordingState.NothingToRecord;
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
            return (file.StateFor(call.Talked), file);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            CannotRead(logger, call.Id, fault.Message);
            return (call.Talked ? RecordingState.Damaged : RecordingState.NothingToRecord, null);
        }
    }

    private async Task SaveAsync(NpgsqlConnection connection, Call call, RecordingState state, WaveFile? file, CancellationToken cancellationToken)
    {
        if (state is RecordingState.Missing or RecordingState.Empty or RecordingState.Damaged)
        {
            NotThere(logger, call.Id, state);
        }

        var recording = new CallRecording { State = state, Bytes = file?.Bytes, Seconds = file?.Seconds, Sha256 = file?.Sha256 };
        await connection.ExecuteAsync(new CommandDefinition(
            """
            WITH checked AS (
                UPDATE calls SET recording_checked = true, version = version + 1, event = event || jsonb_build_object('recording', @recording::jsonb)
                WHERE id = @Id AND NOT recording_checked RETURNING version, event
            ), kept AS (
                INSERT INTO recordings (call_id, file, state, bytes, seconds, sha256, checked_at)
                SELECT @Id, @RecordingFile, @state, @Bytes, @Seconds, @Sha256, @now FROM checked
            )
            INSERT INTO changes (kind, body) SELECT @Kind, event || jsonb_build_object('version', version) FROM checked
            """,
            new
            {
                call.Id,
                call.RecordingFile,
                state = System.Text.Json.JsonNamingPolicy.SnakeCaseLower.ConvertName(state.ToString()),
                file?.Bytes,
                file?.Seconds,
                file?.Sha256,
                now = time.GetUtcNow(),
                Kind,
                recording = System.Text.Json.JsonSerializer.Serialize(recording, ChangeLog.Json),
            }, cancellationToken: cancellationToken));
    }

    [LoggerMessage(360, LogLevel.Warning, "Checking recordings waits: {Reason}")]
    private static partial void Waiting(ILogger logger, string reason);

    [LoggerMessage(361, LogLevel.Error, "The recording of call {Call} cannot be read: {Reason}")]
    private static partial void CannotRead(ILogger logger, Guid call, string reason);

    [LoggerMessage(362, LogLevel.Error, "Somebody talked in call {Call}, but its recording is {State}")]
    private static partial void NotThere(ILogger logger, Guid call, RecordingState state);

    private sealed record Call(Guid Id, string? RecordingFile, bool Talked, DateTimeOffset EndedAt);
}
