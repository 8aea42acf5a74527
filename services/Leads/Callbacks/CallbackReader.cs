using CallCenterCrm.Leads.Employees;
using CallCenterCrm.ServiceDefaults.Authentication;
using CallCenterCrm.ServiceDefaults.Input;
using Dapper;
using Npgsql;

namespace CallCenterCrm.Leads.Callbacks;

/// <summary>Which callbacks to list.</summary>
/// <param name="State">open, leased, postponed, closed; null for all that are not closed.</param>
/// <param name="Mine">Only those for which the caller is responsible, or that he has taken.</param>
internal sealed record CallbackFilter(string? State, bool Mine);

/// <summary>The last callback of a page, behind which the next one goes on.</summary>
/// <param name="AsOf">The moment as of which all pages are ordered.</param>
/// <param name="Score">Its score; 0 for a closed one.</param>
/// <param name="At">Since when it waits, or when it was closed.</param>
internal sealed record CallbackPlace(DateTimeOffset AsOf, int Score, DateTimeOffset At, Guid Id);

/// <summary>Callbacks, and where each of them stands.</summary>
internal sealed record CallbackPage(IReadOnlyList<(Callback Callback, CallbackPlace Place)> Callbacks, bool More);

/// <summary>Reads callbacks, as far as the one who asks may see them.</summary>
internal sealed class CallbackReader(NpgsqlDataSource dataSource, CallbackSettings settings, TimeProvider time)
{
    private const string Leased = "coalesce(lease_until > @At, false)";

    /// <summary>One callback.</summary>
    /// <exception cref="NotFoundException">There is none, or he may not see it.</exception>
    public async Task<Callback> GetAsync(Guid id, Caller caller, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        var seen = await SeenEmployees.OfAsync(caller, connection, transaction: null, cancellationToken);
        var isSeen = await connection.ExecuteScalarAsync<bool>(new CommandDefinition(
            $"SELECT EXISTS (SELECT FROM callbacks WHERE id = @id AND {CallbackVisibility.Clause(seen)})", seen.AddTo(new { id }), cancellationToken: cancellationToken));
        return isSeen ? await GetAsync(id, caller, connection, transaction: null, cancellationToken) : throw new NotFoundException("callback", id.ToString());
    }

    /// <summary>One callback, whoever asks, within a transaction perhaps.</summary>
    public async Task<Callback> GetAsync(
        Guid id, Caller caller, NpgsqlConnection connection, NpgsqlTransaction? transaction, CancellationToken cancellationToken) =>
        (await CallbackRows.LoadAsync([id], Score.Of(settings, time.GetUtcNow(), caller), connection, transaction, cancellationToken)).Single();

    /// <summary>The callbacks that match, in their order, behind a place.</summary>
    public async Task<CallbackPage> ListAsync(CallbackFilter filter, CallbackPlace? after, int atMost, Caller caller, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        var seen = await SeenEmployees.OfAsync(caller, connection, transaction: null, cancellationToken);
        var score = Score.Of(settings, after?.AsOf ?? time.GetUtcNow(), caller);
        var places = (await connection.QueryAsync<(Guid Id, int Score, DateTimeOffset At)>(new CommandDefinition(
            Query(filter, seen, after),
            seen.AddTo(new
            {
                score.At,
                score.Me,
                score.EscalatedBefore,
                score.FullSince,
                afterScore = after?.Score,
                afterAt = after?.At,
                afterId = after?.Id,
                limit = atMost + 1,
            }), cancellationToken: cancellationToken))).AsList();
        var page = places.Take(atMost).ToDictionary(place => place.Id, place => new CallbackPlace(score.At, place.Score, place.At, place.Id));
        var callbacks = await CallbackRows.LoadAsync(
            [.. places.Take(atMost).Select(place => place.Id)], score, connection, transaction: null, cancellationToken);
        return new([.. callbacks.Select(callback => (callback, page[callback.Id]))], places.Count > atMost);
    }

    private static string Query(CallbackFilter filter, SeenEmployees seen, CallbackPlace? after)
    {
        var clauses = new List<string> { CallbackVisibility.Clause(seen) };
        if (filter.Mine)
        {
            clauses.Add($"({Score.Ringer} = @Me OR (lease_by = @Me AND {Leased}))");
        }

        if (filter.State == "closed")
        {
            clauses.Add("closed_at IS NOT NULL AND outcome <> 'merged'");
            if (after is not null)
            {
                clauses.Add("(closed_at, id) < (@afterAt, @afterId)");
            }

            return $"SELECT id, 0, closed_at FROM callbacks WHERE {string.Join(" AND ", clauses)} ORDER BY closed_at DESC, id DESC LIMIT @limit";
        }

        clauses.Add("closed_at IS NULL");
        if (filter.State is not null)
        {
            clauses.Add(filter.State switch
            {
                "leased" => Leased,
                "postponed" => $"due_at > @At AND NOT {Leased}",
                _ => $"due_at <= @At AND NOT {Leased}",
            });
        }

        if (after is not null)
        {
            clauses.Add($"({Score.Sum} < @afterScore OR ({Score.Sum} = @afterScore AND (opened_at, id) > (@afterAt, @afterId)))");
        }

        // Of others' callbacks with equally many tries the one that waits longest is always first: a page needs no more of them
        // than it has lines, however many are open. One's own are few.
        var scored = $"SELECT id, {Score.Sum} AS score, opened_at FROM callbacks WHERE {string.Join(" AND ", clauses)}";
        return $"""
            SELECT id, score, opened_at FROM (
                SELECT others.* FROM generate_series(0, (SELECT max(tries) FROM callbacks WHERE closed_at IS NULL)) AS made,
                    LATERAL ({scored} AND ({Score.Ringer} = @Me) IS NOT TRUE AND tries = made ORDER BY opened_at, id LIMIT @limit) AS others
                UNION ALL {scored} AND {Score.Ringer} = @Me
            ) AS first
            ORDER BY score DESC, opened_at, id LIMIT @limit
            """;
    }
}
