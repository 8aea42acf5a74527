using System.Diagnostics;
using System.Text.Json;
using Dapper;
using Npgsql;

namespace CallCenterCrm.RealCalls.Support;

/// <summary>A call as the gateway put it down.</summary>
public sealed record CallRow
{
    public Guid Id { get; init; }

    public string Uniqueid { get; init; } = "";

    public long Version { get; init; }

    public string Direction { get; init; } = "";

    public string State { get; init; } = "";

    public bool Settled { get; init; }

    public string? Result { get; init; }

    public string? MissReason { get; init; }

    public string? OwnNumber { get; init; }

    public string Party { get; init; } = "";

    public string? PartyNumber { get; init; }

    public string? AnsweredBy { get; init; }

    public bool Fallback { get; init; }

    public string? MenuPath { get; init; }

    public DateTime? MenuEnteredAt { get; init; }

    public DateTime? MenuLeftAt { get; init; }

    public bool Cut { get; init; }

    public bool OutOfHours { get; init; }

    public string? PlanText { get; init; }

    public DateTime StartedAt { get; init; }

    public DateTime? AnsweredAt { get; init; }

    public DateTime? EndedAt { get; init; }

    public string[] Legs { get; init; } = [];

    public string[] Talks { get; init; } = [];

    public string? Recording { get; init; }

    public double? RecordingSeconds { get; init; }

    public string? Sha256 { get; init; }

    public string? RecordingFile { get; init; }

    /// <summary>What is published of it, JSON.</summary>
    public string Event { get; init; } = "{}";

    /// <summary>What somebody would draw on the picture of its recording.</summary>
    public Marks Marks => JsonSerializer.Deserialize<Marks>(Event, JsonSerializerOptions.Web)!;
}

/// <summary>Reads what the product made of the calls.</summary>
public sealed class Records(Stack stack)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    static Records() => DefaultTypeMap.MatchNamesWithUnderscores = true;

    /// <summary>Waits for a condition; fails with what was waited for.</summary>
    public static async Task UntilAsync(string what, Func<Task<bool>> condition, TimeSpan? patience = null)
    {
        var watch = Stopwatch.StartNew();
        while (!await condition())
        {
            if (watch.Elapsed > (patience ?? Patience))
            {
                throw new TimeoutException($"In vain waited for: {what}");
            }

            await Task.Delay(100);
        }
    }

    /// <summary>Calls to a number of ours, newest last.</summary>
    public async Task<IReadOnlyList<CallRow>> CallsToAsync(string did, string? from = null)
    {
        await using var connection = await stack.Telephony.OpenConnectionAsync();
        return (await connection.QueryAsync<CallRow>(
            """
            SELECT c.*, plan->'plan'->>'text' AS plan_text, r.state AS recording, r.seconds::float8 AS recording_seconds, r.sha256,
                array(SELECT phone || ':' || coalesce(result, '') FROM call_legs WHERE call_id = c.id ORDER BY position) AS legs,
                array(SELECT phone FROM call_talks WHERE call_id = c.id ORDER BY position) AS talks
            FROM calls c LEFT JOIN recordings r ON r.call_id = c.id
            WHERE own_number = @did AND (@from::text IS NULL OR party_number = @from) ORDER BY started_at, c.id
            """, new { did, from })).AsList();
    }

    /// <summary>Uniqueids of every incoming call that is recorded.</summary>
    public async Task<IReadOnlyList<string>> IncomingAsync()
    {
        await using var connection = await stack.Telephony.OpenConnectionAsync();
        return (await connection.QueryAsync<string>("SELECT uniqueid FROM calls WHERE direction = 'in'")).AsList();
    }

    /// <summary>The only call to a number, once it is settled and its recording was looked for.</summary>
    public async Task<CallRow> OnlyCallAsync(string did, string? from = null)
    {
        CallRow? call = null;
        await UntilAsync($"one settled call to {did}", async () =>
        {
            var calls = await CallsToAsync(did, from);
            call = calls.Count == 1 ? calls[0] : null;
            return call is { Settled: true, Recording: not null };
        });
        return call!;
    }

    public async Task<long> TelephonyCountAsync(string sql, object? parameters = null) => await CountAsync(stack.Telephony, sql, parameters);

    public async Task<long> LeadsCountAsync(string sql, object? parameters = null) => await CountAsync(stack.Leads, sql, parameters);

    /// <summary>Waits until Leads has put a settled call on somebody's history.</summary>
    public Task InLeadsAsync(Guid call) => UntilAsync($"call {call} in Leads", async () =>
        await LeadsCountAsync("SELECT count(*) FROM call_activities WHERE call_id = @call AND settled", new { call }) == 1);

    /// <summary>Uniqueids of every incoming call that the PBX itself wrote down.</summary>
    public IReadOnlySet<string> IncomingInPbxLog() => stack.IncomingInPbxLog();

    private static async Task<long> CountAsync(NpgsqlDataSource dataSource, string sql, object? parameters)
    {
        await using var connection = await dataSource.OpenConnectionAsync();
        return await connection.ExecuteScalarAsync<long>(sql, parameters);
    }
}
