using System.Diagnostics.Metrics;
using System.Text.Json;
using CallCenterCrm.ServiceDefaults;
using CallCenterCrm.ServiceDefaults.Migrations;
using Dapper;
using MassTransit;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace CallCenterCrm.Messaging;

/// <summary>
/// Publishes the change log: at least once, roughly in its order, and only to where somebody listens. A change whose
/// consumers have not made their queue yet stays in the log until they have.
/// </summary>
internal sealed partial class ChangePublisher(
    ServiceDatabase database, NpgsqlDataSource dataSource, IBusControl bus, TimeProvider time, ILogger<ChangePublisher> logger)
    : BackgroundService
{
    private const long LockKey = 0x43524D4F5554;
    private const int Batch = 200;
    private static readonly TimeSpan Poll = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Retry = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Hold = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan KeepSent = TimeSpan.FromDays(30);
    private static readonly TimeSpan KeepInbox = TimeSpan.FromDays(14);
    private static readonly Meter Meter = new("CallCenterCrm.Messaging");
    private static readonly Counter<long> Published = Meter.CreateCounter<long>("changes.published");
    private static readonly Counter<long> SetAside = Meter.CreateCounter<long>("changes.set_aside");

    private readonly Dictionary<string, DateTimeOffset> _held = new(StringComparer.Ordinal);
    private DateTimeOffset _trimmed;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await database.Migrated.WaitAsync(stoppingToken);
        while (true)
        {
            try
            {
                await bus.WaitForHealthStatus(BusHealthStatus.Healthy, stoppingToken);
                await using var connection = await dataSource.OpenConnectionAsync(stoppingToken);
                await using var held = await SessionLock.TryTakeAsync(connection, LockKey, stoppingToken);
                if (held is not null)
                {
                    await PublishAsync(connection, stoppingToken);
                }
            }
            catch (Exception fault) when (fault is not OperationCanceledException || !stoppingToken.IsCancellationRequested)
            {
                Failed(logger, fault.Message);
            }

            // Reached after a fault, or while another instance of this service holds the lock.
            await Task.Delay(Retry, time, stoppingToken);
        }
    }

    private async Task PublishAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await connection.ExecuteAsync("LISTEN changes");
        while (true)
        {
            var now = time.GetUtcNow();
            var rows = (await connection.QueryAsync<Row>(new CommandDefinition(
                """
                SELECT seq, id, kind, body::text AS body FROM changes
                WHERE sent_at IS NULL AND kind <> ALL(@held) ORDER BY seq LIMIT @Batch
                """,
                new { Batch, held = _held.Where(pair => pair.Value > now).Select(pair => pair.Key).ToArray() },
                cancellationToken: cancellationToken))).AsList();
            if (rows.Count == 0)
            {
                await TrimAsync(connection, now, cancellationToken);
                await connection.WaitAsync(Poll, cancellationToken);
                continue;
            }

            var results = await Task.WhenAll(rows.Select(row => PublishAsync(row, cancellationToken)));
            var done = rows.Where((_, index) => results[index]).Select(row => row.Seq).ToArray();
            await connection.ExecuteAsync(new CommandDefinition(
                "UPDATE changes SET sent_at = now() WHERE seq = ANY(@done)", new { done }, cancellationToken: cancellationToken));
            Published.Add(done.Length);
        }
    }

    // True when the row is done with: confirmed by the broker, or set aside because it cannot be read.
    private async Task<bool> PublishAsync(Row row, CancellationToken cancellationToken)
    {
        try
        {
            var (type, contract) = ChangeLog.Read(row.Kind, row.Body);
            await bus.Publish(contract, type, Pipe.Execute<PublishContext>(context =>
            {
                context.MessageId = row.Id;
                context.Mandatory = true;
            }), cancellationToken);
            return true;
        }
        catch (MessageReturnedException)
        {
            // Nobody has ever listened to this kind: its consumers are not installed or have not started yet.
            lock (_held)
            {
                _held[row.Kind] = time.GetUtcNow() + Hold;
            }

            return false;
        }
        catch (JsonException fault)
        {
            SetAside.Add(1);
            CannotRead(logger, row.Seq, row.Kind, fault.Message);
            return true;
        }
    }

    private async Task TrimAsync(NpgsqlConnection connection, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (now - _trimmed < TimeSpan.FromHours(1))
        {
            return;
        }

        _trimmed = now;
        await connection.ExecuteAsync(new CommandDefinition(
            "DELETE FROM changes WHERE sent_at < @sent; DELETE FROM inbox WHERE received_at < @inbox",
            new { sent = now - KeepSent, inbox = now - KeepInbox }, cancellationToken: cancellationToken));
    }

    [LoggerMessage(200, LogLevel.Warning, "Publishing waits: {Reason}")]
    private static partial void Failed(ILogger logger, string reason);

    [LoggerMessage(201, LogLevel.Error, "Change {Seq} of kind {Kind} cannot be read and was set aside: {Reason}")]
    private static partial void CannotRead(ILogger logger, long seq, string kind, string reason);

    private sealed record Row(long Seq, Guid Id, string Kind, string Body);
}
