using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Grpc.Core;
using Grpc.Net.Client;
using Grpc.Net.Client.Balancer;
using Grpc.Net.Client.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging;

namespace CallCenterCrm.ServiceDefaults.Grpc;

/// <summary>Gives a service the clients by which it calls another.</summary>
public static class GrpcClients
{
    /// <summary>
    /// Adds the connection to another service; its typed clients share it, and it ends with the container.
    /// </summary>
    /// <param name="services">Where to add it.</param>
    /// <param name="name">The other service's name, for example <c>staff</c>.</param>
    /// <param name="settings">Where it is.</param>
    /// <param name="safeMethods">
    /// Full names of the methods that may be called again when a server could not be reached, for example
    /// <c>callcenter.calls.v1.Calls/GetCall</c>: those that change nothing, or carry an idempotency key. No other is repeated.
    /// </param>
    /// <returns>Adds the typed clients.</returns>
    public static GrpcClientBuilder AddGrpcConnection(
        this IServiceCollection services, string name, GrpcClientSettings settings, params IReadOnlyList<string> safeMethods)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddKeyedSingleton(name, (provider, _) => Open(name, settings, safeMethods, provider.GetService<ILoggerFactory>()));
        services.AddKeyedSingleton<CallInvoker>(name, (provider, _) => new DeadlineInvoker(
            provider.GetRequiredKeyedService<GrpcChannel>(name).CreateCallInvoker(), settings.Deadline, provider.GetRequiredService<TimeProvider>()));
        return new GrpcClientBuilder(services, name);
    }

    private static GrpcChannel Open(string name, GrpcClientSettings settings, IReadOnlyList<string> safeMethods, ILoggerFactory? loggers)
    {
        var balancing = new ServiceCollection();
        balancing.AddSingleton<ResolverFactory>(new StaticResolverFactory(_ => settings.Addresses.Select(Balanced)));

        var isTls = settings.Addresses[0].Scheme == Uri.UriSchemeHttps;
        return GrpcChannel.ForAddress($"static:///{name}", new GrpcChannelOptions
        {
            Credentials = isTls ? ChannelCredentials.SecureSsl : ChannelCredentials.Insecure,
            ServiceProvider = balancing.BuildServiceProvider(),
            LoggerFactory = loggers,
            HttpHandler = Handler(settings),
            DisposeHttpClient = true,
            MaxReceiveMessageSize = settings.LargestMessage,
            ServiceConfig = Policy(safeMethods),
            MaxReconnectBackoff = TimeSpan.FromSeconds(5),
        });
    }

    // Without this, the certificate of every instance would have to bear the name of the connection.
    private static BalancerAddress Balanced(Uri address)
    {
        var balanced = new BalancerAddress(address.Host, address.Port);
        balanced.Attributes.Set(new BalancerAttributesKey<string>("HostOverride"), address.Authority);
        return balanced;
    }

    private static SocketsHttpHandler Handler(GrpcClientSettings settings)
    {
        var handler = new SocketsHttpHandler
        {
            EnableMultipleHttp2Connections = true,
            PooledConnectionIdleTimeout = Timeout.InfiniteTimeSpan,

            // No ConnectTimeout: it limits all attempts together, and when it ends just as one fails, the connection is never
            // tried again (grpc-dotnet #2734). The kernel's own limit holds for each attempt.
            ConnectTimeout = Timeout.InfiniteTimeSpan,
            KeepAlivePingDelay = TimeSpan.FromSeconds(30),
            KeepAlivePingTimeout = TimeSpan.FromSeconds(20),
            UseProxy = false,
        };
        if (settings.Authorities is { } authorities)
        {
            handler.SslOptions = new SslClientAuthenticationOptions
            {
                CertificateChainPolicy = new X509ChainPolicy
                {
                    TrustMode = X509ChainTrustMode.CustomRootTrust,
                    RevocationMode = X509RevocationMode.NoCheck,
                },
            };
            handler.SslOptions.CertificateChainPolicy.CustomTrustStore.AddRange(authorities);
        }

        return handler;
    }

    private static ServiceConfig Policy(IReadOnlyList<string> safeMethods)
    {
        var config = new ServiceConfig
        {
            LoadBalancingConfigs = { new RoundRobinConfig() },

            // While most calls fail, repeating them only keeps the other side down.
            RetryThrottling = new RetryThrottlingPolicy { MaxTokens = 100, TokenRatio = 0.1 },
        };
        if (safeMethods.Count == 0)
        {
            return config;
        }

        var safe = new MethodConfig
        {
            RetryPolicy = new RetryPolicy
            {
                MaxAttempts = 4,
                InitialBackoff = TimeSpan.FromMilliseconds(100),
                MaxBackoff = TimeSpan.FromSeconds(1),
                BackoffMultiplier = 2,
                RetryableStatusCodes = { StatusCode.Unavailable },
            },
        };
        foreach (var method in safeMethods)
        {
            var slash = method.IndexOf('/', StringComparison.Ordinal);
            safe.Names.Add(new MethodName { Service = method[..slash], Method = method[(slash + 1)..] });
        }

        config.MethodConfigs.Add(safe);
        return config;
    }
}

/// <summary>Adds typed clients to a connection.</summary>
public sealed class GrpcClientBuilder(IServiceCollection services, string name)
{
    /// <summary>Makes it part of this service's health whether the other one can be reached.</summary>
    public GrpcClientBuilder WithHealthCheck()
    {
        services.AddHealthChecks().Add(new HealthCheckRegistration(
            name, provider => new Reachability(
                new global::Grpc.Health.V1.Health.HealthClient(provider.GetRequiredKeyedService<CallInvoker>(name)), provider.GetRequiredService<TimeProvider>()),
            failureStatus: null, tags: null));
        return this;
    }

    /// <summary>Adds a generated client.</summary>
    public GrpcClientBuilder AddClient<TClient>()
        where TClient : ClientBase<TClient>
    {
        services.AddSingleton(provider => ActivatorUtilities.CreateInstance<TClient>(provider, provider.GetRequiredKeyedService<CallInvoker>(name)));
        return this;
    }
}
