using CallCenterCrm.Contracts.Staff.V1;
using CallCenterCrm.Messaging;
using CallCenterCrm.ServiceDefaults.Authentication;
using CallCenterCrm.ServiceDefaults.Grpc;
using Grpc.Core;
using Npgsql;

namespace CallCenterCrm.Telephony;

/// <summary>Who does something, for the audit log.</summary>
/// <param name="Kind">A person or another system.</param>
/// <param name="Id">The employee or the API key.</param>
/// <param name="Address">IP address from which he came.</param>
internal sealed record Author(CallerKind Kind, Guid Id, string? Address)
{
    /// <summary>Who asks.</summary>
    public static Author Of(ServerCallContext context, ClientAddresses addresses)
    {
        var caller = context.Caller();
        return new(caller.Kind, caller.Id, addresses.Of(context));
    }

    /// <summary>Writes down what he did, in the transaction of the act.</summary>
    /// <param name="action">Noun and verb, for example <c>recording.heard</c>.</param>
    /// <param name="what">To what kind of thing.</param>
    /// <param name="key">To which one.</param>
    /// <param name="details">What else matters; null when nothing does.</param>
    public Task DidAsync(
        string action, string what, string key, IReadOnlyDictionary<string, string>? details, DateTimeOffset at,
        NpgsqlConnection connection, NpgsqlTransaction transaction, CancellationToken cancellationToken) =>
        ChangeLog.AppendAsync(connection, transaction, new AuditRecorded
        {
            RecordId = Guid.CreateVersion7(at),
            At = at,
            Service = "telephony",
            ActorKind = TokenFormat.Word(Kind),
            ActorId = Id,
            Action = action,
            TargetKind = what,
            TargetId = key,
            Address = Address,
            Outcome = "done",
            Details = details,
        }, cancellationToken);
}
