using CallCenterCrm.ServiceDefaults.Input;
using Npgsql;

namespace CallCenterCrm.Telephony.Routing;

/// <summary>
/// Changes the routing tables, one row at a time: the tables as they would be are checked as a whole, in the transaction
/// that stores the row and its record for the audit log, while nobody else changes anything.
/// </summary>
internal sealed class RoutingChanges(NpgsqlDataSource dataSource, RoutingData inForce, TimeProvider time)
{
    /// <summary>Adds a row whose key is the request's idempotency key. Sent again, it adds nothing.</summary>
    /// <param name="violations">What was wrong with the request in itself; more is added.</param>
    /// <returns>The row as it stands.</returns>
    /// <exception cref="InputException">Lists every violation, or the key was used for another row.</exception>
    public async Task<T> CreateAsync<T>(RoutingKind<T> kind, T item, Violations violations, Author by, CancellationToken cancellationToken)
        where T : class
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var tables = await RoutingStore.LoadForChangeAsync(connection, transaction, cancellationToken);
        if (violations.Found.Count == 0 && kind.Find(tables, kind.KeyOf(item)) is { } known)
        {
            return kind.Same(known, item) ? known : throw new InputException(new Violation("idempotency_key", ViolationKey.KeyUsedForAnother));
        }

        item = kind.WithVersion(item, 1);
        Check(kind, tables, item, violations);
        await kind.SaveAsync(item, connection, transaction, cancellationToken);
        await AuditAsync(connection, transaction, by, $"{kind.What}.created", kind.What, kind.KeyOf(item), 1, null, cancellationToken);
        await transaction.CommitAsync(cancellationToken);

        // Whoever waits for the tables to be read holds no connection.
        await connection.CloseAsync();
        await inForce.RefreshAsync(cancellationToken);
        return item;
    }

    /// <summary>Changes a row.</summary>
    /// <param name="version">The version that the change was made on.</param>
    /// <param name="change">Makes the row as it is to be of the row as it is.</param>
    /// <param name="fields">Which fields are changed, for the audit log.</param>
    /// <param name="violations">What was wrong with the request in itself; more is added.</param>
    /// <returns>The row as it stands.</returns>
    /// <exception cref="NotFoundException">There is no such row.</exception>
    /// <exception cref="StaleVersionException">Somebody else was faster.</exception>
    /// <exception cref="InputException">Lists every violation.</exception>
    public async Task<T> UpdateAsync<T>(
        RoutingKind<T> kind, string key, long version, Func<T, T> change, string fields, Violations violations, Author by,
        CancellationToken cancellationToken)
        where T : class
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var tables = await RoutingStore.LoadForChangeAsync(connection, transaction, cancellationToken);
        var current = Current(kind, tables, key, version);
        var item = kind.WithVersion(change(current), version + 1);
        Check(kind, tables, item, violations);
        await kind.SaveAsync(item, connection, transaction, cancellationToken);
        await AuditAsync(connection, transaction, by, $"{kind.What}.changed", kind.What, key, version + 1, fields, cancellationToken);
        await transaction.CommitAsync(cancellationToken);

        // Whoever waits for the tables to be read holds no connection.
        await connection.CloseAsync();
        await inForce.RefreshAsync(cancellationToken);
        return item;
    }

    /// <summary>Removes a row.</summary>
    /// <exception cref="NotFoundException">There is no such row.</exception>
    /// <exception cref="StaleVersionException">Somebody else was faster.</exception>
    /// <exception cref="InUseException">Another row needs it.</exception>
    public async Task DeleteAsync<T>(RoutingKind<T> kind, string key, long version, Author by, CancellationToken cancellationToken)
        where T : class
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var tables = await RoutingStore.LoadForChangeAsync(connection, transaction, cancellationToken);
        Current(kind, tables, key, version);
        if (kind.NeededBy(tables, key).ToArray() is { Length: > 0 } needs)
        {
            throw new InUseException(kind.What, key, string.Join(", ", needs));
        }

        await kind.DeleteAsync(key, connection, transaction, cancellationToken);
        await AuditAsync(connection, transaction, by, $"{kind.What}.deleted", kind.What, key, version, null, cancellationToken);
        await transaction.CommitAsync(cancellationToken);

        // Whoever waits for the tables to be read holds no connection.
        await connection.CloseAsync();
        await inForce.RefreshAsync(cancellationToken);
    }

    private static T Current<T>(RoutingKind<T> kind, RoutingTables tables, string key, long version)
        where T : class
    {
        var current = kind.Find(tables, key) ?? throw new NotFoundException(kind.What, key);
        return kind.VersionOf(current) == version ? current : throw new StaleVersionException(kind.VersionOf(current));
    }

    private static void Check<T>(RoutingKind<T> kind, RoutingTables tables, T item, Violations violations)
        where T : class
    {
        foreach (var mistake in RoutingCheck.Mistakes(kind.Put(tables, item)).Where(mistake => mistake.Item == kind.KeyOf(item)))
        {
            if (!FollowsFrom(violations.Found, kind.Field, mistake))
            {
                violations.Add($"{kind.Field}.{mistake.Field}", mistake.Rule, [.. mistake.Limits]);
            }
        }

        violations.ThrowIfAny();
    }

    // A field that could not be read stands in the row as something else, which must not be held against its sender again.
    private static bool FollowsFrom(IReadOnlyList<Violation> found, string root, RoutingMistake mistake)
    {
        var field = $"{root}.{mistake.Field}";
        var entry = mistake.Field.IndexOf(']', StringComparison.Ordinal) is > 0 and var end ? $"{root}.{mistake.Field[..(end + 1)]}." : null;
        return mistake.Rule switch
        {
            ViolationKey.EndBeforeStart or ViolationKey.Overlaps => found.Any(
                earlier => earlier.Field == field || (entry is not null && earlier.Field.StartsWith(entry, StringComparison.Ordinal))),
            ViolationKey.NobodyToRing => found.Any(earlier => earlier.Field == field || earlier.Field == $"{root}.group_id"),
            _ => found.Any(earlier => earlier.Field == field),
        };
    }

    private Task AuditAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, Author by, string action, string what, string key, long version, string? fields,
        CancellationToken cancellationToken)
    {
        var details = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["version"] = version.ToString(System.Globalization.CultureInfo.InvariantCulture),
        };
        if (fields is not null)
        {
            details["fields"] = fields;
        }

        return by.DidAsync(action, what, key, details, time.GetUtcNow(), connection, transaction, cancellationToken);
    }
}
