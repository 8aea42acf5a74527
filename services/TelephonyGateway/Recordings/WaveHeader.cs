using System.Buffers.Binary;

namespace CallCenterCrm.Telephony.Recordings;

/// <summary>What the beginning of a RIFF WAVE file says of its sound.</summary>
/// <param name="Format">1 for PCM.</param>
/// <param name="BytesPerSecond">0 when it does not say.</param>
/// <param name="DataStart">Where the sound begins, bytes. It goes to the end of the file: a PBX that was killed never wrote the final size.</param>
internal sealed record WaveHeader(int Format, int Channels, uint BytesPerSecond, int BitsPerSample, int DataStart)
{
    /// <summary>So many bytes of a file are looked through for its sound.</summary>
    public const int Most = 4096;

    /// <summary>Whether it is PCM of 16 bits, as MixMonitor writes it.</summary>
    public bool IsPcm16 => Format == 1 && BitsPerSample == 16 && Channels > 0;

    /// <summary>Reads it; null when this is no sound file.</summary>
    /// <param name="header">The first bytes of the file, at most <see cref="Most"/>.</param>
    public static WaveHeader? Read(ReadOnlySpan<byte> header)
    {
        if (header.Length < 12 || !header[..4].SequenceEqual("RIFF"u8) || !header[8..12].SequenceEqual("WAVE"u8))
        {
            return null;
        }

        var at = 12;
        var found = new WaveHeader(0, 0, 0, 0, 0);
        while (at + 8 <= header.Length)
        {
            var size = BinaryPrimitives.ReadUInt32LittleEndian(header[(at + 4)..]);
            if (header[at..(at + 4)].SequenceEqual("fmt "u8) && at + 24 <= header.Length)
            {
                found = new WaveHeader(
                    BinaryPrimitives.ReadUInt16LittleEndian(header[(at + 8)..]),
                    BinaryPrimitives.ReadUInt16LittleEndian(header[(at + 10)..]),
                    BinaryPrimitives.ReadUInt32LittleEndian(header[(at + 16)..]),
                    BinaryPrimitives.ReadUInt16LittleEndian(header[(at + 22)..]),
                    0);
            }
            else if (header[at..(at + 4)].SequenceEqual("data"u8))
            {
                return found with { DataStart = at + 8 };
            }

            at += 8 + (int)Math.Min(size + (size & 1), Most);
        }

        return null;
    }
}
