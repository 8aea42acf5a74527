using System.Text.Json.Serialization;
using CallCenterCrm.ServiceDefaults.Authentication;
using CallCenterCrm.ServiceDefaults.Input;
using Dapper;
using Npgsql;

namespace CallCenterCrm.Leads.Callbacks;

/// <summary>A call asked for by an employee or a system: of a number or of a client.</summary>
/// <param name="EmployeeId">Who shall ring; null for whoever is responsible.</param>
/// <param name="FromCall">The call in which the client was talked to; null for the one that is going on, if any.</param>
internal sealed record AskedByHand(
    string? Number, Guid? ClientId, string Note, Guid? EmployeeId,
    // Left out of the request's digest when there is none: one that was sent before this was there and comes again is the same.
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] Guid? FromCall);

/// <summary>Calls that are asked for otherwise than by calling.</summary>
internal sealed class CallbackRequests(NpgsqlDataSource dataSource, CallbackReader reader, CallbackSettings settings, TimeProvider time)
{
    /// <summary>Puts a request by hand under the open callback of its client or number, or opens one. The same key does it once.</summary>
    /// <param name="violations">What is wrong with the request already.</param>
    /// <exception cref="InputException">Something is wrong with it, or names what is not there.</exception>
    public async Task<Callback> CreateAsync(
        AskedByHand asked, string idempotencyKey, Caller caller, Violations violations, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        if (asked.EmployeeId is not null && !await connection.ExecuteScalarAsync<bool>(new CommandDefinition(
                "SELECT EXISTS (SELECT FROM employees WHERE id = @EmployeeId AND NOT dismissed)", asked, transaction, cancellationToken: cancellationToken)))
        {
            violations.Add("employee_id", ViolationKey.DoesNotExist);
        }

        var number = asked.Number ?? await connection.QuerySingleOrDefaultAsync<string?>(new CommandDefinition(
            "SELECT min(number) FROM client_numbers JOIN clients ON clients.id = client_id WHERE client_id = @ClientId AND NOT removed",
            asked, transaction, cancellationToken: cancellationToken));
        if (number is null && asked.ClientId is { } missing && missing != Guid.Empty)
        {
            violations.Add("client_id", ViolationKey.DoesNotExist);
        }

        violations.ThrowIfAny();
        await Party.LockAsync([number!], connection, transaction, cancellationToken);
        var client = asked.ClientId ?? await Party.ClientOfAsync(number!, connection, transaction, cancellationToken);
        var party = await Party.OfAsync(number!, client, connection, transaction, cancellationToken);
        var now = time.GetUtcNow();
        var theirs = new PartyCallbacks(party, settings, now, connection, transaction);
        var id = await theirs.OpenAsync("manual", cancellationToken);
        if (await CreatedOnce.TakeAsync(connection, transaction, caller.Id.ToString(), idempotencyKey, asked, id, now, cancellationToken) is { } made)
        {
            // What was opened for it goes with the transaction.
            return await reader.GetAsync(made, caller, connection, transaction, cancellationToken);
        }

        await connection.ExecuteAsync(new CommandDefinition(
            """
            WITH talking AS (
                SELECT call_id FROM call_activities
                WHERE number = ANY(@Numbers) AND NOT settled AND answered_at IS NOT NULL AND ended_at IS NULL
                ORDER BY started_at DESC LIMIT 1
            )
            INSERT INTO callback_requests (callback_id, source, asked_at, asked_by, text, from_call)
            VALUES (@id, 'manual', @now, @by, @Note, coalesce(@FromCall, (SELECT call_id FROM talking)));
            UPDATE callbacks SET assigned_to = coalesce(@EmployeeId, assigned_to), note = @Note WHERE id = @id
            """,
            new { id, now, by = caller.Id, asked.Note, asked.EmployeeId, asked.FromCall, party.Numbers }, transaction, cancellationToken: cancellationToken));
        await OldKeys.ForgetAsync(now, connection, transaction, cancellationToken);
        await theirs.RefreshAsync(id, cancellationToken);
        await theirs.PublishAsync(cancellationToken);
        var callback = await reader.GetAsync(id, caller, connection, transaction, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return callback;
    }
}
