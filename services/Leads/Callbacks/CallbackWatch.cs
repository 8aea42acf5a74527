using CallCenterCrm.Callbacks.V1;
using CallCenterCrm.Contracts.Leads.V1;
using CallCenterCrm.Leads.Employees;
using CallCenterCrm.Messaging;
using CallCenterCrm.ServiceDefaults.Authentication;
using Grpc.Core;
using Npgsql;

namespace CallCenterCrm.Leads.Callbacks;

/// <summary>Tells one reader which callbacks change, of those that he may see.</summary>
internal sealed class CallbackWatch(ChangeFollower<CallbackChanged> changes, ChangeReader log, NpgsqlDataSource dataSource)
{
    /// <summary>Runs until it is cancelled.</summary>
    /// <param name="position">Null to begin now.</param>
    public async Task RunAsync(
        ChangePosition? position, Caller caller, IServerStreamWriter<WatchCallbacksResponse> reader, CancellationToken cancellationToken)
    {
        var seen = await SeenByAsync(caller, cancellationToken);
        await changes.RunAsync(
            position,
            async () =>
            {
                var now = await log.NowAsync(cancellationToken);
                await reader.WriteAsync(new() { Position = now.ToString(), Begun = new() }, cancellationToken);
                return now;
            },
            async change =>
            {
                if (!IsFor(seen, change.Body))
                {
                    return false;
                }

                var changed = new ChangedCallback { Id = change.Body.CallbackId.ToString(), Version = change.Body.Version };
                await reader.WriteAsync(new() { Position = change.Position.ToString(), Changed = changed }, cancellationToken);
                return true;
            },
            position => reader.WriteAsync(new() { Position = position.ToString(), Heartbeat = new() }, cancellationToken),
            cancellationToken);
    }

    // As CallbackVisibility has it for queries. To whom one was passed is its responsible here.
    private static bool IsFor(SeenEmployees seen, CallbackChanged callback) =>
        seen.Ids is null
        || callback.LeasedBy == seen.Me
        || (callback.ResponsibleId is { } responsible ? seen.Ids.Contains(responsible) : seen.Nobodys);

    private async Task<SeenEmployees> SeenByAsync(Caller caller, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        return await SeenEmployees.OfAsync(caller, connection, transaction: null, cancellationToken);
    }
}
