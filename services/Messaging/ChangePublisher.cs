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

    // The first change of a quiet time goes out at once; of a busy one many go together, and of what changed more than once
    // only how it stands now.
    private static readonly TimeSpan Gather = TimeSpan.FromMilliseconds(500);

    // A broker that was killed while it was told confirms nothing any more; what is told again is recognised by its id.
    private static readonly TimeSpan ConfirmLimit = TimeSpan.FromSeconds(10);
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

            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            limit.CancelAfter(ConfirmLimit);
            var results = await Task.WhenAll(Newest(rows).Select(change => PublishAsync(change, limit.Token)));
            var done = rows.Select(row => row.Seq).Except(results.OfType<long>()).ToArray();
            await connection.ExecuteAsync(new CommandDefinition(
                "UPDATE changes SET sent_at = now() WHERE seq = ANY(@done)", new { done }, cancellationToken: cancellationToken));
            Published.Add(done.Length);
            if (rows.Count < Batch)
            {
                await Task.Delay(Gather, time, cancellationToken);
            }
        }
    }

    // What is to be said: of several states of one thing the newest. Rows that cannot be read are set aside, so they are done.
    private IEnumerable<(Row Row, object Contract)> Newest(List<Row> rows)
    {
        var newest = new Dictionary<object, (Row Row, object Contract, long Version)>();
        foreach (var row in rows)
        {
            try
            {
                var contract = ChangeLog.Read(row.Kind, row.Body);
                var state = ChangeLog.StateIn(contract);
                object subject = state is { } whole ? (row.Kind, whole.Subject) : row.Seq;
                if (!newest.TryGetValue(subject, out var known) || known.Version < state?.Version)
                {
                    newest[subject] = (row, contract, state?.Version ?? 0);
                }
            }
            catch (JsonException fault)
            {
                SetAside.Add(1);
                CannotRead(logger, row.Seq, row.Kind, fault.Message);
            }
        }

        return newest.Values.Select(change => (change.Row, change.Contract));
    }

    // The row's place in the log when it has to wait; null when the broker has confirmed it.
    private async Task<long?> PublishAsync((Row Row, object Contract) change, CancellationToken cancellationToken)
    {
        try
        {
            await bus.Publish(change.Contract, change.Contract.GetType(), Pipe.Execute<PublishContext>(context =>
            {
                context.MessageId = change.Row.Id;
                context.Mandatory = true;
            }), cancellationToken);
            return null;
        }
        catch (MessageReturnedException)
        {
            // Nobody has ever listened to this kind: its consumers are not installed or have not started yet.
            lock (_held)
            {
                _held[change.Row.Kind] = time.GetUtcNow() + Hold;
            }

            return change.Row.Seq;
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
            """
            WITH gone AS (DELETE FROM changes WHERE sent_at < @sent RETURNING tx)
            UPDATE change_log SET trimmed_tx = greatest(trimmed_tx, (SELECT tx FROM gone ORDER BY tx DESC LIMIT 1));
            DELETE FROM inbox WHERE received_at < @inbox
            """,
            new { sent = now - KeepSent, inbox = now - KeepInbox }, cancellationToken: cancellationToken));
    }

    [LoggerMessage(200, LogLevel.Warning, "Publishing waits: {Reason}")]
    private static partial void Failed(ILogger logger, string reason);

    [LoggerMessage(201, LogLevel.Error, "Change {Seq} of kind {Kind} cannot be read and was set aside: {Reason}")]
    private static partial void CannotRead(ILogger logger, long seq, string kind, string reason);

    private sealed record Row(long Seq, Guid Id, string Kind, string Body);
}
