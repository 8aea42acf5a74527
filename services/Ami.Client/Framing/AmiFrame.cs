using System.Text;

namespace Ami.Client.Framing;

/// <summary>What a frame is, told by its first header alone: <c>OriginateResponse</c> carries both <c>Event:</c> and <c>Response:</c>.</summary>
public enum AmiFrameKind
{
    /// <summary>Begins with neither; the rest of an event that an attack cut in two looks like this.</summary>
    Other,

    /// <summary>Begins with <c>Event:</c>.</summary>
    Event,

    /// <summary>Begins with <c>Response:</c>.</summary>
    Response,
}

/// <summary>One frame: a view of its bytes and of where its lines lie. Copying it copies no text.</summary>
public readonly struct AmiFrame
{
    private readonly byte[] _chunk;
    private readonly int _start;
    private readonly int _length;
    private readonly Field[] _fields;
    private readonly int _firstField;
    private readonly int _fieldCount;

    internal AmiFrame(byte[] chunk, int start, int length, Field[] fields, int firstField, int fieldCount)
    {
        _chunk = chunk;
        _start = start;
        _length = length;
        _fields = fields;
        _firstField = firstField;
        _fieldCount = fieldCount;
    }

    /// <summary>Bytes of the frame, its line ends included.</summary>
    public int ByteCount => _length;

    /// <summary>Lines of the frame, without the empty one that ends it.</summary>
    public int Count => _fieldCount;

    /// <summary>What the frame is.</summary>
    public AmiFrameKind Kind => KeyAt(0) switch
    {
        HeaderKey.Event => AmiFrameKind.Event,
        HeaderKey.Response => AmiFrameKind.Response,
        _ => AmiFrameKind.Other,
    };

    /// <summary>The first value with this key, without regard to case; an absent text when there is none.</summary>
    public AmiText this[string key]
    {
        get
        {
            var at = IndexOf(key, 0);
            return at < 0 ? default : ValueAt(at);
        }
    }

    internal ReadOnlySpan<Field> Fields => _fields.AsSpan(_firstField, _fieldCount);

    internal ReadOnlySpan<byte> Bytes => _chunk.AsSpan(_start, _length);

    /// <summary>All values with this key, in their order.</summary>
    public IEnumerable<AmiText> All(string key)
    {
        for (var at = IndexOf(key, 0); at >= 0; at = IndexOf(key, at + 1))
            yield return ValueAt(at);
    }

    /// <summary>All lines in their order. A line without a colon has an empty key.</summary>
    public IEnumerable<KeyValuePair<AmiText, AmiText>> Lines()
    {
        for (var i = 0; i < _fieldCount; i++)
            yield return new(KeyTextAt(i), ValueAt(i));
    }

    internal AmiText Get(byte key)
    {
        var fields = Fields;
        for (var i = 0; i < fields.Length; i++)
        {
            if (fields[i].Key == key) return Value(in fields[i]);
        }

        return default;
    }

    internal byte KeyAt(int index) => index < _fieldCount ? _fields[_firstField + index].Key : HeaderKey.Unknown;

    internal AmiText ValueAt(int index) => Value(in _fields[_firstField + index]);

    internal AmiText KeyTextAt(int index)
    {
        ref readonly var field = ref _fields[_firstField + index];
        return new AmiText(_chunk, _start + field.KeyStart, field.KeyLength);
    }

    /// <summary>The place of the first line with this key, from <paramref name="from"/> on; -1 when there is none.</summary>
    internal int IndexOf(string key, int from)
    {
        for (var i = from; i < _fieldCount; i++)
        {
            if (_fields[_firstField + i].KeyLength == key.Length && Ascii.EqualsIgnoreCase(KeyTextAt(i).Utf8, key)) return i;
        }

        return -1;
    }

    internal int IndexOf(byte key)
    {
        for (var i = 0; i < _fieldCount; i++)
        {
            if (_fields[_firstField + i].Key == key) return i;
        }

        return -1;
    }

    private AmiText Value(ref readonly Field field) => new(_chunk, _start + field.ValueStart, field.ValueLength);
}
