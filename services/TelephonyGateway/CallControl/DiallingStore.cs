using System.Text.Json;
using CallCenterCrm.CallControl.V1;
using CallCenterCrm.ServiceDefaults.Input;
using Dapper;
using Npgsql;

namespace CallCenterCrm.Telephony.CallControl;

/// <summary>Diallings in the database, which settles who of several was first.</summary>
internal sealed class DiallingStore(NpgsqlDataSource dataSource, GatewaySettings settings)
{
    private const string Columns =
        "id, version, employee_id, purpose, phone, channel, call_id, anchor, number, own_number, asked_at, ended_at, stage, outcome";

    /// <summary>Writes a dialling down before anything is dialled.</summary>
    /// <returns>What stands there now, and whether it is new; a click that is repeated gives that of the first time.</returns>
    /// <exception cref="InputException">The key was used for another request.</exception>
    /// <exception cref="ConflictException">Somebody else was faster, or the phone is being rung already.</exception>
    public async Task<(Dialling Dialling, bool IsNew)> BeginAsync(Dialling dialling, string key, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        try
        {
            if (await connection.ExecuteAsync(new CommandDefinition(
                """
                INSERT INTO diallings (id, pbx, employee_id, idempotency_key, purpose, phone, channel, call_id, anchor, number, own_number, stage, outcome, asked_at)
                VALUES (@Id, @PbxId, @EmployeeId, @key, @purpose, @Phone, @Channel, @CallId, @Anchor, @Number, @OwnNumber, @stage, @outcome, @AskedAt)
                ON CONFLICT (employee_id, idempotency_key) DO NOTHING
                """,
                new
                {
                    dialling.Id,
                    settings.PbxId,
                    dialling.EmployeeId,
                    key,
                    purpose = Word(dialling.Purpose),
                    dialling.Phone,
                    dialling.Channel,
                    dialling.CallId,
                    dialling.Anchor,
                    dialling.Number,
                    dialling.OwnNumber,
                    stage = Word(dialling.Stage),
                    outcome = Word(dialling.Outcome),
                    dialling.AskedAt,
                }, cancellationToken: cancellationToken)) > 0)
            {
                return (dialling, true);
            }
        }
        catch (PostgresException fault) when (fault is { SqlState: PostgresErrorCodes.UniqueViolation, ConstraintName: "diallings_taker" or "diallings_number" or "diallings_phone" })
        {
            // The same click, made twice at one moment, may meet itself in another index than that of its key.
            if (await OneAsync("employee_id = @EmployeeId AND idempotency_key = @key", new { dialling.EmployeeId, key }, connection, cancellationToken) is null)
            {
                throw await ConflictAsync(fault.ConstraintName, dialling, connection, cancellationToken);
            }
        }

        var first = await OneAsync("employee_id = @EmployeeId AND idempotency_key = @key", new { dialling.EmployeeId, key }, connection, cancellationToken);
        return first is not null && first.Purpose == dialling.Purpose && first.Number == dialling.Number && first.OwnNumber == dialling.OwnNumber
                && (dialling.Purpose == Purpose.Call || first.CallId == dialling.CallId)
            ? (first, false)
            : throw new InputException(new Violation("idempotency_key", ViolationKey.KeyUsedForAnother));
    }

    /// <summary>Writes down how far a dialling has come. Nothing when it has ended already.</summary>
    public async Task SaveAsync(Dialling dialling, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await connection.ExecuteAsync(new CommandDefinition(
            "UPDATE diallings SET stage = @stage, outcome = @outcome, ended_at = @EndedAt, version = version + 1 WHERE id = @Id AND ended_at IS NULL",
            new { dialling.Id, stage = Word(dialling.Stage), outcome = Word(dialling.Outcome), dialling.EndedAt }, cancellationToken: cancellationToken));
    }

    /// <summary>One dialling of an employee's.</summary>
    /// <exception cref="NotFoundException">He has none with that id.</exception>
    public async Task<Dialling> GetAsync(Guid id, Guid employeeId, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        return await OneAsync("id = @id AND employee_id = @employeeId", new { id, employeeId }, connection, cancellationToken)
            ?? throw new NotFoundException("dialling", id.ToString());
    }

