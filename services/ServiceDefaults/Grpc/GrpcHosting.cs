using CallCenterCrm.ServiceDefaults.Authentication;
using CallCenterCrm.ServiceDefaults.Settings;
using Grpc.AspNetCore.Server;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace CallCenterCrm.ServiceDefaults.Grpc;

/// <summary>Lets a service answer gRPC at an address of its own, with health, reflection and errors that say what is wrong.</summary>
public static class GrpcHosting
{
    /// <summary>How often the health that <c>Watch</c> reports is looked at.</summary>
    public static readonly TimeSpan HealthPeriod = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Adds the gRPC address (settings: <see cref="GrpcServerSettings.Read"/>) and what answers there. Callers are checked by
    /// the permission that a method's contract declares (see <see cref="DeclaredPermissions"/>).
    /// </summary>
    /// <param name="foreign">Permissions of services whose contracts are not ours and cannot declare any, by full name.</param>
    public static IGrpcServerBuilder AddCrmGrpc(
        this WebApplicationBuilder builder, SettingsReader settings, IReadOnlyDictionary<string, string>? foreign = null)
    {
        var read = GrpcServerSettings.Read(settings);
        builder.AddGrpcAddress(read);
        var services = builder.Services;
        services.AddHealthChecks();
        services.AddSingleton<HealthBoard>();
        services.AddSingleton<IHealthCheckPublisher>(provider => provider.GetRequiredService<HealthBoard>());
        services.Configure<HealthCheckPublisherOptions>(publishing =>
        {
            publishing.Delay = TimeSpan.Zero;
            publishing.Period = HealthPeriod;
        });
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton<ServedContracts>();
        services.AddSingleton(provider => new DeclaredPermissions(
            WellKnown(isLoopback: read.Address is { IsLoopback: true }).Concat(foreign ?? new Dictionary<string, string>(StringComparer.Ordinal)),
            () => provider.GetRequiredService<EndpointDataSource>().Endpoints));
        services.AddSingleton<AccessInterceptor>();
        return services.AddGrpc(grpc =>
        {
            grpc.MaxReceiveMessageSize = read.LargestMessage;
            grpc.MaxSendMessageSize = read.LargestMessage;
            grpc.IgnoreUnknownServices = true;
            grpc.Interceptors.Add<RefusalInterceptor>();
            grpc.Interceptors.Add<AccessInterceptor>();
        });
    }

    /// <summary>Adds health and reflection, and keeps the service's other endpoints off the gRPC address.</summary>
    public static void MapCrmGrpc(this WebApplication app)
    {
        app.Use((context, next) => context.IsGrpcAddress() ? ServeAsync(context, next) : next(context));
        app.MapGrpcService<HealthService>();
        app.MapGrpcService<ReflectionService>();
        app.MapGrpcService<ReflectionAlphaService>();
    }

    /// <summary>Ends the start of a service with a method that names no permission, before anything of it runs.</summary>
    /// <exception cref="SettingsException">Lists every such method.</exception>
    internal static void RefuseUndeclaredMethods(this WebApplication app)
    {
        if (app.Services.GetService<DeclaredPermissions>() is { } permissions)
        {
            var errors = permissions.Errors(
                ((IEndpointRouteBuilder)app).DataSources.SelectMany(source => source.Endpoints),
                canCheckTokens: app.Services.GetService<TokenChecker>() is not null);
            if (errors.Count > 0)
            {
                throw new SettingsException(errors);
            }
        }
    }

    // Whether a service is well may be asked by whoever keeps it running. What it offers is published, and tools ask for it
    // without a token; outside this machine it is nobody's business who is not known.
    private static Dictionary<string, string> WellKnown(bool isLoopback) => new(StringComparer.Ordinal)
    {
        [global::Grpc.Health.V1.Health.Descriptor.FullName] = Permissions.Anonymous,
        [global::Grpc.Reflection.V1.ServerReflection.Descriptor.FullName] = isLoopback ? Permissions.Anonymous : Permissions.SignedIn,
        [global::Grpc.Reflection.V1Alpha.ServerReflection.Descriptor.FullName] = isLoopback ? Permissions.Anonymous : Permissions.SignedIn,
    };

    private static Task ServeAsync(HttpContext context, RequestDelegate next)
    {
        if (context.GetEndpoint()?.Metadata.GetMetadata<GrpcMethodMetadata>() is null)
        {
            return context.RefuseUnknownMethod();
        }

        context.LiftStreamLimits();
        return next(context);
    }
}
