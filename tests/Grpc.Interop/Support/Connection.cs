using CallCenterCrm.ServiceDefaults.Grpc;
using Grpc.Core;
using Microsoft.Extensions.DependencyInjection;

namespace CallCenterCrm.GrpcInterop.Support;

/// <summary>A container with a connection as our services make it.</summary>
internal sealed class Connection : IAsyncDisposable
{
    private readonly ServiceProvider _provider;

    public Connection(GrpcClientSettings settings, params IReadOnlyList<string> safeMethods)
    {
        var services = new ServiceCollection();
        services.AddGrpcConnection("test", settings, safeMethods)
            .AddClient<Grpc.Testing.TestService.TestServiceClient>()
            .AddClient<Grpc.Testing.UnimplementedService.UnimplementedServiceClient>()
            .AddClient<Grpc.Health.V1.Health.HealthClient>()
            .AddClient<Grpc.Reflection.V1.ServerReflection.ServerReflectionClient>()
            .AddClient<Probe.V1.Probe.ProbeClient>();
        _provider = services.BuildServiceProvider();
    }

    // The first call makes the connection while the clients of other makers may still be compiled on the same processors.
    public Connection(params Uri[] addresses)
        : this(new GrpcClientSettings { Addresses = addresses, Deadline = TimeSpan.FromMinutes(2) })
    {
    }

    public Probe.V1.Probe.ProbeClient Probe => Client<Probe.V1.Probe.ProbeClient>();

    public T Client<T>()
        where T : ClientBase => _provider.GetRequiredService<T>();

    public ValueTask DisposeAsync() => _provider.DisposeAsync();
}
