using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.FileProviders;
using Microsoft.Net.Http.Headers;

namespace CallCenterCrm.WebConsole.Pages;

/// <summary>
/// Gives the built pages at an address of their own, apart from that of health and metrics, and says with every answer what a
/// browser may do with it.
/// </summary>
internal static class PageHosting
{
    // Scripts come from here and nowhere else, none stands in a page. The component library writes its styles into the page.
    private const string ContentSecurity =
        "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'; connect-src 'self'; "
        + "media-src 'self' blob:; worker-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

    // Nobody uploads anything here.
    private const long LargestRequest = 1024 * 1024;

    /// <summary>Makes the console listen there.</summary>
    public static void AddPages(this WebApplicationBuilder builder, PageSettings settings)
    {
        builder.WebHost.ConfigureKestrel(kestrel => settings.Address?.Listen(kestrel, listen =>
        {
            // WebSockets over HTTP/2 need TLS; one connection for each browser serves.
            listen.Protocols = settings.Certificate is null ? HttpProtocols.Http1 : HttpProtocols.Http1AndHttp2;
            if (settings.Certificate is { } certificate)
            {
                listen.UseHttps(certificate);
            }

            listen.Use(next => connection =>
            {
                connection.Features.Set(PageConnection.Instance);
                return next(connection);
            });
        }));
        builder.Services.AddSingleton(settings);
    }

    /// <summary>
    /// Keeps health and metrics off the pages' address and everything else off theirs, refuses what another site made a browser
    /// send, and adds the headers.
    /// </summary>
    public static void UsePages(this WebApplication app)
    {
        app.Use((context, next) =>
        {
            var isInside = context.Request.Path.StartsWithSegments("/health", StringComparison.OrdinalIgnoreCase) || context.Request.Path.StartsWithSegments("/metrics", StringComparison.OrdinalIgnoreCase);
            if (isInside == IsPageAddress(context))
            {
                context.Response.StatusCode = StatusCodes.Status404NotFound;
                return Task.CompletedTask;
            }

            if (isInside)
            {
                return next(context);
            }

            context.Features.GetRequiredFeature<IHttpMaxRequestBodySizeFeature>().MaxRequestBodySize = LargestRequest;
            var headers = context.Response.Headers;
            headers.ContentSecurityPolicy = ContentSecurity;
            headers.XContentTypeOptions = "nosniff";
            headers["Referrer-Policy"] = "no-referrer";
            headers["Cross-Origin-Opener-Policy"] = "same-origin";
            headers["Cross-Origin-Resource-Policy"] = "same-origin";
            headers["Permissions-Policy"] = "microphone=(self), camera=(), geolocation=()";
            if (context.Request.IsHttps)
            {
                headers.StrictTransportSecurity = "max-age=31536000";
            }

            if (IsOfAnotherSite(context.Request))
            {
                context.Response.StatusCode = StatusCodes.Status403Forbidden;
                return Task.CompletedTask;
            }

            return next(context);
        });
    }

    /// <summary>The pages; every path that is none of a file is the application's own and gets its first page.</summary>
    public static void MapPages(this WebApplication app)
    {
        var settings = app.Services.GetRequiredService<PageSettings>();
        if (!Directory.Exists(settings.Folder))
        {
            app.MapFallback("/{**path}", () => Results.Text("The pages are not built: npm ci && npm run build in services/WebConsole/ui.", statusCode: StatusCodes.Status503ServiceUnavailable));
            return;
        }

        var files = new PhysicalFileProvider(settings.Folder);
        app.UseStaticFiles(new StaticFileOptions
        {
            FileProvider = files,

            // Names of built files hold their hash; the page that names them is asked for anew each time.
            OnPrepareResponse = file => file.Context.Response.Headers.CacheControl =
                file.Context.Request.Path.StartsWithSegments("/assets", StringComparison.OrdinalIgnoreCase) ? "public, max-age=31536000, immutable" : "no-cache",
        });
        app.MapFallback("/{**path:nonfile}", async context =>
        {
            context.Response.ContentType = "text/html; charset=utf-8";
            context.Response.Headers.CacheControl = "no-cache";
            await context.Response.SendFileAsync(files.GetFileInfo("index.html"), context.RequestAborted);
        });
    }

    private static bool IsPageAddress(HttpContext context) => context.Features.Get<PageConnection>() is not null;

    // A browser names the origin with whatever is not a plain GET, and with every WebSocket; a WebSocket is bound by nothing else.
    private static bool IsOfAnotherSite(HttpRequest request)
    {
        var origin = request.Headers[HeaderNames.Origin].ToString();
        return origin.Length > 0 && !string.Equals(origin, $"{request.Scheme}://{request.Host}", StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>Marks the connections that came in at the pages' address.</summary>
    private sealed class PageConnection
    {
        public static readonly PageConnection Instance = new();
    }
}
