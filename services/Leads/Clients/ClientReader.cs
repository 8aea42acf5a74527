using CallCenterCrm.Leads.Employees;
using CallCenterCrm.ServiceDefaults.Authentication;
using CallCenterCrm.ServiceDefaults.Input;
using CallCenterCrm.ServiceDefaults.PhoneNumbers;
using Dapper;
using Npgsql;

namespace CallCenterCrm.Leads.Clients;

/// <summary>Which clients to find.</summary>
/// <param name="Query">A part of the name or number; null for all.</param>
internal sealed record ClientFilter(string? Query);

/// <summary>The last client of a page, behind which the next one goes on.</summary>
internal sealed record ClientPlace(string Name, Guid Id);

/// <summary>A page of clients.</summary>
/// <param name="Next">Behind whom the next one goes on; null when this is the last.</param>
internal sealed record ClientPage(IReadOnlyList<StoredClient> Clients, ClientPlace? Next);

/// <summary>Reads clients, as far as the one who asks may see them.</summary>
internal sealed class ClientReader(NpgsqlDataSource dataSource)
{
    private const string InOrder = """clients.name COLLATE "ru-x-icu", clients.id""";

    private const string Like = """clients.name_sought LIKE translate(lower(@part COLLATE "ru-x-icu"), 'ё', 'е') COLLATE "default" """;

    /// <summary>One client; of one whom he does not see, without the numbers.</summary>
    /// <exception cref="NotFoundException">There is none.</exception>
    public async Task<StoredClient> GetAsync(Guid id, Caller caller, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        return await GetAsync(id, caller, connection, transaction: null, cancellationToken);
    }

    /// <summary>The same, within a transaction perhaps.</summary>
    /// <exception cref="NotFoundException">There is none.</exception>
    public static async Task<StoredClient> GetAsync(
        Guid id, Caller caller, NpgsqlConnection connection, NpgsqlTransaction? transaction, CancellationToken cancellationToken)
    {
        var seen = await SeenEmployees.OfAsync(caller, connection, transaction, cancellationToken);
        return (await LoadAsync([id], seen, connection, transaction, cancellationToken)).SingleOrDefault() ?? throw new NotFoundException("client", id.ToString());
    }

    /// <summary>The client of a number; null when it is nobody's.</summary>
    public async Task<StoredClient?> OfNumberAsync(PhoneNumber number, Caller caller, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        return await Callbacks.Party.ClientOfAsync(number.Digits, connection, transaction: null, cancellationToken) is { } id
            ? await GetAsync(id, caller, connection, transaction: null, cancellationToken)
            : null;
    }

    /// <summary>The clients whom he sees and who match, by name, behind a place.</summary>
    public async Task<ClientPage> FindAsync(ClientFilter filter, ClientPlace? after, int atMost, Caller caller, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        var seen = await SeenEmployees.OfAsync(caller, connection, transaction: null, cancellationToken);
        var numbers = filter.Query is null ? [] : SoughtNumber.Patterns(filter.Query);
        var clauses = new List<string> { "NOT clients.removed", ClientVisibility.Clause(seen) };
        if (filter.Query is not null)
        {
            // Without a number it is one condition, so that the database can choose between its two indexes: that of the parts
            // for what is rare, that of the order for what many names hold.
            clauses.Add(numbers.Length == 0 ? Like : $"""
                clients.id IN (
                    SELECT id FROM clients WHERE NOT removed AND {Like}
                    UNION SELECT client_id FROM client_numbers WHERE number LIKE ANY(@numbers))
                """);
        }

        if (after is not null)
        {
            clauses.Add($"({InOrder}) > (@afterName, @afterId)");
        }

        var ids = (await connection.QueryAsync<Guid>(new CommandDefinition(
            $"SELECT clients.id FROM clients WHERE {string.Join(" AND ", clauses)} ORDER BY {InOrder} LIMIT @limit",
            seen.AddTo(new
            {
                part = filter.Query is null ? null : $"%{Escaped(filter.Query)}%",
                numbers,
                afterName = after?.Name,
                afterId = after?.Id,
                limit = atMost + 1,
            }), cancellationToken: cancellationToken))).AsList();
        var page = await LoadAsync([.. ids.Take(atMost)], seen, connection, transaction: null, cancellationToken);
        return new(page, ids.Count > atMost && page.Count > 0 ? new ClientPlace(page[^1].Name, page[^1].Id) : null);
    }

    private static async Task<IReadOnlyList<StoredClient>> LoadAsync(
        Guid[] ids, SeenEmployees seen, NpgsqlConnection connection, NpgsqlTransaction? transaction, CancellationToken cancellationToken)
    {
        var clients = await connection.QueryAsync<StoredClient>(new CommandDefinition(
            $"""
            SELECT clients.id, clients.version, kind, clients.name, responsible_id, employees.name AS responsible_name, created_at,
                   CASE WHEN {ClientVisibility.Clause(seen)}
                        THEN array(SELECT number FROM client_numbers WHERE client_id = clients.id ORDER BY number) ELSE '{"{}"}' END AS numbers
            FROM clients LEFT JOIN employees ON employees.id = responsible_id
            WHERE clients.id = ANY(@ids) AND NOT removed ORDER BY {InOrder}
            """, seen.AddTo(new { ids }), transaction, cancellationToken: cancellationToken));
        return clients.AsList();
    }

    private static string Escaped(string part) =>
        part.Replace(@"\", @"\\", StringComparison.Ordinal).Replace("%", @"\%", StringComparison.Ordinal).Replace("_", @"\_", StringComparison.Ordinal);
}
