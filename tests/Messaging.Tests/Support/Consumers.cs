using System.Collections.Concurrent;
using CallCenterCrm.Contracts.Clients.V1;
using Dapper;
using MassTransit;
using Npgsql;

namespace CallCenterCrm.Messaging.Tests.Support;

/// <summary>Puts down every client that it was told of, once for each time it works on a message.</summary>
internal sealed class BookConsumer(NpgsqlDataSource dataSource) : InboxConsumer<ClientChanged>(dataSource)
{
    /// <summary>A client of this name cannot be put down.</summary>
    public const string Poison = "poison";

    protected override async Task ConsumeAsync(
        ClientChanged message, NpgsqlConnection connection, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        await connection.ExecuteAsync(new CommandDefinition(
            "INSERT INTO book (client_id) VALUES (@ClientId)", message, transaction, cancellationToken: cancellationToken));
        if (message.Name == Poison)
        {
            throw new InvalidOperationException("This one cannot be put down");
        }
    }
}

/// <summary>What the broker delivered, repeats included.</summary>
internal sealed class Deliveries
{
    public ConcurrentQueue<Guid> MessageIds { get; } = new();

    public ConcurrentQueue<Guid> ClientIds { get; } = new();
}

/// <summary>Sees every delivery: it has no inbox.</summary>
internal sealed class WitnessConsumer(Deliveries deliveries) : IConsumer<ClientChanged>
{
    public Task Consume(ConsumeContext<ClientChanged> context)
    {
        deliveries.MessageIds.Enqueue(context.MessageId!.Value);
        deliveries.ClientIds.Enqueue(context.Message.ClientId);
        return Task.CompletedTask;
    }
}

/// <summary>Listens to the other kind of message.</summary>
internal sealed class RequestConsumer(Deliveries deliveries) : IConsumer<ClientsRequested>
{
    public Task Consume(ConsumeContext<ClientsRequested> context)
    {
        deliveries.MessageIds.Enqueue(context.MessageId!.Value);
        return Task.CompletedTask;
    }
}
