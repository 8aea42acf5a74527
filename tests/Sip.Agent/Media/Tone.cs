namespace CallCenterCrm.Sip;

/// <summary>One second of a sine in A-law (ITU-T G.711), cut into the 20 ms frames in which it is sent round and round.</summary>
internal sealed class Tone
{
    public const int SampleRate = 8000;
    public const int SamplesPerFrame = 160;
    private const double Level = 8000; // a quarter of full scale: about -12 dBFS, clear on a recording and not clipped

    private readonly byte[] _second = new byte[SampleRate];

    /// <param name="hertz">A whole number, so that a second ends where it began and the sine never jumps.</param>
    public Tone(int hertz)
    {
        for (var i = 0; i < _second.Length; i++)
            _second[i] = Alaw((short)(Level * Math.Sin(2 * Math.PI * hertz * i / SampleRate)));
    }

    public ReadOnlySpan<byte> Frame(int number) =>
        _second.AsSpan(number % (SampleRate / SamplesPerFrame) * SamplesPerFrame, SamplesPerFrame);

    /// <summary>One sample: sign, 3 bits of exponent, 4 of mantissa, every even bit inverted.</summary>
    internal static byte Alaw(short sample)
    {
        var sign = sample >= 0 ? 0x80 : 0;
        var magnitude = sample >= 0 ? sample >> 3 : (-sample - 1) >> 3; // 13 bits are what A-law codes
        var exponent = Math.Max(0, 27 - int.LeadingZeroCount(magnitude)); // 0 below 32, 7 from 2048
        var mantissa = (exponent == 0 ? magnitude >> 1 : magnitude >> exponent) & 0x0F;
        return (byte)((sign | (exponent << 4) | mantissa) ^ 0x55);
    }
}
