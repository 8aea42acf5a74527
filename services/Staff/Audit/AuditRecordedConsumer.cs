using CallCenterCrm.Contracts.Staff.V1;
using CallCenterCrm.Messaging;
using Npgsql;

namespace CallCenterCrm.Staff.Audit;

/// <summary>Keeps what the other services write down.</summary>
internal sealed class AuditRecordedConsumer(NpgsqlDataSource dataSource) : InboxConsumer<AuditRecorded>(dataSource)
{
    protected override Task ConsumeAsync(
        AuditRecorded message, NpgsqlConnection connection, NpgsqlTransaction transaction, CancellationToken cancellationToken) =>
        AuditLog.InsertAsync(message, connection, transaction, cancellationToken);
}
