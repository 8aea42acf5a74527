using CallCenterCrm.Contracts.Staff.V1;
using CallCenterCrm.Messaging;
using Npgsql;

namespace CallCenterCrm.Staff.Employees;

/// <summary>Publishes every employee again when somebody rebuilds a projection.</summary>
internal sealed class EmployeesRequestedConsumer(NpgsqlDataSource dataSource) : InboxConsumer<EmployeesRequested>(dataSource)
{
    protected override Task ConsumeAsync(
        EmployeesRequested message, NpgsqlConnection connection, NpgsqlTransaction transaction, CancellationToken cancellationToken) =>
        EmployeeStore.PublishAllAsync(connection, transaction, cancellationToken);
}
