using System.Security.Cryptography;
using System.Text.Json;
using Dapper;
using Npgsql;

namespace CallCenterCrm.ServiceDefaults.Input;

/// <summary>
/// Lets a request that creates something be sent again after a lost answer: it creates once. The service's database has a
/// table idempotency_keys (caller, key, request_hash, created_id, created_at) whose key is (caller, key).
/// </summary>
public static class CreatedOnce
{
    /// <summary>For so long a repeated request is recognised.</summary>
    public static readonly TimeSpan Keep = TimeSpan.FromDays(7);

    private const int LongestKey = 100;

    /// <summary>Notes what is wrong with a key.</summary>
    public static void Check(string key, Violations violations) => violations.Text("idempotency_key", key, LongestKey);

    /// <summary>
    /// Takes the key for a request, in the transaction that creates; another one with the same key waits until that is over.
    /// </summary>
    /// <param name="caller">Whose keys it is among: two callers may use the same one.</param>
    /// <param name="request">All that the request says: a key may not be used for another.</param>
    /// <param name="id">What will be created.</param>
    /// <returns>What was created by the same request before; null when it is the first.</returns>
    /// <exception cref="InputException">The key was used for another request.</exception>
    public static async Task<Guid?> TakeAsync<T>(
        NpgsqlConnection connection, NpgsqlTransaction transaction, string caller, string key, T request, Guid id, DateTimeOffset now,
        CancellationToken cancellationToken)
    {
        var hash = SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(request));
        var first = await connection.ExecuteAsync(new CommandDefinition(
            """
            INSERT INTO idempotency_keys (caller, key, request_hash, created_id, created_at)
            VALUES (@caller, @key, @hash, @id, @now) ON CONFLICT DO NOTHING
            """, new { caller, key, hash, id, now }, transaction, cancellationToken: cancellationToken));
        if (first > 0)
        {
            return null;
        }

        var (earlier, created) = await connection.QuerySingleAsync<(byte[] Hash, Guid Id)>(new CommandDefinition(
            "SELECT request_hash, created_id FROM idempotency_keys WHERE caller = @caller AND key = @key",
            new { caller, key }, transaction, cancellationToken: cancellationToken));
        return earlier.AsSpan().SequenceEqual(hash)
            ? created
            : throw new InputException(new Violation("idempotency_key", ViolationKey.KeyUsedForAnother));
    }
}
