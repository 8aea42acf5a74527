using System.Text.Json;
using Dapper;
using Npgsql;

namespace CallCenterCrm.Telephony.Routing;

/// <summary>One of the kinds of rows that the routing tables are made of: how its rows are known, replaced, stored and needed.</summary>
internal sealed class RoutingKind<T>
    where T : class
{
    /// <summary>Its name for callers and in the audit log, for example <c>ring_group</c>.</summary>
    public required string What { get; init; }

    /// <summary>The field of requests that holds it, for example <c>group</c>.</summary>
    public required string Field { get; init; }

    public required Func<T, string> KeyOf { get; init; }

    public required Func<T, long> VersionOf { get; init; }

    public required Func<T, long, T> WithVersion { get; init; }

    public required Func<RoutingTables, IReadOnlyList<T>> Of { get; init; }

    public required Func<RoutingTables, IReadOnlyList<T>, RoutingTables> In { get; init; }

    /// <summary>What needs the row of this key, for people.</summary>
    public required Func<RoutingTables, string, IEnumerable<string>> NeededBy { get; init; }

    /// <summary>The row's parameters for <see cref="SaveSql"/>: all of it that is ours, and nothing that Staff says.</summary>
    public required Func<T, object> Row { get; init; }

    /// <summary>Writes the row with all that belongs to it, new or not.</summary>
    public required string SaveSql { get; init; }

    /// <summary>Removes the row of @key.</summary>
    public required string DeleteSql { get; init; }

    public Task<int> SaveAsync(T item, NpgsqlConnection connection, NpgsqlTransaction transaction, CancellationToken cancellationToken) =>
        connection.ExecuteAsync(new CommandDefinition(SaveSql, Row(item), transaction, cancellationToken: cancellationToken));

    public Task<int> DeleteAsync(string key, NpgsqlConnection connection, NpgsqlTransaction transaction, CancellationToken cancellationToken) =>
        connection.ExecuteAsync(new CommandDefinition(DeleteSql, new { key }, transaction, cancellationToken: cancellationToken));

    /// <summary>The row of this key; null when there is none.</summary>
    public T? Find(RoutingTables tables, string key) => Of(tables).FirstOrDefault(item => KeyOf(item) == key);

    /// <summary>The tables with this row in place of the one that has its key, or added.</summary>
    public RoutingTables Put(RoutingTables tables, T item) =>
        In(tables, [.. Of(tables).Where(other => KeyOf(other) != KeyOf(item)), item]);

    /// <summary>Whether two rows say the same, whatever their versions.</summary>
    public bool Same(T one, T other) =>
        JsonSerializer.Serialize(Row(WithVersion(one, 0))) == JsonSerializer.Serialize(Row(WithVersion(other, 0)));
}

/// <summary>The kinds.</summary>
internal static class RoutingKind
{
    public static RoutingKind<RingGroup> Groups { get; } = new()
    {
        What = "ring_group",
        Field = "group",
        KeyOf = group => group.Id.ToString(),
        VersionOf = group => group.Version,
        WithVersion = (group, version) => group with { Version = version },
        Of = tables => tables.Groups,
        In = (tables, groups) => tables with { Groups = groups },
        NeededBy = (tables, key) => tables.Rules.Where(rule => rule.GroupId?.ToString() == key).Select(rule => rule.Name),
        Row = group => new
        {
            group.Id,
            group.Name,
            Pick = group.Pick == RingGroupPick.LongestIdle ? "longest_idle" : "order",
            group.Version,
        },
        SaveSql =
            """
            INSERT INTO ring_groups (id, name, pick, version) VALUES (@Id, @Name, @Pick, @Version)
            ON CONFLICT (id) DO UPDATE SET name = excluded.name, pick = excluded.pick, version = excluded.version
            """,
        DeleteSql = "DELETE FROM ring_groups WHERE id = @key::uuid",
    };

