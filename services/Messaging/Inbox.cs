using Dapper;
using MassTransit;
using Npgsql;

namespace CallCenterCrm.Messaging;

/// <summary>
/// Consumes a contract exactly once as far as the database is concerned: the message's id and the work on it are
/// stored in one transaction.
/// </summary>
public abstract class InboxConsumer<T>(NpgsqlDataSource dataSource) : IConsumer<T>
    where T : class
{
    /// <inheritdoc/>
    public async Task Consume(ConsumeContext<T> context)
    {
        await using var connection = await dataSource.OpenConnectionAsync(context.CancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(context.CancellationToken);
        var first = await connection.ExecuteAsync(new CommandDefinition(
            "INSERT INTO inbox (message_id, consumer) VALUES (@id, @consumer) ON CONFLICT DO NOTHING",
            new { id = context.MessageId ?? throw new MessageException(typeof(T), "The message has no id"), consumer = GetType().Name },
            transaction, cancellationToken: context.CancellationToken));
        if (first > 0)
        {
            await ConsumeAsync(context.Message, connection, transaction, context.CancellationToken);
        }

        await transaction.CommitAsync(context.CancellationToken);
    }

    /// <summary>The work on a message that was not seen before, within the given transaction.</summary>
    protected abstract Task ConsumeAsync(
        T message, NpgsqlConnection connection, NpgsqlTransaction transaction, CancellationToken cancellationToken);
}
