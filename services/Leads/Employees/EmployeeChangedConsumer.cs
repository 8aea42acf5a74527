using CallCenterCrm.Contracts.Staff.V1;
using CallCenterCrm.Messaging;
using Dapper;
using Npgsql;

namespace CallCenterCrm.Leads.Employees;

/// <summary>Keeps our copy of Staff's employees: who placed a call, who is of whose team, and what they are called.</summary>
internal sealed class EmployeeChangedConsumer(NpgsqlDataSource dataSource) : InboxConsumer<EmployeeChanged>(dataSource)
{
    protected override Task ConsumeAsync(
        EmployeeChanged message, NpgsqlConnection connection, NpgsqlTransaction transaction, CancellationToken cancellationToken) =>
        connection.ExecuteAsync(new CommandDefinition(
            """
            INSERT INTO employees AS known (id, version, name, team, extension, mobile, dismissed)
            VALUES (@EmployeeId, @Version, @Name, @Team, @Extension, @Mobile, @Dismissed)
            ON CONFLICT (id) DO UPDATE SET
                version = excluded.version, name = excluded.name, team = excluded.team, extension = excluded.extension,
                mobile = excluded.mobile, dismissed = excluded.dismissed,
                told = CASE WHEN (known.extension, known.mobile) IS NOT DISTINCT FROM (excluded.extension, excluded.mobile)
                            THEN known.told ELSE nextval('employees_told_seq') END
            WHERE known.version < excluded.version
            """, message, transaction, cancellationToken: cancellationToken));
}
