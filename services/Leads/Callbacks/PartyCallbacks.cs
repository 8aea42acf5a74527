using CallCenterCrm.Contracts.Telephony.V1;
using Dapper;
using Npgsql;

namespace CallCenterCrm.Leads.Callbacks;

/// <summary>
/// The callbacks of one party that is locked, in one transaction. What they come to does not depend on the order in which
/// calls become known: a call that asks for another one lies under the callback that was closed by the first conversation
/// after it, and under the open one when there was none; a try belongs to the callback in whose time it was made.
/// </summary>
internal sealed class PartyCallbacks(
    Party party, CallbackSettings settings, DateTimeOffset now, NpgsqlConnection connection, NpgsqlTransaction transaction)
{
    // Also those from before a number was the client's.
    private const string Theirs = "(client_id = @ClientId OR (client_id IS NULL AND number = ANY(@Numbers)))";

    private readonly HashSet<Guid> _touched = [];

    /// <summary>Lets a settled call open, try or close a callback.</summary>
    public async Task SettledAsync(CallChanged call, CancellationToken cancellationToken)
    {
        var talked = call.Result == CallResult.Answered ? Conversation.Of(call) : null;
        if (talked is not null)
        {
            await KeepPassedOnAsync(call.CallId, talked.Until, cancellationToken);
        }

        await GatherAsync(cancellationToken);
        if (call is { Direction: CallDirection.In, Result: CallResult.Missed or CallResult.LostInTransfer, EndedAt: { } missedAt })
        {
            await AddMissAsync(call, missedAt, cancellationToken);
        }
        else if (talked is not null && talked.Length >= settings.Talk)
        {
            await SettleAsync(new Evidence(call.CallId, talked.Until), cancellationToken);
        }
        else if (call.Direction == CallDirection.Out)
        {
            await AddTryAsync(call.StartedAt, cancellationToken);
        }
    }

    /// <summary>The party's open callback, or a new one, for a request that is about to be put under it.</summary>
    public async Task<Guid> OpenAsync(string source, CancellationToken cancellationToken)
    {
        await GatherAsync(cancellationToken);
        return await OpenOneAsync(cancellationToken) ?? await InsertAsync(source, now, evidence: null, like: null, cancellationToken);
    }

    /// <summary>Takes into account what was put under a callback.</summary>
    public async Task RefreshAsync(Guid id, CancellationToken cancellationToken)
    {
        _touched.Add(id);
        await CallbackRows.RefreshAsync(id, settings, party.Numbers, connection, transaction, cancellationToken);
    }

    /// <summary>
    /// Makes the open callbacks of a client's numbers the client's, and one of several: he is rung back once. What a number's
    /// conversations settle of the whole is settled then.
    /// </summary>
    public async Task GatherAsync(CancellationToken cancellationToken)
    {
        if (party.ClientId is null)
        {
            return;
        }

        var open = (await connection.QueryAsync<(Guid Id, bool IsClients)>(Command(
            $"""
            SELECT id, client_id IS NOT NULL FROM callbacks WHERE closed_at IS NULL AND {Theirs}
            ORDER BY client_id IS NULL, opened_at, id FOR UPDATE
            """, new { party.ClientId, party.Numbers }, cancellationToken))).AsList();
        if (open.TrueForAll(callback => callback.IsClients))
        {
            return;
        }

        var kept = open[0].Id;
        await connection.ExecuteAsync(Command("UPDATE callbacks SET client_id = @ClientId WHERE id = @kept", new { party.ClientId, kept }, cancellationToken));
        foreach (var (gone, _) in open.Skip(1))
        {
            await MergeAsync(gone, kept, cancellationToken);
        }

        await RefreshAsync(kept, cancellationToken);
        while (await OpenOneAsync(cancellationToken) is { } id && await FirstAfterAsync(await OpenedAtAsync(id, cancellationToken), cancellationToken) is { } evidence)
        {
            await SettleAsync(id, evidence, cancellationToken);
        }
    }

    /// <summary>Publishes the whole state of every callback that was changed.</summary>
    public Task PublishAsync(CancellationToken cancellationToken) => CallbackRows.PublishAsync([.. _touched], connection, transaction, cancellationToken);

    // What was passed on while the client was talked to asks for another conversation than that one: it counts from its end.
    private async Task KeepPassedOnAsync(Guid callId, DateTimeOffset until, CancellationToken cancellationToken)
    {
        var passedOn = await connection.QueryAsync<Guid>(Command(
            $"""
            UPDATE callback_requests SET asked_at = @until WHERE from_call = @callId AND asked_at < @until
                AND callback_id IN (SELECT id FROM callbacks WHERE closed_at IS NULL AND {Theirs})
            RETURNING callback_id
            """, new { callId, until, party.ClientId, party.Numbers }, cancellationToken));
        foreach (var id in passedOn.Distinct())
        {
            await RefreshAsync(id, cancellationToken);
        }
    }

    private async Task AddMissAsync(CallChanged call, DateTimeOffset missedAt, CancellationToken cancellationToken)
    {
        var (callId, reason) = (call.CallId, call.MissReason is { } missed ? Words.Of(missed) : "lost_in_transfer");
        if (await connection.QuerySingleOrDefaultAsync<Guid?>(
            Command("SELECT callback_id FROM callback_misses WHERE call_id = @callId", new { callId }, cancellationToken)) is { } known)
        {
            // All that comes later is how the recording of the message stands.
            if (reason == Callback.MessageLeft)
            {
                await RefreshAsync(known, cancellationToken);
            }

            return;
        }

        // Whatever came first after it: a conversation, or the last of the tries that were made in vain.
        var evidence = await FirstAfterAsync(missedAt, cancellationToken);
        var givenUp = await connection.QuerySingleOrDefaultAsync<(Guid Id, DateTimeOffset At)>(Command(
            $"""
            SELECT id, closed_at FROM callbacks WHERE outcome = 'unreachable' AND closed_at > @missedAt AND {Theirs}
            ORDER BY closed_at LIMIT 1
            """, new { missedAt, party.ClientId, party.Numbers }, cancellationToken));
        var id = givenUp.Id != Guid.Empty && (evidence is null || givenUp.At < evidence.At) ? givenUp.Id
            : evidence is not null ? await ClosedByAsync(evidence, except: null, cancellationToken) ?? await InsertAsync("call", missedAt, evidence, like: null, cancellationToken)
            : await OpenOneAsync(cancellationToken) ?? await InsertAsync("call", missedAt, evidence: null, like: null, cancellationToken);
        await connection.ExecuteAsync(Command(
            "INSERT INTO callback_misses (call_id, callback_id, missed_at, reason) VALUES (@callId, @id, @missedAt, @reason)",
            new { callId, id, missedAt, reason }, cancellationToken));
        await RefreshAsync(id, cancellationToken);
    }

    private async Task AddTryAsync(DateTimeOffset startedAt, CancellationToken cancellationToken)
    {
        var tried = await connection.QuerySingleOrDefaultAsync<Guid?>(Command(
            $"""
            SELECT id FROM callbacks
            WHERE {Theirs} AND opened_at <= @startedAt AND (closed_at IS NULL OR (outcome <> 'merged' AND closed_at > @startedAt))
            ORDER BY opened_at DESC LIMIT 1
            """, new { startedAt, party.ClientId, party.Numbers }, cancellationToken));
        if (tried is { } id)
        {
            await RefreshAsync(id, cancellationToken);
        }
    }

    // A conversation settles what asked for a call before its end, unless an earlier conversation did.
    private async Task SettleAsync(Evidence evidence, CancellationToken cancellationToken)
    {
        var concerned = await connection.QueryAsync<Guid>(Command(
            $"""
            SELECT id FROM callbacks
            WHERE {Theirs} AND opened_at < @At AND (closed_at IS NULL OR (outcome <> 'merged' AND closed_at > @At))
            ORDER BY opened_at FOR UPDATE
            """, new { evidence.At, party.ClientId, party.Numbers }, cancellationToken));
        foreach (var id in concerned)
        {
            await SettleAsync(id, evidence, cancellationToken);
        }
    }

    private async Task SettleAsync(Guid id, Evidence evidence, CancellationToken cancellationToken)
    {
        var later = await connection.ExecuteScalarAsync<bool>(Command(
            "SELECT EXISTS (SELECT FROM callback_reasons WHERE callback_id = @id AND at >= @At)", new { id, evidence.At }, cancellationToken));
        var closed = await ClosedByAsync(evidence, except: id, cancellationToken);
        if (!later && closed is null)
        {
            await connection.ExecuteAsync(Command(
                """
                UPDATE callbacks SET closed_at = @At, outcome = 'called_back', evidence_call_id = @CallId, lease_until = NULL WHERE id = @id;
                DELETE FROM callback_tries WHERE callback_id = @id AND at >= @At
                """, new { id, evidence.At, evidence.CallId }, cancellationToken));
            await RefreshAsync(id, cancellationToken);
            return;
        }

        // What was asked for before goes to a callback that is closed; what was asked for since stays.
        closed ??= await InsertAsync("call", evidence.At, evidence, like: id, cancellationToken);
        if (later)
        {
            await MoveAsync(id, closed.Value, before: evidence.At, cancellationToken);
            await RefreshAsync(id, cancellationToken);
        }
        else
        {
            await MergeAsync(id, closed.Value, cancellationToken);
        }

        await RefreshAsync(closed.Value, cancellationToken);
    }

    private async Task MergeAsync(Guid gone, Guid kept, CancellationToken cancellationToken)
    {
        _touched.Add(gone);
        await MoveAsync(gone, kept, before: null, cancellationToken);
        await connection.ExecuteAsync(Command(
            """
            UPDATE callbacks AS kept SET assigned_to = coalesce(kept.assigned_to, gone.assigned_to), note = coalesce(kept.note, gone.note)
            FROM callbacks AS gone WHERE kept.id = @kept AND gone.id = @gone;
            UPDATE callbacks SET closed_at = @now, outcome = 'merged', merged_into = @kept, evidence_call_id = NULL, lease_until = NULL,
                version = version + 1 WHERE id = @gone
            """, new { gone, kept, now }, cancellationToken));
    }

    // A lease is one callback's: what was noted in it keeps its text, and loses its number elsewhere.
    private Task<int> MoveAsync(Guid from, Guid to, DateTimeOffset? before, CancellationToken cancellationToken) => connection.ExecuteAsync(Command(
        """
        UPDATE callback_misses SET callback_id = @to WHERE callback_id = @from AND (@before::timestamptz IS NULL OR missed_at < @before);
        UPDATE callback_requests SET callback_id = @to WHERE callback_id = @from AND (@before::timestamptz IS NULL OR asked_at < @before);
        UPDATE callback_tries SET callback_id = @to, lease_number = NULL, leased_at = NULL
        WHERE callback_id = @from AND (@before::timestamptz IS NULL OR at < @before)
        """, new { from, to, before }, cancellationToken));

    private Task<Guid> InsertAsync(string source, DateTimeOffset at, Evidence? evidence, Guid? like, CancellationToken cancellationToken) =>
        connection.ExecuteScalarAsync<Guid>(Command(
            """
            INSERT INTO callbacks (client_id, number, source, opened_at, due_at, responsible_id, assigned_to, note, closed_at, outcome, evidence_call_id)
            SELECT @ClientId, coalesce((SELECT number FROM callbacks WHERE id = @like), @Number), @source, @at, @at,
                (SELECT responsible_id FROM clients WHERE id = @ClientId), (SELECT assigned_to FROM callbacks WHERE id = @like),
                (SELECT note FROM callbacks WHERE id = @like), @closedAt::timestamptz,
                CASE WHEN @callId::uuid IS NULL THEN NULL ELSE 'called_back' END, @callId::uuid
            RETURNING id
            """,
            new { party.ClientId, party.Number, source, at, like, closedAt = evidence?.At, callId = evidence?.CallId }, cancellationToken));

    private Task<Guid?> OpenOneAsync(CancellationToken cancellationToken) => connection.QuerySingleOrDefaultAsync<Guid?>(Command(
        "SELECT id FROM callbacks WHERE closed_at IS NULL AND (client_id = @ClientId OR (@ClientId::uuid IS NULL AND client_id IS NULL AND number = @Number)) FOR UPDATE",
        new { party.ClientId, party.Number }, cancellationToken));

    private Task<DateTimeOffset> OpenedAtAsync(Guid id, CancellationToken cancellationToken) =>
        connection.QuerySingleAsync<DateTimeOffset>(Command("SELECT opened_at FROM callbacks WHERE id = @id", new { id }, cancellationToken));

    private Task<Guid?> ClosedByAsync(Evidence evidence, Guid? except, CancellationToken cancellationToken) => connection.QueryFirstOrDefaultAsync<Guid?>(Command(
        $"SELECT id FROM callbacks WHERE evidence_call_id = @CallId AND id IS DISTINCT FROM @except AND {Theirs} ORDER BY opened_at",
        new { evidence.CallId, except, party.ClientId, party.Numbers }, cancellationToken));

    private Task<Evidence?> FirstAfterAsync(DateTimeOffset at, CancellationToken cancellationToken) => connection.QuerySingleOrDefaultAsync<Evidence>(Command(
        """
        SELECT call_id, talked_until AS at FROM call_activities
        WHERE number = ANY(@Numbers) AND talked_until > @at AND talk_seconds >= @talk AND settled AND result = 'answered'
        ORDER BY talked_until, call_id LIMIT 1
        """, new { party.Numbers, at, talk = settings.Talk.TotalSeconds }, cancellationToken));

    private CommandDefinition Command(string sql, object parameters, CancellationToken cancellationToken) =>
        new(sql, parameters, transaction, cancellationToken: cancellationToken);

    /// <summary>A conversation that was long enough.</summary>
    private sealed class Evidence
    {
        public Evidence()
        {
        }

        public Evidence(Guid callId, DateTimeOffset at) => (CallId, At) = (callId, at);

        public Guid CallId { get; init; }

        /// <summary>When it ended.</summary>
        public DateTimeOffset At { get; init; }
    }
}
