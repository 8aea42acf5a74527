using CallCenterCrm.Telephony.Employees;
using CallCenterCrm.Telephony.People;
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
        return await LoadAsync(connection, transaction, cancellationToken);
    }

    /// <summary>
    /// Reads all tables in a transaction that changes them: until its end nobody else does, whichever way he takes, so that
    /// what was checked as a whole is what is stored. Readers are not held up.
    /// </summary>
    public static async Task<RoutingTables> LoadForChangeAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        await connection.ExecuteAsync(new CommandDefinition(
            """
            LOCK TABLE employees, ring_groups, ring_group_members, business_hours, business_hours_spans, business_holidays,
                escalation_rules, escalation_steps, trunk_numbers IN SHARE ROW EXCLUSIVE MODE
            """, transaction: transaction, cancellationToken: cancellationToken));
        return await LoadAsync(connection, transaction, cancellationToken);
    }

    private static async Task<RoutingTables> LoadAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        await using var all = await connection.QueryMultipleAsync(new CommandDefinition(
            """
            SELECT id, name, extension, mobile, team, time_zone, dismissed, version FROM known_employees ORDER BY extension, id;
            SELECT employee_id AS owner, state, reason, since, until FROM employee_states;
            SELECT employee_id AS owner, weekday, opens::text AS opens, closes::text AS closes FROM employee_hours ORDER BY employee_id, weekday, opens;
            SELECT employee_id AS owner, first_day, last_day FROM employee_absences ORDER BY employee_id, first_day;
            SELECT id, name, pick, version FROM ring_groups ORDER BY name;
            SELECT group_id AS owner, employee_id AS id FROM ring_group_members JOIN known_employees ON id = employee_id
            ORDER BY group_id, position, length(extension), extension, employee_id;
            SELECT id, name, time_zone AS zone, version FROM business_hours ORDER BY name;
            SELECT hours_id AS owner, weekday, opens::text AS opens, closes::text AS closes FROM business_hours_spans ORDER BY hours_id, weekday, opens;
            SELECT hours_id AS owner, day, name, opens::text AS opens, closes::text AS closes FROM business_holidays ORDER BY hours_id, day;
            SELECT id, name, ring_seconds::float8 AS ring_seconds, group_id, version FROM escalation_rules ORDER BY name;
            SELECT rule_id AS owner, target, employee_id, rings FROM escalation_steps ORDER BY rule_id, position;
            SELECT number, name, rule_id, hours_id, version FROM trunk_numbers ORDER BY number;
            """, transaction: transaction, cancellationToken: cancellationToken));
        var employees = await all.ReadAsync<(Guid Id, string Name, string? Extension, string? Mobile, string? Team, string? Zone, bool Dismissed, long Version)>();
        var said = (await all.ReadAsync<(Guid Owner, string State, string? Reason, DateTimeOffset Since, DateTimeOffset? Until)>())
            .ToDictionary(row => row.Owner, row => new PersonState(row.State, row.Reason, row.Since, row.Until));
        var worked = (await all.ReadAsync<(Guid Owner, int Weekday, string Opens, string Closes)>())
            .ToLookup(row => row.Owner, row => new OpenSpan(row.Weekday, TimeOfDay.Read(row.Opens), TimeOfDay.Read(row.Closes)));
        var away = (await all.ReadAsync<(Guid Owner, DateOnly First, DateOnly Last)>()).ToLookup(row => row.Owner, row => new DaysAway(row.First, row.Last));
        var groups = await all.ReadAsync<(Guid Id, string Name, string Pick, long Version)>();
        var members = (await all.ReadAsync<(Guid Owner, Guid Id)>()).ToLookup(row => row.Owner, row => row.Id);
        var hours = await all.ReadAsync<(Guid Id, string Name, string Zone, long Version)>();
        var spans = (await all.ReadAsync<(Guid Owner, int Weekday, string Opens, string Closes)>())
            .ToLookup(row => row.Owner, row => new OpenSpan(row.Weekday, TimeOfDay.Read(row.Opens), TimeOfDay.Read(row.Closes)));
        var holidays = (await all.ReadAsync<(Guid Owner, DateOnly Day, string Name, string? Opens, string? Closes)>())
            .ToLookup(row => row.Owner, row => new Holiday(row.Day, row.Name,
                row.Opens is null ? null : TimeOfDay.Read(row.Opens), row.Closes is null ? null : TimeOfDay.Read(row.Closes)));
        var rules = await all.ReadAsync<(Guid Id, string Name, double RingSeconds, Guid? GroupId, long Version)>();
        var steps = (await all.ReadAsync<(Guid Owner, string Target, Guid? EmployeeId, int Rings)>())
            .ToLookup(row => row.Owner, row => new EscalationStep(row.Target, row.EmployeeId, row.Rings));
        return new RoutingTables
        {
            Employees = [.. employees.Select(row => new Employee(
                row.Id, row.Name, row.Extension, row.Mobile, row.Team, row.Zone, [.. worked[row.Id]], [.. away[row.Id]], row.Dismissed, row.Version,
                said.GetValueOrDefault(row.Id)))],
            Groups = [.. groups.Select(group => new RingGroup(
                group.Id, group.Name, group.Pick == "longest_idle" ? RingGroupPick.LongestIdle : RingGroupPick.Order, [.. members[group.Id]], group.Version))],
            Hours = [.. hours.Select(row => new BusinessHours(row.Id, row.Name, row.Zone, [.. spans[row.Id]], [.. holidays[row.Id]], row.Version))],
            Rules = [.. rules.Select(rule => new EscalationRule(rule.Id, rule.Name, rule.RingSeconds, rule.GroupId, [.. steps[rule.Id]], rule.Version))],
            Numbers = [.. await all.ReadAsync<TrunkNumber>()],
        };
    }

    /// <summary>
    /// Writes first values into a database that has none; leaves any other alone. Employees whom Staff has told of already
    /// stay as it told.
    /// </summary>
    /// <returns>Whether they were written.</returns>
    public async Task<bool> SeedAsync(RoutingTables tables, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        if (await LoadForChangeAsync(connection, transaction, cancellationToken)
            is { Numbers.Count: > 0 } or { Rules.Count: > 0 } or { Groups.Count: > 0 } or { Hours.Count: > 0 })
        {
            return false;
        }

        foreach (var employee in tables.Employees)
        {
            var places = tables.Groups.SelectMany(
                group => group.Members.Select((id, index) => (group.Id, Member: id, Position: index + 1)).Where(place => place.Member == employee.Id));
            await EmployeeRows.SaveAsync(
                employee with { Version = 0 }, [.. places.Select(place => new GroupPlace(place.Id, place.Position))], connection, transaction, cancellationToken);
        }

        await SaveAsync(RoutingKind.Groups);
        await SaveAsync(RoutingKind.Hours);
        await SaveAsync(RoutingKind.Rules);
        await SaveAsync(RoutingKind.Numbers);
        await transaction.CommitAsync(cancellationToken);
        return true;

        async Task SaveAsync<T>(RoutingKind<T> kind)
            where T : class
        {
            foreach (var item in kind.Of(tables))
            {
                await kind.SaveAsync(kind.WithVersion(item, 1), connection, transaction, cancellationToken);
            }
        }
    }
}
