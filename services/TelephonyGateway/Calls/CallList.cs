using Dapper;

namespace CallCenterCrm.Telephony.Calls;

/// <summary>
/// The condition for a page of calls, put so that PostgreSQL finds it by an index in the list's own order, however many calls there
/// are. The words here and the indexes of Migrations/012_history.sql belong together; tests/bench history shows what they are good for.
/// </summary>
internal sealed class CallList
{
    // What a call's phones have beside them (the row, its call's id), and what only the call itself has.
    private readonly List<Func<string, string, string>> _common = [];
    private readonly List<string> _own = [];

    public CallList(CallFilter filter, CallPlace? after, int atMost, CallVisibility visibility)
    {
        Parameters = new DynamicParameters(new { atMost, phones = visibility.Phones, employees = visibility.Employees, last = after?.Id, talkedBy = filter.TalkedBy });
        Common((row, _) => $"{row}.started_at >= @from", "from", filter.From);
        Common((row, _) => $"{row}.started_at < @until", "until", filter.Until);
        Common((row, id) => $"({row}.started_at, {id}) < (@at, @last)", "at", after?.StartedAt);
        Common((row, _) => $"{row}.direction = @direction", "direction", filter.Direction ?? (filter.Result == Missed ? In : null));
        Common((row, _) => $"{row}.result = @result", "result", filter.Result);
        Common((row, _) => $"{row}.own_number = @own", "own", filter.OwnNumber);
        Own("calls.state = @state", "state", filter.State);
        Own("calls.party_number = @party", "party", filter.PartyNumber);
        Own("calls.client_id = @client", "client", filter.ClientId);

        // The history of a number or a client can be looked at call by call. Elsewhere the calls of everybody else would have to be
        // passed over: there the latest calls of each phone are taken, each from its own place in an index, and of these the latest.
        var whole = filter.PartyNumber is not null || filter.ClientId is not null;
        Condition = (filter.TalkedBy, visibility.Phones) switch
        {
            (null, null) => Matching(),
            (null, _) when whole => $"{Matching()} AND {CallVisibility.Clause}",
            (null, _) when MayBeMissed(filter) => Of($"{LatestOf("@phones")} UNION ({LatestMissed()})"),
            (null, _) => Of(LatestOf("@phones")),
            (_, null) when whole => $"{Matching()} AND {HasPhone("calls.id", "= @talkedBy AND talked")}",
            (_, _) when whole => $"{Matching()} AND {HasPhone("calls.id", "= @talkedBy AND talked")} AND {CallVisibility.Clause}",
            (_, null) => Of(LatestOf("ARRAY[@talkedBy]", " AND its.talked")),
            _ => Of(LatestOf("ARRAY[@talkedBy]", $" AND its.talked AND {HasPhone("its.call_id", "= ANY(@phones)")}")),
        };
    }

    /// <summary>What stands behind WHERE in a query of the table calls that is ordered and cut off as lists are.</summary>
    public string Condition { get; }

    /// <summary>The condition's parameters, and atMost.</summary>
    public DynamicParameters Parameters { get; }

    private const string In = "in";
    private const string Missed = "missed";

    // A missed call is an incoming one that is over.
    private static bool MayBeMissed(CallFilter filter) =>
        filter is { Direction: null or In, Result: null or Missed, State: null or "ended" };

    private static string HasPhone(string id, string which) => $"EXISTS (SELECT FROM call_phones WHERE call_id = {id} AND phone {which})";

    private static string Of(string places) => $"id IN (SELECT id FROM ({places}) AS places ORDER BY started_at DESC, id DESC LIMIT @atMost)";

    private string LatestOf(string phones, string more = "") =>
        $"""
        SELECT DISTINCT started_at, id FROM unnest({phones}) AS one, LATERAL (
            SELECT its.started_at, its.call_id AS id FROM call_phones AS its{(_own.Count == 0 ? "" : " JOIN calls ON calls.id = its.call_id")}
            WHERE {string.Join(" AND ", _common.Select(clause => clause("its", "its.call_id")).Concat(_own).Prepend("its.phone = one"))}{more}
            ORDER BY its.started_at DESC, its.call_id DESC LIMIT @atMost) AS latest
        """;

    private string LatestMissed() =>
        $"""
        SELECT started_at, id FROM calls WHERE {Matching()} AND {CallVisibility.MissedClause} ORDER BY started_at DESC, id DESC LIMIT @atMost
        """;

    private string Matching() =>
        string.Join(" AND ", _common.Select(clause => clause("calls", "calls.id")).Concat(_own).DefaultIfEmpty("true"));

    private void Common(Func<string, string, string> clause, string name, object? value)
    {
        if (value is not null)
        {
            _common.Add(clause);
            Parameters.Add(name, value);
        }
    }

    private void Own(string clause, string name, object? value)
    {
        if (value is not null)
        {
            _own.Add(clause);
            Parameters.Add(name, value);
        }
    }
}
