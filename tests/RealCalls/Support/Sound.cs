namespace CallCenterCrm.RealCalls.Support;

/// <summary>Tones by which it is told who is heard: written as what somebody says, and found in a recording.</summary>
public static class Sound
{
    private const int HeaderLength = 44;
    private const int Rate = 48000;

    // Asterisk records 8 kHz, 16 bit, mono.
    private const int RecordedRate = 8000;

    // 50 ms: where a packet came late the tone goes on in another phase, which over a whole second would cancel it out.
    private const int Piece = RecordedRate / 20;

    /// <summary>Writes one second of a tone that can be played round and round: 48 kHz, 16 bit, mono.</summary>
    public static async Task WriteToneAsync(string file, int hertz)
    {
        await using var stream = File.Create(file);
        await using var writer = new BinaryWriter(stream);
        writer.Write("RIFF"u8);
        writer.Write(HeaderLength - 8 + (Rate * 2));
        writer.Write("WAVEfmt "u8);
        writer.Write(16);
        writer.Write((short)1);
        writer.Write((short)1);
        writer.Write(Rate);
        writer.Write(Rate * 2);
        writer.Write((short)2);
        writer.Write((short)16);
        writer.Write("data"u8);
        writer.Write(Rate * 2);
        for (var i = 0; i < Rate; i++)
        {
            writer.Write((short)(8000 * Math.Sin(2 * Math.PI * hertz * i / Rate)));
        }
    }

    /// <summary>
    /// How loud a tone is in each second of a recording, in sample steps (32767 is the loudest). Only a tone of a multiple of 20 Hz
    /// is told from others well.
    /// </summary>
    public static async Task<IReadOnlyList<double>> LoudnessAsync(string recording, int hertz)
    {
        var bytes = await File.ReadAllBytesAsync(recording);
        var seconds = (bytes.Length - HeaderLength) / (RecordedRate * 2);
        return [.. Enumerable.Range(0, seconds).Select(Second)];

        double Second(int second) => Enumerable.Range(second * RecordedRate / Piece, RecordedRate / Piece)
            .Average(piece => Loudness(bytes.AsSpan(HeaderLength + (piece * Piece * 2), Piece * 2), hertz));
    }

    // Goertzel's algorithm: one frequency of the Fourier transform.
    private static double Loudness(ReadOnlySpan<byte> samples, int hertz)
    {
        var turn = 2 * Math.Cos(2 * Math.PI * hertz / RecordedRate);
        var (before, last) = (0.0, 0.0);
        for (var i = 0; i < samples.Length; i += 2)
        {
            (before, last) = (last, BitConverter.ToInt16(samples[i..]) + (turn * last) - before);
        }

        return Math.Sqrt(Math.Max(0, (before * before) + (last * last) - (turn * before * last))) * 2 / Piece;
    }
}
