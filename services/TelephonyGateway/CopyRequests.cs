using CallCenterCrm.Contracts.Clients.V1;
using CallCenterCrm.Contracts.Staff.V1;
using CallCenterCrm.Messaging;
using CallCenterCrm.ServiceDefaults.Migrations;
using Dapper;
using Npgsql;

namespace CallCenterCrm.Telephony;

/// <summary>
/// Asks Leads for all clients and Staff for all employees when our copy of them is empty: at the first start, or to rebuild
/// it. The question waits until they are there.
/// </summary>
internal sealed partial class CopyRequests(
    ServiceDatabase database, NpgsqlDataSource dataSource, TimeProvider time, ILogger<CopyRequests> logger) : BackgroundService
{
    private const string Us = "telephony";
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
        var (clients, employees) = await connection.QuerySingleAsync<(bool, bool)>(new CommandDefinition(
            "SELECT EXISTS (SELECT FROM known_clients), EXISTS (SELECT FROM employees WHERE version > 0)",
            transaction: transaction, cancellationToken: cancellationToken));
        if (!clients)
        {
            await ChangeLog.AppendAsync(connection, transaction, new ClientsRequested { RequestedBy = Us }, cancellationToken);
            Asked(logger, "clients");
        }

        if (!employees)
        {
            await ChangeLog.AppendAsync(connection, transaction, new EmployeesRequested { RequestedBy = Us }, cancellationToken);
            Asked(logger, "employees");
        }

        await transaction.CommitAsync(cancellationToken);
    }

    [LoggerMessage(332, LogLevel.Information, "Asked for all {What}, since none is known here")]
    private static partial void Asked(ILogger logger, string what);
}
