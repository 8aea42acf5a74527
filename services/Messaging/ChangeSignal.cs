using CallCenterCrm.ServiceDefaults.Migrations;
using Dapper;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace CallCenterCrm.Messaging;

/// <summary>Wakes the readers of the change log when a row was written, by any instance of the service; one connection for all of them.</summary>
public sealed partial class ChangeSignal(ServiceDatabase database, NpgsqlDataSource dataSource, TimeProvider time, ILogger<ChangeSignal> logger)
    : BackgroundService
{
    private static readonly TimeSpan Retry = TimeSpan.FromSeconds(1);
    private volatile TaskCompletionSource _written = New();

    /// <summary>Ends when the log is written next. Take it before reading, so that nothing falls in between.</summary>
    public Task Written => _written.Task;

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await database.Migrated.WaitAsync(stoppingToken);
        while (true)
        {
            try
            {
                await using var connection = await dataSource.OpenConnectionAsync(stoppingToken);
                connection.Notification += (_, _) => Wake();
                await connection.ExecuteAsync("LISTEN changes");
                while (true)
                {
                    // Also after a fault: something may have been written while nobody listened.
                    Wake();
                    await connection.WaitAsync(stoppingToken);
                }
            }
            catch (NpgsqlException fault)
            {
                Failed(logger, fault.Message);
                await Task.Delay(Retry, time, stoppingToken);
            }
        }
    }

    private void Wake() => Interlocked.Exchange(ref _written, New()).TrySetResult();

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    [LoggerMessage(210, LogLevel.Warning, "Readers of the change log are not woken, and look by themselves: {Reason}")]
    private static partial void Failed(ILogger logger, string reason);
}
