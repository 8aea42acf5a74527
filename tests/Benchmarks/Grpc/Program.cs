using CallCenterCrm.ServiceDefaults.Authentication;
using CallCenterCrm.ServiceDefaults.Grpc;
using CallCenterCrm.ServiceDefaults.Settings;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

// Driven by run.sh: a server put together like our services, for the client that measures all servers.
if (args is not [var portFile])
{
    Console.Error.WriteLine("usage: GrpcBench PORT_FILE");
    return 2;
}

var builder = WebApplication.CreateSlimBuilder();
builder.Configuration.AddInMemoryCollection([new("Grpc:Url", "http://127.0.0.1:0")]);
var settings = new SettingsReader(builder.Configuration);
// Anybody may call it: what is measured is the transport.
builder.AddCrmGrpc(settings, new Dictionary<string, string>(StringComparer.Ordinal) { [TestService.Descriptor.FullName] = Permissions.Anonymous });
settings.ThrowIfWrong();
builder.Logging.SetMinimumLevel(LogLevel.Warning);
await using var app = builder.Build();
app.MapCrmGrpc();
app.MapGrpcService<GrpcBench.Service>();
await app.StartAsync();
var draft = portFile + ".new";
await File.WriteAllTextAsync(draft, new Uri(app.Urls.Single()).Port.ToString(System.Globalization.CultureInfo.InvariantCulture));
File.Move(draft, portFile);
await app.WaitForShutdownAsync();
return 0;

namespace GrpcBench
{
    /// <summary>Answers with as many bytes as are asked for, like the servers beside it.</summary>
    internal sealed class Service : TestService.TestServiceBase
    {
        public override Task<SimpleResponse> UnaryCall(SimpleRequest request, ServerCallContext context) =>
            Task.FromResult(new SimpleResponse { Payload = new Payload { Body = ByteString.CopyFrom(new byte[request.ResponseSize]) } });
    }
}
