using CallCenterCrm.Recordings.V1;
using CallCenterCrm.ServiceDefaults.Authentication;
using CallCenterCrm.ServiceDefaults.Grpc;
using CallCenterCrm.ServiceDefaults.Input;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;

namespace CallCenterCrm.Telephony.Recordings;

/// <summary>protos/callcenter/recordings/v1 over the files that the PBX recorded.</summary>
internal sealed class RecordingsService(
    RecordingReader recordings, RecordingAudit audit, ClientAddresses addresses, IHostApplicationLifetime lifetime)
    : CallCenterCrm.Recordings.V1.Recordings.RecordingsBase
{
    // MixMonitor is told to write .wav, and only what is a sound file of that kind is kept as ready.
    private const string ContentType = "audio/wav";

    // The least that a message can be set to be is 64 KB, and a part is a little more than its bytes.
    private const int LargestPart = 63 * 1024;
    private const int UsualPoints = 400;
    private const int FewestPoints = 10;
    private const int MostPoints = 2000;

    public override async Task ReadRecording(
        ReadRecordingRequest request, IServerStreamWriter<ReadRecordingResponse> responseStream, ServerCallContext context)
    {
        var violations = new Violations();
        var id = violations.Identity("call_id", request.CallId);
        NotNegative("offset", request.Offset, violations);
        NotNegative("length", request.Length, violations);
        if (!System.Enum.IsDefined(request.Use))
        {
            violations.Add("use", ViolationKey.UnknownWord, "listen, download");
        }

        violations.ThrowIfAny();
        var caller = context.Caller();
        if (request.Use == Use.Download)
        {
            caller.Need(Permissions.CallsExport);
        }

        using var ending = CancellationTokenSource.CreateLinkedTokenSource(context.CancellationToken, lifetime.ApplicationStopping);
        try
        {
            await using var file = await recordings.OpenAsync(id, caller, ending.Token);
            var total = file.Length;
            if (request.Offset > total)
            {
                throw new BeyondEndException(total);
            }

            var by = new Author(caller.Kind, caller.Id, addresses.Of(context, request.ClientAddress));
            await (request.Use == Use.Download
                ? audit.DownloadedAsync(id, request.Offset, by, ending.Token)
                : audit.HeardAsync(id, by, ending.Token));
            var left = request.Length == 0 ? total - request.Offset : Math.Min(request.Length, total - request.Offset);
            file.Position = request.Offset;
            await SendAsync(file, total, left, responseStream, ending.Token);
        }
        catch (OperationCanceledException) when (lifetime.ApplicationStopping.IsCancellationRequested && !context.CancellationToken.IsCancellationRequested)
        {
            throw new NotNowException("the server is about to end");
        }
    }

    public override async Task<GetWaveformResponse> GetWaveform(GetWaveformRequest request, ServerCallContext context)
    {
        var violations = new Violations();
        var id = violations.Identity("call_id", request.CallId);
        if (request.Points is not 0 and (< FewestPoints or > MostPoints))
        {
            violations.Add("points", ViolationKey.OutOfRange, FewestPoints, MostPoints);
        }

        violations.ThrowIfAny();
        await using var file = await recordings.OpenAsync(id, context.Caller(), context.CancellationToken);
        var form = await WaveForm.ReadAsync(file, request.Points == 0 ? UsualPoints : request.Points, context.CancellationToken);
        var (peaks, length) = form ?? throw new NotFoundException("recording", id.ToString());
        return new() { Peaks = UnsafeByteOperations.UnsafeWrap(peaks), Length = TimeSpan.FromMilliseconds(Math.Round(length.TotalMilliseconds)).ToDuration() };
    }

    // No part is read before the one before it is on its way: a reader who takes nothing costs one part. Of nothing one empty
    // part goes out, which tells how long the file is.
    private static async Task SendAsync(
        FileStream file, long total, long left, IServerStreamWriter<ReadRecordingResponse> reader, CancellationToken cancellationToken)
    {
        do
        {
            var part = new byte[(int)Math.Min(LargestPart, left)];
            await file.ReadExactlyAsync(part, cancellationToken);
            await reader.WriteAsync(new() { TotalBytes = total, ContentType = ContentType, Data = UnsafeByteOperations.UnsafeWrap(part) }, cancellationToken);
            left -= part.Length;
        }
        while (left > 0);
    }

    private static void NotNegative(string field, long value, Violations violations)
    {
        if (value < 0)
        {
            violations.Add(field, ViolationKey.OutOfRange, 0, long.MaxValue);
        }
    }
}
