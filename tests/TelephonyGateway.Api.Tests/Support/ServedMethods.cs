using CallCenterCrm.Options.V1;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Grpc.Core;
using Grpc.Reflection.V1;

namespace CallCenterCrm.Telephony.Api.Tests.Support;

/// <summary>A method as the gateway itself says that it serves it.</summary>
/// <param name="Permission">What its contract declares; empty for one that is not ours.</param>
internal sealed record ServedMethod(string Service, string Name, string Permission, bool Streams)
{
    public string FullName => $"{Service}/{Name}";

    /// <summary>Calls it with an empty message, as somebody would who has none of our contracts.</summary>
    public async Task<StatusCode> CallAsync(CallInvoker invoker)
    {
        var bytes = Marshallers.Create(static (byte[] message) => message, static message => message);
        var method = new Method<byte[], byte[]>(Streams ? MethodType.DuplexStreaming : MethodType.Unary, Service, Name, bytes, bytes);
        try
        {
            if (!Streams)
            {
                await invoker.AsyncUnaryCall(method, null, new CallOptions(), []);
                return StatusCode.OK;
            }

            using var call = invoker.AsyncDuplexStreamingCall(method, null, new CallOptions());
            try
            {
                await call.RequestStream.WriteAsync([]);
                await call.RequestStream.CompleteAsync();
            }
            catch (RpcException)
            {
                // A call that is refused before the message was out breaks the write; what it was refused with, the answer says.
            }

            await call.ResponseStream.MoveNext(CancellationToken.None);
            return StatusCode.OK;
        }
        catch (RpcException refusal)
        {
            Last = refusal;
            return refusal.StatusCode;
        }
    }

    /// <summary>The last refusal.</summary>
    public RpcException? Last { get; private set; }

    /// <summary>Asks the gateway's reflection for everything that it serves.</summary>
    public static async Task<IReadOnlyList<ServedMethod>> AllAsync(CallInvoker invoker)
    {
        using var call = new ServerReflection.ServerReflectionClient(invoker).ServerReflectionInfo();
        var registry = new ExtensionRegistry { PermissionExtensions.Permission };
        var found = new List<ServedMethod>();
        foreach (var service in (await AskAsync(call, new() { ListServices = "" })).ListServicesResponse.Service)
        {
            var files = (await AskAsync(call, new() { FileContainingSymbol = service.Name })).FileDescriptorResponse.FileDescriptorProto
                .Select(file => FileDescriptorProto.Parser.WithExtensionRegistry(registry).ParseFrom(file));
            var contract = files.SelectMany(file => file.Service.Select(known => (Name: $"{file.Package}.{known.Name}", known)))
                .Single(pair => pair.Name == service.Name).known;
            found.AddRange(contract.Method.Select(method => new ServedMethod(
                service.Name, method.Name, method.Options?.GetExtension(PermissionExtensions.Permission) ?? "", method.ServerStreaming || method.ClientStreaming)));
        }

        return found;
    }

    private static async Task<ServerReflectionResponse> AskAsync(
        AsyncDuplexStreamingCall<ServerReflectionRequest, ServerReflectionResponse> call, ServerReflectionRequest question)
    {
        await call.RequestStream.WriteAsync(question);
        Assert.True(await call.ResponseStream.MoveNext(CancellationToken.None));
        return call.ResponseStream.Current;
    }
}
