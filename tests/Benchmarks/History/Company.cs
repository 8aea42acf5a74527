using CallCenterCrm.Benchmarks;
using Dapper;
using Npgsql;

namespace HistoryBench;

/// <summary>
/// Three years of a company of fifty managers, drawn the same in every run. The last manager left after the first year, the one
/// before him came two weeks ago; the last of its numbers was given up after the first year. What lies far below in a list, or
/// hardly occurs in it, is what a list may be slow with.
/// </summary>
internal static class Company
{
    public const int Managers = 50;
    public const int Newcomer = 49;
    public const int Leaver = 50;
    public const int TeamSize = 10;
    public const string Team = "Team 0";

    /// <summary>A client with as many calls as most have, and one with whom the company talks all day.</summary>
    public const string Client = "79160000777";
    public const string BusyClient = "79160000001";

    public const string Number = "74951000001";
    public const string FormerNumber = "74951000005";

    public static Office Office { get; } = new(Managers);

    public static Guid ClientId => Office.ClientId(777);

    private const string Clients =
        """
        UPDATE employees SET team = 'Team ' || substr(extension, 2)::int / @TeamSize WHERE extension IS NOT NULL;
        INSERT INTO known_clients (client_id, version, name, responsible_id, removed)
        SELECT ('00000005-0000-4000-8000-' || lpad(c::text, 12, '0'))::uuid, 1, 'Client ' || c,
            ('00000001-0000-4000-8000-' || lpad((c % 48 + 1)::text, 12, '0'))::uuid, false
        FROM generate_series(1, 60000) AS c;
        INSERT INTO known_numbers (number, client_id)
        SELECT (79160000000 + c)::text, ('00000005-0000-4000-8000-' || lpad(c::text, 12, '0'))::uuid FROM generate_series(1, 60000) AS c;
        """;

    private const string Draw =
        """
        SELECT setseed(0.5);
        CREATE TEMP TABLE drawn AS
        WITH dice AS (
            SELECT n, n * 1096 / @calls AS age, random() AS hour, random() AS way, random() AS outcome, random() AS who, random() AS known,
                random() AS client, random() AS stranger, random() AS rest, random() AS own, 5 + random() * 20 AS wait, 10 + 300 * random() ^ 3 AS talk
            FROM generate_series(1, @calls) AS n
        ), met AS (
            SELECT *, CASE WHEN way < 0.55 THEN 'in' WHEN way < 0.93 THEN 'out' ELSE 'internal' END AS direction,
                CASE WHEN known < 0.005 THEN 1 WHEN known < 0.6 THEN 1 + floor(client * 60000)::int END AS c
            FROM dice
        ), placed AS (
            SELECT *, date_trunc('day', now()) - age * interval '1 day' - interval '15 hours' + hour * interval '10 hours' AS at,
                CASE WHEN age >= 730 AND rest < 0.04 THEN @Leaver WHEN age < 14 AND rest < 0.03 THEN @Newcomer
                     WHEN c IS NOT NULL AND who < 0.8 THEN c % 48 + 1 ELSE 1 + floor(48 * rest ^ 1.3)::int END AS m,
                1 + floor(48 * who)::int AS m2,
                CASE WHEN age >= 730 AND own < 0.1 THEN 5 ELSE 1 + floor(4 * own ^ 2)::int END AS did
            FROM met
        )
        SELECT md5('call ' || n)::uuid AS id, n, direction, at, wait * interval '1 second' AS wait, talk * interval '1 second' AS talk,
            (2000 + m)::text AS phone, (2000 + m2)::text AS second, outcome > 0.7 AS handed_on,
            CASE WHEN direction = 'in' THEN CASE WHEN outcome < 0.78 THEN 'answered' WHEN outcome < 0.99 THEN 'missed' ELSE 'lost_in_transfer' END
                ELSE CASE WHEN outcome < 0.7 THEN 'answered' ELSE 'not_answered' END END AS result,
            direction = 'in' AND outcome >= 0.93 AND outcome < 0.99 AS closed,
            CASE WHEN direction <> 'internal' THEN (74951000000 + did)::text END AS own,
            CASE WHEN direction <> 'internal' THEN coalesce(79160000000 + c, 79260000000 + floor(stranger * 300000)::bigint)::text END AS party,
            CASE WHEN direction <> 'internal' THEN ('00000005-0000-4000-8000-' || lpad(c::text, 12, '0'))::uuid END AS client
        FROM placed;
        """;

