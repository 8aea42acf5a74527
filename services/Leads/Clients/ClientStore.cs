using CallCenterCrm.Contracts.Clients.V1;
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
internal sealed class ClientStore(NpgsqlDataSource dataSource, TimeProvider time)
{
    private const int PublishBatch = 500;

    /// <summary>Makes clients that are not there yet; leaves those with the same id alone.</summary>
    /// <returns>How many were made.</returns>
    public async Task<int> AddAsync(IReadOnlyList<Client> clients, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var made = 0;
        foreach (var client in clients)
        {
            var added = await connection.ExecuteAsync(new CommandDefinition(
                """
                INSERT INTO clients (id, kind, name, responsible_id, created_at) VALUES (@Id, @Kind, @Name, @ResponsibleId, @now)
                ON CONFLICT DO NOTHING
                """, new { client.Id, client.Kind, client.Name, client.ResponsibleId, now = time.GetUtcNow() }, transaction, cancellationToken: cancellationToken));
            if (added == 0)
            {
                continue;
            }

            made++;
            await connection.ExecuteAsync(new CommandDefinition(
                "INSERT INTO client_numbers (number, client_id) SELECT DISTINCT unnest(@numbers), @Id",
                new { numbers = client.Numbers.Select(number => number.Digits).ToArray(), client.Id }, transaction, cancellationToken: cancellationToken));
            await PublishAsync(connection, transaction, [client.Id], cancellationToken);
        }

        await transaction.CommitAsync(cancellationToken);
        return made;
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

    /// <summary>The client to whom a number belongs; of several always the same one.</summary>
    public static Task<Guid?> FindByNumberAsync(string number, NpgsqlConnection connection, NpgsqlTransaction transaction, CancellationToken cancellationToken) =>
        connection.QueryFirstOrDefaultAsync<Guid?>(new CommandDefinition(
            """
            SELECT client_id FROM client_numbers JOIN clients ON clients.id = client_id
            WHERE number = @number AND NOT removed ORDER BY client_id LIMIT 1
            """, new { number }, transaction, cancellationToken: cancellationToken));

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
