using System.Text.Json;
using CallCenterCrm.Telephony.Routing;
using Dapper;
using Npgsql;

namespace CallCenterCrm.Telephony.Employees;

/// <summary>Where somebody stands in a ring group.</summary>
/// <param name="Position">Smaller rings earlier.</param>
internal sealed record GroupPlace(Guid GroupId, int Position);

/// <summary>Our copy of an employee in the database.</summary>
internal static class EmployeeRows
{
    /// <summary>
    /// Takes over an employee's state unless a newer one is known. A phone that another has as well belongs to whoever it
    /// was told of last: it moves by two events, and until both are here either may still claim it.
    /// </summary>
    /// <returns>Whether it was taken over.</returns>
    public static async Task<bool> SaveAsync(
        Employee employee, IReadOnlyList<GroupPlace> places, NpgsqlConnection connection, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        // One after the other, and never beside a change of the routing tables that was checked against what stands here.
        await connection.ExecuteAsync(new CommandDefinition(
            "LOCK TABLE employees IN SHARE ROW EXCLUSIVE MODE", transaction: transaction, cancellationToken: cancellationToken));
        var saved = await connection.ExecuteAsync(new CommandDefinition(
            """
            INSERT INTO employees AS known (id, version, name, extension, mobile, team, time_zone, dismissed, extension_claim, mobile_claim)
            SELECT @Id, @Version, @Name, @Extension, @Mobile, @Team, @TimeZone, @Dismissed, claim, claim
            FROM (SELECT CASE WHEN @Version > 0 THEN nextval('employee_claims') ELSE 0 END AS claim) AS claims
            ON CONFLICT (id) DO UPDATE SET
                version = excluded.version, name = excluded.name, extension = excluded.extension, mobile = excluded.mobile,
                team = excluded.team, time_zone = excluded.time_zone, dismissed = excluded.dismissed,
                extension_claim = CASE WHEN known.version > 0 AND known.extension = excluded.extension
                                       THEN known.extension_claim ELSE excluded.extension_claim END,
                mobile_claim = CASE WHEN known.version > 0 AND known.mobile = excluded.mobile
                                    THEN known.mobile_claim ELSE excluded.mobile_claim END
            WHERE known.version < excluded.version
            """, employee, transaction, cancellationToken: cancellationToken));
        if (saved == 0)
        {
            return false;
        }

        await connection.ExecuteAsync(new CommandDefinition(
            """
            DELETE FROM employee_hours WHERE employee_id = @Id;
            INSERT INTO employee_hours (employee_id, weekday, opens, closes)
            SELECT @Id, weekday, opens, closes FROM jsonb_to_recordset(@hours::jsonb) AS span(weekday integer, opens time, closes time);
            DELETE FROM employee_absences WHERE employee_id = @Id;
            INSERT INTO employee_absences (employee_id, first_day, last_day)
            SELECT @Id, first, last FROM jsonb_to_recordset(@absences::jsonb) AS days(first date, last date);
            DELETE FROM employee_states WHERE employee_id = @Id AND @Dismissed;
            DELETE FROM ring_group_members WHERE employee_id = @Id;
            INSERT INTO ring_group_members (employee_id, group_id, position)
            SELECT @Id, "group", position FROM jsonb_to_recordset(@places::jsonb) AS place("group" uuid, position integer)
            """,
            new
            {
                employee.Id,
                employee.Dismissed,
                hours = JsonSerializer.Serialize(employee.WorkingHours.Select(span => new
                {
                    weekday = span.Weekday,
                    opens = TimeOfDay.Write(span.Opens),
                    closes = TimeOfDay.Write(span.Closes),
                })),
                absences = JsonSerializer.Serialize(employee.Absences.Select(days => new { first = days.First, last = days.Last })),
                places = JsonSerializer.Serialize(places.Select(place => new { group = place.GroupId, position = place.Position })),
            }, transaction, cancellationToken: cancellationToken));
        return true;
    }

    /// <summary>How many of these groups telephony does not know.</summary>
    public static Task<int> CountUnknownAsync(
        IReadOnlyList<GroupPlace> places, NpgsqlConnection connection, NpgsqlTransaction transaction, CancellationToken cancellationToken) =>
        connection.ExecuteScalarAsync<int>(new CommandDefinition(
            "SELECT count(*)::int FROM unnest(@groups) AS told(id) WHERE NOT EXISTS (SELECT FROM ring_groups WHERE ring_groups.id = told.id)",
            new { groups = places.Select(place => place.GroupId).ToArray() }, transaction, cancellationToken: cancellationToken));
}