    public static RoutingKind<BusinessHours> Hours { get; } = new()
    {
        What = "business_hours",
        Field = "hours",
        KeyOf = hours => hours.Id.ToString(),
        VersionOf = hours => hours.Version,
        WithVersion = (hours, version) => hours with { Version = version },
        Of = tables => tables.Hours,
        In = (tables, hours) => tables with { Hours = hours },
        NeededBy = (tables, key) => tables.Numbers.Where(number => number.HoursId.ToString() == key).Select(number => number.Name),
        Row = hours => new
        {
            hours.Id,
            hours.Name,
            hours.TimeZone,
            hours.Version,
            Spans = JsonSerializer.Serialize(hours.Spans.Select(span => new
            {
                weekday = span.Weekday,
                opens = TimeOfDay.Write(span.Opens),
                closes = TimeOfDay.Write(span.Closes),
            })),
            Holidays = JsonSerializer.Serialize(hours.Holidays.Select(holiday => new
            {
                day = holiday.Day,
                name = holiday.Name,
                opens = holiday.Opens is { } opens ? TimeOfDay.Write(opens) : null,
                closes = holiday.Closes is { } closes ? TimeOfDay.Write(closes) : null,
            })),
        },
        SaveSql =
            """
            INSERT INTO business_hours (id, name, time_zone, version) VALUES (@Id, @Name, @TimeZone, @Version)
            ON CONFLICT (id) DO UPDATE SET name = excluded.name, time_zone = excluded.time_zone, version = excluded.version;
            DELETE FROM business_hours_spans WHERE hours_id = @Id;
            INSERT INTO business_hours_spans (hours_id, weekday, opens, closes)
            SELECT @Id, weekday, opens, closes FROM jsonb_to_recordset(@Spans::jsonb) AS span(weekday integer, opens time, closes time);
            DELETE FROM business_holidays WHERE hours_id = @Id;
            INSERT INTO business_holidays (hours_id, day, name, opens, closes)
            SELECT @Id, day, name, opens, closes
            FROM jsonb_to_recordset(@Holidays::jsonb) AS holiday(day date, name text, opens time, closes time)
            """,
        DeleteSql = "DELETE FROM business_hours WHERE id = @key::uuid",
    };

    public static RoutingKind<EscalationRule> Rules { get; } = new()
    {
        What = "escalation_rule",
        Field = "rule",
        KeyOf = rule => rule.Id.ToString(),
        VersionOf = rule => rule.Version,
        WithVersion = (rule, version) => rule with { Version = version },
        Of = tables => tables.Rules,
        In = (tables, rules) => tables with { Rules = rules },
        NeededBy = (tables, key) => tables.Numbers.Where(number => number.RuleId.ToString() == key).Select(number => number.Name),
        Row = rule => new
        {
            rule.Id,
            rule.Name,
            rule.RingSeconds,
            rule.GroupId,
            rule.Version,
            Steps = JsonSerializer.Serialize(rule.Steps.Select((step, index) => new
            {
                position = index + 1,
                target = step.Target,
                employee_id = step.EmployeeId,
                rings = step.Rings,
            })),
        },
        SaveSql =
            """
            INSERT INTO escalation_rules (id, name, ring_seconds, group_id, version) VALUES (@Id, @Name, @RingSeconds, @GroupId, @Version)
            ON CONFLICT (id) DO UPDATE SET
                name = excluded.name, ring_seconds = excluded.ring_seconds, group_id = excluded.group_id, version = excluded.version;
            DELETE FROM escalation_steps WHERE rule_id = @Id;
            INSERT INTO escalation_steps (rule_id, position, target, employee_id, rings)
            SELECT @Id, position, target, employee_id, rings
            FROM jsonb_to_recordset(@Steps::jsonb) AS step(position integer, target text, employee_id uuid, rings integer)
            """,
        DeleteSql = "DELETE FROM escalation_rules WHERE id = @key::uuid",
    };

    public static RoutingKind<TrunkNumber> Numbers { get; } = new()
    {
        What = "trunk_number",
        Field = "number",
        KeyOf = number => number.Number,
        VersionOf = number => number.Version,
        WithVersion = (number, version) => number with { Version = version },
        Of = tables => tables.Numbers,
        In = (tables, numbers) => tables with { Numbers = numbers },
        NeededBy = (_, _) => [],
        Row = number => number,
        SaveSql =
            """
            INSERT INTO trunk_numbers (number, name, rule_id, hours_id, version) VALUES (@Number, @Name, @RuleId, @HoursId, @Version)
            ON CONFLICT (number) DO UPDATE SET
                name = excluded.name, rule_id = excluded.rule_id, hours_id = excluded.hours_id, version = excluded.version
            """,
        DeleteSql = "DELETE FROM trunk_numbers WHERE number = @key",
    };
}
