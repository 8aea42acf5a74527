using System.Globalization;

namespace Ami.Client.Framing;

/// <summary>Cuts the bytes that Asterisk sends into frames. Knows no socket; any split of the bytes gives the same frames.</summary>
/// <remarks>
/// Bytes are copied once, into arrays of about 64 KiB which the frames then refer to and the garbage collector frees: nothing is
/// rented, so a frame may be kept as long as one likes, at the price of keeping its array. Not safe for use by several threads.
/// A frame is a run of <c>Key: Value</c> lines ended by an empty one
/// (https://docs.asterisk.org/Configuration/Interfaces/Asterisk-Manager-Interface-AMI/AMI-v2-Specification/).
/// </remarks>
public sealed class AmiFrameReader
{
    private const int ChunkSize = 64 * 1024;
    private const int FieldsSize = 4 * 1024;

    private readonly AmiFrameLimits _limits;
    private byte[] _chunk = GC.AllocateUninitializedArray<byte>(ChunkSize);
    private int _written;
    private int _frameStart;
    private int _lineStart;
    private int _scanned;
    private Field[] _fields = GC.AllocateUninitializedArray<Field>(FieldsSize);
    private int _firstField;
    private int _fieldCount;
    private bool _firstLineRead;
    private bool _inLegacyOutput;

    /// <summary>A reader at the very beginning of a stream.</summary>
    public AmiFrameReader(AmiFrameLimits? limits = null) => _limits = limits ?? AmiFrameLimits.Default;

    /// <summary>The greeting, such as <c>Asterisk Call Manager/11.0.0</c>; null until it was read, or when the first line was none.</summary>
    public string? Banner { get; private set; }

    /// <summary>Whether one whole line was read, so that <see cref="Banner"/> is decided.</summary>
    public bool FirstLineRead => _firstLineRead;

    /// <summary>Takes in as many bytes as there is room for; call <see cref="TryRead"/> until it is false, then go on with the rest.</summary>
    /// <returns>How many bytes were taken, at least one if there are any.</returns>
    public int Append(ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty) return 0;
        if (_written == _chunk.Length) MoveToNewChunk();

        var count = Math.Min(bytes.Length, _chunk.Length - _written);
        bytes[..count].CopyTo(_chunk.AsSpan(_written));
        _written += count;
        return count;
    }

    /// <summary>Gives the next whole frame, or false when more bytes are needed.</summary>
    /// <exception cref="AmiProtocolException">A line or a frame is longer than the limits; the stream cannot be read on.</exception>
    public bool TryRead(out AmiFrame frame)
    {
        while (true)
        {
            var found = _chunk.AsSpan(_scanned, _written - _scanned).IndexOf((byte)'\n');
            if (found < 0)
            {
                _scanned = _written;
                // One byte more than the limit may still turn out to be the CR.
                CheckLimits(_written - _lineStart - 1, _written - _frameStart);
                frame = default;
                return false;
            }

            var end = _scanned + found;
            var length = end - _lineStart;
            if (length > 0 && _chunk[end - 1] == (byte)'\r') length--;
            CheckLimits(length, end + 1 - _frameStart);

            var start = _lineStart;
            _scanned = _lineStart = end + 1;

            if (length > 0 || _inLegacyOutput)
                AddLine(start, length);
            else if (_fieldCount > 0)
                return EndFrame(out frame);
            else
                _frameStart = _lineStart; // An empty line between frames.
        }
    }

    private void AddLine(int start, int length)
    {
        var line = _chunk.AsSpan(start, length);
        if (!_firstLineRead)
        {
            _firstLineRead = true;
            if (line.StartsWith("Asterisk Call Manager"u8))
            {
                Banner = new AmiText(_chunk, start, length).ToString();
                _frameStart = _lineStart; // The greeting is no frame: no empty line ends it.
                return;
            }
        }

        if (_inLegacyOutput && line.EndsWith("--END COMMAND--"u8)) _inLegacyOutput = false;

        var colon = line.IndexOf((byte)':');
        if (colon <= 0)
        {
            AddField(new Field(start - _frameStart, length, 0, 0, HeaderKey.Unknown));
            return;
        }

        var gap = colon + 1 < length && line[colon + 1] == (byte)' ' ? 2 : 1;
        var field = new Field(start - _frameStart, length - colon - gap, (ushort)colon, (byte)gap, HeaderKey.Find(line[..colon]));
        AddField(field);

        if (_limits.LegacyCommandOutput && _fieldCount == 1 && field.Key == HeaderKey.Response)
            _inLegacyOutput = line[(colon + gap)..].SequenceEqual("Follows"u8);
    }

    private void AddField(Field field)
    {
        if (_firstField + _fieldCount == _fields.Length)
        {
            // The fields of one frame lie side by side: those of the unfinished frame move along.
            var next = GC.AllocateUninitializedArray<Field>(Math.Max(FieldsSize, _fieldCount * 2));
            _fields.AsSpan(_firstField, _fieldCount).CopyTo(next);
            _fields = next;
            _firstField = 0;
        }

        _fields[_firstField + _fieldCount++] = field;
    }

    private bool EndFrame(out AmiFrame frame)
    {
        frame = new AmiFrame(_chunk, _frameStart, _lineStart - _frameStart, _fields, _firstField, _fieldCount);
        _firstField += _fieldCount;
        _fieldCount = 0;
        _frameStart = _lineStart;
        return true;
    }

    /// <summary>Frames already given out keep the old array; only the unfinished one is copied.</summary>
    private void MoveToNewChunk()
    {
        var rest = _written - _frameStart;
        var next = GC.AllocateUninitializedArray<byte>(Math.Max(ChunkSize, rest * 2));
        _chunk.AsSpan(_frameStart, rest).CopyTo(next);
        _chunk = next;
        _written = rest;
        _lineStart -= _frameStart;
        _scanned -= _frameStart;
        _frameStart = 0;
    }

    private void CheckLimits(int lineBytes, int frameBytes)
    {
        if (lineBytes > _limits.MaxLineBytes) throw TooLong("line", _limits.MaxLineBytes);
        if (frameBytes > _limits.MaxFrameBytes) throw TooLong("frame", _limits.MaxFrameBytes);
    }

    private static AmiProtocolException TooLong(string what, int limit) =>
        new(string.Create(CultureInfo.InvariantCulture, $"A {what} is longer than {limit} bytes."));
}
