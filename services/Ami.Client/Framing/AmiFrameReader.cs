using System.Globalization;
using System.Numerics;
using System.Runtime.Intrinsics;

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

    /// <summary>Bytes at the end of a chunk that are never written, so that one look never passes its end.</summary>
    private static readonly int Slack = Vector256<byte>.Count;

    private readonly AmiFrameLimits _limits;
    private byte[] _chunk = GC.AllocateUninitializedArray<byte>(ChunkSize);
    private int _written;
    private int _frameStart;
    private int _lineStart;
    private int _scanned;
    private int _colon = -1;
    private Field[] _fields = GC.AllocateUninitializedArray<Field>(FieldsSize);
    private int _firstField;
    private int _fieldCount;
    // Asterisk writes the same keys in the same order time after time: which one came last after each.
    private readonly byte[] _keyAfter = new byte[256];
    private byte _previousKey;
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
        if (_written == _chunk.Length - Slack) MoveToNewChunk();

        var count = Math.Min(bytes.Length, _chunk.Length - Slack - _written);
        bytes[..count].CopyTo(_chunk.AsSpan(_written));
        _written += count;
        return count;
    }

    /// <summary>Gives the next whole frame, or false when more bytes are needed.</summary>
    /// <exception cref="AmiProtocolException">A line or a frame is longer than the limits; the stream cannot be read on.</exception>
    public bool TryRead(out AmiFrame frame)
    {
        // One look at 32 bytes finds both the end of a line and its first colon; most lines are shorter than that.
        var at = _scanned;
        while (at < _written)
        {
            // Behind the written bytes lie some more of the array, whatever is in them.
            var look = Vector256.Create(_chunk.AsSpan(at, Vector256<byte>.Count));
            var valid = _written - at < Vector256<byte>.Count ? (1u << (_written - at)) - 1 : uint.MaxValue;
            var ends = Vector256.Equals(look, Vector256.Create((byte)'\n')).ExtractMostSignificantBits() & valid;
            var colons = Vector256.Equals(look, Vector256.Create((byte)':')).ExtractMostSignificantBits() & valid;
            if (_colon < 0 && colons != 0) _colon = at + BitOperations.TrailingZeroCount(colons);
            if (ends == 0)
            {
                at += Vector256<byte>.Count;
                continue;
            }

            var end = at + BitOperations.TrailingZeroCount(ends);
            at = end + 1;
            if (TakeLine(end))
            {
                frame = EndFrame();
                return true;
            }
        }

        _scanned = _written;
        // One byte more than the limit may still turn out to be the CR.
        CheckLimits(_written - _lineStart - 1, _written - _frameStart);
        frame = default;
        return false;
    }

    /// <summary>Takes in the line that ends at <paramref name="end"/>; true when it was the empty one that ends a frame.</summary>
    private bool TakeLine(int end)
    {
        var start = _lineStart;
        var length = end > start && _chunk[end - 1] == (byte)'\r' ? end - 1 - start : end - start;
        // The colon found may be one of the next line.
        var colon = _colon < end ? _colon - start : -1;
        _scanned = _lineStart = end + 1;
        _colon = -1;
        CheckLimits(length, _lineStart - _frameStart);

        if (length > 0 || _inLegacyOutput)
            AddLine(start, length, colon);
        else if (_fieldCount > 0)
            return true;
        else
            _frameStart = _lineStart; // An empty line between frames.

        return false;
    }

    private void AddLine(int start, int length, int colon)
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

        if (colon <= 0)
        {
            AddField(new Field(start - _frameStart, length, 0, 0, HeaderKey.Unknown));
            return;
        }

        var gap = colon + 1 < length && line[colon + 1] == (byte)' ' ? 2 : 1;
        ref var expected = ref _keyAfter[_previousKey];
        var key = expected = HeaderKey.Find(line[..colon], expected);
        _previousKey = key;
        AddField(new Field(start - _frameStart, length - colon - gap, (ushort)colon, (byte)gap, key));

        if (_fieldCount == 1 && key == HeaderKey.Response && _limits.LegacyCommandOutput)
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

    private AmiFrame EndFrame()
    {
        var frame = new AmiFrame(_chunk, _frameStart, _lineStart - _frameStart, _fields, _firstField, _fieldCount);
        _firstField += _fieldCount;
        _fieldCount = 0;
        _frameStart = _lineStart;
        return frame;
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
        if (_colon >= 0) _colon -= _frameStart;
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
