using CallCenterCrm.Contracts.Telephony.V1;
using CallCenterCrm.Leads.Callbacks;
using CallCenterCrm.Messaging;
using Dapper;
using Npgsql;

namespace CallCenterCrm.Leads.Activities;

/// <summary>
/// Puts a call on the history of its client; makes a lead of an unknown caller, one while it is open; lets a settled call open,
/// try or close a callback. Internal calls, withheld numbers, our own numbers and employees are nobody's lead.
/// </summary>
internal sealed class CallChangedConsumer(NpgsqlDataSource dataSource, CallbackSettings callbacks, TimeProvider time)
    : InboxConsumer<CallChanged>(dataSource)
{
    protected override async Task ConsumeAsync(
        CallChanged message, NpgsqlConnection connection, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        // Nor is a click after which the manager did not lift his own phone a call with the client, or a try to reach him.
        if (message is not { Party: PartyKind.Outside, PartyNumber: { } number, Direction: not CallDirection.Internal, PartyDialled: not false })
        {
            return;
        }

        // Also one that rings: its number may become a client's now, who would not get it.
        await Party.LockAsync([number], connection, transaction, cancellationToken);
        if (await SaveAsync(message, number, connection, transaction, cancellationToken) is { } saved && message.Settled)
        {
            var party = await Party.OfAsync(number, saved.ClientId, connection, transaction, cancellationToken);
            var theirs = new PartyCallbacks(party, callbacks, time.GetUtcNow(), connection, transaction);
            await theirs.SettledAsync(message, cancellationToken);
            await theirs.PublishAsync(cancellationToken);
        }
    }

    // One statement, since calls are most of what comes here. Null when a newer version of the call is known already.
    private static async Task<Saved?> SaveAsync(
        CallChanged call, string number, NpgsqlConnection connection, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        var talked = Conversation.Of(call);
        return await connection.QuerySingleOrDefaultAsync<Saved>(new CommandDefinition(
            """
            WITH client AS (
                -- Of several with this number always the same one.
                SELECT client_id FROM client_numbers JOIN clients ON clients.id = client_id
                WHERE client_numbers.number = @number AND NOT removed ORDER BY client_id LIMIT 1
            ), before AS (
                SELECT lead_id FROM call_activities WHERE call_id = @CallId
            ), opened AS (
                -- A call that was there before keeps the lead that it had, even if that one was closed since. The update
                -- changes nothing, but gives back a lead that another call opened at the same moment.
                INSERT INTO leads (number, source, opened_at) SELECT @number, 'incoming_call', @StartedAt
                WHERE @incoming AND NOT EXISTS (SELECT FROM client) AND NOT EXISTS (SELECT FROM before)
                ON CONFLICT (number) WHERE closed_at IS NULL DO UPDATE SET number = excluded.number
                RETURNING id
            ), lead AS (
                SELECT coalesce(
                    (SELECT lead_id FROM before), (SELECT id FROM opened), (SELECT id FROM leads WHERE number = @number AND closed_at IS NULL)) AS lead_id
                WHERE NOT EXISTS (SELECT FROM client)
            )
            INSERT INTO call_activities AS known (call_id, call_version, client_id, lead_id, direction, number, started_at, answered_at,
                ended_at, answered_by, result, miss_reason, settled, recording, placed_by, phones, talk_seconds, talked_until)
            VALUES (@CallId, @Version, (SELECT client_id FROM client), (SELECT lead_id FROM lead), @direction, @number, @StartedAt, @AnsweredAt,
                @EndedAt, @AnsweredBy, @result, @missReason, @Settled, @recording::jsonb, @PlacedBy, @phones, @talkSeconds, @talkedUntil)
            ON CONFLICT (call_id) DO UPDATE SET
                call_version = excluded.call_version, answered_at = excluded.answered_at, ended_at = excluded.ended_at,
                answered_by = excluded.answered_by, result = excluded.result, miss_reason = excluded.miss_reason,
                settled = excluded.settled, recording = excluded.recording, placed_by = excluded.placed_by, phones = excluded.phones,
                talk_seconds = excluded.talk_seconds, talked_until = excluded.talked_until
            WHERE known.call_version < excluded.call_version
            RETURNING (SELECT client_id FROM client) AS client_id
            """,
            new
            {
                call.CallId,
                call.Version,
                incoming = call.Direction == CallDirection.In,
                direction = call.Direction == CallDirection.In ? "in" : "out",
                number,
                call.StartedAt,
                call.AnsweredAt,
                call.EndedAt,
                call.AnsweredBy,
                result = call.Result is { } result ? Words.Of(result) : null,
                missReason = call.MissReason is { } reason ? Words.Of(reason) : null,
                call.Settled,
                recording = call.Recording is null ? null : System.Text.Json.JsonSerializer.Serialize(call.Recording, ChangeLog.Json),
                call.PlacedBy,
                phones = Phones(call),
                talkSeconds = talked?.Length.TotalSeconds,
                talkedUntil = talked?.Until,
            }, transaction, cancellationToken: cancellationToken));
    }

    // The rule by which telephony lets somebody see the call: who placed it, was rung or talked.
    private static string[] Phones(CallChanged call) =>
    [
        .. call.Legs.Where(leg => leg.AnsweredAt is not null || (leg.DialledAt is not null && leg.Rang != false)).Select(leg => leg.Phone)
            .Concat(call.Talks.Select(talk => talk.Phone))
            .Concat(new[] { call.PlacedBy, call.AnsweredBy }.OfType<string>())
            .Distinct(StringComparer.Ordinal),
    ];

    private sealed record Saved(Guid? ClientId);
}
