using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using CallCenterCrm.ServiceDefaults.Grpc;
using CallCenterCrm.ServiceDefaults.Settings;
using CallCenterCrm.Staff.V1;
using Grpc.Core;
using Microsoft.AspNetCore.Http.Features;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.Forwarder;
using Yarp.ReverseProxy.LoadBalancing;
using Yarp.ReverseProxy.Model;

namespace CallCenterCrm.PublicApi;

/// <summary>
/// The one address for other systems. It changes an API key for an access token and passes the call on to the service that
/// answers it; what a call may do is for that service to say.
/// </summary>
internal static class PublicApiParts
{
    private const string Telephony = "telephony";
    private const string Leads = "leads";
    private const string Staff = "staff";
    private const string Away = "The service that answers this cannot be reached now; try again in a few seconds.";

    // Packages of protos/callcenter that other systems may call, and who answers. Signing in is for people, at the console.
    private static readonly (string Path, string Service)[] Served =
    [
        ("/callcenter.call_control.v1.{contract}/{method}", Telephony),
        ("/callcenter.calls.v1.{contract}/{method}", Telephony),
        ("/callcenter.ledger.v1.{contract}/{method}", Telephony),
        ("/callcenter.people.v1.{contract}/{method}", Telephony),
        ("/callcenter.recordings.v1.{contract}/{method}", Telephony),
        ("/callcenter.routing.v1.{contract}/{method}", Telephony),
        ("/callcenter.activities.v1.{contract}/{method}", Leads),
        ("/callcenter.callbacks.v1.{contract}/{method}", Leads),
        ("/callcenter.clients.v1.{contract}/{method}", Leads),
        ("/callcenter.staff.v1.Employees/{method}", Staff),
        ("/callcenter.staff.v1.Audit/{method}", Staff),
    ];

    public static void AddPublicApi(this WebApplicationBuilder builder, SettingsReader settings)
    {
        builder.AddGrpcAddress(GrpcServerSettings.Read(settings));
        var telephony = GrpcClientSettings.Read(settings, "Telephony");
        var leads = GrpcClientSettings.Read(settings, "Leads");
        var staff = GrpcClientSettings.Read(settings, "Staff");
        builder.Services.AddGrpcConnection(Staff, staff).WithHealthCheck().AddClient<ApiKeys.ApiKeysClient>();
        builder.Services.AddGrpcConnection(Telephony, telephony).WithHealthCheck();
        builder.Services.AddGrpcConnection(Leads, leads).WithHealthCheck();
        builder.Services.AddSingleton<KeyExchange>();
        var authorities = new Dictionary<string, X509Certificate2Collection?>(StringComparer.Ordinal)
        {
            [Telephony] = telephony.Authorities,
            [Leads] = leads.Authorities,
            [Staff] = staff.Authorities,
        };
        builder.Services.AddReverseProxy()
            .LoadFromMemory([.. Served.Select(Route)], [Cluster(Telephony, telephony), Cluster(Leads, leads), Cluster(Staff, staff)])
            .ConfigureHttpClient((context, handler) => Trust(handler, authorities[context.ClusterId]));
    }

    public static void MapPublicApi(this WebApplication app)
    {
        // Health and metrics are not for outside, and calls only for the gRPC address.
        app.Use((context, next) => (context.IsGrpcAddress(), context.GetEndpoint()?.Metadata.GetMetadata<RouteModel>() is not null) switch
        {
            (true, false) => context.RefuseUnknownMethod(),
            (false, true) => NotHere(context),
            _ => next(context),
        });
        app.MapReverseProxy(proxy =>
        {
            proxy.Use(ChangeKeyAsync);
            proxy.Use(TellOfFailureAsync);
            proxy.UseLoadBalancing();
        });
    }

    private static async Task ChangeKeyAsync(HttpContext context, RequestDelegate next)
    {
        context.LiftStreamLimits();
        if (KeyExchange.KeyIn(context.Request.Headers.Authorization) is { } key)
        {
            try
            {
                context.Request.Headers.Authorization = "Bearer " + await context.RequestServices.GetRequiredService<KeyExchange>().TokenForAsync(
                    key, context.Connection.RemoteIpAddress?.ToString() ?? "", context.RequestAborted);
            }
            catch (RpcException refusal) when (refusal.StatusCode is StatusCode.Unauthenticated or StatusCode.ResourceExhausted)
            {
                await context.RefuseAsync(refusal);
                return;
            }
            catch (RpcException)
            {
                // Where Staff is, and why it does not answer, is nothing for outside.
                await context.RefuseAsync(new Status(StatusCode.Unavailable, Away));
                return;
            }
        }

        await next(context);
    }

    private static async Task TellOfFailureAsync(HttpContext context, RequestDelegate next)
    {
        // A broken stream would be reset, which gRPC libraries take for a fault of the protocol; told as a status it is begun again.
        if (context.Features.Get<IHttpResetFeature>() is { } reset)
        {
            context.Features.Set<IHttpResetFeature>(new ResetOfCaller(reset, context.RequestAborted));
        }

        await next(context);
        if (context.GetForwarderErrorFeature() is null || context.RequestAborted.IsCancellationRequested)
        {
            return;
        }

        if (!context.Response.HasStarted)
        {
            context.Response.Clear();
            await context.RefuseAsync(new Status(StatusCode.Unavailable, Away));
        }
        else if (context.Response.SupportsTrailers())
        {
            context.Response.AppendTrailer("grpc-status", ((int)StatusCode.Unavailable).ToString(CultureInfo.InvariantCulture));
            context.Response.AppendTrailer("grpc-message", Uri.EscapeDataString(Away));
        }
    }

    /// <summary>Lets a call be reset only when its caller has left.</summary>
    private sealed class ResetOfCaller(IHttpResetFeature inner, CancellationToken left) : IHttpResetFeature
    {
        public void Reset(int errorCode)
        {
            if (left.IsCancellationRequested)
            {
                inner.Reset(errorCode);
            }
        }
    }

    private static Task NotHere(HttpContext context)
    {
        context.Response.StatusCode = StatusCodes.Status404NotFound;
        return Task.CompletedTask;
    }

    private static RouteConfig Route((string Path, string Service) served) =>
        new() { RouteId = served.Path, ClusterId = served.Service, Match = new RouteMatch { Path = served.Path, Methods = [HttpMethods.Post] } };

    private static ClusterConfig Cluster(string service, GrpcClientSettings settings) => new()
    {
        ClusterId = service,
        LoadBalancingPolicy = LoadBalancingPolicies.RoundRobin,
        Destinations = settings.Addresses.Distinct().ToDictionary(
            address => address.Authority, address => new DestinationConfig { Address = address.AbsoluteUri }, StringComparer.Ordinal),
        HttpRequest = new ForwarderRequestConfig
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,

            // A stream that lives says so four times in this.
            ActivityTimeout = TimeSpan.FromMinutes(1),
        },
        HttpClient = new HttpClientConfig { EnableMultipleHttp2Connections = true },
    };

    private static void Trust(SocketsHttpHandler handler, X509Certificate2Collection? authorities)
    {
        if (authorities is not null)
        {
            var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
            policy.CustomTrustStore.AddRange(authorities);
            handler.SslOptions = new SslClientAuthenticationOptions { CertificateChainPolicy = policy };
        }
    }
}
