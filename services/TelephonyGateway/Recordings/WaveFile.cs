using System.Security.Cryptography;
using CallCenterCrm.Contracts.Telephony.V1;
using CallCenterCrm.Telephony.Calls;

namespace CallCenterCrm.Telephony.Recordings;

/// <summary>What a recording's file holds (RIFF WAVE, PCM: 16 bits, 8,000 samples a second, as MixMonitor writes it).</summary>
/// <param name="Seconds">Length of the sound; null when the file is no sound file.</param>
internal sealed record WaveFile(long Bytes, double? Seconds, string Sha256)
{
    // Not even the tightest telephone codec has so few; a length worked out from less means nothing.
    private const uint LeastBytesPerSecond = 500;

    /// <summary>Reads a file.</summary>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static async Task<WaveFile> ReadAsync(string path, CancellationToken cancellationToken)
    {
        await using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, 64 * 1024, useAsync: true);
        var header = new byte[(int)Math.Min(WaveHeader.Most, stream.Length)];
        await stream.ReadExactlyAsync(header, cancellationToken);
        stream.Position = 0;
        var digest = await SHA256.HashDataAsync(stream, cancellationToken);
        return new WaveFile(stream.Length, Length(header, stream.Length), Convert.ToHexStringLower(digest));
    }

    /// <summary>How this file stands beside what is known of the call.</summary>
    /// <param name="spoken">Whether somebody talked or left a message.</param>
    public RecordingState StateFor(bool spoken) =>
        Seconds is null ? RecordingState.Damaged
        : Seconds > 0 && (spoken || Seconds >= CallOutcome.LeastMessage.TotalSeconds) ? RecordingState.Ready
        : spoken ? RecordingState.Empty
        : RecordingState.NothingToRecord;

    private static double? Length(ReadOnlySpan<byte> header, long fileBytes)
    {
        if (fileBytes == 0)
        {
            return 0;
        }

        return WaveHeader.Read(header) is { BytesPerSecond: >= LeastBytesPerSecond } found ? (double)(fileBytes - found.DataStart) / found.BytesPerSecond : null;
    }
}
