using Dapper;
using Npgsql;

namespace CallCenterCrm.Telephony.Reconciliation;

/// <summary>The ledger as it stands: our calls against what both witnesses of the PBX say, hour by hour (UTC).</summary>
internal sealed class LedgerReader(GatewaySettings settings, NpgsqlDataSource dataSource, TimeProvider time)
{
    /// <summary>The most gaps that are told of an hour.</summary>
    public const int MostGaps = 100;

    // The gateway stores what it hears within a second, and the PBX writes a call's CDR right after its end.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    // A call that was recorded this long after its end was not recorded as it happened.
    private static readonly TimeSpan InTime = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan MostUnread = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    // A channel that CEL saw and nobody else tells of is no call: a phone that nobody lifted for somebody who wanted to dial.
    private const string Judged =
        """
        WITH known AS (
            SELECT *, date_trunc('hour', at, 'UTC') AS hour, in_calls AND recorded_at > ended_at + @InTime::interval AS filled,
                (NOT in_calls AND at > @now::timestamptz - @Patience::interval)
                    OR (NOT in_cel AND at > coalesce(@cel::timestamptz, '-infinity') - @Patience::interval)
                    OR (NOT in_cdr AND in_calls AND NOT cut AND coalesce(ended_at, 'infinity') > coalesce(@cdr::timestamptz, '-infinity') - @Patience::interval) AS pending
            FROM ledger WHERE pbx = @PbxId AND at >= @from AND at < @until AND (announced OR in_cdr OR in_calls)
        ), judged AS (
            SELECT *, NOT pending AND at >= @since AND NOT (in_calls AND in_cel AND (in_cdr OR cut)) AS missing FROM known
        )
        """;

    /// <summary>The hours of a time, the earliest first; the first and the last only as far as they lie in it.</summary>
    public async Task<IReadOnlyList<LedgerHour>> HoursAsync(DateTimeOffset from, DateTimeOffset until, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(System.Data.IsolationLevel.RepeatableRead, cancellationToken);
        var now = time.GetUtcNow();
        var places = await PlacesAsync(connection, transaction, cancellationToken);
        var parameters = Parameters(places, from, until, now);
        var counts = (await connection.QueryAsync<CountsRow>(new CommandDefinition(
            Judged +
            """
            SELECT hour, count(*) FILTER (WHERE in_cel)::int AS cel, count(*) FILTER (WHERE in_cdr)::int AS cdr,
                count(*) FILTER (WHERE in_calls)::int AS calls, count(*) FILTER (WHERE cut)::int AS cut,
                count(*) FILTER (WHERE pending)::int AS pending, count(*) FILTER (WHERE filled)::int AS filled,
                count(*) FILTER (WHERE missing)::int AS missing
            FROM judged GROUP BY hour
            """, parameters, transaction, cancellationToken: cancellationToken))).ToDictionary(row => row.Hour);
        var gaps = (await connection.QueryAsync<GapRow>(new CommandDefinition(
            Judged +
            """
            SELECT hour, id, uniqueid AS unique_id, at, in_cel, in_cdr, in_calls, coalesce(filled, false) AS filled FROM (
                SELECT *, row_number() OVER (PARTITION BY hour ORDER BY missing DESC, at, id) AS place FROM judged WHERE missing OR filled
            ) AS numbered WHERE place <= @MostGaps ORDER BY hour, place
            """, parameters, transaction, cancellationToken: cancellationToken))).ToLookup(row => row.Hour);
        var faults = (await connection.QueryAsync<FaultRow>(new CommandDefinition(
            """
            SELECT witness, kind, began_at, ended_at FROM ledger_faults
            WHERE pbx = @PbxId AND ended_at >= @from AND began_at < @until ORDER BY began_at, witness, kind
            """, parameters, transaction, cancellationToken: cancellationToken)))
            .Select(row => new HourFault(LedgerStore.Name<Witness>(row.Witness), new WitnessFault(LedgerStore.Name<FaultKind>(row.Kind), row.BeganAt, row.EndedAt)))
            .Concat(places.Where(place => place.ReadUntil < now - MostUnread)
                .Select(place => new HourFault(LedgerStore.Name<Witness>(place.Witness), new WitnessFault(FaultKind.Unread, place.ReadUntil!.Value, now))))
            .ToArray();

        var both = places.Count == Enum.GetValues<Witness>().Length;
        var hours = new List<LedgerHour>();
        for (var hour = new DateTimeOffset(from.UtcTicks - (from.UtcTicks % Hour.Ticks), TimeSpan.Zero); hour < until; hour += Hour)
        {
            var count = counts.GetValueOrDefault(hour);
            hours.Add(LedgerHour.Of(
                hour > from ? hour : from, hour + Hour < until ? hour + Hour : until,
                count is null ? HourCounts.None : new HourCounts(count.Cel, count.Cdr, count.Calls, count.Cut, count.Pending, count.Filled, count.Missing),
                [.. gaps[hour].Select(row => new Gap(row.Id, row.UniqueId, row.At, row.InCel, row.InCdr, row.InCalls, row.Filled))], faults,
                both ? places.Max(place => place.Since) : null, both ? places.Min(place => place.ReadUntil ?? DateTimeOffset.MinValue) : null));
        }

        return hours;
    }

