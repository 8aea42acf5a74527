using System.Text.Json;
using CallCenterCrm.Telephony.Asterisk;
using CallCenterCrm.Telephony.Calls;
using CallCenterCrm.Telephony.Steering;
using Dapper;
using Npgsql;

namespace CallCenterCrm.Telephony.Reconciliation;

/// <summary>What the witnesses said, in the database. Everything can be told again without harm.</summary>
internal sealed class LedgerStore(NpgsqlDataSource dataSource, Helm helm)
{
    // The PBX tells its start in whole seconds, and each time it is asked a little differently.
    private static readonly TimeSpan SameStart = TimeSpan.FromSeconds(5);

    // A PBX that carries no call writes nothing; longer than this before its start it is not held to have stopped.
    private static readonly TimeSpan LongestStop = TimeSpan.FromHours(1);

    /// <summary>How far a witness was read; null when it never was.</summary>
    public async Task<WitnessPlace?> PlaceAsync(string pbx, Witness witness, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        var row = await connection.QuerySingleOrDefaultAsync<PlaceRow>(new CommandDefinition(
            "SELECT head, position, since, read_until FROM ledger_witnesses WHERE pbx = @pbx AND witness = @witness",
            new { pbx, witness = Word(witness) }, cancellationToken: cancellationToken));
        return row is null ? null : new WitnessPlace(row.Head is null ? null : new CelPosition(row.Head, row.Position), row.Since, row.ReadUntil);
    }

    /// <summary>Keeps what was read of a witness and the place behind it, together.</summary>
    /// <exception cref="NotAtTheHelmException">Another gateway writes the ledger.</exception>
    public async Task SaveAsync(string pbx, Witness witness, WitnessReading reading, CancellationToken cancellationToken)
    {
        var calls = reading.Calls.Select(call => new
        {
            Id = CallId.Of(pbx, call.UniqueId),
            call.UniqueId,
            call.At,
            InCel = witness == Witness.Cel,
            call.Announced,
            InCdr = witness == Witness.Cdr,
        }).OrderBy(call => call.Id).ToArray();
        var faults = reading.Faults.GroupBy(fault => (fault.Kind, fault.From))
            .Select(same => new { Kind = Word(same.Key.Kind), same.Key.From, Until = same.Max(fault => fault.Until) }).ToArray();
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await helm.FenceAsync(connection, transaction, cancellationToken);
        if (calls.Length > 0)
        {
            await connection.ExecuteAsync(new CommandDefinition(
                """
                INSERT INTO ledger_calls AS known (id, pbx, uniqueid, at, in_cel, announced, in_cdr)
                SELECT id, @pbx, unique_id, at, in_cel, announced, in_cdr
                FROM jsonb_to_recordset(@calls::jsonb) AS told(id uuid, unique_id text, at timestamptz, in_cel boolean, announced boolean, in_cdr boolean)
                ORDER BY id
                ON CONFLICT (id) DO UPDATE SET at = least(known.at, excluded.at), in_cel = known.in_cel OR excluded.in_cel,
                    announced = known.announced OR excluded.announced, in_cdr = known.in_cdr OR excluded.in_cdr
                """, new { pbx, calls = JsonSerializer.Serialize(calls, StoredJson.Options) }, transaction, cancellationToken: cancellationToken));
        }

        if (faults.Length > 0)
        {
            await connection.ExecuteAsync(new CommandDefinition(
                """
                INSERT INTO ledger_faults AS known (pbx, witness, kind, began_at, ended_at)
                SELECT @pbx, @witness, kind, "from", until
                FROM jsonb_to_recordset(@faults::jsonb) AS told(kind text, "from" timestamptz, until timestamptz)
                ON CONFLICT (pbx, witness, kind, began_at) DO UPDATE SET ended_at = greatest(known.ended_at, excluded.ended_at)
                """,
                new { pbx, witness = Word(witness), faults = JsonSerializer.Serialize(faults, StoredJson.Options) }, transaction,
                cancellationToken: cancellationToken));
        }

        await connection.ExecuteAsync(new CommandDefinition(
            """
            INSERT INTO ledger_witnesses (pbx, witness, head, position, since, read_until) VALUES (@pbx, @witness, @head, @position, @Since, @ReadUntil)
            ON CONFLICT (pbx, witness) DO UPDATE SET head = excluded.head, position = excluded.position, since = excluded.since, read_until = excluded.read_until
            """,
            new
            {
                pbx,
                witness = Word(witness),
                head = reading.Place.File?.Head,
                position = reading.Place.File?.Position ?? 0,
                reading.Place.Since,
                reading.Place.ReadUntil,
            }, transaction, cancellationToken: cancellationToken));
        await transaction.CommitAsync(cancellationToken);
    }

    /// <summary>
    /// Notes a start of the PBX that came after its witnesses began: from the last call that they tell of until then it is
    /// not known what it had no time to write. The first start of all is none.
    /// </summary>
    public async Task RestartedAsync(string pbx, DateTimeOffset at, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await helm.FenceAsync(connection, transaction, cancellationToken);
        await connection.ExecuteAsync(new CommandDefinition(
            """
            INSERT INTO ledger_faults (pbx, witness, kind, began_at, ended_at)
            SELECT pbx, witness, @kind, coalesce((SELECT max(at) FROM ledger_calls WHERE pbx = @pbx AND at BETWEEN @earliest AND @at), @at), @at
            FROM ledger_witnesses told WHERE pbx = @pbx AND since < @at AND NOT EXISTS (
                SELECT FROM ledger_faults known WHERE known.pbx = @pbx AND known.witness = told.witness AND known.kind = @kind
                    AND known.ended_at BETWEEN @at - @SameStart AND @at + @SameStart)
            """, new { pbx, at, SameStart, earliest = at - LongestStop, kind = Word(FaultKind.PbxRestarted) }, transaction,
            cancellationToken: cancellationToken));
        await transaction.CommitAsync(cancellationToken);
    }

    /// <summary>The database's word for a name of ours.</summary>
    public static string Word<T>(T name)
        where T : struct, Enum => JsonNamingPolicy.SnakeCaseLower.ConvertName(name.ToString());

    /// <summary>The name that a word of the database stands for.</summary>
    public static T Name<T>(string word)
        where T : struct, Enum => Enum.GetValues<T>().Single(name => string.Equals(Word(name), word, StringComparison.Ordinal));

    private sealed record PlaceRow(string? Head, long Position, DateTimeOffset Since, DateTimeOffset? ReadUntil);
}
