using CallCenterCrm.ServiceDefaults.Input;
using Grpc.Core;
using Microsoft.Extensions.Hosting;

namespace CallCenterCrm.Messaging;

/// <summary>A request of gRPC that is told of changes until its reader leaves: how it begins and ends, whatever it tells.</summary>
public static class ChangeRequest
{
    /// <summary>The place that a reader named; null when he named none and begins.</summary>
    /// <exception cref="InputException">It is no position.</exception>
    public static ChangePosition? PositionOf(string token) => token.Length == 0
        ? null
        : ChangePosition.Parse(token) ?? throw new InputException(new Violation("position", ViolationKey.WrongPosition));

    /// <summary>Tells him until he leaves or the service ends; then he hears that he may ask again.</summary>
    /// <exception cref="RpcException">The service ends.</exception>
    public static async Task RunAsync(Func<CancellationToken, Task> tell, IHostApplicationLifetime lifetime, CancellationToken reader)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(reader, lifetime.ApplicationStopping);
        try
        {
            await tell(ending.Token);
        }
        catch (OperationCanceledException) when (lifetime.ApplicationStopping.IsCancellationRequested && !reader.IsCancellationRequested)
        {
            throw new RpcException(new Status(StatusCode.Unavailable, "The server is about to end; ask again."));
        }
    }
}
