using System.Globalization;
using CallCenterCrm.Recordings.V1;
using CallCenterCrm.WebConsole.SignIn;
using Microsoft.Net.Http.Headers;

namespace CallCenterCrm.WebConsole.Recordings;

/// <summary>
/// A call's recording for a player or for saving: <c>GET /api/recordings/CALL</c>, with a range (RFC 9110, 14.2) or without, and
/// <c>?download=1</c>. Who may hear it, and that he did, is the gateway's to say and to write down.
/// </summary>
internal static class RecordingEndpoint
{
    public static void MapRecordings(this WebApplication app) => app.MapGet("/api/recordings/{call:guid}", ReadAsync);

    private static async Task ReadAsync(Guid call, HttpContext context, CallCenterCrm.Recordings.V1.Recordings.RecordingsClient gateway, bool download = false)
    {
        var (offset, length, isRange) = Range(context.Request);
        var request = new ReadRecordingRequest
        {
            CallId = call.ToString(),
            Offset = offset,
            Length = length,
            Use = download ? Use.Download : Use.Listen,
            ClientAddress = context.Address(),
        };
        using var stream = gateway.ReadRecording(request, await context.CredentialsAsync(context.RequestAborted), cancellationToken: context.RequestAborted);
        var parts = stream.ResponseStream;
        if (!await parts.MoveNext(context.RequestAborted))
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }

        var response = context.Response;
        var total = parts.Current.TotalBytes;
        if (offset == total && isRange)
        {
            // Behind the last byte there is nothing, which the gateway tells by an empty part.
            response.StatusCode = StatusCodes.Status416RangeNotSatisfiable;
            response.Headers.ContentRange = string.Create(CultureInfo.InvariantCulture, $"bytes */{total}");
            return;
        }

        var count = length == 0 ? total - offset : Math.Min(length, total - offset);
        response.Headers.AcceptRanges = "bytes";
        response.ContentType = parts.Current.ContentType;
        response.ContentLength = count;
        response.Headers.CacheControl = "private, no-store";
        if (isRange)
        {
            response.StatusCode = StatusCodes.Status206PartialContent;
            response.Headers.ContentRange = string.Create(CultureInfo.InvariantCulture, $"bytes {offset}-{offset + count - 1}/{total}");
        }

        if (download)
        {
            response.Headers.ContentDisposition = $"attachment; filename=\"{call}.wav\"";
        }

        do
        {
            await response.Body.WriteAsync(parts.Current.Data.Memory, context.RequestAborted);
        }
        while (await parts.MoveNext(context.RequestAborted));
    }

    // One range from a first byte on, as players ask; of any other kind the whole is sent, which the standard allows.
    private static (long Offset, long Length, bool IsRange) Range(HttpRequest request)
    {
        if (!RangeHeaderValue.TryParse(request.Headers.Range.ToString(), out var range) || range.Unit != "bytes" || range.Ranges.Count != 1)
        {
            return (0, 0, false);
        }

        var only = range.Ranges.Single();
        return only.From is { } from ? (from, only.To is { } to ? to - from + 1 : 0, true) : (0, 0, false);
    }
}
