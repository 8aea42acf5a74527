using CallCenterCrm.WebConsole.Live;
using CallCenterCrm.WebConsole.SignIn;
using Google.Protobuf;
using Grpc.Core;

namespace CallCenterCrm.WebConsole.Transcoding;

/// <summary>
/// Lets a page call the services: <c>POST /api/SERVICE/METHOD</c> with the request as JSON, in the name of who is signed in. Only
/// the person's address, where a request has one, is filled in here.
/// </summary>
internal static class JsonCalls
{
    private const string AddressField = "client_address";

    public static void MapJsonCalls(this WebApplication app)
    {
        app.MapPost("/api/{service}/{method}", CallAsync);
        app.MapGet("/api/openapi.json", () => Results.Text(ApiDescription.Json, "application/json")).WithMetadata(new SessionAccess.OpenToAll());
    }

    private static async Task CallAsync(string service, string method, HttpContext context, DiallingFeed diallings)
    {
        if (!ServedMethods.All.TryGetValue($"{service}/{method}", out var served))
        {
            await Refusal.WriteAsync(context, StatusCode.NotFound, "There is no such method here.");
            return;
        }

        if (await ReadAsync(context, served) is not { } request)
        {
            return;
        }

        if (served.Descriptor.InputType.FindFieldByName(AddressField) is { } field)
        {
            field.Accessor.SetValue(request, context.Address());
        }

        var credentials = await context.CredentialsAsync(context.RequestAborted);
        var answer = await context.RequestServices.GetRequiredKeyedService<CallInvoker>(served.Service)
            .AsyncUnaryCall(served.Grpc, null, new CallOptions(credentials, cancellationToken: context.RequestAborted), request);
        diallings.FollowFrom(answer, context.Session(), context.Address());
        context.Response.ContentType = "application/json; charset=utf-8";
        await context.Response.WriteAsync(MessageJson.Write(answer), context.RequestAborted);
    }

    private static async Task<IMessage?> ReadAsync(HttpContext context, ServedMethod served)
    {
        if (!context.Request.HasJsonContentType())
        {
            await Refusal.WriteAsync(context, StatusCode.InvalidArgument, "The request has to be JSON.");
            return null;
        }

        try
        {
            using var reader = new StreamReader(context.Request.Body);
            return MessageJson.Read(await reader.ReadToEndAsync(context.RequestAborted), served.Descriptor.InputType);
        }
        catch (Exception fault) when (fault is InvalidProtocolBufferException or InvalidJsonException)
        {
            await Refusal.WriteAsync(context, StatusCode.InvalidArgument, fault.Message);
            return null;
        }
    }
}
