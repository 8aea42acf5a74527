using CallCenterCrm.ServiceDefaults.Authentication;
using CallCenterCrm.ServiceDefaults.Grpc;
using CallCenterCrm.ServiceDefaults.Input;
using Grpc.Core;

namespace CallCenterCrm.Staff;

/// <summary>Who asks for something, for the decision whether he may and for the audit log.</summary>
/// <param name="Caller">As his token says; null for somebody not signed in, and for the service itself.</param>
/// <param name="Address">The person's IP address, not that of the console through which he asks; null for the service itself.</param>
internal sealed record Requester(Caller? Caller, string? Address)
{
    /// <summary>The service itself, at its first run.</summary>
    public static Requester Service { get; } = new(null, null);

    /// <summary>Whether it is the service itself.</summary>
    public bool IsService => Caller is null && Address is null;

    /// <summary>Name under which his idempotency keys are kept apart from others'.</summary>
    public string Name => Caller?.Id.ToString() ?? "service";

    /// <summary>Whether he may do something.</summary>
    public bool May(string permission) => IsService || Caller?.May(permission) == true;

    /// <summary>Ends the request when he may not.</summary>
    /// <exception cref="PermissionDeniedException">He may not.</exception>
    public void Need(string permission)
    {
        if (!May(permission))
        {
            throw new PermissionDeniedException(permission);
        }
    }
}

/// <summary>Who asks by a call.</summary>
internal static class RequesterOfCall
{
    /// <summary>Who calls, and from where.</summary>
    /// <param name="said">What the request says of the person's address.</param>
    public static Requester By(this ClientAddresses addresses, ServerCallContext call, string said = "") => new(call.Caller(), addresses.Of(call, said));
}
