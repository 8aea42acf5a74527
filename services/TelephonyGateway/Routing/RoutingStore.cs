using Dapper;
using Npgsql;

namespace CallCenterCrm.Telephony.Routing;

/// <summary>The routing tables in the database.</summary>
internal sealed class RoutingStore(NpgsqlDataSource dataSource)
{
    /// <summary>Reads all tables as of one moment.</summary>
    public async Task<RoutingTables> LoadAsync(CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(System.Data.IsolationLevel.RepeatableRead, cancellationToken);
        await using var all = await connection.QueryMultipleAsync(new CommandDefinition(
            """
            SELECT id, name, extension, mobile FROM employees ORDER BY extension, id;
            SELECT id, name, pick FROM ring_groups ORDER BY name;
            SELECT group_id AS owner, employee_id AS id FROM ring_group_members ORDER BY group_id, position;
            SELECT id, name, time_zone AS zone FROM business_hours ORDER BY name;
            SELECT hours_id AS owner, weekday, opens::text AS opens, closes::text AS closes FROM business_hours_spans ORDER BY hours_id, weekday, opens;
            SELECT hours_id AS owner, day, name, opens::text AS opens, closes::text AS closes FROM business_holidays ORDER BY hours_id, day;
            SELECT id, name, ring_seconds::float8 AS ring_seconds, group_id FROM escalation_rules ORDER BY name;
            SELECT rule_id AS owner, target, employee_id, rings FROM escalation_steps ORDER BY rule_id, position;
            SELECT number, name, rule_id, hours_id FROM trunk_numbers ORDER BY number;
            """, transaction: transaction, cancellationToken: cancellationToken));
        var employees = await all.ReadAsync<Employee>();
        var groups = await all.ReadAsync<(Guid Id, string Name, string Pick)>();
        var members = (await all.ReadAsync<(Guid Owner, Guid Id)>()).ToLookup(row => row.Owner, row => row.Id);
        var hours = await all.ReadAsync<(Guid Id, string Name, string Zone)>();
        var spans = (await all.ReadAsync<(Guid Owner, int Weekday, string Opens, string Closes)>())
            .ToLookup(row => row.Owner, row => new OpenSpan(row.Weekday, TimeOfDay.Read(row.Opens), TimeOfDay.Read(row.Closes)));
        var holidays = (await all.ReadAsync<(Guid Owner, DateOnly Day, string Name, string? Opens, string? Closes)>())
            .ToLookup(row => row.Owner, row => new Holiday(row.Day, row.Name,
                row.Opens is null ? null : TimeOfDay.Read(row.Opens), row.Closes is null ? null : TimeOfDay.Read(row.Closes)));
        var rules = await all.ReadAsync<(Guid Id, string Name, double RingSeconds, Guid? GroupId)>();
        var steps = (await all.ReadAsync<(Guid Owner, string Target, Guid? EmployeeId, int Rings)>())
            .ToLookup(row => row.Owner, row => new EscalationStep(row.Target, row.EmployeeId, row.Rings));
        return new RoutingTables
        {
            Employees = [.. employees],
            Groups = [.. groups.Select(group => new RingGroup(
                group.Id, group.Name, group.Pick == "longest_idle" ? RingGroupPick.LongestIdle : RingGroupPick.Order, [.. members[group.Id]]))],
            Hours = [.. hours.Select(row => new BusinessHours(row.Id, row.Name, row.Zone, [.. spans[row.Id]], [.. holidays[row.Id]]))],
            Rules = [.. rules.Select(rule => new EscalationRule(rule.Id, rule.Name, rule.RingSeconds, rule.GroupId, [.. steps[rule.Id]]))],
            Numbers = [.. await all.ReadAsync<TrunkNumber>()],
        };
    }

    /// <summary>Writes first values into a database that has none; leaves any other alone.</summary>
    /// <returns>Whether they were written.</returns>
    public async Task<bool> SeedAsync(RoutingTables tables, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await Execute("LOCK TABLE trunk_numbers IN SHARE ROW EXCLUSIVE MODE", null);
        if (await connection.ExecuteScalarAsync<bool>(new CommandDefinition(
                "SELECT EXISTS (SELECT FROM trunk_numbers) OR EXISTS (SELECT FROM employees)", transaction: transaction, cancellationToken: cancellationToken)))
        {
            return false;
        }

        await Execute("INSERT INTO employees (id, name, extension, mobile) VALUES (@Id, @Name, @Extension, @Mobile)", tables.Employees);
        await Execute("INSERT INTO ring_groups (id, name, pick) VALUES (@Id, @Name, @Pick)",
            tables.Groups.Select(group => new { group.Id, group.Name, Pick = group.Pick == RingGroupPick.LongestIdle ? "longest_idle" : "order" }));
        await Execute("INSERT INTO ring_group_members (group_id, employee_id, position) VALUES (@Id, @Member, @Position)",
            tables.Groups.SelectMany(group => group.Members.Select((member, index) => new { group.Id, Member = member, Position = index + 1 })));
        await Execute("INSERT INTO business_hours (id, name, time_zone) VALUES (@Id, @Name, @TimeZone)", tables.Hours);
        await Execute("INSERT INTO business_hours_spans (hours_id, weekday, opens, closes) VALUES (@Id, @Weekday, @Opens::time, @Closes::time)",
            tables.Hours.SelectMany(hours => hours.Spans.Select(span => new { hours.Id, span.Weekday, Opens = TimeOfDay.Write(span.Opens), Closes = TimeOfDay.Write(span.Closes) })));
        await Execute("INSERT INTO business_holidays (hours_id, day, name, opens, closes) VALUES (@Id, @Day, @Name, @Opens::time, @Closes::time)",
            tables.Hours.SelectMany(hours => hours.Holidays.Select(holiday => new
            {
                hours.Id,
                holiday.Day,
                holiday.Name,
                Opens = holiday.Opens is { } opens ? TimeOfDay.Write(opens) : null,
                Closes = holiday.Closes is { } closes ? TimeOfDay.Write(closes) : null,
            })));
        await Execute("INSERT INTO escalation_rules (id, name, ring_seconds, group_id) VALUES (@Id, @Name, @RingSeconds, @GroupId)", tables.Rules);
        await Execute("INSERT INTO escalation_steps (rule_id, position, target, employee_id, rings) VALUES (@Id, @Position, @Target, @EmployeeId, @Rings)",
            tables.Rules.SelectMany(rule => rule.Steps.Select((step, index) => new { rule.Id, Position = index + 1, step.Target, step.EmployeeId, step.Rings })));
        await Execute("INSERT INTO trunk_numbers (number, name, rule_id, hours_id) VALUES (@Number, @Name, @RuleId, @HoursId)", tables.Numbers);
        await transaction.CommitAsync(cancellationToken);
        return true;

        Task Execute(string sql, object? rows) =>
            connection.ExecuteAsync(new CommandDefinition(sql, rows, transaction, cancellationToken: cancellationToken));
    }
}
