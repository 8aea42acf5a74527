using Grpc.Core;

namespace CallCenterCrm.ServiceDefaults.Grpc;

/// <summary>
/// Writes a stream whose end can come in the middle of a message: the message is still given a moment to go out, so that its
/// reader learns why the stream ends. The transport by itself would reset the stream, which looks as if the reader had
/// cancelled it. For a reader who takes nothing, the moment passes and the stream is reset.
/// </summary>
internal sealed class PatientWriter<T>(IServerStreamWriter<T> inner, ServerCallContext context, TimeProvider time) : IServerStreamWriter<T>
{
    private static readonly TimeSpan Moment = TimeSpan.FromSeconds(2);

    public WriteOptions? WriteOptions
    {
        get => inner.WriteOptions;
        set => inner.WriteOptions = value;
    }

    public Task WriteAsync(T message) => inner.WriteAsync(message);

    public async Task WriteAsync(T message, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var write = inner.WriteAsync(message, CancellationToken.None);
        if (!write.IsCompleted)
        {
            await write.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (!write.IsCompleted)
            {
                await write.WaitAsync(Moment, time, CancellationToken.None).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }

            if (!write.IsCompleted)
            {
                context.GetHttpContext().Abort();
            }
        }

        await write;
    }
}
