using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Ami.Client;

/// <summary>A piece of text as Asterisk sent it: a view of its bytes, of which a string is made only on demand (and each time anew).</summary>
/// <remarks>
/// Asterisk passes on whatever bytes it was given (cp1251 in a SIP name, a letter cut in half), so the bytes need not be valid UTF-8;
/// what is not becomes U+FFFD in <see cref="ToString"/>.
/// </remarks>
public readonly struct AmiText : IEquatable<AmiText>
{
    private readonly byte[]? _bytes;
    private readonly int _start;
    private readonly int _length;

    internal AmiText(byte[] bytes, int start, int length)
    {
        _bytes = bytes;
        _start = start;
        _length = length;
    }

    /// <summary>Whether the header was there at all; an empty value is present.</summary>
    public bool IsPresent => _bytes is not null;

    /// <summary>Whether there is no byte: absent or empty.</summary>
    public bool IsEmpty => _length == 0;

    /// <summary>The bytes, usually UTF-8.</summary>
    public ReadOnlySpan<byte> Utf8 => _bytes.AsSpan(_start, _length);

    /// <summary>Compares bytes.</summary>
    public static bool operator ==(AmiText left, AmiText right) => left.Equals(right);

    /// <summary>Compares bytes.</summary>
    public static bool operator !=(AmiText left, AmiText right) => !left.Equals(right);

    /// <summary>A text of one's own, for comparing and for tests.</summary>
    public static AmiText From(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        return new AmiText(bytes, 0, bytes.Length);
    }

    /// <summary>Compares bytes with text; an absent value equals no text, not even an empty one.</summary>
    public bool Equals(string? text)
    {
        if (text is null || _bytes is null) return text is null && _bytes is null;
        return Ascii.Equals(Utf8, text) || (!Ascii.IsValid(text) && string.Equals(ToString(), text, StringComparison.Ordinal));
    }

    /// <summary>Compares bytes.</summary>
    public bool Equals(ReadOnlySpan<byte> utf8) => Utf8.SequenceEqual(utf8);

    /// <inheritdoc/>
    public bool Equals(AmiText other) => IsPresent == other.IsPresent && Utf8.SequenceEqual(other.Utf8);

    /// <inheritdoc/>
    public override bool Equals([NotNullWhen(true)] object? obj) => obj is AmiText other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = new HashCode();
        hash.AddBytes(Utf8);
        return hash.ToHashCode();
    }

    /// <summary>The text; empty when absent.</summary>
    public override string ToString() => Encoding.UTF8.GetString(Utf8);

    /// <summary>The text, or null when it is absent, empty, or one of Asterisk's words for nothing: <c>&lt;unknown&gt;</c>, <c>&lt;null&gt;</c>, <c>(null)</c>.</summary>
    public string? OrNull() =>
        IsEmpty || Equals("<unknown>"u8) || Equals("<null>"u8) || Equals("(null)"u8) ? null : ToString();

    /// <summary>A whole decimal number, or null when the text is not exactly one.</summary>
    public long? ToInt64() => Utf8Parser.TryParse(Utf8, out long value, out var used) && used == _length ? value : null;

    /// <summary>The name of a caller or of the connected line as people know it, or null as in <see cref="OrNull"/>.</summary>
    /// <remarks>
    /// Asterisk writes <c>CallerIDName</c> and <c>ConnectedLineName</c> C-escaped (<c>\"</c>, <c>\\</c>, main/manager_channels.c), and the
    /// quoted pairs of SIP's display name (RFC 3261, 25.1) stay inside: so the text is unescaped twice. May contain control characters.
    /// </remarks>
    public string? ToName() => OrNull() is { } text ? EscapedName.Unescape(text) : null;

    /// <summary>Seconds since 1970 with a decimal fraction, as <c>Timestamp:</c> has them, exact to the microsecond; null when it is none.</summary>
    public DateTimeOffset? ToTimestamp()
    {
        var text = Utf8;
        // Nothing after the year 9999.
        if (!Utf8Parser.TryParse(text, out long seconds, out var used) || seconds is < 0 or > 253_402_300_799) return null;

        var ticks = seconds * TimeSpan.TicksPerSecond;
        if (used < text.Length)
        {
            if (text[used] != (byte)'.') return null;
            var unit = TimeSpan.TicksPerSecond;
            foreach (var digit in text[(used + 1)..])
            {
                if (digit is < (byte)'0' or > (byte)'9') return null;
                unit /= 10;
                ticks += (digit - '0') * unit;
            }
        }

        return new DateTimeOffset(DateTimeOffset.UnixEpoch.Ticks + ticks, TimeSpan.Zero);
    }
}
