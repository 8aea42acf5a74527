using System.Buffers.Binary;
using System.Security.Cryptography;
using CallCenterCrm.Contracts.Telephony.V1;

namespace CallCenterCrm.Telephony.Recordings;

/// <summary>What a recording's file holds (RIFF WAVE, PCM: 16 bits, 8,000 samples a second, as MixMonitor writes it).</summary>
/// <param name="Seconds">Length of the sound; null when the file is no sound file.</param>
internal sealed record WaveFile(long Bytes, double? Seconds, string Sha256)
{
    private const int MostHeader = 4096;

    /// <summary>Reads a file.</summary>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static async Task<WaveFile> ReadAsync(string path, CancellationToken cancellationToken)
    {
        await using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, 64 * 1024, useAsync: true);
        var header = new byte[(int)Math.Min(MostHeader, stream.Length)];
        await stream.ReadExactlyAsync(header, cancellationToken);
        stream.Position = 0;
        var digest = await SHA256.HashDataAsync(stream, cancellationToken);
        return new WaveFile(stream.Length, Length(header, stream.Length), Convert.ToHexStringLower(digest));
    }

    /// <summary>How this file stands beside what is known of the call.</summary>
    /// <param name="talked">Whether somebody talked.</param>
    public RecordingState StateFor(bool talked) =>
        Seconds is null ? RecordingState.Damaged
        : Seconds > 0 ? RecordingState.Ready
        : talked ? RecordingState.Empty
        : RecordingState.NothingToRecord;

    private static double? Length(ReadOnlySpan<byte> header, long fileBytes)
    {
        if (header.Length < 12 || !header[..4].SequenceEqual("RIFF"u8) || !header[8..12].SequenceEqual("WAVE"u8))
        {
            return null;
        }

        var at = 12;
        var bytesPerSecond = 0u;
        while (at + 8 <= header.Length)
        {
            var size = BinaryPrimitives.ReadUInt32LittleEndian(header[(at + 4)..]);
            if (header[at..(at + 4)].SequenceEqual("fmt "u8) && at + 20 <= header.Length)
            {
                bytesPerSecond = BinaryPrimitives.ReadUInt32LittleEndian(header[(at + 16)..]);
            }
            else if (header[at..(at + 4)].SequenceEqual("data"u8))
            {
                // A PBX that was killed never wrote the final size: what is there counts.
                return bytesPerSecond == 0 ? null : (double)(fileBytes - at - 8) / bytesPerSecond;
            }

            at += 8 + (int)Math.Min(size + (size & 1), MostHeader);
        }

        return null;
    }
}
