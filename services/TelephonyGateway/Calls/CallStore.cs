using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using CallCenterCrm.Contracts.Telephony.V1;
using CallCenterCrm.Messaging;
using CallCenterCrm.Telephony.Asterisk;
using CallCenterCrm.Telephony.Routing;
using CallCenterCrm.Telephony.Steering;
using Dapper;
using Npgsql;

namespace CallCenterCrm.Telephony.Calls;

/// <summary>Calls in the database, each with its legs and talks, and what is published of them, in one transaction.</summary>
internal sealed class CallStore(NpgsqlDataSource dataSource, Helm helm)
{
    private static readonly string Kind = ChangeLog.KindOf(typeof(CallChanged));
    private static readonly JsonSerializerOptions Digested = new(ChangeLog.Json) { Converters = { new TenthsOfSeconds() } };

    /// <summary>
    /// Stores calls as they stand now. A call that is settled stays as it is; one that says nothing new gets no new
    /// version and is not published again.
    /// </summary>
    /// <exception cref="NotAtTheHelmException">Another gateway stores calls.</exception>
    public async Task SaveAsync(string pbx, IReadOnlyList<(TrackedCall Call, PlanNote? Note)> calls, RoutingTables tables, CancellationToken cancellationToken)
    {
        var rows = calls.Select(pair => Row(pbx, pair.Call, pair.Note, tables)).ToArray();
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await helm.FenceAsync(connection, transaction, cancellationToken);
        var saved = (await connection.QueryAsync<Guid>(new CommandDefinition(
            """
            WITH given AS (
                SELECT * FROM jsonb_to_recordset(@rows::jsonb) AS row(
                    id uuid, uniqueid text, direction text, state text, settled boolean, result text, miss_reason text, own_number text,
                    party text, party_number text, party_shown text, client_id uuid, placed_by text, started_at timestamptz,
                    answered_at timestamptz, ended_at timestamptz, answered_by text, party_hung_up boolean, out_of_hours boolean,
                    fallback boolean, cut boolean, taken_over boolean, menu_entered_at timestamptz, menu_left_at timestamptz, menu_path text,
                    plan jsonb, transfers jsonb, recording_file text, event jsonb, digest text, headline text)
            ), before AS (
                SELECT id, calls.headline, calls.client_id FROM calls JOIN given USING (id)
            ), saved AS (
                INSERT INTO calls AS known (
                    id, pbx, uniqueid, version, direction, state, settled, result, miss_reason, own_number, party, party_number, party_shown,
                    client_id, placed_by, started_at, answered_at, ended_at, answered_by, party_hung_up, out_of_hours, fallback, cut,
                    taken_over, menu_entered_at, menu_left_at, menu_path, plan, transfers, recording_file, event, digest, headline)
                SELECT id, @pbx, uniqueid, 1, direction, state, settled, result, miss_reason, own_number, party, party_number, party_shown,
                    client_id, placed_by, started_at, answered_at, ended_at, answered_by, party_hung_up, out_of_hours, fallback, cut,
                    taken_over, menu_entered_at, menu_left_at, menu_path, plan, transfers, recording_file, event, digest, headline
                FROM given ORDER BY id
                ON CONFLICT (id) DO UPDATE SET
                    version = known.version + 1, direction = excluded.direction, state = excluded.state, settled = excluded.settled,
                    result = excluded.result, miss_reason = excluded.miss_reason, own_number = coalesce(excluded.own_number, known.own_number),
                    party = excluded.party, party_number = excluded.party_number, party_shown = excluded.party_shown,
                    client_id = coalesce(excluded.client_id, known.client_id), placed_by = excluded.placed_by,
                    started_at = excluded.started_at, answered_at = excluded.answered_at, ended_at = excluded.ended_at,
                    answered_by = excluded.answered_by, party_hung_up = excluded.party_hung_up, out_of_hours = excluded.out_of_hours,
                    fallback = excluded.fallback, cut = excluded.cut, taken_over = excluded.taken_over,
                    menu_entered_at = excluded.menu_entered_at, menu_left_at = excluded.menu_left_at, menu_path = excluded.menu_path,
                    plan = coalesce(excluded.plan, known.plan), transfers = excluded.transfers, recording_file = excluded.recording_file,
                    event = jsonb_strip_nulls(jsonb_build_object('clientId', known.client_id, 'clientName', known.event->'clientName')) || excluded.event,
                    digest = excluded.digest, headline = excluded.headline
                WHERE NOT known.settled AND (known.digest <> excluded.digest OR (known.plan IS NULL AND excluded.plan IS NOT NULL)
                    OR known.client_id <> excluded.client_id OR (known.client_id IS NULL AND excluded.client_id IS NOT NULL))
                RETURNING id, version, event, headline, client_id
            ), logged AS (
                INSERT INTO changes (kind, body, sent_at)
                SELECT @Kind, event || jsonb_build_object('version', version),
                    CASE WHEN saved.headline = before.headline AND saved.client_id IS NOT DISTINCT FROM before.client_id THEN now() END
                FROM saved LEFT JOIN before USING (id)
            )
            SELECT id FROM saved
            """,
            new { pbx, Kind, rows = JsonSerializer.Serialize(rows, StoredJson.Options) }, transaction, cancellationToken: cancellationToken))).ToHashSet();
        if (saved.Count > 0)
        {
            await SavePartsAsync(connection, transaction, calls.Select(pair => pair.Call)
                .Select(call => (Id: CallId.Of(pbx, call.AnchorId), Call: call)).Where(pair => saved.Contains(pair.Id)).ToArray(), cancellationToken);
        }

        await transaction.CommitAsync(cancellationToken);
    }

