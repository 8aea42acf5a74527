using System.Globalization;
using CallCenterCrm.Leads.Clients;
using CallCenterCrm.Leads.Employees;
using CallCenterCrm.ServiceDefaults.Authentication;
using CallCenterCrm.ServiceDefaults.Input;
using Dapper;
using Npgsql;

namespace CallCenterCrm.Leads.Activities;

/// <summary>
/// The notes of calls. Somebody sees that of a call which he sees by telephony's rule (he or his team placed it, were rung or
/// talked in it), that of a client whom he sees or of nobody's, that of a call which is not known here, and that in which he wrote.
/// </summary>
internal sealed class CallNotes(NpgsqlDataSource dataSource, TimeProvider time)
{
    // What a refusal tells goes into a header of its answer, which many clients take up to 8 KB only.
    private const int LongestInRefusal = 1000;

    private const string Columns = "call_notes.call_id, call_notes.version, text, call_notes.result, author_id, employees.name AS author_name, updated_at";

    private const string Background =
        """
        LEFT JOIN call_activities AS call ON call.call_id = asked.call_id
        LEFT JOIN clients ON clients.id = call.client_id
        LEFT JOIN call_notes ON call_notes.call_id = asked.call_id
        LEFT JOIN employees ON employees.id = author_id
        """;

    /// <summary>The notes of those calls that have one and that he sees, in the calls' order.</summary>
    public async Task<IReadOnlyList<CallNote>> ListAsync(Guid[] calls, Caller caller, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        var (clause, parameters) = await RuleAsync(new { calls }, caller, connection, cancellationToken);
        var notes = await connection.QueryAsync<CallNote>(new CommandDefinition(
            $"""
            SELECT {Columns} FROM unnest(@calls) WITH ORDINALITY AS asked(call_id, place) {Background}
            WHERE call_notes.call_id IS NOT NULL AND {clause} ORDER BY place
            """, parameters, cancellationToken: cancellationToken));
        return notes.AsList();
    }

    /// <summary>Writes the note of a call. The same text and result again change nothing.</summary>
    /// <param name="version">The version that was seen; 0 when there was none.</param>
    /// <param name="result">The database's word; null when nothing is said about it.</param>
    /// <returns>It as it stands.</returns>
    /// <exception cref="NotFoundException">He may not see the call.</exception>
    /// <exception cref="ChangedException">Somebody else changed it since.</exception>
    public async Task<CallNote> SaveAsync(Guid call, long version, string text, string? result, Caller caller, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);

        // Whoever is refused by the version learns what is written there.
        var (clause, parameters) = await RuleAsync(new { call }, caller, connection, cancellationToken);
        if (!await connection.ExecuteScalarAsync<bool>(new CommandDefinition(
                $"SELECT {clause} FROM (SELECT @call AS call_id) AS asked {Background}", parameters, cancellationToken: cancellationToken)))
        {
            throw new NotFoundException("call", call.ToString());
        }

        // The row decides: of two who write on the same version the second finds another one.
        await connection.ExecuteAsync(new CommandDefinition(
            version == 0
                ? """
                INSERT INTO call_notes (call_id, version, text, result, author_id, authors, updated_at)
                SELECT @call, 1, @text, @result::text, @me, ARRAY[@me], @now WHERE @text <> '' OR @result::text IS NOT NULL
                ON CONFLICT DO NOTHING
                """
                : """
                UPDATE call_notes SET version = version + 1, text = @text, result = @result, author_id = @me, updated_at = @now,
                    authors = CASE WHEN @me = ANY(authors) THEN authors ELSE authors || @me END
                WHERE call_id = @call AND version = @version AND (text, result) IS DISTINCT FROM (@text, @result::text)
                """,
            new { call, version, text, result, me = caller.Id, now = time.GetUtcNow() }, cancellationToken: cancellationToken));
        var current = await connection.QuerySingleOrDefaultAsync<CallNote>(new CommandDefinition(
            $"SELECT {Columns} FROM call_notes LEFT JOIN employees ON employees.id = author_id WHERE call_id = @call",
            new { call }, cancellationToken: cancellationToken)) ?? new CallNote { CallId = call };
        return current.Text == text && current.Result == result && (current.Version > 0 || version == 0)
            ? current
            : throw new ChangedException(Newest(current));
    }

    private static async Task<(string Clause, DynamicParameters Parameters)> RuleAsync(
        object parameters, Caller caller, NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var seen = await SeenEmployees.OfAsync(caller, connection, transaction: null, cancellationToken);
        var all = seen.AddTo(parameters);
        all.Add("phones", seen.Ids is null ? [] : (await seen.PhonesAsync(connection, cancellationToken)).ToArray());

        // A call that is not known here has no client, and is nobody's.
        return ($"(coalesce(@seer = ANY(authors), false) OR coalesce(call.phones && @phones, false) OR {ClientVisibility.Clause(seen)})", all);
    }

    private static Dictionary<string, string> Newest(CallNote note)
    {
        var cut = note.Text.Length > LongestInRefusal;
        var newest = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["version"] = note.Version.ToString(CultureInfo.InvariantCulture),
            ["text"] = cut ? note.Text[..(char.IsHighSurrogate(note.Text[LongestInRefusal - 1]) ? LongestInRefusal - 1 : LongestInRefusal)] : note.Text,
            ["result"] = $"TALK_RESULT_{(note.Result ?? "unspecified").ToUpperInvariant()}",
            ["by"] = note.AuthorId?.ToString() ?? "",
            ["name"] = note.AuthorName ?? "",
        };
        if (cut)
        {
            newest["cut"] = "true";
        }

        return newest;
    }
}
