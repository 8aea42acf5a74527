using CallCenterCrm.Leads.Callbacks;
using CallCenterCrm.Leads.Employees;
using CallCenterCrm.ServiceDefaults.Authentication;
using CallCenterCrm.ServiceDefaults.Input;
using CallCenterCrm.ServiceDefaults.PhoneNumbers;
using Dapper;
using Npgsql;

namespace CallCenterCrm.Leads.Clients;

/// <summary>A client as he is asked for.</summary>
/// <param name="Kind">organisation or person.</param>
/// <param name="Numbers">E.164 without plus, each once.</param>
/// <param name="ResponsibleId">Null for the one who asks, when he is an employee.</param>
internal sealed record AskedClient(string Kind, string Name, IReadOnlyList<string> Numbers, Guid? ResponsibleId);

/// <summary>Clients and numbers that somebody enters. A number that is a client's is not given to a second one.</summary>
internal sealed class ClientRequests(NpgsqlDataSource dataSource, ClientStore store, TimeProvider time)
{
    private const int MostNumbers = 100;

    /// <summary>Enters a client. The same key does it once.</summary>
    /// <param name="violations">What is wrong with the request already.</param>
    /// <exception cref="InputException">Something is wrong with it, or names who is not there.</exception>
    /// <exception cref="NumberTakenException">A number is another client's.</exception>
    public async Task<StoredClient> CreateAsync(
        AskedClient asked, IReadOnlyList<PhoneNumber> numbers, string idempotencyKey, Caller caller, Violations violations, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var now = time.GetUtcNow();
        var id = Guid.CreateVersion7(now);
        if (violations.Found.Count == 0)
        {
            // Before the rest is looked at: by now its numbers are taken by the client whom it made.
            await Party.LockAsync(asked.Numbers, connection, transaction, cancellationToken);
            if (await CreatedOnce.TakeAsync(connection, transaction, caller.Id.ToString(), idempotencyKey, asked, id, now, cancellationToken) is { } made)
            {
                return await ClientReader.GetAsync(made, caller, connection, transaction, cancellationToken);
            }
        }

        if (asked.ResponsibleId is not null && !await connection.ExecuteScalarAsync<bool>(new CommandDefinition(
                "SELECT EXISTS (SELECT FROM employees WHERE id = @ResponsibleId AND NOT dismissed)", asked, transaction, cancellationToken: cancellationToken)))
        {
            violations.Add("responsible_id", ViolationKey.DoesNotExist);
        }

        violations.ThrowIfAny();
        await RefuseTakenAsync(asked.Numbers, id, connection, transaction, cancellationToken);
        var responsible = asked.ResponsibleId ?? (caller.Kind == CallerKind.Employee ? caller.Id : null);
        await store.InsertAsync(new Client(id, asked.Kind, asked.Name, responsible, numbers), connection, transaction, cancellationToken);
        await OldKeys.ForgetAsync(now, connection, transaction, cancellationToken);
        return await EndAsync(id, caller, connection, transaction, cancellationToken);
    }

    /// <summary>Gives a client one more number; changes nothing when he has it.</summary>
    /// <exception cref="NotFoundException">There is no such client, or he may not see him.</exception>
    /// <exception cref="NumberTakenException">It is another client's.</exception>
    /// <exception cref="InputException">The client has too many.</exception>
    public async Task<StoredClient> AddNumberAsync(Guid id, PhoneNumber number, Caller caller, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await Party.LockAsync([number.Digits], connection, transaction, cancellationToken);
        var seen = await SeenEmployees.OfAsync(caller, connection, transaction, cancellationToken);
        if (!await connection.ExecuteScalarAsync<bool>(new CommandDefinition(
                $"SELECT true FROM clients WHERE id = @id AND NOT removed AND {ClientVisibility.Clause(seen)} FOR NO KEY UPDATE",
                seen.AddTo(new { id }), transaction, cancellationToken: cancellationToken)))
        {
            throw new NotFoundException("client", id.ToString());
        }

        var known = (await connection.QueryAsync<string>(new CommandDefinition(
            "SELECT number FROM client_numbers WHERE client_id = @id", new { id }, transaction, cancellationToken: cancellationToken))).AsList();
        if (!known.Contains(number.Digits))
        {
            await RefuseTakenAsync([number.Digits], id, connection, transaction, cancellationToken);
            if (known.Count >= MostNumbers)
            {
                throw new InputException(new Violation("number", ViolationKey.TooMany, MostNumbers));
            }

            await store.AddNumberAsync(id, number, connection, transaction, cancellationToken);
        }

        return await EndAsync(id, caller, connection, transaction, cancellationToken);
    }

    private static async Task<StoredClient> EndAsync(
        Guid id, Caller caller, NpgsqlConnection connection, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        var client = await ClientReader.GetAsync(id, caller, connection, transaction, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return client;
    }

    private static async Task RefuseTakenAsync(
        IReadOnlyList<string> numbers, Guid forId, NpgsqlConnection connection, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        var taken = await connection.QueryFirstOrDefaultAsync<(string Number, Guid ClientId)>(new CommandDefinition(
            """
            SELECT number, client_id FROM client_numbers JOIN clients ON clients.id = client_id
            WHERE number = ANY(@numbers) AND NOT removed AND client_id <> @forId ORDER BY array_position(@numbers, number), client_id LIMIT 1
            """, new { numbers = numbers.ToArray(), forId }, transaction, cancellationToken: cancellationToken));
        if (taken.Number is not null)
        {
            throw new NumberTakenException(taken.ClientId, taken.Number);
        }
    }
}
