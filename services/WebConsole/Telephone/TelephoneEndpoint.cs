using System.Net.WebSockets;
using CallCenterCrm.ServiceDefaults.Authentication;
using CallCenterCrm.Staff.V1;
using CallCenterCrm.WebConsole.SignIn;
using CallCenterCrm.WebConsole.Transcoding;
using Grpc.Core;
using Microsoft.Net.Http.Headers;

namespace CallCenterCrm.WebConsole.Telephone;

/// <summary>The way of a browser's SIP to the PBX: <c>/telephone</c>, a WebSocket (RFC 7118) for those who are signed in and may dial.</summary>
internal static class TelephoneEndpoint
{
    private const string Protocol = "sip";

    public static void MapTelephone(this WebApplication app)
    {
        if (app.Services.GetService<TelephoneSettings>() is not { } settings)
        {
            return;
        }

        // A browser that lost its network is gone after some seconds, not when its talk is long over.
        app.UseWebSockets(new() { KeepAliveInterval = TimeSpan.FromSeconds(5), KeepAliveTimeout = TimeSpan.FromSeconds(10) });
        app.Map("/telephone", (HttpContext context, TelephoneLines lines) => ConnectAsync(context, settings, lines));
    }

    private static async Task ConnectAsync(HttpContext context, TelephoneSettings settings, TelephoneLines lines)
    {
        // Another site's origin was refused before; no browser leaves it out.
        if (!context.WebSockets.IsWebSocketRequest || !context.WebSockets.WebSocketRequestedProtocols.Contains(Protocol) || context.Request.Headers[HeaderNames.Origin].Count == 0)
        {
            await Refusal.WriteAsync(context, StatusCode.InvalidArgument, "This is a WebSocket for pages, with the protocol sip.");
            return;
        }

        if (await AccountAsync(context) is not { } account)
        {
            await Refusal.WriteAsync(context, StatusCode.PermissionDenied, "You have no extension, or may not dial.");
            return;
        }

        using var pbx = new ClientWebSocket();
        pbx.Options.AddSubProtocol(Protocol);
        try
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted);
            limit.CancelAfter(TimeSpan.FromSeconds(5));
            await pbx.ConnectAsync(settings.Url, limit.Token);
        }
        catch (Exception fault) when (fault is WebSocketException or OperationCanceledException && !context.RequestAborted.IsCancellationRequested)
        {
            await Refusal.WriteAsync(context, StatusCode.Unavailable, "The PBX cannot be reached now.");
            return;
        }

        using var page = await context.WebSockets.AcceptWebSocketAsync(Protocol);
        await lines.RunAsync(context.Session(), page, pbx, new SipGate(account, settings.Secret), async () => await AccountAsync(context) == account);
    }

    // An extension changes, a right is taken away: it is asked for again while the telephone is in use.
    private static async Task<string?> AccountAsync(HttpContext context)
    {
        var person = await context.Session().PersonAsync(context.Address(), context.RequestAborted);
        var employee = await context.RequestServices.GetRequiredService<Employees.EmployeesClient>().GetEmployeeAsync(
            new GetEmployeeRequest { Id = person.EmployeeId.ToString() }, await context.CredentialsAsync(context.RequestAborted), cancellationToken: context.RequestAborted);
        return person.Permissions.Contains(Permissions.CallsDial) && employee.Employee.Extension.Length > 0 ? employee.Employee.Extension + "-web" : null;
    }
}
