using CallCenterCrm.Contracts.Leads.V1;
using CallCenterCrm.Messaging;
using Dapper;
using Npgsql;

namespace CallCenterCrm.Leads.Callbacks;

/// <summary>Callbacks in the database, with everything under them.</summary>
internal static class CallbackRows
{
    /// <summary>
    /// Takes into account what lies under a callback: since when it waits, what was tried, when it is due. A call that asks
    /// again after the last try makes it due at once. Each change of a callback is ended by this, which counts its version.
    /// </summary>
    /// <param name="numbers">Those of its party when it is locked: calls to them that nobody answered are tries.</param>
    public static Task<int> RefreshAsync(
        Guid id, CallbackSettings settings, string[] numbers, NpgsqlConnection connection, NpgsqlTransaction transaction, CancellationToken cancellationToken) =>
        connection.ExecuteAsync(new CommandDefinition(
            """
            UPDATE callbacks SET opened_at = first.at, source = first.source
            FROM (SELECT at, source FROM callback_reasons WHERE callback_id = @id ORDER BY at LIMIT 1) AS first WHERE id = @id;

            WITH found AS (
                SELECT call_id, started_at, ended_at, employee.id AS by
                FROM callbacks JOIN call_activities AS call ON call.number = ANY(@numbers) AND direction = 'out' AND settled
                    AND NOT (result = 'answered' AND coalesce(talk_seconds, 0) >= @talk)
                    AND started_at >= opened_at AND (closed_at IS NULL OR started_at < closed_at)
                LEFT JOIN LATERAL (
                    SELECT id FROM employees WHERE NOT dismissed AND (extension = placed_by OR mobile = placed_by) ORDER BY told DESC LIMIT 1
                ) AS employee ON true
                WHERE callbacks.id = @id AND NOT EXISTS (SELECT FROM callback_tries WHERE callback_tries.call_id = call.call_id)
            ), noted AS (
                -- What he noted of the lease in which he placed the call is the same try.
                UPDATE callback_tries AS try SET call_id = found.call_id FROM found
                WHERE try.callback_id = @id AND try.call_id IS NULL AND try.by = found.by AND found.started_at BETWEEN leased_at AND try.at
                RETURNING found.call_id
            )
            INSERT INTO callback_tries (callback_id, at, by, call_id, result, next_at)
            SELECT @id, started_at, by, call_id, 'no_answer', coalesce(ended_at, started_at) + @retry FROM found
            WHERE call_id NOT IN (SELECT call_id FROM noted);

            UPDATE callbacks AS kept SET
                version = version + 1,
                tries = made.count,
                responsible_id = CASE WHEN closed_at IS NULL THEN (SELECT responsible_id FROM clients WHERE clients.id = client_id) ELSE responsible_id END,
                due_at = CASE WHEN last.at >= asked.at THEN last.next_at ELSE coalesce(asked.at, opened_at) END,
                lease_until = CASE WHEN last.by = lease_by AND last.at >= kept.leased_at THEN NULL ELSE lease_until END,
                closed_at = CASE WHEN closed_at IS NULL AND made.count >= @most THEN last.at ELSE closed_at END,
                outcome = CASE WHEN closed_at IS NULL AND made.count >= @most THEN 'unreachable' ELSE outcome END
            FROM (SELECT count(*)::int AS count FROM callback_tries WHERE callback_id = @id) AS made
            CROSS JOIN (SELECT max(at) AS at FROM callback_reasons WHERE callback_id = @id) AS asked
            LEFT JOIN (SELECT at, by, next_at FROM callback_tries WHERE callback_id = @id ORDER BY at DESC, id LIMIT 1) AS last ON true
            WHERE kept.id = @id
            """,
            new { id, numbers, talk = settings.Talk.TotalSeconds, retry = settings.Retry, most = settings.MostTries },
            transaction, cancellationToken: cancellationToken));