    /// <summary>Calls of a time that are missing with somebody, and up to when both witnesses were read; null when one never was.</summary>
    public async Task<(int Missing, DateTimeOffset? ReadUntil)> MissingAsync(DateTimeOffset from, DateTimeOffset until, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        var places = await PlacesAsync(connection, null, cancellationToken);
        var missing = await connection.ExecuteScalarAsync<int>(new CommandDefinition(
            Judged + "SELECT count(*)::int FROM judged WHERE missing", Parameters(places, from, until, time.GetUtcNow()), cancellationToken: cancellationToken));
        return (missing, places.Count < Enum.GetValues<Witness>().Length ? null : places.Min(place => place.ReadUntil ?? DateTimeOffset.MinValue));
    }

    private async Task<IReadOnlyList<PlaceRow>> PlacesAsync(NpgsqlConnection connection, NpgsqlTransaction? transaction, CancellationToken cancellationToken) =>
        (await connection.QueryAsync<PlaceRow>(new CommandDefinition(
            "SELECT witness, since, read_until FROM ledger_witnesses WHERE pbx = @PbxId", new { settings.PbxId }, transaction,
            cancellationToken: cancellationToken))).AsList();

    // Before both told something, nothing is held against anybody.
    private object Parameters(IReadOnlyList<PlaceRow> places, DateTimeOffset from, DateTimeOffset until, DateTimeOffset now) => new
    {
        settings.PbxId,
        from,
        until,
        now,
        Patience,
        InTime,
        MostGaps,
        cel = ReadUntil(places, Witness.Cel),
        cdr = ReadUntil(places, Witness.Cdr),
        since = places.Count < Enum.GetValues<Witness>().Length ? now : places.Max(place => place.Since),
    };

    private static DateTimeOffset? ReadUntil(IReadOnlyList<PlaceRow> places, Witness witness) =>
        places.FirstOrDefault(place => string.Equals(place.Witness, LedgerStore.Word(witness), StringComparison.Ordinal))?.ReadUntil;

    private sealed record PlaceRow(string Witness, DateTimeOffset Since, DateTimeOffset? ReadUntil);

    private sealed record CountsRow(DateTimeOffset Hour, int Cel, int Cdr, int Calls, int Cut, int Pending, int Filled, int Missing);

    private sealed record GapRow(DateTimeOffset Hour, Guid Id, string UniqueId, DateTimeOffset At, bool InCel, bool InCdr, bool InCalls, bool Filled);

    private sealed record FaultRow(string Witness, string Kind, DateTimeOffset BeganAt, DateTimeOffset EndedAt);
}
