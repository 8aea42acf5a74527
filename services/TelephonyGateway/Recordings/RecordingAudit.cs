using Dapper;
using Npgsql;

namespace CallCenterCrm.Telephony.Recordings;

/// <summary>
/// Writes down who hears a recording and who takes one out of the product, before the first byte of it leaves. What a player
/// asks for in parts is one hearing, for an hour; each download is one of its own.
/// </summary>
internal sealed class RecordingAudit(NpgsqlDataSource dataSource, TimeProvider time)
{
    private const int MostForgotten = 100;
    private static readonly TimeSpan OneHearing = TimeSpan.FromHours(1);

    /// <summary>Somebody hears the recording of a call.</summary>
    public async Task HeardAsync(Guid call, Author by, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);

        // The row decides: of many parts that are asked for at once, one finds that nothing was written yet.
        var first = await connection.ExecuteAsync(new CommandDefinition(
            """
            INSERT INTO recording_hearings AS known (call_id, actor_id, written_at) VALUES (@call, @Id, @now)
            ON CONFLICT (call_id, actor_id) DO UPDATE SET written_at = excluded.written_at WHERE known.written_at <= @before
            """, new { call, by.Id, now, before = now - OneHearing }, transaction, cancellationToken: cancellationToken));
        if (first == 0)
        {
            return;
        }

        await connection.ExecuteAsync(new CommandDefinition(
            """
            DELETE FROM recording_hearings WHERE (call_id, actor_id) IN (
                SELECT call_id, actor_id FROM recording_hearings WHERE written_at <= @before ORDER BY written_at LIMIT @MostForgotten FOR UPDATE SKIP LOCKED)
            """, new { before = now - OneHearing, MostForgotten }, transaction, cancellationToken: cancellationToken));
        await by.DidAsync("recording.heard", "call", call.ToString(), details: null, now, connection, transaction, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    /// <summary>Somebody takes the recording of a call out of the product.</summary>
    /// <param name="offset">From which byte: what broke off is gone on with.</param>
    public async Task DownloadedAsync(Guid call, long offset, Author by, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var details = offset == 0
            ? null
            : new Dictionary<string, string>(StringComparer.Ordinal) { ["offset"] = offset.ToString(System.Globalization.CultureInfo.InvariantCulture) };
        await by.DidAsync("recording.downloaded", "call", call.ToString(), details, time.GetUtcNow(), connection, transaction, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }
}