    /// <summary>Callbacks as they stand, in the order asked for; those that are not there are left out.</summary>
    public static async Task<IReadOnlyList<Callback>> LoadAsync(
        Guid[] ids, Score score, NpgsqlConnection connection, NpgsqlTransaction? transaction, CancellationToken cancellationToken)
    {
        await using var results = await connection.QueryMultipleAsync(new CommandDefinition(
            $"""
            SELECT callback.id, callback.version, client_id, clients.name AS client_name, number, coalesce(assigned_to, callback.responsible_id) AS responsible_id,
                   responsible.name AS responsible_name, assigned_to, source, opened_at, note, due_at, lease_number, lease_by, holder.name AS lease_name,
                   leased_at, lease_until, closed_at, outcome, evidence_call_id, merged_into, own, waiting, escalated, tried
            FROM (
                SELECT *, {Score.Own} AS own, {Score.Waiting} AS waiting, {Score.Escalated} AS escalated, {Score.Tried} AS tried
                FROM callbacks WHERE id = ANY(@ids)
            ) AS callback
            LEFT JOIN clients ON clients.id = client_id
            LEFT JOIN employees AS responsible ON responsible.id = coalesce(assigned_to, callback.responsible_id)
            LEFT JOIN employees AS holder ON holder.id = lease_by;
            SELECT callback_id, call_id, missed_at, reason, lower(recording->>'state') AS message_state,
                   (recording->>'seconds')::float8 AS message_seconds
            FROM callback_misses LEFT JOIN call_activities USING (call_id) WHERE callback_id = ANY(@ids) ORDER BY missed_at, call_id;
            SELECT callback_id, number, source, asked_at, asked_by, text, name, kind, from_call
            FROM callback_requests WHERE callback_id = ANY(@ids) ORDER BY asked_at, number;
            SELECT callback_id, at, by, employees.name, call_id, result, note, next_at FROM callback_tries LEFT JOIN employees ON employees.id = by
            WHERE callback_id = ANY(@ids) ORDER BY at, callback_tries.id
            """, new { ids, score.At, score.Me, score.EscalatedBefore, score.FullSince }, transaction, cancellationToken: cancellationToken));
        var callbacks = (await results.ReadAsync<Callback>()).ToDictionary(callback => callback.Id);
        var misses = (await results.ReadAsync<Callback.Miss>()).ToLookup(miss => miss.CallbackId);
        var requests = (await results.ReadAsync<Callback.Request>()).ToLookup(request => request.CallbackId);
        var tries = (await results.ReadAsync<Callback.Attempt>()).ToLookup(attempt => attempt.CallbackId);
        foreach (var callback in callbacks.Values)
        {
            callback.Misses = [.. misses[callback.Id]];
            callback.Requests = [.. requests[callback.Id]];
            callback.Tries = [.. tries[callback.Id]];
        }

        return [.. ids.Where(callbacks.ContainsKey).Select(id => callbacks[id])];
    }

    /// <summary>Publishes the whole state of callbacks, in the transaction that changed them.</summary>
    public static async Task PublishAsync(Guid[] ids, NpgsqlConnection connection, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        if (ids.Length == 0)
        {
            return;
        }

        // Of the score nothing is told: it is another one for everybody, and at every time.
        foreach (var callback in await LoadAsync(ids, new Score(DateTimeOffset.UnixEpoch, null, DateTimeOffset.UnixEpoch), connection, transaction, cancellationToken))
        {
            // For the streams to come; on the broker nobody waits for it yet, and it would be offered there for ever.
            await ChangeLog.KeepAsync(connection, transaction, Changed(callback), cancellationToken);
        }
    }

    private static CallbackChanged Changed(Callback callback) => new()
    {
        CallbackId = callback.Id,
        Version = callback.Version,
        ClientId = callback.ClientId,
        Number = callback.Number,
        ResponsibleId = callback.ResponsibleId,
        Source = callback.Source,
        OpenedAt = callback.OpenedAt,
        Misses = [.. callback.Misses.Select(miss => new CallbackMiss
        {
            CallId = miss.CallId,
            At = miss.MissedAt,
            Reason = miss.Reason,
            Message = miss.Reason == Callback.MessageLeft ? new CallbackMessage { State = miss.MessageState, Seconds = miss.MessageSeconds } : null,
        })],
        Requests = [.. callback.Requests.Select(request => new CallbackRequest
        {
            Number = request.Number,
            Source = request.Source,
            At = request.AskedAt,
            FromCallId = request.FromCall,
        })],
        Tries = [.. callback.Tries.Select(attempt => new CallbackTry { At = attempt.At, By = attempt.By, CallId = attempt.CallId, Result = attempt.Result })],
        LeaseNumber = callback.LeaseNumber,
        LeasedBy = callback.LeaseUntil is null ? null : callback.LeaseBy,
        LeasedUntil = callback.LeaseUntil,
        DueAt = callback.DueAt,
        ClosedAt = callback.ClosedAt,
        Outcome = callback.Outcome,
        EvidenceCallId = callback.EvidenceCallId,
        MergedInto = callback.MergedInto,
    };
}