    // In the order in which they began, as they come to lie in life.
    private const string Calls =
        """
        INSERT INTO calls (id, pbx, uniqueid, version, direction, state, settled, result, miss_reason, own_number, party, party_number, party_shown,
            client_id, placed_by, started_at, answered_at, ended_at, answered_by, party_hung_up, out_of_hours, fallback, cut, taken_over,
            recording_checked, digest, headline, transfers, event)
        SELECT id, 'office', id::text, 7, direction, 'ended', true, result, reason, own, kind, party, party, client, placed_by, at, answered_at,
            ended_at, answered_by, n % 2 = 0, closed, false, false, false, true, md5(id::text), md5(id::text), '[]',
            jsonb_strip_nulls(jsonb_build_object('callId', id, 'pbxId', 'office', 'direction', initcap(direction), 'state', 'Ended', 'settled', true,
                'result', replace(initcap(result), '_', ''), 'missReason', replace(initcap(reason), '_', ''), 'ownNumber', own, 'party', initcap(kind),
                'partyNumber', party, 'partyNumberAsShown', party, 'clientId', client, 'placedBy', placed_by, 'startedAt', at,
                'answeredAt', answered_at, 'endedAt', ended_at, 'answeredBy', answered_by, 'legs', legs, 'talks', talks, 'holds', '[]'::jsonb,
                'transfers', '[]'::jsonb, 'recorded', CASE WHEN talked THEN jsonb_build_array(jsonb_build_object('from', answered_at, 'until', ended_at)) ELSE '[]' END,
                'recording', CASE WHEN talked THEN jsonb_build_object('state', 'Ready', 'bytes', n * 16, 'seconds', extract(epoch FROM talk), 'sha256', md5(id::text) || md5(n::text))
                    ELSE jsonb_build_object('state', 'NothingToRecord') END))
        FROM drawn,
        LATERAL (SELECT result IN ('answered', 'lost_in_transfer') AS talked, CASE WHEN direction <> 'in' THEN phone END AS placed_by,
            CASE WHEN direction = 'internal' THEN 'employee' ELSE 'outside' END AS kind,
            CASE WHEN result = 'missed' THEN CASE WHEN closed THEN 'out_of_hours' ELSE 'no_answer' END END AS reason) AS came,
        LATERAL (SELECT CASE WHEN talked THEN at + wait END AS answered_at, at + wait + CASE WHEN talked THEN talk ELSE interval '0' END AS ended_at,
            CASE WHEN NOT talked THEN NULL WHEN direction = 'internal' OR (direction = 'in' AND handed_on) THEN second ELSE phone END AS answered_by) AS went,
        LATERAL (SELECT CASE WHEN talked THEN jsonb_build_array(jsonb_build_object('phone', answered_by, 'from', answered_at, 'until', ended_at)) ELSE '[]' END AS talks) AS said,
        LATERAL (SELECT coalesce(jsonb_agg(jsonb_build_object('phone', leg.phone, 'step', step, 'dialledAt', dialled, 'rang', true, 'answeredAt', answered, 'endedAt',
            coalesce(gone, ended_at), 'result', outcome) ORDER BY step), '[]') AS legs FROM (VALUES
                (phone, 1, at, direction = 'out' OR (direction = 'in' AND NOT closed), CASE WHEN answered_by = phone THEN answered_at END,
                    CASE WHEN answered_by = phone THEN NULL ELSE at + wait / 2 END, CASE WHEN answered_by = phone THEN 'Talked' ELSE 'NoAnswer' END),
                (second, 2, at + wait / 2, direction = 'internal' OR (direction = 'in' AND NOT closed AND (answered_by = second OR NOT talked)), CASE WHEN answered_by = second THEN answered_at END,
                    NULL, CASE WHEN answered_by = second THEN 'Talked' ELSE 'NoAnswer' END),
                ('79035550001', 3, at + wait * 0.8, result = 'missed' AND NOT closed, NULL, NULL, 'CallerLeft')
            ) AS leg(phone, step, dialled, was, answered, gone, outcome) WHERE was) AS rung
        ORDER BY n DESC;

        INSERT INTO call_legs (call_id, position, phone, channel, step, dialled_at, rang, answered_at, ended_at, result)
        SELECT id, position, leg ->> 'phone', 'channel-' || position, (leg ->> 'step')::int, (leg ->> 'dialledAt')::timestamptz, (leg ->> 'rang')::boolean,
            (leg ->> 'answeredAt')::timestamptz, (leg ->> 'endedAt')::timestamptz, lower(leg ->> 'result')
        FROM calls, jsonb_array_elements(event -> 'legs') WITH ORDINALITY AS told(leg, position);
        INSERT INTO call_talks (call_id, position, phone, began_at, ended_at)
        SELECT id, position, talk ->> 'phone', (talk ->> 'from')::timestamptz, (talk ->> 'until')::timestamptz
        FROM calls, jsonb_array_elements(event -> 'talks') WITH ORDINALITY AS told(talk, position);
        DROP TABLE drawn;
        """;

    /// <summary>Fills the gateway's tables.</summary>
    public static async Task FillAsync(NpgsqlDataSource database, int calls)
    {
        await using var connection = await database.OpenConnectionAsync();
        foreach (var part in new[] { Clients, Draw, Calls, "VACUUM ANALYZE" })
        {
            await connection.ExecuteAsync(part, new { calls, TeamSize, Leaver, Newcomer }, commandTimeout: 3600);
        }
    }
}
