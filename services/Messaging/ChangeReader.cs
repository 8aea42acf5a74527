using System.Globalization;
using System.Text.Json;
using Dapper;
using Npgsql;

namespace CallCenterCrm.Messaging;

/// <summary>One row of the change log.</summary>
/// <param name="Position">Where it stands: a reader that gives it back goes on behind it.</param>
public sealed record Change<T>(ChangePosition Position, T Body);

/// <summary>What was read of the change log.</summary>
/// <param name="Changes">In the log's order.</param>
/// <param name="Position">Up to where all is read, whether or not there was a row of the kind.</param>
/// <param name="More">Whether it is worth reading on at once: the batch was full.</param>
/// <param name="Held">Whether there are rows that cannot be read yet, because an older transaction is still running.</param>
public sealed record ChangeBatch<T>(IReadOnlyList<Change<T>> Changes, ChangePosition Position, bool More, bool Held);

/// <summary>
/// Reads a service's change log from any place, in an order that never changes. Rows whose transaction is younger than
/// the oldest one still running are left for later, since rows before them may still come
/// (https://www.postgresql.org/docs/15/functions-info.html#FUNCTIONS-INFO-SNAPSHOT).
/// </summary>
public sealed class ChangeReader(NpgsqlDataSource dataSource)
{
    /// <summary>The place up to which the transaction's snapshot holds every change; what comes behind it may be in it too.</summary>
    /// <param name="transaction">One that reads a single snapshot (repeatable read).</param>
    public static async Task<ChangePosition> PositionOfAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        var (epoch, tx) = await connection.QuerySingleAsync<(Guid, string)>(new CommandDefinition(
            "SELECT epoch, pg_snapshot_xmin(pg_current_snapshot())::text FROM change_log", transaction: transaction, cancellationToken: cancellationToken));
        return new ChangePosition(epoch, Number(tx), 0);
    }

    /// <summary>The place behind all that is written now.</summary>
    public async Task<ChangePosition> NowAsync(CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(System.Data.IsolationLevel.RepeatableRead, cancellationToken);
        return await PositionOfAsync(connection, transaction, cancellationToken);
    }

    /// <summary>The changes of one kind behind a position.</summary>
    /// <returns>Null when the position is of another store, or so old that rows behind it are gone: begin with a snapshot.</returns>
    /// <exception cref="JsonException">A row cannot be read as this kind.</exception>
    public async Task<ChangeBatch<T>?> ReadAsync<T>(ChangePosition after, int atMost, CancellationToken cancellationToken)
        where T : class
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(System.Data.IsolationLevel.RepeatableRead, cancellationToken);

        // "ORDER BY tx" alone would be the text of the same name, in which 1000 comes before 999.
        await using var results = await connection.QueryMultipleAsync(new CommandDefinition(
            """
            SELECT epoch, trimmed_tx::text, pg_snapshot_xmin(pg_current_snapshot())::text FROM change_log;
            SELECT tx::text, seq, body::text FROM changes
            WHERE kind = @kind AND (tx, seq) > (@tx::xid8, @Seq) AND tx < pg_snapshot_xmin(pg_current_snapshot())
            ORDER BY changes.tx, seq LIMIT @atMost;
            SELECT EXISTS (SELECT FROM changes WHERE kind = @kind AND (tx, seq) > (@tx::xid8, @Seq) AND tx >= pg_snapshot_xmin(pg_current_snapshot()));
            """,
            new { kind = ChangeLog.KindOf(typeof(T)), tx = after.Tx.ToString(CultureInfo.InvariantCulture), after.Seq, atMost },
            transaction, cancellationToken: cancellationToken));
        var (epoch, trimmed, xmin) = await results.ReadSingleAsync<(Guid, string, string)>();
        var rows = (await results.ReadAsync<(string Tx, long Seq, string Body)>()).AsList();
        var held = await results.ReadSingleAsync<bool>();
        if (epoch != after.Epoch || after.Tx <= Number(trimmed) || after.Tx > Number(xmin))
        {
            return null;
        }

        var changes = rows.ConvertAll(row => new Change<T>(
            new ChangePosition(epoch, Number(row.Tx), row.Seq), JsonSerializer.Deserialize<T>(row.Body, ChangeLog.Json) ?? throw new JsonException("The body is null")));
        var more = rows.Count == atMost;
        return new ChangeBatch<T>(changes, more ? changes[^1].Position : new ChangePosition(epoch, Number(xmin), 0), more, held);
    }

    private static ulong Number(string tx) => ulong.Parse(tx, CultureInfo.InvariantCulture);
}
