using Npgsql;

namespace CallCenterCrm.Staff;

/// <summary>Work in a transaction on a connection that goes back to the pool before anything else is waited for.</summary>
internal static class Transactions
{
    /// <summary>Does the work and commits; a fault rolls back.</summary>
    public static async Task<T> InTransactionAsync<T>(
        this NpgsqlDataSource dataSource, Func<NpgsqlConnection, NpgsqlTransaction, Task<T>> work, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var result = await work(connection, transaction);
        await transaction.CommitAsync(cancellationToken);
        return result;
    }

    /// <summary>Does the work outside a transaction.</summary>
    public static async Task<T> OnConnectionAsync<T>(
        this NpgsqlDataSource dataSource, Func<NpgsqlConnection, Task<T>> work, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        return await work(connection);
    }
}
