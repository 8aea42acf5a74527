using System.Text.Json;
using CallCenterCrm.Contracts.Telephony.V1;
using CallCenterCrm.Messaging;
using Dapper;
using Npgsql;

namespace CallCenterCrm.Telephony.Api.Tests.Support;

/// <summary>
/// Writes calls as the gateway stores them: row, legs, talks and the change log in one transaction. The gateway itself finds
/// nothing left to do with them: their recordings count as looked for.
/// </summary>
internal static class StoredCalls
{
    public static readonly DateTimeOffset Start = new(2026, 3, 2, 9, 0, 0, TimeSpan.Zero);

    /// <summary>An ordinary call that somebody answered.</summary>
    public static CallChanged Answered(DateTimeOffset startedAt, string phone = "101", string partyNumber = "79161234567") => new()
    {
        CallId = Guid.NewGuid(),
        Version = 1,
        PbxId = "office",
        Direction = CallDirection.In,
        State = CallState.Ended,
        Settled = true,
        Result = CallResult.Answered,
        OwnNumber = SampleTables.Number,
        Party = PartyKind.Outside,
        PartyNumber = partyNumber,
        PartyNumberAsShown = partyNumber,
        StartedAt = startedAt,
        AnsweredAt = startedAt.AddSeconds(5),
        EndedAt = startedAt.AddSeconds(65),
        AnsweredBy = phone,
        Legs =
        [
            new CallLeg
            {
                Phone = phone, Step = 1, DialledAt = startedAt.AddSeconds(1), Rang = true, AnsweredAt = startedAt.AddSeconds(5),
                EndedAt = startedAt.AddSeconds(65), Result = LegResult.Talked,
            },
        ],
        Talks = [new CallTalk { Phone = phone, From = startedAt.AddSeconds(5), Until = startedAt.AddSeconds(65) }],
    };

    /// <summary>The same, still going on.</summary>
    public static CallChanged Ringing(DateTimeOffset startedAt, string phone = "101") => Answered(startedAt, phone) with
    {
        State = CallState.Ringing,
        Settled = false,
        Result = null,
        AnsweredAt = null,
        EndedAt = null,
        AnsweredBy = null,
        Legs = [new CallLeg { Phone = phone, Step = 1, DialledAt = startedAt.AddSeconds(1), Rang = true }],
        Talks = [],
    };

    public static async Task SaveAsync(NpgsqlDataSource database, params IEnumerable<CallChanged> calls)
    {
        await using var connection = await database.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        foreach (var call in calls)
        {
            await SaveAsync(connection, transaction, call);
        }

        await transaction.CommitAsync();
    }

    public static async Task SaveAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, CallChanged call)
    {
        await connection.ExecuteAsync(
            """
            INSERT INTO calls (id, pbx, uniqueid, version, direction, state, settled, result, own_number, party, party_number, party_shown,
                client_id, placed_by, started_at, answered_at, ended_at, answered_by, party_hung_up, out_of_hours, fallback, cut, taken_over,
                recording_checked, event, digest, headline, transfers)
            VALUES (@CallId, @PbxId, @CallId::text, @Version, @direction, @state, @Settled, @result, @OwnNumber, 'outside', @PartyNumber,
                @PartyNumberAsShown, @ClientId, @PlacedBy, @StartedAt, @AnsweredAt, @EndedAt, @AnsweredBy, false, false, false, false, false,
                true, @body::jsonb - 'version', '', '', '[]')
            ON CONFLICT (id) DO UPDATE SET version = excluded.version, state = excluded.state, settled = excluded.settled,
                result = excluded.result, answered_at = excluded.answered_at, ended_at = excluded.ended_at, event = excluded.event;
            DELETE FROM call_legs WHERE call_id = @CallId;
            DELETE FROM call_talks WHERE call_id = @CallId;
            """,
            new
            {
                call.CallId,
                call.PbxId,
                call.Version,
                direction = Word(call.Direction),
                state = Word(call.State),
                call.Settled,
                result = call.Result is { } result ? Word(result) : null,
                call.OwnNumber,
                call.PartyNumber,
                call.PartyNumberAsShown,
                call.ClientId,
                call.PlacedBy,
                StartedAt = call.StartedAt.UtcDateTime,
                AnsweredAt = call.AnsweredAt?.UtcDateTime,
                EndedAt = call.EndedAt?.UtcDateTime,
                call.AnsweredBy,
                body = JsonSerializer.Serialize(call, ChangeLog.Json),
            }, transaction);
        await connection.ExecuteAsync(
            """
            INSERT INTO call_legs (call_id, position, phone, dialled_at, rang, answered_at)
            VALUES (@CallId, @position, @Phone, @DialledAt, @Rang, @AnsweredAt)
            """,
            call.Legs.Select((leg, index) => new
            {
                call.CallId,
                position = index + 1,
                leg.Phone,
                DialledAt = leg.DialledAt?.UtcDateTime,
                leg.Rang,
                AnsweredAt = leg.AnsweredAt?.UtcDateTime,
            }), transaction);
        await connection.ExecuteAsync(
            "INSERT INTO call_talks (call_id, position, phone, began_at) VALUES (@CallId, @position, @Phone, @From)",
            call.Talks.Select((talk, index) => new { call.CallId, position = index + 1, talk.Phone, From = talk.From.UtcDateTime }), transaction);
        await ChangeLog.AppendAsync(connection, transaction, call, CancellationToken.None);
    }

    private static string Word<T>(T value)
        where T : struct, Enum => JsonNamingPolicy.SnakeCaseLower.ConvertName(value.ToString());
}
