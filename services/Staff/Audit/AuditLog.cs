using System.Text.Json;
using CallCenterCrm.Contracts.Staff.V1;
using CallCenterCrm.Messaging;
using CallCenterCrm.ServiceDefaults.Authentication;
using CallCenterCrm.ServiceDefaults.Input;
using Dapper;
using Npgsql;

namespace CallCenterCrm.Staff.Audit;

/// <summary>An act as it is written down.</summary>
/// <param name="Action">Noun and verb, for example <c>employee.changed</c>.</param>
/// <param name="TargetKind">What kind of thing it was done to; null when to nothing.</param>
/// <param name="Target">Which one.</param>
internal sealed record Act(string Action, string? TargetKind = null, Guid? Target = null)
{
    /// <summary>Whether it was refused instead of done.</summary>
    public bool Refused { get; init; }

    /// <summary>What else matters: never a secret, a telephone number or a name.</summary>
    public IReadOnlyDictionary<string, string>? Details { get; init; }
}

/// <summary>Which records to list; what is null does not matter.</summary>
internal sealed record AuditFilter(Guid? ActorId, string? Action, string? TargetKind, string? TargetId, DateTimeOffset? From, DateTimeOffset? Until);

/// <summary>Records, and where the next page begins; null when there is none.</summary>
internal sealed record AuditPage(IReadOnlyList<AuditRecorded> Records, string? NextPageToken);

/// <summary>Who saw, heard, changed or exported what, when, from where. What is written stays.</summary>
internal sealed class AuditLog(NpgsqlDataSource dataSource, TimeProvider time)
{
    /// <summary>Writes down an act of this service's, in the transaction of the act if it changed anything.</summary>
    public Task WriteAsync(
        Requester by, Act act, NpgsqlConnection connection, NpgsqlTransaction? transaction, CancellationToken cancellationToken) =>
        InsertAsync(Record(by, act), connection, transaction, cancellationToken);

    /// <summary>Writes down an act of this service's that changed nothing.</summary>
    public async Task WriteAsync(Requester by, Act act, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await InsertAsync(Record(by, act), connection, transaction: null, cancellationToken);
    }

    /// <summary>Adds a record; one that is there already is left as it is.</summary>
    public static Task InsertAsync(
        AuditRecorded record, NpgsqlConnection connection, NpgsqlTransaction? transaction, CancellationToken cancellationToken) =>
        connection.ExecuteAsync(new CommandDefinition(
            """
            INSERT INTO audit (record_id, at, service, actor_kind, actor_id, action, target_kind, target_id, address, outcome, details)
            VALUES (@RecordId, @At, @Service, @ActorKind, @ActorId, @Action, @TargetKind, @TargetId, @Address, @Outcome, @details::jsonb)
            ON CONFLICT (record_id) DO NOTHING
            """,
            new
            {
                record.RecordId,
                record.At,
                record.Service,
                record.ActorKind,
                record.ActorId,
                record.Action,
                record.TargetKind,
                record.TargetId,
                record.Address,
                record.Outcome,
                details = record.Details is null ? null : JsonSerializer.Serialize(record.Details, ChangeLog.Json),
            }, transaction, cancellationToken: cancellationToken));

    /// <summary>Lists records, the newest first.</summary>
    /// <param name="pageSize">At most so many, up to 500; 0 means 100.</param>
    /// <param name="pageToken">From an earlier page of the same filter; null or empty for the first.</param>
    /// <param name="violations">What is wrong with the request already.</param>
    /// <exception cref="InputException">The size or the token is wrong, or something was before.</exception>
    public async Task<AuditPage> ListAsync(
        AuditFilter filter, int pageSize, string? pageToken, Violations violations, CancellationToken cancellationToken)
    {
        var size = PageSize.Read(pageSize, violations);
        var before = PageToken.Read<AuditFilter, Position>(pageToken, filter, violations);
        violations.ThrowIfAny();
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        var rows = (await connection.QueryAsync<Row>(new CommandDefinition(
            """
            SELECT seq, record_id, at, service, actor_kind, actor_id, action, target_kind, target_id, address, outcome, details::text AS details
            FROM audit
            WHERE (@ActorId::uuid IS NULL OR actor_id = @ActorId) AND (@Action::text IS NULL OR action = @Action)
              AND (@TargetKind::text IS NULL OR target_kind = @TargetKind) AND (@TargetId::text IS NULL OR target_id = @TargetId)
              AND (@From::timestamptz IS NULL OR at >= @From) AND (@Until::timestamptz IS NULL OR at < @Until)
              AND (@before::bigint IS NULL OR seq < @before)
            ORDER BY seq DESC LIMIT @limit
            """,
            new
            {
                filter.ActorId,
                filter.Action,
                filter.TargetKind,
                filter.TargetId,
                From = filter.From?.ToUniversalTime(),
                Until = filter.Until?.ToUniversalTime(),
                before = before?.Seq,
                limit = size + 1,
            },
            cancellationToken: cancellationToken))).AsList();
        var page = rows.Take(size).ToList();
        return new(
            [.. page.Select(row => row.Record())],
            rows.Count > size ? PageToken.Write(filter, new Position(page[^1].Seq)) : null);
    }

    private AuditRecorded Record(Requester by, Act act) => new()
    {
        RecordId = Guid.CreateVersion7(time.GetUtcNow()),
        At = time.GetUtcNow(),
        Service = "staff",
        ActorKind = by.Caller is { } caller ? TokenFormat.Word(caller.Kind) : by.IsService ? "service" : "nobody",
        ActorId = by.Caller?.Id,
        Action = act.Action,
        TargetKind = act.TargetKind,
        TargetId = act.Target?.ToString(),
        Address = by.Address,
        Outcome = act.Refused ? "refused" : "done",
        Details = act.Details,
    };

    private sealed record Position(long Seq);

    private sealed class Row
    {
        public long Seq { get; init; }

        public Guid RecordId { get; init; }

        public DateTimeOffset At { get; init; }

        public string Service { get; init; } = "";

        public string ActorKind { get; init; } = "";

        public Guid? ActorId { get; init; }

        public string Action { get; init; } = "";

        public string? TargetKind { get; init; }

        public string? TargetId { get; init; }

        public string? Address { get; init; }

        public string Outcome { get; init; } = "";

        public string? Details { get; init; }

        public AuditRecorded Record() => new()
        {
            RecordId = RecordId,
            At = At,
            Service = Service,
            ActorKind = ActorKind,
            ActorId = ActorId,
            Action = Action,
            TargetKind = TargetKind,
            TargetId = TargetId,
            Address = Address,
            Outcome = Outcome,
            Details = Details is null ? null : JsonSerializer.Deserialize<Dictionary<string, string>>(Details, ChangeLog.Json),
        };
    }
}
