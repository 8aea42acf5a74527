using CallCenterCrm.ServiceDefaults.Input;
using CallCenterCrm.Telephony.Routing;
using Dapper;
using Npgsql;

namespace CallCenterCrm.Telephony.People;

/// <summary>Keeps what people say of themselves; routing goes by it.</summary>
internal sealed class PersonStateStore(NpgsqlDataSource dataSource, RoutingData routing)
{
    /// <summary>Sets a state, in force when this ends or, when the database is lost meanwhile, soon after. The same again changes nothing.</summary>
    /// <param name="by">Who sets it for somebody else, for the audit log; null when he does himself.</param>
    /// <exception cref="NotFoundException">Telephony knows of no such employee.</exception>
    public async Task SetAsync(Guid employee, PersonState said, Author? by, CancellationToken cancellationToken)
    {
        if (await StoreAsync(employee, said, by, cancellationToken))
        {
            await routing.RefreshAsync(cancellationToken);
        }
    }

    // By itself: whoever waits for the tables to be read holds no connection.
    private async Task<bool> StoreAsync(Guid employee, PersonState said, Author? by, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var kept = await connection.ExecuteAsync(new CommandDefinition(
            """
            INSERT INTO employee_states AS kept (employee_id, state, reason, since, until)
            SELECT id, @State, @Reason, @Since, @Until FROM employees WHERE id = @employee AND NOT dismissed
            ON CONFLICT (employee_id) DO UPDATE SET state = excluded.state, reason = excluded.reason, until = excluded.until,
                since = CASE WHEN kept.state = excluded.state AND kept.reason IS NOT DISTINCT FROM excluded.reason
                                  AND (kept.until IS NULL OR kept.until > excluded.since)
                             THEN kept.since ELSE excluded.since END
            WHERE (kept.state, kept.reason, kept.until) IS DISTINCT FROM (excluded.state, excluded.reason, excluded.until)
            """,
            new { employee, said.State, said.Reason, Since = said.Since.UtcDateTime, Until = said.Until?.UtcDateTime },
            transaction, cancellationToken: cancellationToken));
        if (kept == 0)
        {
            var isKnown = await connection.ExecuteScalarAsync<bool>(new CommandDefinition(
                "SELECT EXISTS (SELECT FROM employees WHERE id = @employee AND NOT dismissed)", new { employee }, transaction, cancellationToken: cancellationToken));
            return isKnown ? false : throw new NotFoundException("employee", employee.ToString());
        }

        if (by is not null)
        {
            await by.DidAsync(
                "person.state_set", "employee", employee.ToString(), new Dictionary<string, string>(StringComparer.Ordinal) { ["state"] = said.State },
                said.Since, connection, transaction, cancellationToken);
        }

        await transaction.CommitAsync(cancellationToken);
        return true;
    }
}
