using CallCenterCrm.ServiceDefaults.Input;
using CallCenterCrm.ServiceDefaults.Migrations;
using Dapper;
using Npgsql;

namespace CallCenterCrm.Staff.SignIn;

/// <summary>Removes rows that no longer mean anything, once an hour: ended challenges and sessions, forgotten guesses, old keys of requests.</summary>
internal sealed partial class OutlivedRows(ServiceDatabase database, NpgsqlDataSource dataSource, TimeProvider time, ILogger<OutlivedRows> logger) : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromHours(1);
    private static readonly TimeSpan KeepSessions = TimeSpan.FromDays(30);
    private static readonly TimeSpan KeepAddresses = TimeSpan.FromDays(180);

    /// <summary>Removes them.</summary>
    public async Task RemoveAsync(CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await connection.ExecuteAsync(new CommandDefinition(
            """
            DELETE FROM sign_in_challenges WHERE expires_at < @now;
            DELETE FROM guess_limits WHERE touched_at < @guesses;
            DELETE FROM known_addresses WHERE seen_at < @addresses;
            DELETE FROM sessions WHERE least(idle_until, ends_at) < @sessions;
            DELETE FROM idempotency_keys WHERE created_at < @requests
            """,
            new
            {
                now,
                guesses = now - GuessLimits.Forget,
                addresses = now - KeepAddresses,
                sessions = now - KeepSessions,
                requests = now - CreatedOnce.Keep,
            }, cancellationToken: cancellationToken));
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await database.Migrated.WaitAsync(stoppingToken);
        while (true)
        {
            try
            {
                await RemoveAsync(stoppingToken);
            }
            catch (NpgsqlException fault)
            {
                CannotRemove(logger, fault.Message);
            }

            await Task.Delay(Pause, time, stoppingToken);
        }
    }

    [LoggerMessage(520, LogLevel.Warning, "Outlived rows could not be removed, which is tried again in an hour: {Reason}")]
    private static partial void CannotRemove(ILogger logger, string reason);
}
