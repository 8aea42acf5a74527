using CallCenterCrm.ServiceDefaults.Input;
using Dapper;
using Npgsql;

namespace CallCenterCrm.Leads;

/// <summary>Idempotency keys whose time is over (<see cref="CreatedOnce.Keep"/>).</summary>
internal static class OldKeys
{
    private const int MostAtOnce = 100;

    /// <summary>Forgets some; whoever takes a key does it, so that never many are left.</summary>
    public static Task<int> ForgetAsync(
        DateTimeOffset now, NpgsqlConnection connection, NpgsqlTransaction transaction, CancellationToken cancellationToken) =>
        connection.ExecuteAsync(new CommandDefinition(
            """
            DELETE FROM idempotency_keys WHERE (caller, key) IN (
                SELECT caller, key FROM idempotency_keys WHERE created_at < @before ORDER BY created_at LIMIT @MostAtOnce FOR UPDATE SKIP LOCKED)
            """, new { before = now - CreatedOnce.Keep, MostAtOnce }, transaction, cancellationToken: cancellationToken));
}
