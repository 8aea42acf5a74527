using CallCenterCrm.Calls.V1;
using CallCenterCrm.Contracts.Telephony.V1;
using CallCenterCrm.Messaging;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;

namespace CallCenterCrm.Telephony.Calls;

/// <summary>Tells one reader of every change of a call, from the place he names or from a snapshot.</summary>
internal sealed class CallWatch(CallReader calls, ChangeFollower<CallChanged> changes, TimeProvider time)
{
    /// <summary>Runs until it is cancelled.</summary>
    /// <param name="position">Null to begin with a snapshot.</param>
    public Task RunAsync(
        ChangePosition? position, CallVisibility visibility, IServerStreamWriter<WatchResponse> reader, CancellationToken cancellationToken) =>
        changes.RunAsync(
            position,
            () => TellSnapshotAsync(visibility, reader, cancellationToken),
            async change =>
            {
                if (!visibility.IsToldOf(change.Body, time.GetUtcNow()))
                {
                    return false;
                }

                await reader.WriteAsync(
                    new WatchResponse { Position = change.Position.ToString(), Call = CallMessages.Write(visibility.Shown(change.Body)) }, cancellationToken);
                return true;
            },
            position => reader.WriteAsync(
                new WatchResponse { Position = position.ToString(), Heartbeat = new Heartbeat { At = time.GetUtcNow().ToTimestamp() } }, cancellationToken),
            cancellationToken);

    private async Task<ChangePosition> TellSnapshotAsync(
        CallVisibility visibility, IServerStreamWriter<WatchResponse> reader, CancellationToken cancellationToken)
    {
        // As many calls as go on now or wait for their gap to be filled: held whole, so that no transaction waits for the reader.
        var (unsettled, position) = await calls.SnapshotAsync(cancellationToken);
        await reader.WriteAsync(new WatchResponse { SnapshotBegun = new SnapshotBegun() }, cancellationToken);
        foreach (var call in unsettled.Where(call => visibility.IsToldOf(call, time.GetUtcNow())))
        {
            await reader.WriteAsync(new WatchResponse { Call = CallMessages.Write(visibility.Shown(call)) }, cancellationToken);
        }

        await reader.WriteAsync(new WatchResponse { Position = position.ToString(), SnapshotEnded = new SnapshotEnded() }, cancellationToken);
        return position;
    }
}
