using System.Text;
using CallCenterCrm.Servers;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace CallCenterCrm.Messaging.Tests.Support;

/// <summary>Looks into the broker's queues.</summary>
internal sealed class Queues(RabbitMqServer rabbit, string virtualHost)
{
    /// <summary>How many messages lie in a queue; 0 when there is no such queue.</summary>
    public async Task<uint> CountAsync(string queue)
    {
        await using var connection = await ConnectAsync();
        await using var channel = await connection.CreateChannelAsync();
        try
        {
            return (await channel.QueueDeclarePassiveAsync(queue)).MessageCount;
        }
        catch (OperationInterruptedException fault) when (fault.ShutdownReason?.ReplyCode == Constants.NotFound)
        {
            return 0;
        }
    }

    /// <summary>Puts something into a queue past everything that would look at it.</summary>
    public async Task SendAsync(string queue, string contentType, string body)
    {
        await using var connection = await ConnectAsync();
        await using var channel = await connection.CreateChannelAsync();
        await channel.BasicPublishAsync(
            "", queue, mandatory: true, new BasicProperties { ContentType = contentType, Persistent = true }, Encoding.UTF8.GetBytes(body));
    }

    private Task<IConnection> ConnectAsync() => new ConnectionFactory
    {
        HostName = "127.0.0.1",
        Port = rabbit.Port,
        VirtualHost = virtualHost,
        UserName = RabbitMqServer.User,
        Password = RabbitMqServer.User,
    }.CreateConnectionAsync();
}
