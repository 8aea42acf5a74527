using System.Data;
using Dapper;
using Npgsql;

namespace CallCenterCrm.ServiceDefaults;

/// <summary>
/// An advisory lock of PostgreSQL, held by a connection. It is given back by name, because a connection that returns
/// to the pool keeps its locks until the pool uses it again; a broken connection has lost it anyway.
/// </summary>
public sealed class SessionLock : IAsyncDisposable
{
    private readonly NpgsqlConnection _connection;
    private readonly long _key;

    private SessionLock(NpgsqlConnection connection, long key) => (_connection, _key) = (connection, key);

    /// <summary>Waits for the lock, at most the given time.</summary>
    /// <exception cref="NpgsqlException">The time is over.</exception>
    public static async Task<SessionLock> TakeAsync(NpgsqlConnection connection, long key, TimeSpan limit, CancellationToken cancellationToken)
    {
        await connection.ExecuteAsync(new CommandDefinition(
            "SELECT pg_advisory_lock(@key)", new { key }, commandTimeout: (int)limit.TotalSeconds, cancellationToken: cancellationToken));
        return new SessionLock(connection, key);
    }

    /// <summary>Takes the lock if nobody holds it; null otherwise.</summary>
    public static async Task<SessionLock?> TryTakeAsync(NpgsqlConnection connection, long key, CancellationToken cancellationToken) =>
        await connection.ExecuteScalarAsync<bool>(new CommandDefinition(
            "SELECT pg_try_advisory_lock(@key)", new { key }, cancellationToken: cancellationToken))
            ? new SessionLock(connection, key)
            : null;

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_connection.FullState == ConnectionState.Open)
        {
            await _connection.ExecuteAsync("SELECT pg_advisory_unlock(@_key)", new { _key });
        }
    }
}
