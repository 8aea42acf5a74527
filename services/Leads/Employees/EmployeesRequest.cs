using CallCenterCrm.Contracts.Staff.V1;
using CallCenterCrm.Messaging;
using CallCenterCrm.ServiceDefaults.Migrations;
using Dapper;
using Npgsql;

namespace CallCenterCrm.Leads.Employees;

/// <summary>
/// Asks Staff for all employees when our copy of them is empty: at the first start, or to rebuild it. The question waits until
/// Staff is there.
/// </summary>
internal sealed partial class EmployeesRequest(
    ServiceDatabase database, NpgsqlDataSource dataSource, TimeProvider time, ILogger<EmployeesRequest> logger) : BackgroundService
{
    private static readonly TimeSpan Retry = TimeSpan.FromSeconds(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await database.Migrated.WaitAsync(stoppingToken);
        while (true)
        {
            try
            {
                await AskAsync(stoppingToken);
                return;
            }
            catch (NpgsqlException fault) when (fault.IsTransient)
            {
                await Task.Delay(Retry, time, stoppingToken);
            }
        }
    }

    private async Task AskAsync(CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        if (!await connection.ExecuteScalarAsync<bool>(new CommandDefinition(
                "SELECT EXISTS (SELECT FROM employees)", transaction: transaction, cancellationToken: cancellationToken)))
        {
            await ChangeLog.AppendAsync(connection, transaction, new EmployeesRequested { RequestedBy = "leads" }, cancellationToken);
            Asked(logger);
        }

        await transaction.CommitAsync(cancellationToken);
    }

    [LoggerMessage(401, LogLevel.Information, "Asked for all employees, since none is known here")]
    private static partial void Asked(ILogger logger);
}
