using Dapper;
using Npgsql;

namespace CallCenterCrm.Leads.Callbacks;

/// <summary>Whom to ring back: a client with all his numbers, or a number that is no client's.</summary>
/// <param name="Number">The one that this is about now.</param>
/// <param name="Numbers">All that mean him, E.164 without plus.</param>
internal sealed record Party(string Number, Guid? ClientId, string[] Numbers)
{
    private const long Seed = 0x43524D43414C4C;

    /// <summary>
    /// Waits until no other transaction decides on this number. A miss and the conversation that answers it may be worked on
    /// at the same moment: each would see nothing of the other. Before anything is read of the number, and before its client
    /// is locked; several numbers in their order, so that two who want them do not wait for each other.
    /// </summary>
    public static Task LockAsync(
        IEnumerable<string> numbers, NpgsqlConnection connection, NpgsqlTransaction transaction, CancellationToken cancellationToken) =>
        connection.ExecuteAsync(new CommandDefinition(
            "SELECT pg_advisory_xact_lock(key) FROM (SELECT DISTINCT hashtextextended(number, @Seed) AS key FROM unnest(@numbers) AS number ORDER BY 1) AS keys",
            new { numbers = numbers.ToArray(), Seed }, transaction, cancellationToken: cancellationToken));

    /// <summary>To whom a number belongs: of several clients with it always the same one, as for calls. Null when to nobody.</summary>
    public static Task<Guid?> ClientOfAsync(
        string number, NpgsqlConnection connection, NpgsqlTransaction? transaction, CancellationToken cancellationToken) =>
        connection.QuerySingleOrDefaultAsync<Guid?>(new CommandDefinition(
            """
            SELECT client_id FROM client_numbers JOIN clients ON clients.id = client_id
            WHERE client_numbers.number = @number AND NOT removed ORDER BY client_id LIMIT 1
            """, new { number }, transaction, cancellationToken: cancellationToken));

    /// <summary>The party of a number that is locked. The client is locked, too: another number of his may be worked on now.</summary>
    public static async Task<Party> OfAsync(
        string number, Guid? clientId, NpgsqlConnection connection, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        if (clientId is null)
        {
            return new Party(number, null, [number]);
        }

        await connection.ExecuteAsync(new CommandDefinition(
            "SELECT FROM clients WHERE id = @clientId FOR NO KEY UPDATE", new { clientId }, transaction, cancellationToken: cancellationToken));
        var numbers = await connection.QueryAsync<string>(new CommandDefinition(
            """
            SELECT number FROM client_numbers AS own
            WHERE client_id = @clientId AND NOT EXISTS (
                SELECT FROM client_numbers AS other JOIN clients ON clients.id = other.client_id
                WHERE other.number = own.number AND other.client_id < own.client_id AND NOT removed)
            """, new { clientId }, transaction, cancellationToken: cancellationToken));
        return new Party(number, clientId, [.. numbers]);
    }
}
