using System.Collections.Frozen;
using CallCenterCrm.Options.V1;
using CallCenterCrm.ServiceDefaults.Authentication;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Grpc.Core;
using ServiceDescriptor = Google.Protobuf.Reflection.ServiceDescriptor;

namespace CallCenterCrm.WebConsole.Transcoding;

/// <summary>A method that a page may call.</summary>
/// <param name="Service">The name of the connection to the service that answers it.</param>
internal sealed record ServedMethod(MethodDescriptor Descriptor, string Service, Method<IMessage, IMessage> Grpc);

/// <summary>
/// The methods that pages may call, by <c>SERVICE/METHOD</c>: those with one request and one answer for people who are signed in.
/// What somebody may do with one is for the service to say.
/// </summary>
internal static class ServedMethods
{
    /// <summary>Connections by name, each with the contracts that are answered there.</summary>
    public static readonly FrozenDictionary<string, ServiceDescriptor[]> ByService = new Dictionary<string, ServiceDescriptor[]>(StringComparer.Ordinal)
    {
        ["telephony"] =
        [
            Calls.V1.Calls.Descriptor, CallControl.V1.CallControl.Descriptor, Ledger.V1.Ledger.Descriptor, CallCenterCrm.Recordings.V1.Recordings.Descriptor,
            CallCenterCrm.People.V1.People.Descriptor,
            .. Routing.V1.RoutingReflection.Descriptor.Services,
        ],
        ["leads"] = [Callbacks.V1.Callbacks.Descriptor, Clients.V1.Clients.Descriptor, Activities.V1.Activities.Descriptor],
        ["staff"] = [Staff.V1.SignIn.Descriptor, Staff.V1.Employees.Descriptor, Staff.V1.ApiKeys.Descriptor, Staff.V1.Audit.Descriptor],
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>All of them.</summary>
    public static readonly FrozenDictionary<string, ServedMethod> All = ByService
        .SelectMany(pair => pair.Value.SelectMany(service => service.Methods).Select(method => Read(method, pair.Key)))
        .OfType<ServedMethod>()
        .ToFrozenDictionary(served => $"{served.Descriptor.Service.FullName}/{served.Descriptor.Name}", StringComparer.Ordinal);

    private static ServedMethod? Read(MethodDescriptor method, string service) =>
        method.IsClientStreaming || method.IsServerStreaming || method.GetOptions()?.GetExtension(PermissionExtensions.Permission) is null or "" or Permissions.Anonymous
            ? null
            : new(method, service, new Method<IMessage, IMessage>(
                MethodType.Unary, method.Service.FullName, method.Name, Marshaller(method.InputType), Marshaller(method.OutputType)));

    private static Marshaller<IMessage> Marshaller(MessageDescriptor message) =>
        Marshallers.Create(written => written.ToByteArray(), bytes => message.Parser.ParseFrom(bytes));
}
