using CallCenterCrm.Contracts.Staff.V1;
using CallCenterCrm.ServiceDefaults.Authentication;
using Dapper;
using Npgsql;

namespace CallCenterCrm.Staff.Employees;

/// <summary>How employees lie in the database.</summary>
internal static class EmployeeRows
{
    /// <summary>Reads employees, in the order of the ids; one that does not exist is left out.</summary>
    public static async Task<IReadOnlyList<Employee>> LoadAsync(
        IReadOnlyList<Guid> ids, NpgsqlConnection connection, NpgsqlTransaction? transaction, CancellationToken cancellationToken)
    {
        await using var all = await connection.QueryMultipleAsync(new CommandDefinition(
            """
            SELECT id, version, name, sign_in_name, roles, team, extension, mobile, visibility, time_zone, dismissed, created_at
            FROM employees WHERE id = ANY(@ids);
            SELECT employee_id AS owner, weekday, opens_minute, closes_minute FROM employee_hours
            WHERE employee_id = ANY(@ids) ORDER BY weekday, opens_minute;
            SELECT employee_id AS owner, group_id, position FROM employee_groups WHERE employee_id = ANY(@ids) ORDER BY group_id;
            SELECT employee_id AS owner, kind, first_day, last_day FROM employee_absences WHERE employee_id = ANY(@ids) ORDER BY first_day;
            """, new { ids = ids.ToArray() }, transaction, cancellationToken: cancellationToken));
        var rows = (await all.ReadAsync<Row>()).ToDictionary(row => row.Id);
        var hours = (await all.ReadAsync<(Guid Owner, int Weekday, int Opens, int Closes)>()).ToLookup(
            row => row.Owner, row => new WorkingSpan { Weekday = row.Weekday, OpensMinute = row.Opens, ClosesMinute = row.Closes });
        var groups = (await all.ReadAsync<(Guid Owner, Guid Group, int Position)>()).ToLookup(
            row => row.Owner, row => new RingGroupPlace { GroupId = row.Group, Position = row.Position });
        var absences = (await all.ReadAsync<(Guid Owner, string Kind, DateOnly First, DateOnly Last)>()).ToLookup(
            row => row.Owner, row => new Absence { Kind = Enum.Parse<AbsenceKind>(row.Kind, ignoreCase: true), FirstDay = row.First, LastDay = row.Last });
        return [.. ids.Where(rows.ContainsKey).Select(id => rows[id].Employee([.. hours[id]], [.. groups[id]], [.. absences[id]]))];
    }

    /// <summary>Writes an employee's state over whatever was there.</summary>
    /// <exception cref="PostgresException">A name, phone or mobile belongs to somebody else.</exception>
    public static async Task WriteAsync(
        Employee employee, NpgsqlConnection connection, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        var profile = employee.Profile;
        await ExecuteAsync(
            """
            INSERT INTO employees (id, version, name, sign_in_name, roles, team, extension, mobile, visibility, time_zone, dismissed, created_at)
            VALUES (@Id, @Version, @Name, @SignInName, @roles, @Team, @Extension, @Mobile, @visibility, @TimeZone, @Dismissed, @CreatedAt)
            ON CONFLICT (id) DO UPDATE SET
                version = excluded.version, name = excluded.name, sign_in_name = excluded.sign_in_name, roles = excluded.roles,
                team = excluded.team, extension = excluded.extension, mobile = excluded.mobile, visibility = excluded.visibility,
                time_zone = excluded.time_zone, dismissed = excluded.dismissed
            """,
            new
            {
                employee.Id,
                employee.Version,
                profile.Name,
                profile.SignInName,
                roles = profile.Roles.ToArray(),
                profile.Team,
                profile.Extension,
                profile.Mobile,
                visibility = TokenFormat.Word(profile.Visibility),
                profile.TimeZone,
                employee.Dismissed,
                employee.CreatedAt,
            });
        await ExecuteAsync(
            """
            DELETE FROM employee_hours WHERE employee_id = @Id;
            DELETE FROM employee_groups WHERE employee_id = @Id;
            DELETE FROM employee_absences WHERE employee_id = @Id
            """, new { employee.Id });
        await ExecuteAsync(
            "INSERT INTO employee_hours (employee_id, weekday, opens_minute, closes_minute) VALUES (@Id, @Weekday, @OpensMinute, @ClosesMinute)",
            profile.WorkingHours.Select(span => new { employee.Id, span.Weekday, span.OpensMinute, span.ClosesMinute }));
        await ExecuteAsync(
            "INSERT INTO employee_groups (employee_id, group_id, position) VALUES (@Id, @GroupId, @Position)",
            profile.RingGroups.Select(place => new { employee.Id, place.GroupId, place.Position }));
        await ExecuteAsync(
            "INSERT INTO employee_absences (employee_id, kind, first_day, last_day) VALUES (@Id, @kind, @FirstDay, @LastDay)",
            profile.Absences.Select(absence => new { employee.Id, kind = TokenFormat.Word(absence.Kind), absence.FirstDay, absence.LastDay }));

        Task ExecuteAsync(string sql, object rows) =>
            connection.ExecuteAsync(new CommandDefinition(sql, rows, transaction, cancellationToken: cancellationToken));
    }

    private sealed class Row
    {
        public Guid Id { get; init; }

        public long Version { get; init; }

        public string Name { get; init; } = "";

        public string? SignInName { get; init; }

        public string[] Roles { get; init; } = [];

        public string? Team { get; init; }

        public string? Extension { get; init; }

        public string? Mobile { get; init; }

        public string Visibility { get; init; } = "";

        public string TimeZone { get; init; } = "";

        public bool Dismissed { get; init; }

        public DateTimeOffset CreatedAt { get; init; }

        public Employee Employee(IReadOnlyList<WorkingSpan> hours, IReadOnlyList<RingGroupPlace> groups, IReadOnlyList<Absence> absences) => new()
        {
            Id = Id,
            Version = Version,
            Dismissed = Dismissed,
            CreatedAt = CreatedAt,
            Profile = new()
            {
                Name = Name,
                SignInName = SignInName,
                Roles = Roles,
                Team = Team,
                Extension = Extension,
                Mobile = Mobile,
                Visibility = Enum.Parse<Visibility>(Visibility, ignoreCase: true),
                TimeZone = TimeZone,
                WorkingHours = hours,
                RingGroups = groups,
                Absences = absences,
            },
        };
    }
}
