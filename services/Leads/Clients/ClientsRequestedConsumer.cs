using CallCenterCrm.Contracts.Clients.V1;
using CallCenterCrm.Messaging;
using Npgsql;

namespace CallCenterCrm.Leads.Clients;

/// <summary>Publishes every client again when somebody rebuilds a projection.</summary>
internal sealed class ClientsRequestedConsumer(NpgsqlDataSource dataSource) : InboxConsumer<ClientsRequested>(dataSource)
{
    protected override Task ConsumeAsync(
        ClientsRequested message, NpgsqlConnection connection, NpgsqlTransaction transaction, CancellationToken cancellationToken) =>
        ClientStore.PublishAllAsync(connection, transaction, cancellationToken);
}