    /// <summary>Where an earlier run stood in the PBX's log; null when there was none.</summary>
    public async Task<CelPosition?> LoadLogPositionAsync(string pbx, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        return await connection.QuerySingleOrDefaultAsync<CelPosition>(new CommandDefinition(
            "SELECT head, position FROM log_positions WHERE pbx = @pbx", new { pbx }, cancellationToken: cancellationToken));
    }

    /// <summary>Keeps the place in the PBX's log before which every call is stored.</summary>
    /// <exception cref="NotAtTheHelmException">Another gateway stores calls.</exception>
    public async Task SaveLogPositionAsync(string pbx, CelPosition position, DateTimeOffset at, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await helm.FenceAsync(connection, transaction, cancellationToken);
        await connection.ExecuteAsync(new CommandDefinition(
            """
            INSERT INTO log_positions (pbx, head, position, read_at) VALUES (@pbx, @Head, @Position, @at)
            ON CONFLICT (pbx) DO UPDATE SET head = excluded.head, position = excluded.position, read_at = excluded.read_at
            """, new { pbx, position.Head, position.Position, at }, transaction, cancellationToken: cancellationToken));
        await transaction.CommitAsync(cancellationToken);
    }

    private static Task<int> SavePartsAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, (Guid Id, TrackedCall Call)[] calls, CancellationToken cancellationToken) =>
        connection.ExecuteAsync(new CommandDefinition(
            """
            DELETE FROM call_legs WHERE call_id = ANY(@ids);
            DELETE FROM call_talks WHERE call_id = ANY(@ids);
            INSERT INTO call_legs (call_id, position, phone, channel, step, dialled_at, rang, answered_at, ended_at, result)
            SELECT call_id, position, phone, channel_id, step, dialled_at, rang, answered_at, ended_at, result
            FROM jsonb_to_recordset(@legs::jsonb) AS leg(call_id uuid, position integer, phone text, channel_id text, step integer,
                dialled_at timestamptz, rang boolean, answered_at timestamptz, ended_at timestamptz, result text);
            INSERT INTO call_talks (call_id, position, phone, began_at, ended_at)
            SELECT call_id, position, phone, "from", until
            FROM jsonb_to_recordset(@talks::jsonb) AS talk(call_id uuid, position integer, phone text, "from" timestamptz, until timestamptz);
            """,
            new
            {
                ids = calls.Select(pair => pair.Id).ToArray(),
                legs = JsonSerializer.Serialize(calls.SelectMany(pair => pair.Call.Legs.Select((leg, index) => new
                {
                    CallId = pair.Id,
                    Position = index + 1,
                    leg.Phone,
                    leg.ChannelId,
                    leg.Step,
                    leg.DialledAt,
                    leg.Rang,
                    leg.AnsweredAt,
                    leg.EndedAt,
                    leg.Result,
                })), StoredJson.Options),
                talks = JsonSerializer.Serialize(calls.SelectMany(pair => pair.Call.Talks.Select((talk, index) => new
                {
                    CallId = pair.Id,
                    Position = index + 1,
                    talk.Phone,
                    talk.From,
                    talk.Until,
                })), StoredJson.Options),
            }, transaction, cancellationToken: cancellationToken));

    private static object Row(string pbx, TrackedCall call, PlanNote? note, RoutingTables tables)
    {
        var party = CallParty.Of(call, tables);
        var published = Published(pbx, call, note, party);
        var body = JsonSerializer.SerializeToElement(published, ChangeLog.Json);

        // Not of the client: only the gateway that planned the call knows him, and the next one has nothing new to say.
        var known = published with { ClientId = null, ClientName = null };
        return new
        {
            Id = published.CallId,
            Uniqueid = call.AnchorId,
            published.Direction,
            published.State,
            published.Settled,
            published.Result,
            published.MissReason,
            published.OwnNumber,
            Party = party.Kind,
            published.PartyNumber,
            PartyShown = published.PartyNumberAsShown,
            published.ClientId,
            published.PlacedBy,
            published.StartedAt,
            published.AnsweredAt,
            published.EndedAt,
            published.AnsweredBy,
            call.PartyHungUp,
            call.OutOfHours,
            call.Fallback,
            call.Cut,
            call.TakenOver,
            MenuEnteredAt = call.Menu?.EnteredAt,
            MenuLeftAt = call.Menu?.LeftAt,
            MenuPath = call.Menu?.Path,
            Plan = note is null ? (object?)null : note,
            call.Transfers,
            call.RecordingFile,
            Event = body,
            Digest = DigestOf(known),
            Headline = DigestOf(known with { Legs = [], Talks = Joined(known), Holds = null, Transfers = [], Recorded = [], Menu = null }),
        };
    }

    // Who got the call passed on, without when: that he talks in it is news for others at once, since it is his to see now.
    private static CallTalk[] Joined(CallChanged call) =>
    [
        .. call.Talks.Select(talk => talk.Phone).Where(phone => phone != call.AnsweredBy && phone != call.PlacedBy)
            .Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).Select(phone => new CallTalk { Phone = phone, From = default }),
    ];

    private static string DigestOf(CallChanged call) =>
        Convert.ToHexStringLower(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(call, Digested)))[..32];

    private static CallChanged Published(string pbx, TrackedCall call, PlanNote? note, CallParty party) => new()
    {
        CallId = CallId.Of(pbx, call.AnchorId),
        Version = 0,
        PbxId = pbx,
        Direction = call.Direction,
        State = call.State,
        Settled = call.Settled,
        Result = call.Result,
        MissReason = call.MissReason,
        OwnNumber = call.Did,
        Party = party.Kind,
        PartyNumber = party.Number,
        PartyNumberAsShown = party.Shown,
        ClientId = note?.Caller?.ClientId,
        ClientName = note?.Caller?.Name,
        PlacedBy = call.PlacedBy,
        PartyDialled = call.Direction == CallDirection.Out ? call.PartyDialled : null,
        StartedAt = call.StartedAt,
        AnsweredAt = call.AnsweredAt,
        EndedAt = call.EndedAt,
        AnsweredBy = call.AnsweredBy,
        Menu = call.Menu is { } menu
            ? new CallMenu { EnteredAt = menu.EnteredAt, LeftAt = menu.LeftAt, Path = menu.Path, Depth = menu.Depth }
            : null,
        Legs = [.. call.Legs.Select(leg => new CallLeg
        {
            Phone = leg.Phone,
            Step = leg.Step,
            DialledAt = leg.DialledAt,
            Rang = leg.Rang,
            AnsweredAt = leg.AnsweredAt,
            EndedAt = leg.EndedAt,
            Result = leg.Result,
        })],
        Talks = [.. call.Talks.Select(talk => new CallTalk { Phone = talk.Phone, From = talk.From, Until = talk.Until })],
        Holds = call.Holds is { } holds ? [.. holds.Select(hold => new CallHold { Phone = hold.Phone, From = hold.From, Until = hold.Until })] : null,
        Transfers = [.. call.Transfers.Select(transfer => new CallTransfer { At = transfer.At, Blind = transfer.Blind, By = transfer.By, To = transfer.To })],
        Recorded = [.. call.Recorded.Select(stretch => new CallStretch { From = stretch.From, Until = stretch.Until })],
    };

    // Two witnesses tell the same moment some microseconds apart: that is no news of a call.
    private sealed class TenthsOfSeconds : JsonConverter<DateTimeOffset>
    {
        public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            throw new NotSupportedException("Digests are not read back");

        public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options) =>
            writer.WriteNumberValue(value.ToUnixTimeMilliseconds() / 100);
    }
}
