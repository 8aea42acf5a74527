using CallCenterCrm.Leads.Employees;
using CallCenterCrm.ServiceDefaults.Authentication;
using CallCenterCrm.ServiceDefaults.Input;
using Dapper;
using Npgsql;

namespace CallCenterCrm.Leads.Callbacks;

/// <summary>A try as the one who made it notes it.</summary>
/// <param name="Result">A word of the database's.</param>
/// <param name="DueAt">When to try again.</param>
internal sealed record NotedTry(string Result, DateTimeOffset DueAt, string? Note);

/// <summary>Who works on which callback: taken, given back, tried.</summary>
internal sealed class CallbackLeases(NpgsqlDataSource dataSource, CallbackReader reader, CallbackSettings settings, TimeProvider time)
{
    /// <summary>Takes a callback, or renews it for the one who has it. Of many at the same moment one succeeds.</summary>
    /// <exception cref="NotFoundException">There is none, or he may not see it.</exception>
    /// <exception cref="HeldException">Somebody else has it.</exception>
    /// <exception cref="ClosedException">It is closed.</exception>
    public async Task<Callback> TakeAsync(Guid id, Caller caller, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var seen = await SeenEmployees.OfAsync(caller, connection, transaction, cancellationToken);
        while (true)
        {
            // The row decides: whoever comes second waits for the first, and then finds it taken.
            var now = time.GetUtcNow();
            var taken = await connection.ExecuteAsync(new CommandDefinition(
                $"""
                UPDATE callbacks SET
                    lease_number = CASE WHEN lease_by = @me AND lease_until > @now THEN lease_number ELSE lease_number + 1 END,
                    leased_at = CASE WHEN lease_by = @me AND lease_until > @now THEN leased_at ELSE @now END,
                    lease_by = @me, lease_until = @until, version = version + 1
                WHERE id = @id AND closed_at IS NULL AND (lease_until IS NULL OR lease_until <= @now OR lease_by = @me) AND {CallbackVisibility.Clause(seen)}
                """,
                seen.AddTo(new { id, me = caller.Id, now, until = now + settings.Lease }), transaction, cancellationToken: cancellationToken));
            if (taken > 0)
            {
                return await EndAsync(id, caller, connection, transaction, cancellationToken);
            }

            // When it was given back or ran out just now, it is there to be taken.
            RefuseUnlessFree(await LookAsync(id, seen, connection, transaction, cancellationToken), caller, now);
        }
    }

    /// <summary>Gives a callback back untried.</summary>
    /// <exception cref="NotFoundException">There is none, or he may not see it.</exception>
    /// <exception cref="HeldException">Somebody else has it.</exception>
    /// <exception cref="StaleVersionException">That lease is not the newest any more, or was not his.</exception>
    /// <exception cref="ClosedException">It was closed meanwhile.</exception>
    public async Task<Callback> ReleaseAsync(Guid id, long leaseNumber, Caller caller, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var held = await LookAsync(id, leaseNumber, caller, connection, transaction, cancellationToken);
        if (held.ClosedAt is not null)
        {
            throw new ClosedException("callback", id.ToString());
        }

        if (held.LeaseUntil is null)
        {
            return await reader.GetAsync(id, caller, connection, transaction, cancellationToken);
        }

        await connection.ExecuteAsync(new CommandDefinition(
            "UPDATE callbacks SET lease_until = NULL, version = version + 1 WHERE id = @id", new { id }, transaction, cancellationToken: cancellationToken));
        return await EndAsync(id, caller, connection, transaction, cancellationToken);
    }

