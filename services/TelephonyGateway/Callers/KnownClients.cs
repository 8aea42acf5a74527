using CallCenterCrm.Contracts.Clients.V1;
using CallCenterCrm.ServiceDefaults.PhoneNumbers;
using CallCenterCrm.Telephony.Routing;
using Dapper;
using Npgsql;

namespace CallCenterCrm.Telephony.Callers;

/// <summary>The clients' numbers as Leads told of them: our projection, which can be asked for anew.</summary>
internal sealed class KnownClients(NpgsqlDataSource dataSource)
{
    /// <summary>The client with a number; of several the one with the smallest id, so that it is always the same.</summary>
    public async Task<Caller?> FindAsync(PhoneNumber number, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        return await connection.QueryFirstOrDefaultAsync<Caller>(new CommandDefinition(
            """
            SELECT client_id, name, responsible_id FROM known_numbers JOIN known_clients USING (client_id)
            WHERE number = @Digits AND NOT removed ORDER BY client_id LIMIT 1
            """, new { number.Digits }, cancellationToken: cancellationToken));
    }

    /// <summary>Takes over a client's state unless a newer one is known.</summary>
    /// <returns>The numbers whose meaning may have changed.</returns>
    public static async Task<IReadOnlyList<string>> ApplyAsync(
        ClientChanged client, NpgsqlConnection connection, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        var applied = await connection.ExecuteAsync(new CommandDefinition(
            """
            INSERT INTO known_clients AS known (client_id, version, name, responsible_id, removed)
            VALUES (@ClientId, @Version, @Name, @ResponsibleId, @Removed)
            ON CONFLICT (client_id) DO UPDATE
            SET version = excluded.version, name = excluded.name, responsible_id = excluded.responsible_id, removed = excluded.removed
            WHERE known.version < excluded.version
            """, client, transaction, cancellationToken: cancellationToken));
        if (applied == 0)
        {
            return [];
        }

        var before = await connection.QueryAsync<string>(new CommandDefinition(
            "DELETE FROM known_numbers WHERE client_id = @ClientId RETURNING number", client, transaction, cancellationToken: cancellationToken));
        await connection.ExecuteAsync(new CommandDefinition(
            "INSERT INTO known_numbers (number, client_id) SELECT unnest(@numbers), @ClientId ON CONFLICT DO NOTHING",
            new { numbers = client.Numbers.ToArray(), client.ClientId }, transaction, cancellationToken: cancellationToken));
        return [.. before.Union(client.Numbers)];
    }
}
