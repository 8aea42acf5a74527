using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using Dapper;
using Npgsql;

namespace CallCenterCrm.ServiceDefaults.Migrations;

/// <summary>
/// Brings a database to the state that the program expects: numbered SQL scripts, forward only, each applied once,
/// in its own transaction, under a lock that lets several instances start at the same moment.
/// </summary>
public static class MigrationRunner
{
    // Any number will do as long as every instance uses the same one in the same database.
    private const long LockKey = 0x43524D4D49475221;

    /// <summary>Applies what is not applied yet.</summary>
    /// <param name="dataSource">The service's own database.</param>
    /// <param name="cancellationToken">Ends the wait for the lock as well.</param>
    /// <param name="sources">Assemblies whose embedded resources <c>*.Migrations.NNN_name.sql</c> are the scripts.</param>
    /// <returns>Names of the scripts that were applied now.</returns>
    /// <exception cref="MigrationException">A script that was applied has been changed since.</exception>
    public static async Task<IReadOnlyList<string>> RunAsync(
        NpgsqlDataSource dataSource, CancellationToken cancellationToken, params Assembly[] sources)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var held = await SessionLock.TakeAsync(connection, LockKey, TimeSpan.FromMinutes(5), cancellationToken);
        await connection.ExecuteAsync(new CommandDefinition(
            """
            CREATE TABLE IF NOT EXISTS schema_migrations (
                name       text PRIMARY KEY,
                checksum   text NOT NULL,
                applied_at timestamptz NOT NULL DEFAULT now())
            """, cancellationToken: cancellationToken));
        var applied = (await connection.QueryAsync<(string Name, string Checksum)>(new CommandDefinition(
            "SELECT name, checksum FROM schema_migrations", cancellationToken: cancellationToken)))
            .ToDictionary(row => row.Name, row => row.Checksum, StringComparer.Ordinal);

        var now = new List<string>();
        foreach (var (name, sql) in sources.SelectMany(Scripts))
        {
            var checksum = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(sql)));
            if (applied.TryGetValue(name, out var earlier))
            {
                if (earlier != checksum)
                {
                    throw new MigrationException($"{name} was changed after it had been applied; write a new script instead");
                }

                continue;
            }

            await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
            await connection.ExecuteAsync(new CommandDefinition(sql, transaction: transaction, commandTimeout: 600, cancellationToken: cancellationToken));
            await connection.ExecuteAsync(new CommandDefinition(
                "INSERT INTO schema_migrations (name, checksum) VALUES (@name, @checksum)",
                new { name, checksum }, transaction, cancellationToken: cancellationToken));
            await transaction.CommitAsync(cancellationToken);
            now.Add(name);
        }

        return now;
    }

    private static IEnumerable<(string Name, string Sql)> Scripts(Assembly assembly)
    {
        const string marker = ".Migrations.";
        return assembly.GetManifestResourceNames()
            .Where(name => name.Contains(marker, StringComparison.Ordinal) && name.EndsWith(".sql", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal)
            .Select(name => (
                $"{assembly.GetName().Name}/{name[(name.IndexOf(marker, StringComparison.Ordinal) + marker.Length)..^4]}",
                Read(assembly, name)));
    }

    private static string Read(Assembly assembly, string name)
    {
        using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!, Encoding.UTF8);
        return reader.ReadToEnd().ReplaceLineEndings("\n");
    }
}

/// <summary>The scripts and the database do not belong together.</summary>
public sealed class MigrationException(string message) : Exception(message);
