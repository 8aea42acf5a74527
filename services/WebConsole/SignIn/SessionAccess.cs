using CallCenterCrm.WebConsole.Transcoding;
using Grpc.Core;

namespace CallCenterCrm.WebConsole.SignIn;

/// <summary>Lets nobody to <c>/api</c>, <c>/live</c> and <c>/telephone</c> who is not signed in, except where that is said (<see cref="OpenToAll"/>).</summary>
internal static partial class SessionAccess
{
    private const string Cookie = "crm-session";
    private static readonly PathString[] Guarded = ["/api", "/live", "/telephone"];

    // No other site can make a browser send it.
    private const string OurHeader = "x-crm";

    /// <summary>Marks an endpoint for which nobody has to be signed in.</summary>
    public sealed class OpenToAll;

    /// <summary>Who asks.</summary>
    /// <exception cref="InvalidOperationException">The endpoint is open to all.</exception>
    public static ConsoleSession Session(this HttpContext context) =>
        context.Features.Get<ConsoleSession>() ?? throw new InvalidOperationException("nobody was asked to sign in for this");

    /// <summary>The person's IP address.</summary>
    public static string Address(this HttpContext context) => context.Connection.RemoteIpAddress?.ToString() ?? "";

    /// <summary>What a call to a service carries: the person's token, from where he asks, and in which language he reads.</summary>
    public static async Task<Metadata> CredentialsAsync(this HttpContext context, CancellationToken cancellationToken)
    {
        var metadata = new Metadata
        {
            { "authorization", "Bearer " + await context.Session().AccessTokenAsync(context.Address(), cancellationToken) },
        };
        AddTo(metadata, context);
        return metadata;
    }

    /// <summary>The same for somebody who is not signed in yet.</summary>
    public static Metadata Circumstances(this HttpContext context)
    {
        var metadata = new Metadata();
        AddTo(metadata, context);
        return metadata;
    }

    /// <summary>Gives a browser its cookie.</summary>
    public static void SetSessionCookie(this HttpContext context, string value) =>
        context.Response.Cookies.Append(Cookie, value, Options(context, TimeSpan.FromDays(30)));

    /// <summary>Takes a browser its cookie.</summary>
    public static void RemoveSessionCookie(this HttpContext context) => context.Response.Cookies.Delete(Cookie, Options(context, maxAge: null));

    /// <summary>Adds the check.</summary>
    public static void UseSessions(this WebApplication app) => app.Use(async (context, next) =>
    {
        var path = context.Request.Path;
        if (!Array.Exists(Guarded, place => path.StartsWithSegments(place, StringComparison.OrdinalIgnoreCase)))
        {
            await next(context);
            return;
        }

        context.Response.Headers.CacheControl = "no-store";

        // The origin is checked as well; a browser so old that it names none is stopped by this.
        if (path.StartsWithSegments("/api", StringComparison.OrdinalIgnoreCase) && !HttpMethods.IsGet(context.Request.Method) && !context.Request.Headers.ContainsKey(OurHeader))
        {
            await Refusal.WriteAsync(context, StatusCode.PermissionDenied, "The header x-crm is missing.");
            return;
        }

        try
        {
            if (context.GetEndpoint()?.Metadata.GetMetadata<OpenToAll>() is null)
            {
                var session = await context.RequestServices.GetRequiredService<Sessions>().FindAsync(context.Request.Cookies[Cookie], context.RequestAborted)
                    ?? throw new SessionEndedException();
                context.Features.Set(session);
            }

            await next(context);
        }
        catch (SessionEndedException) when (!context.Response.HasStarted)
        {
            context.RemoveSessionCookie();
            await Refusal.WriteAsync(context, StatusCode.Unauthenticated, "Nobody is signed in.");
        }
        catch (RpcException refusal) when (!context.Response.HasStarted)
        {
            await Refusal.WriteAsync(context, refusal);
        }
        catch (BadHttpRequestException unreadable) when (!context.Response.HasStarted)
        {
            await Refusal.WriteAsync(context, StatusCode.InvalidArgument, unreadable.Message);
        }
        catch (Exception fault) when (!context.Response.HasStarted && !context.RequestAborted.IsCancellationRequested)
        {
            Failed(context.RequestServices.GetRequiredService<ILogger<Sessions>>(), context.TraceIdentifier, fault);
            await Refusal.WriteAsync(context, StatusCode.Internal, $"This is a fault of ours (reference {context.TraceIdentifier}).");
        }
    });

    [LoggerMessage(920, LogLevel.Error, "A request failed (reference {Reference})")]
    private static partial void Failed(ILogger logger, string reference, Exception fault);

    private static void AddTo(Metadata metadata, HttpContext context)
    {
        metadata.Add("x-forwarded-for", context.Address());
        if (context.Request.Headers.AcceptLanguage.ToString() is { Length: > 0 and < 200 } language)
        {
            metadata.Add("accept-language", language);
        }
    }

    private static CookieOptions Options(HttpContext context, TimeSpan? maxAge) => new()
    {
        HttpOnly = true,
        Secure = context.Request.IsHttps,
        SameSite = SameSiteMode.Strict,
        Path = "/",
        MaxAge = maxAge,
    };
}
