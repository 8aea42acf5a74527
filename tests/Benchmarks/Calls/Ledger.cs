using System.Diagnostics;
using CallCenterCrm.TestStack;
using Dapper;
using Npgsql;

namespace CallsBench;

/// <summary>What the product, and the PBX, put down of the calls.</summary>
internal sealed class Ledger(CrmStack stack)
{
    // Recordings without sound are looked for again for half a minute: the load sends no voice.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    /// <summary>Changes that wait to be published, and messages that Leads has not worked on.</summary>
    public async Task<long> BehindAsync()
    {
        var written = await CountAsync(stack.Telephony, "SELECT count(*) FROM changes WHERE kind LIKE '%CallChanged' AND sent_at IS DISTINCT FROM at");
        return written - await CountAsync(stack.Leads, "SELECT count(*) FROM inbox WHERE consumer = 'CallChangedConsumer'");
    }

    public Task<bool> ClientsKnownAsync(int count) => UntilAsync(async () =>
        await CountAsync(stack.Telephony, "SELECT count(*) FROM known_clients") >= count);

    /// <summary>Waits until nothing is left to do for any call; false when that does not come.</summary>
    public Task<bool> DrainedAsync(int calls) => UntilAsync(async () =>
        await CountAsync(stack.Telephony, "SELECT count(*) FROM calls WHERE settled AND recording_checked") >= calls && await BehindAsync() == 0);

    /// <summary>From the PBX's announcement of a call to its confirmation of the plan, of the calls that began in a time.</summary>
    public async Task<Delays> DelaysAsync(DateTimeOffset from, DateTimeOffset until)
    {
        await using var connection = await stack.Telephony.OpenConnectionAsync();
        var row = await connection.QuerySingleAsync<(double[]? Shares, long Calls, long Unplanned)>(
            """
            SELECT percentile_disc(ARRAY[0.5, 0.95, 0.99, 1]) WITHIN GROUP (ORDER BY (plan->>'delay_seconds')::float8),
                count(*), count(*) FILTER (WHERE plan->>'delay_seconds' IS NULL OR plan->>'fault' IS NOT NULL)
            FROM calls WHERE started_at >= @from AND started_at < @until
            """, new { from, until });
        return row.Shares is [var p50, var p95, var p99, var max]
            ? new Delays(row.Calls, row.Unplanned, p50 * 1000, p95 * 1000, p99 * 1000, max * 1000)
            : new Delays(row.Calls, row.Unplanned, double.NaN, double.NaN, double.NaN, double.NaN);
    }

    public async Task<Account> AccountAsync()
    {
        await using var telephony = await stack.Telephony.OpenConnectionAsync();
        var ours = (await telephony.QueryAsync<(string Uniqueid, bool Settled, string? Result)>("SELECT uniqueid, settled, result FROM calls")).ToList();
        var pbx = stack.IncomingInPbxLog();
        return new Account(
            ours.Count,
            ours.DistinctBy(call => call.Uniqueid).Count(),
            ours.Count(call => call.Settled),
            ours.Count(call => call.Result == "answered"),
            pbx.Count,
            pbx.Except(ours.Select(call => call.Uniqueid), StringComparer.Ordinal).Count(),
            ours.Select(call => call.Uniqueid).Except(pbx, StringComparer.Ordinal).Count(),
            await CountAsync(stack.Leads, "SELECT count(*) FROM call_activities WHERE settled"),
            await CountAsync(stack.Leads, "SELECT count(*) FROM leads"));
    }

    private static async Task<bool> UntilAsync(Func<Task<bool>> condition)
    {
        var watch = Stopwatch.StartNew();
        while (!await condition())
        {
            if (watch.Elapsed > Patience)
            {
                return false;
            }

            await Task.Delay(500);
        }

        return true;
    }

    private static async Task<long> CountAsync(NpgsqlDataSource database, string sql)
    {
        await using var connection = await database.OpenConnectionAsync();
        return await connection.ExecuteScalarAsync<long>(sql);
    }
}

/// <summary>Milliseconds from the announcement to the plan.</summary>
internal sealed record Delays(long Calls, long Unplanned, double P50, double P95, double P99, double Max);

/// <summary>Every call as each side counts it.</summary>
internal sealed record Account(
    int Rows, int Distinct, int Settled, int Answered, int InPbxLog, int OnlyInPbxLog, int OnlyOurs, long InLeads, long Leads)
{
    /// <summary>Whether all sides agree with the phones.</summary>
    public bool IsWhole(int placed, int answered) =>
        Rows == placed && Distinct == placed && Settled == placed && Answered == answered && InPbxLog == placed
        && OnlyInPbxLog == 0 && OnlyOurs == 0 && InLeads == placed;
}
