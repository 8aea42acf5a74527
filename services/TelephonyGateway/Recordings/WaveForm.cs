using System.Buffers.Binary;

namespace CallCenterCrm.Telephony.Recordings;

/// <summary>How loud a recording is when: the loudest sample of each of so many stretches of equal length.</summary>
internal sealed class WaveForm
{
    private const int Sample = sizeof(short);
    private const int AtOnce = 64 * 1024;
    private readonly byte[] _peaks;
    private readonly int _channels;
    private readonly long _samples;
    private long _read;
    private int _stretch;

    private WaveForm(int points, long samples, int channels) => (_peaks, _samples, _channels) = (new byte[points], samples, channels);

    /// <summary>Reads through a file, piece by piece.</summary>
    /// <param name="points">How many stretches.</param>
    /// <returns>One byte for each stretch, none when it is not PCM of 16 bits, and the length of the sound; null when it is no sound file.</returns>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static async Task<(byte[] Peaks, TimeSpan Length)?> ReadAsync(Stream file, int points, CancellationToken cancellationToken)
    {
        var buffer = new byte[AtOnce];
        var bytes = file.Length;
        var headerBytes = await file.ReadAtLeastAsync(buffer.AsMemory(0, WaveHeader.Most), WaveHeader.Most, throwOnEndOfStream: false, cancellationToken);
        if (WaveHeader.Read(buffer.AsSpan(0, headerBytes)) is not { BytesPerSecond: > 0 } header)
        {
            return null;
        }

        var length = TimeSpan.FromSeconds((double)(bytes - header.DataStart) / header.BytesPerSecond);
        if (!header.IsPcm16)
        {
            return ([], length);
        }

        var form = new WaveForm(points, (bytes - header.DataStart) / Sample, header.Channels);
        file.Position = header.DataStart;
        int read;
        do
        {
            read = await file.ReadAtLeastAsync(buffer, AtOnce, throwOnEndOfStream: false, cancellationToken);
            form.Add(buffer.AsSpan(0, read));
        }
        while (read == AtOnce);
        return (form._peaks, length);
    }

    // The channels of one moment belong to one stretch.
    private long EndOf(int stretch) => (stretch + 1) * (_samples / _channels) / _peaks.Length * _channels;

    private void Add(ReadOnlySpan<byte> sound)
    {
        var end = EndOf(_stretch);
        for (; sound.Length >= Sample && _read < _samples; sound = sound[Sample..], _read++)
        {
            while (_read >= end && _stretch < _peaks.Length - 1)
            {
                end = EndOf(++_stretch);
            }

            var loudness = (byte)Math.Min(byte.MaxValue, Math.Abs((int)BinaryPrimitives.ReadInt16LittleEndian(sound)) * byte.MaxValue / short.MaxValue);
            if (loudness > _peaks[_stretch])
            {
                _peaks[_stretch] = loudness;
            }
        }
    }
}