    /// <summary>Notes a try; it is one with the call that was placed in the same lease. The last of so many closes the callback.</summary>
    /// <exception cref="NotFoundException">There is none, or he may not see it.</exception>
    /// <exception cref="HeldException">Somebody else has it.</exception>
    /// <exception cref="StaleVersionException">That lease is not the newest any more, or was not his.</exception>
    /// <exception cref="ClosedException">It was closed meanwhile.</exception>
    public async Task<Callback> PostponeAsync(Guid id, long leaseNumber, NotedTry noted, Caller caller, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var held = await LookAsync(id, leaseNumber, caller, connection, transaction, cancellationToken);
        var parameters = new { id, leaseNumber, me = caller.Id, held.LeasedAt, noted.Result, noted.Note, noted.DueAt, now = time.GetUtcNow() };
        if (held.ClosedAt is not null)
        {
            // An answer that was lost: this very try may have been the last one.
            return await connection.ExecuteScalarAsync<bool>(new CommandDefinition(
                "SELECT EXISTS (SELECT FROM callback_tries WHERE callback_id = @id AND lease_number = @leaseNumber)",
                parameters, transaction, cancellationToken: cancellationToken))
                ? await reader.GetAsync(id, caller, connection, transaction, cancellationToken)
                : throw new ClosedException("callback", id.ToString());
        }

        var known = await connection.ExecuteAsync(new CommandDefinition(
            """
            UPDATE callback_tries SET lease_number = @leaseNumber, leased_at = @LeasedAt, result = @Result, note = @Note, next_at = @DueAt
            WHERE id = (
                SELECT id FROM callback_tries
                WHERE callback_id = @id AND (lease_number = @leaseNumber OR (lease_number IS NULL AND by = @me AND at >= @LeasedAt))
                ORDER BY lease_number, at DESC LIMIT 1)
            """, parameters, transaction, cancellationToken: cancellationToken));
        if (known == 0)
        {
            await connection.ExecuteAsync(new CommandDefinition(
                """
                INSERT INTO callback_tries (callback_id, at, by, lease_number, leased_at, result, note, next_at)
                VALUES (@id, @now, @me, @leaseNumber, @LeasedAt, @Result, @Note, @DueAt)
                """, parameters, transaction, cancellationToken: cancellationToken));
        }

        await connection.ExecuteAsync(new CommandDefinition(
            "UPDATE callbacks SET note = coalesce(@Note, note) WHERE id = @id", parameters, transaction, cancellationToken: cancellationToken));
        await CallbackRows.RefreshAsync(id, settings, numbers: [], connection, transaction, cancellationToken);
        return await EndAsync(id, caller, connection, transaction, cancellationToken);
    }

    // The row, locked, if the caller has it by this lease, or had it and nobody else took it since.
    private async Task<Held> LookAsync(
        Guid id, long leaseNumber, Caller caller, NpgsqlConnection connection, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        var seen = await SeenEmployees.OfAsync(caller, connection, transaction, cancellationToken);
        var held = await LookAsync(id, seen, connection, transaction, cancellationToken);
        if (held.LeaseNumber == leaseNumber && held.LeaseBy == caller.Id)
        {
            return held;
        }

        RefuseUnlessFree(held, caller, time.GetUtcNow());
        throw new StaleVersionException(held.LeaseNumber);
    }

    private static async Task<Held> LookAsync(
        Guid id, SeenEmployees seen, NpgsqlConnection connection, NpgsqlTransaction transaction, CancellationToken cancellationToken) =>
        await connection.QuerySingleOrDefaultAsync<Held>(new CommandDefinition(
            $"""
            SELECT id, closed_at, lease_number, lease_by, leased_at, lease_until, (SELECT name FROM employees WHERE employees.id = lease_by) AS name
            FROM callbacks WHERE id = @id AND {CallbackVisibility.Clause(seen)} FOR UPDATE
            """, seen.AddTo(new { id }), transaction, cancellationToken: cancellationToken)) ?? throw new NotFoundException("callback", id.ToString());

    private static void RefuseUnlessFree(Held held, Caller caller, DateTimeOffset now)
    {
        if (held.ClosedAt is not null)
        {
            throw new ClosedException("callback", held.Id.ToString());
        }

        if (held is { LeaseBy: { } by, LeaseUntil: { } until } && until > now && by != caller.Id)
        {
            throw new HeldException("callback", by, held.Name, until);
        }
    }

    private async Task<Callback> EndAsync(Guid id, Caller caller, NpgsqlConnection connection, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        await CallbackRows.PublishAsync([id], connection, transaction, cancellationToken);
        var callback = await reader.GetAsync(id, caller, connection, transaction, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return callback;
    }

    private sealed class Held
    {
        public Guid Id { get; init; }

        public DateTimeOffset? ClosedAt { get; init; }

        public long LeaseNumber { get; init; }

        public Guid? LeaseBy { get; init; }

        public string? Name { get; init; }

        public DateTimeOffset? LeasedAt { get; init; }

        public DateTimeOffset? LeaseUntil { get; init; }
    }
}
