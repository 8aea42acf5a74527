using CallCenterCrm.Contracts.Clients.V1;
using CallCenterCrm.Messaging;
using CallCenterCrm.ServiceDefaults.Migrations;
using Npgsql;

namespace CallCenterCrm.Telephony.Callers;

/// <summary>Asks Leads for all clients when the projection of their numbers is empty: at the first start, or to rebuild it.</summary>
internal sealed partial class ClientsRequest(
    ServiceDatabase database, NpgsqlDataSource dataSource, KnownClients clients, TimeProvider time, ILogger<ClientsRequest> logger) : BackgroundService
{
    private static readonly TimeSpan Retry = TimeSpan.FromSeconds(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await database.Migrated.WaitAsync(stoppingToken);
        while (true)
        {
            try
            {
                if (await clients.IsEmptyAsync(stoppingToken))
                {
                    await using var connection = await dataSource.OpenConnectionAsync(stoppingToken);
                    await using var transaction = await connection.BeginTransactionAsync(stoppingToken);
                    await ChangeLog.AppendAsync(connection, transaction, new ClientsRequested { RequestedBy = "telephony" }, stoppingToken);
                    await transaction.CommitAsync(stoppingToken);
                    Asked(logger);
                }

                return;
            }
            catch (NpgsqlException fault) when (fault.IsTransient)
            {
                await Task.Delay(Retry, time, stoppingToken);
            }
        }
    }

    [LoggerMessage(332, LogLevel.Information, "Asked for all clients, since none is known here")]
    private static partial void Asked(ILogger logger);
}
