using System.Diagnostics;
using System.Text;

namespace CallCenterCrm.Telephony.Stores.Tests.Recordings;

/// <summary>Writes sound files as MixMonitor does, and damaged ones.</summary>
internal static class SoundFile
{
    public const int BytesPerSecond = 16_000;

    /// <summary>RIFF WAVE: PCM, one channel, 16 bits, 8,000 samples a second.</summary>
    /// <param name="bytes">Length of the sound.</param>
    /// <param name="writtenSize">Size as it stands in the header; null for the true one.</param>
    /// <param name="extraChunk">A chunk that stands before the sound.</param>
    public static byte[] Make(int bytes, int? writtenSize = null, byte[]? extraChunk = null, int bytesPerSecond = BytesPerSecond)
    {
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream);
        writer.Write("RIFF"u8);
        writer.Write((writtenSize ?? bytes) + 36 + (extraChunk is null ? 0 : extraChunk.Length + (extraChunk.Length % 2) + 8));
        writer.Write("WAVEfmt "u8);
        writer.Write(16);
        writer.Write((short)1);
        writer.Write((short)1);
        writer.Write(8000);
        writer.Write(bytesPerSecond);
        writer.Write((short)2);
        writer.Write((short)16);
        if (extraChunk is not null)
        {
            writer.Write("LIST"u8);
            writer.Write(extraChunk.Length);
            writer.Write(extraChunk);
            writer.Write(new byte[extraChunk.Length % 2]);
        }

        writer.Write("data"u8);
        writer.Write(writtenSize ?? bytes);
        var sound = new byte[bytes];
        new Random(bytes).NextBytes(sound);
        writer.Write(sound);
        writer.Flush();
        return stream.ToArray();
    }

    /// <summary>The checksum as the system's own tool has it.</summary>
    public static async Task<string> Sha256Async(string file)
    {
        using var process = Process.Start(new ProcessStartInfo("sha256sum", ["--", file]) { UseShellExecute = false, RedirectStandardOutput = true, StandardOutputEncoding = Encoding.UTF8 })!;
        var line = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return line[..64];
    }
}
