using System.Collections.Frozen;
using CallCenterCrm.Options.V1;
using CallCenterCrm.ServiceDefaults.Authentication;
using CallCenterCrm.ServiceDefaults.Settings;
using Grpc.AspNetCore.Server;
using Microsoft.AspNetCore.Http;

namespace CallCenterCrm.ServiceDefaults.Grpc;

/// <summary>
/// The permission of every served method: what its contract declares (protos/callcenter/options/v1/permission.proto), or,
/// for a contract that is not ours, what the service declares in its place.
/// </summary>
internal sealed class DeclaredPermissions(IEnumerable<KeyValuePair<string, string>> foreign, Func<IEnumerable<Endpoint>> served)
{
    private readonly FrozenDictionary<string, string> _foreign = foreign.ToFrozenDictionary(StringComparer.Ordinal);
    private FrozenDictionary<string, string>? _byMethod;

    /// <summary>The permission of a method; null when it has none, so that nobody may call it.</summary>
    /// <param name="method">As gRPC writes it: <c>/callcenter.calls.v1.Calls/GetCall</c>.</param>
    public string? Of(string method)
    {
        _byMethod ??= Methods(served()).Where(declared => declared.Permission.Length > 0)
            .ToFrozenDictionary(declared => declared.Method, declared => declared.Permission, StringComparer.Ordinal);
        return _byMethod.GetValueOrDefault(method);
    }

    /// <summary>What is wrong with the methods that are about to be served.</summary>
    /// <param name="canCheckTokens">Whether the service has what it needs to know its callers.</param>
    public IReadOnlyList<SettingsError> Errors(IEnumerable<Endpoint> endpoints, bool canCheckTokens)
    {
        var errors = new List<SettingsError>();
        foreach (var (method, permission) in Methods(endpoints))
        {
            if (permission.Length == 0)
            {
                errors.Add(new(method, "names no permission", "give it the option callcenter.options.v1.permission in its contract"));
            }
            else if (permission is not (Permissions.Anonymous or Permissions.SignedIn) && !Permissions.All.Contains(permission))
            {
                errors.Add(new(method, $"names the permission '{permission}', which nobody can have", "correct its contract, or add it to Permissions"));
            }
            else if (permission != Permissions.Anonymous && !canCheckTokens)
            {
                errors.Add(new(method, $"needs '{permission}', but the service cannot check tokens", "let it call AddTokenChecks"));
            }
        }

        return errors;
    }

    private IEnumerable<(string Method, string Permission)> Methods(IEnumerable<Endpoint> endpoints) => endpoints
        .Select(endpoint => endpoint.Metadata.GetMetadata<GrpcMethodMetadata>())
        .OfType<GrpcMethodMetadata>()
        .Select(served => (served.Method.FullName, _foreign.GetValueOrDefault(served.Method.ServiceName)
            ?? ServedContracts.Contract(served.ServiceType).FindMethodByName(served.Method.Name)?.GetOptions()?.GetExtension(PermissionExtensions.Permission)
            ?? ""));
}
