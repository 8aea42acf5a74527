using CallCenterCrm.Contracts.Clients.V1;
using CallCenterCrm.Leads.Callbacks;
using CallCenterCrm.Messaging;
using CallCenterCrm.ServiceDefaults.PhoneNumbers;
using Dapper;
using Npgsql;

namespace CallCenterCrm.Leads.Clients;

/// <summary>A client as it is written.</summary>
/// <param name="Kind">organisation or person.</param>
/// <param name="Numbers">E.164 without plus.</param>
internal sealed record Client(Guid Id, string Kind, string Name, Guid? ResponsibleId, IReadOnlyList<PhoneNumber> Numbers);

/// <summary>Clients in the database; every change is published with the client's whole state.</summary>
internal sealed class ClientStore(NpgsqlDataSource dataSource, CallbackSettings callbacks, TimeProvider time)
{
    private const int PublishBatch = 500;

    // Each number is a lock until the transaction ends, and the server's table of locks is shared by all services: a few thousand
    // at once fill it, and the gateway loses the helm.
    private const int AddBatch = 200;

    /// <summary>
    /// Makes clients that are not there yet; leaves those with the same id alone. Some hundred are made at once or not at all: what an
    /// interruption left out is made the next time.
    /// </summary>
    /// <returns>How many were made.</returns>
    public async Task<int> AddAsync(IReadOnlyList<Client> clients, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        var made = 0;
        foreach (var batch in clients.Chunk(AddBatch))
        {
            await using var transaction = await connection.BeginTransactionAsync(cancellationToken);

            // Nobody decides on a number meanwhile whose client is about to be another one.
            await Party.LockAsync(batch.SelectMany(client => client.Numbers).Select(number => number.Digits), connection, transaction, cancellationToken);
            foreach (var client in batch)
            {
                if (await InsertAsync(client, connection, transaction, cancellationToken))
                {
                    made++;
                }
            }

            await transaction.CommitAsync(cancellationToken);
        }

        return made;
    }

    /// <summary>Makes a client whose numbers are locked, and gives him what was a stranger's of his numbers.</summary>
    /// <returns>False when there is one with the same id.</returns>
    public async Task<bool> InsertAsync(Client client, NpgsqlConnection connection, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        var added = await connection.ExecuteAsync(new CommandDefinition(
            """
            INSERT INTO clients (id, kind, name, responsible_id, created_at) VALUES (@Id, @Kind, @Name, @ResponsibleId, @now)
            ON CONFLICT DO NOTHING
            """, new { client.Id, client.Kind, client.Name, client.ResponsibleId, now = time.GetUtcNow() }, transaction, cancellationToken: cancellationToken));
        if (added == 0)
        {
            return false;
        }

        var numbers = client.Numbers.Select(number => number.Digits).ToArray();
        await connection.ExecuteAsync(new CommandDefinition(
            "INSERT INTO client_numbers (number, client_id) SELECT DISTINCT unnest(@numbers), @Id",
            new { numbers, client.Id }, transaction, cancellationToken: cancellationToken));
        await PublishAsync(connection, transaction, [client.Id], cancellationToken);
        if (numbers.Length > 0)
        {
            await TakeOverAsync(client.Id, numbers[0], connection, transaction, cancellationToken);
        }

        return true;
    }

    /// <summary>Gives a client a number that he does not have, which is locked, and what was a stranger's of it.</summary>
    public async Task AddNumberAsync(
        Guid id, PhoneNumber number, NpgsqlConnection connection, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        await connection.ExecuteAsync(new CommandDefinition(
            """
            INSERT INTO client_numbers (number, client_id) VALUES (@Digits, @id);
            UPDATE clients SET version = version + 1 WHERE id = @id
            """, new { number.Digits, id }, transaction, cancellationToken: cancellationToken));
        await PublishAsync(connection, transaction, [id], cancellationToken);
        await TakeOverAsync(id, number.Digits, connection, transaction, cancellationToken);
    }

    /// <summary>Publishes every client again, for a projection that is rebuilt.</summary>
    public static async Task PublishAllAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        var ids = await connection.QueryAsync<Guid>(new CommandDefinition(
            "SELECT id FROM clients ORDER BY id", transaction: transaction, cancellationToken: cancellationToken));
        foreach (var batch in ids.Chunk(PublishBatch))
        {
            await PublishAsync(connection, transaction, batch, cancellationToken);
        }
    }

    // An open lead is closed by it, and keeps its calls; they and the open callbacks become the client's.
    private async Task TakeOverAsync(
        Guid client, string number, NpgsqlConnection connection, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        var party = await Party.OfAsync(number, client, connection, transaction, cancellationToken);
        var now = time.GetUtcNow();
        await connection.ExecuteAsync(new CommandDefinition(
            """
            UPDATE leads SET client_id = @ClientId, closed_at = @now WHERE number = ANY(@Numbers) AND closed_at IS NULL;
            UPDATE call_activities SET client_id = @ClientId WHERE number = ANY(@Numbers) AND client_id IS NULL
            """, new { party.ClientId, party.Numbers, now }, transaction, cancellationToken: cancellationToken));
        var theirs = new PartyCallbacks(party, callbacks, now, connection, transaction);
        await theirs.GatherAsync(cancellationToken);
        await theirs.PublishAsync(cancellationToken);
    }

    private static async Task PublishAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, Guid[] ids, CancellationToken cancellationToken)
    {
        var clients = await connection.QueryAsync<(Guid Id, long Version, string Name, Guid? ResponsibleId, bool Removed, string[] Numbers)>(new CommandDefinition(
            """
            SELECT id, version, name, responsible_id, removed,
                   array(SELECT number FROM client_numbers WHERE client_id = clients.id ORDER BY number) AS numbers
            FROM clients WHERE id = ANY(@ids)
            """, new { ids }, transaction, cancellationToken: cancellationToken));
        foreach (var client in clients)
        {
            await ChangeLog.AppendAsync(connection, transaction, new ClientChanged
            {
                ClientId = client.Id,
                Version = client.Version,
                Name = client.Name,
                Numbers = client.Numbers,
                ResponsibleId = client.ResponsibleId,
                Removed = client.Removed,
            }, cancellationToken);
        }
    }
}
