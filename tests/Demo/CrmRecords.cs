using System.Diagnostics;
using Dapper;
using Npgsql;

namespace CallCenterCrm.Demo;

/// <summary>A call as the gateway put it down, in the words of its tables.</summary>
internal sealed record CallRow
{
    public Guid Id { get; init; }

    public long Version { get; init; }

    public string Direction { get; init; } = "";

    public string? Result { get; init; }

    public string? MissReason { get; init; }

    public string? AnsweredBy { get; init; }

    public string[] Legs { get; init; } = [];

    public string Recording { get; init; } = "";

    public string? File { get; init; }

    public long? Bytes { get; init; }

    public double? Seconds { get; init; }
}

/// <summary>What Leads made of a call.</summary>
internal sealed record LeadsRow
{
    public string? Client { get; init; }

    public Guid? ResponsibleId { get; init; }

    public Guid? LeadId { get; init; }

    /// <summary>Calls on the history of the client or lead, this one included.</summary>
    public int History { get; init; }

    /// <summary>Missed calls under the open callback that this call opened or joined; null when it asks for none.</summary>
    public int? Misses { get; init; }
}

/// <summary>Reads what the CRM made of the calls, from the services' own databases.</summary>
internal sealed class CrmRecords(Installation installation) : IAsyncDisposable
{
    // The gateway looks for a missing recording for half a minute before it says so.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(45);
    private readonly NpgsqlDataSource _telephony = NpgsqlDataSource.Create(installation.TelephonyDatabase);
    private readonly NpgsqlDataSource _leads = NpgsqlDataSource.Create(installation.LeadsDatabase);

    static CrmRecords() => DefaultTypeMap.MatchNamesWithUnderscores = true;

    /// <summary>The employees: by extension, by mobile and by id, whichever they have.</summary>
    public async Task<IReadOnlyDictionary<string, string>> NamesAsync(CancellationToken cancellationToken)
    {
        await using var connection = await _telephony.OpenConnectionAsync(cancellationToken);
        var rows = await connection.QueryAsync<(string Key, string Name)>(new CommandDefinition(
            "SELECT key, name FROM employees, unnest(ARRAY[extension, mobile, id::text]) AS key WHERE key IS NOT NULL", cancellationToken: cancellationToken));
        return rows.ToDictionary(row => row.Key, row => row.Name, StringComparer.Ordinal);
    }

    /// <summary>Waits until the gateway can tell these numbers' clients, of whom it hears from Leads after a first start.</summary>
    /// <exception cref="TimeoutException">It never could.</exception>
    public Task ClientsKnownAsync(IEnumerable<string> numbers, CancellationToken cancellationToken) => AwaitAsync<object>(
        _telephony, "SELECT 1 AS known WHERE @numbers <@ array(SELECT number FROM known_numbers)", new { numbers = numbers.ToArray() },
        Texts.ClientsInGateway, cancellationToken);

    /// <summary>The call, once it is settled and its recording was looked for.</summary>
    /// <exception cref="TimeoutException">It never was.</exception>
    public Task<CallRow> CallAsync(Scenario scenario, DateTimeOffset since, CancellationToken cancellationToken) => AwaitAsync<CallRow>(
        _telephony,
        """
        SELECT calls.id, calls.version, direction, result, miss_reason, answered_by, recordings.state AS recording, file, bytes, seconds::float8 AS seconds,
            array(SELECT phone FROM call_legs WHERE call_id = calls.id ORDER BY position) AS legs
        FROM calls JOIN recordings ON call_id = calls.id
        WHERE own_number = @Did AND party_number = @Caller AND started_at >= @since AND settled ORDER BY started_at LIMIT 1
        """, new { scenario.Did, scenario.Caller, since }, Texts.CallSettled, cancellationToken);

    /// <summary>What Leads made of it, once it knows what the gateway knows.</summary>
    /// <exception cref="TimeoutException">It never did.</exception>
    public Task<LeadsRow> LeadsAsync(CallRow call, CancellationToken cancellationToken) => AwaitAsync<LeadsRow>(
        _leads,
        """
        SELECT clients.name AS client, responsible_id, lead_id,
            (SELECT count(*)::int FROM call_activities AS other WHERE other.client_id = here.client_id OR other.lead_id = here.lead_id) AS history,
            (SELECT count(*)::int FROM callback_misses AS all_misses JOIN callbacks ON callbacks.id = all_misses.callback_id
             WHERE closed_at IS NULL AND callback_id = (SELECT callback_id FROM callback_misses WHERE call_id = here.call_id) HAVING count(*) > 0) AS misses
        FROM call_activities AS here LEFT JOIN clients ON clients.id = here.client_id
        WHERE call_id = @Id AND call_version >= @Version AND settled
        """, call, Texts.CallInLeads, cancellationToken);

    public async ValueTask DisposeAsync()
    {
        await _telephony.DisposeAsync();
        await _leads.DisposeAsync();
    }

    private static async Task<T> AwaitAsync<T>(NpgsqlDataSource database, string sql, object parameters, string what, CancellationToken cancellationToken)
        where T : class
    {
        var watch = Stopwatch.StartNew();
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        while (true)
        {
            if (await connection.QueryFirstOrDefaultAsync<T>(new CommandDefinition(sql, parameters, cancellationToken: cancellationToken)) is { } row)
            {
                return row;
            }

            if (watch.Elapsed > Patience)
            {
                throw new TimeoutException(Texts.NeverInCrm(what, Patience));
            }

            await Task.Delay(TimeSpan.FromMilliseconds(100), cancellationToken);
        }
    }
}
