using System.Diagnostics.Metrics;
using MassTransit;
using Microsoft.Extensions.Logging;

namespace CallCenterCrm.Messaging;

/// <summary>
/// Counts and reports the messages that nobody here could work on. MassTransit has put each into the queue beside its own:
/// <c>…_error</c> when the work on it failed, <c>…_skipped</c> when it is of a kind that this queue is not for.
/// </summary>
internal sealed partial class SetAsideCount(ILogger<SetAsideCount> logger) : IReceiveObserver
{
    private static readonly Meter Meter = new("CallCenterCrm.Messaging");
    private static readonly Counter<long> SetAside = Meter.CreateCounter<long>("messages.set_aside");

    public Task PreReceive(ReceiveContext context) => Task.CompletedTask;

    public Task PostReceive(ReceiveContext context)
    {
        if (context.IsFaulted || !context.IsDelivered)
        {
            var queue = context.InputAddress.Segments[^1];
            SetAside.Add(1, new KeyValuePair<string, object?>("queue", queue));
            Reported(logger, context.GetMessageId(), queue, context.IsFaulted ? "error" : "skipped");
        }

        return Task.CompletedTask;
    }

    public Task PostConsume<T>(ConsumeContext<T> context, TimeSpan duration, string consumerType)
        where T : class =>
        Task.CompletedTask;

    public Task ConsumeFault<T>(ConsumeContext<T> context, TimeSpan duration, string consumerType, Exception exception)
        where T : class =>
        Task.CompletedTask;

    public Task ReceiveFault(ReceiveContext context, Exception exception) => Task.CompletedTask;

    [LoggerMessage(202, LogLevel.Error, "Message {Id} could not be worked on and lies in the queue {Queue}_{Suffix}")]
    private static partial void Reported(ILogger logger, Guid? id, string queue, string suffix);
}
