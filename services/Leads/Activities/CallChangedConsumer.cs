using CallCenterCrm.Contracts.Telephony.V1;
using CallCenterCrm.Leads.Callbacks;
using CallCenterCrm.Leads.Clients;
using CallCenterCrm.Messaging;
using Dapper;
using Npgsql;

namespace CallCenterCrm.Leads.Activities;

/// <summary>
/// Puts a call on the history of its client; makes a lead of an unknown caller, one while it is open; opens a callback for
/// a missed call. Internal calls, withheld numbers, our own numbers and employees are nobody's lead.
/// </summary>
internal sealed class CallChangedConsumer(NpgsqlDataSource dataSource) : InboxConsumer<CallChanged>(dataSource)
{
    protected override async Task ConsumeAsync(
        CallChanged message, NpgsqlConnection connection, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        if (message is not { Party: PartyKind.Outside, PartyNumber: { } number, Direction: not CallDirection.Internal })
        {
            return;
        }

        var clientId = await ClientStore.FindByNumberAsync(number, connection, transaction, cancellationToken);
        var leadId = clientId is null ? await LeadAsync(message, number, connection, transaction, cancellationToken) : null;
        var isNews = await SaveAsync(message, number, clientId, leadId, connection, transaction, cancellationToken);
        if (isNews && message is { Settled: true, Direction: CallDirection.In, Result: CallResult.Missed or CallResult.LostInTransfer })
        {
            await CallbackStore.OpenAsync(message, number, clientId, connection, transaction, cancellationToken);
        }
    }

    private static async Task<Guid?> LeadAsync(
        CallChanged call, string number, NpgsqlConnection connection, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        if (call.Direction == CallDirection.In)
        {
            await connection.ExecuteAsync(new CommandDefinition(
                """
                INSERT INTO leads (number, source, opened_at) SELECT @number, 'incoming_call', @StartedAt
                WHERE NOT EXISTS (SELECT FROM call_activities WHERE call_id = @CallId)
                ON CONFLICT (number) WHERE closed_at IS NULL DO NOTHING
                """, new { number, call.StartedAt, call.CallId }, transaction, cancellationToken: cancellationToken));
        }

        return await connection.QuerySingleOrDefaultAsync<Guid?>(new CommandDefinition(
            """
            SELECT coalesce((SELECT lead_id FROM call_activities WHERE call_id = @CallId),
                            (SELECT id FROM leads WHERE number = @number AND closed_at IS NULL))
            """, new { number, call.CallId }, transaction, cancellationToken: cancellationToken));
    }

    // False when a newer version of the call is known already.
    private static async Task<bool> SaveAsync(
        CallChanged call, string number, Guid? clientId, Guid? leadId, NpgsqlConnection connection, NpgsqlTransaction transaction, CancellationToken cancellationToken) =>
        await connection.ExecuteAsync(new CommandDefinition(
            """
            INSERT INTO call_activities AS known (call_id, call_version, client_id, lead_id, direction, number, started_at, answered_at,
                ended_at, answered_by, result, miss_reason, settled, recording)
            VALUES (@CallId, @Version, @clientId, @leadId, @direction, @number, @StartedAt, @AnsweredAt,
                @EndedAt, @AnsweredBy, @result, @missReason, @Settled, @recording::jsonb)
            ON CONFLICT (call_id) DO UPDATE SET
                call_version = excluded.call_version, answered_at = excluded.answered_at, ended_at = excluded.ended_at,
                answered_by = excluded.answered_by, result = excluded.result, miss_reason = excluded.miss_reason,
                settled = excluded.settled, recording = excluded.recording
            WHERE known.call_version < excluded.call_version
            """,
            new
            {
                call.CallId,
                call.Version,
                clientId,
                leadId,
                direction = call.Direction == CallDirection.In ? "in" : "out",
                number,
                call.StartedAt,
                call.AnsweredAt,
                call.EndedAt,
                call.AnsweredBy,
                result = Word(call.Result),
                missReason = Word(call.MissReason),
                call.Settled,
                recording = call.Recording is null ? null : System.Text.Json.JsonSerializer.Serialize(call.Recording, ChangeLog.Json),
            }, transaction, cancellationToken: cancellationToken)) > 0;

    internal static string? Word<T>(T? word)
        where T : struct, Enum => word is null ? null : System.Text.Json.JsonNamingPolicy.SnakeCaseLower.ConvertName(word.Value.ToString());
}
