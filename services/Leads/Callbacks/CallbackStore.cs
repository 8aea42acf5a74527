using CallCenterCrm.Contracts.Telephony.V1;
using CallCenterCrm.Leads.Activities;
using Dapper;
using Npgsql;

namespace CallCenterCrm.Leads.Callbacks;

/// <summary>Open duties to ring somebody back: one for a client, or for a number while there is none, with every miss under it.</summary>
internal static class CallbackStore
{
    /// <summary>Puts a missed call under the open callback of its client, or opens one.</summary>
    public static async Task OpenAsync(
        CallChanged call, string number, Guid? clientId, NpgsqlConnection connection, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        if (await connection.ExecuteScalarAsync<bool>(new CommandDefinition(
                "SELECT EXISTS (SELECT FROM callback_misses WHERE call_id = @CallId)", call, transaction, cancellationToken: cancellationToken)))
        {
            return;
        }

        await connection.ExecuteAsync(new CommandDefinition(
            "INSERT INTO callbacks (client_id, number, opened_at) VALUES (@clientId, @number, @EndedAt) ON CONFLICT DO NOTHING",
            new { clientId, number, call.EndedAt }, transaction, cancellationToken: cancellationToken));
        await connection.ExecuteAsync(new CommandDefinition(
            """
            INSERT INTO callback_misses (call_id, callback_id, missed_at, reason)
            SELECT @CallId, id, @EndedAt, @reason FROM callbacks
            WHERE closed_at IS NULL AND (client_id = @clientId OR (@clientId::uuid IS NULL AND client_id IS NULL AND number = @number))
            ON CONFLICT DO NOTHING
            """,
            new
            {
                call.CallId,
                clientId,
                number,
                call.EndedAt,
                reason = CallChangedConsumer.Word(call.MissReason) ?? "lost_in_transfer",
            }, transaction, cancellationToken: cancellationToken));
    }
}