    /// <summary>What an employee's key was used for; null when it was not used yet.</summary>
    public async Task<Dialling?> FindAsync(Guid employeeId, string key, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        return await OneAsync("employee_id = @employeeId AND idempotency_key = @key", new { employeeId, key }, connection, cancellationToken);
    }

    /// <summary>Every dialling of this PBX that has not ended.</summary>
    public async Task<IReadOnlyList<Dialling>> RunningAsync(CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        var rows = await connection.QueryAsync<Row>(new CommandDefinition(
            $"SELECT {Columns} FROM diallings WHERE pbx = @PbxId AND ended_at IS NULL", settings, cancellationToken: cancellationToken));
        return [.. rows.Select(Read)];
    }

    /// <summary>The channel on which a call hangs; null when there is no such call of this PBX.</summary>
    public async Task<string?> AnchorOfAsync(Guid callId, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        return await connection.ExecuteScalarAsync<string?>(new CommandDefinition(
            "SELECT uniqueid FROM calls WHERE id = @callId AND pbx = @PbxId", new { callId, settings.PbxId }, cancellationToken: cancellationToken));
    }

    private static async Task<ConflictException> ConflictAsync(
        string constraint, Dialling dialling, NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        if (constraint == "diallings_phone")
        {
            return new ConflictException(Conflict.PhoneBeingRung);
        }

        var by = await connection.ExecuteScalarAsync<string?>(new CommandDefinition(
            """
            SELECT name FROM diallings JOIN known_employees ON known_employees.id = employee_id
            WHERE ended_at IS NULL AND CASE WHEN @taker THEN call_id = @CallId AND purpose = 'take' ELSE number = @Number END
            """,
            new { taker = constraint == "diallings_taker", dialling.CallId, dialling.Number }, cancellationToken: cancellationToken));
        return new ConflictException(constraint == "diallings_taker" ? Conflict.BeingTaken : Conflict.BeingDialled, by ?? "");
    }

    private static async Task<Dialling?> OneAsync(string which, object values, NpgsqlConnection connection, CancellationToken cancellationToken) =>
        await connection.QuerySingleOrDefaultAsync<Row>(new CommandDefinition(
            $"SELECT {Columns} FROM diallings WHERE {which}", values, cancellationToken: cancellationToken)) is { } row ? Read(row) : null;

    private static string Word<T>(T word)
        where T : struct, Enum => JsonNamingPolicy.SnakeCaseLower.ConvertName(word.ToString());

    private static T Word<T>(string word)
        where T : struct, Enum => Enum.Parse<T>(word.Replace("_", "", StringComparison.Ordinal), ignoreCase: true);

    private static Dialling Read(Row row) => new()
    {
        Id = row.Id,
        Version = row.Version,
        EmployeeId = row.EmployeeId,
        Purpose = Word<Purpose>(row.Purpose),
        Phone = row.Phone,
        Channel = row.Channel,
        CallId = row.CallId,
        Anchor = row.Anchor,
        Number = row.Number,
        OwnNumber = row.OwnNumber,
        AskedAt = row.AskedAt,
        EndedAt = row.EndedAt,
        Stage = Word<Stage>(row.Stage),
        Outcome = Word<Outcome>(row.Outcome),
    };

    private sealed record Row
    {
        public Guid Id { get; init; }

        public long Version { get; init; }

        public Guid EmployeeId { get; init; }

        public string Purpose { get; init; } = "";

        public string Phone { get; init; } = "";

        public string Channel { get; init; } = "";

        public Guid CallId { get; init; }

        public string Anchor { get; init; } = "";

        public string? Number { get; init; }

        public string? OwnNumber { get; init; }

        public DateTimeOffset AskedAt { get; init; }

        public DateTimeOffset? EndedAt { get; init; }

        public string Stage { get; init; } = "";

        public string Outcome { get; init; } = "";
    }
}
