using System.Globalization;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;

namespace CallCenterCrm.ServiceDefaults.Grpc;

/// <summary>The address at which a service is called by gRPC, apart from that of health and metrics.</summary>
public static class GrpcAddress
{
    /// <summary>Makes the service listen there.</summary>
    public static void AddGrpcAddress(this WebApplicationBuilder builder, GrpcServerSettings settings)
    {
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            // A reader that pauses is waited for: the stream's and the connection's windows bound what lies in between.
            // One that is gone shows by its missing answers to pings.
            kestrel.Limits.MinResponseDataRate = null;
            kestrel.Limits.Http2.KeepAlivePingDelay = TimeSpan.FromSeconds(30);
            kestrel.Limits.Http2.KeepAlivePingTimeout = TimeSpan.FromSeconds(20);
            settings.Address?.Listen(kestrel, listen =>
            {
                listen.Protocols = HttpProtocols.Http2;
                if (settings.Certificate is { } certificate)
                {
                    listen.UseHttps(certificate);
                }

                listen.Use(next => connection =>
                {
                    connection.Features.Set(GrpcConnection.Instance);
                    return next(connection);
                });
            });
        });
    }

    /// <summary>Whether a request came in there.</summary>
    public static bool IsGrpcAddress(this HttpContext context) => context.Features.Get<GrpcConnection>() is not null;

    /// <summary>
    /// Lifts what counts over a whole call, which for a stream has no end and may be silent for hours; single messages have a
    /// limit of their own.
    /// </summary>
    public static void LiftStreamLimits(this HttpContext context)
    {
        context.Features.GetRequiredFeature<IHttpMaxRequestBodySizeFeature>().MaxRequestBodySize = null;
        context.Features.GetRequiredFeature<IHttpMinRequestBodyDataRateFeature>().MinDataRate = null;
    }

    /// <summary>Passes a refusal on as it is, with its details.</summary>
    public static Task RefuseAsync(this HttpContext context, RpcException refusal)
    {
        if (refusal.Trailers.Get(RichStatus.Trailer) is { } details)
        {
            context.Response.Headers[RichStatus.Trailer] = Convert.ToBase64String(details.ValueBytes);
        }

        return context.RefuseAsync(refusal.Status);
    }

    /// <summary>Ends a call without an answer: "Trailers-Only" of github.com/grpc/grpc, doc/PROTOCOL-HTTP2.md.</summary>
    public static Task RefuseAsync(this HttpContext context, Status status)
    {
        context.Response.StatusCode = StatusCodes.Status200OK;
        context.Response.ContentType = "application/grpc";
        context.Response.Headers["grpc-status"] = ((int)status.StatusCode).ToString(CultureInfo.InvariantCulture);
        context.Response.Headers["grpc-message"] = Uri.EscapeDataString(status.Detail);
        return Task.CompletedTask;
    }

    /// <summary>Says that there is no such method.</summary>
    public static Task RefuseUnknownMethod(this HttpContext context) =>
        context.RefuseAsync(new Status(StatusCode.Unimplemented, "There is no such method here."));

    /// <summary>Marks the connections that came in at the gRPC address.</summary>
    private sealed class GrpcConnection
    {
        public static readonly GrpcConnection Instance = new();
    }
}
