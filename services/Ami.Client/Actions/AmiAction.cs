using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Ami.Client.Actions;

/// <summary>One request to the PBX: a name and headers in order, checked as they are added. For sending once.</summary>
/// <remarks>
/// What Asterisk 22 was seen to do (tests/captures/46-injection.md): CR LF and a bare LF both end a header, the first of two headers with
/// one key wins, an empty line begins a second action, lines of more than 1,022 bytes and more than 128 headers are errors. Hence what
/// would be read otherwise than it was meant is refused here with an <see cref="ArgumentException"/> that names the header, never its value.
/// </remarks>
public sealed partial class AmiAction
{
    /// <summary>Bytes of one line in UTF-8, without its end.</summary>
    public const int MaxLineBytes = 1022;

    /// <summary>Headers of one action, Action and ActionID included.</summary>
    public const int MaxHeaders = 128;

    private const int ActionIdBytes = 16;

    private readonly List<KeyValuePair<string, string>> _headers = [];
    private int _sent;

    /// <summary>An action without headers yet. For the common ones there are methods of this class.</summary>
    /// <param name="name">Name of the action, such as <c>Ping</c>.</param>
    /// <exception cref="ArgumentException">The name is empty or has characters that no name has.</exception>
    public AmiAction(string name)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        Name = name;
        ActionId = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(ActionIdBytes));
        Add("Action", name);
        Add("ActionID", ActionId);
    }

    /// <summary>Name of the action.</summary>
    public string Name { get; }

    /// <summary>The id that the answer carries: 128 random bits, so that nobody can forge an answer.</summary>
    public string ActionId { get; }

    /// <summary>The headers in their order, Action and ActionID first.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Headers => _headers;

    /// <summary>Adds a header.</summary>
    /// <param name="key">Letters, digits and <c>-_.()</c>. Only <c>Variable</c> may be added more than once.</param>
    /// <param name="value">Any text without control characters.</param>
    /// <exception cref="ArgumentException">Key or value would not be read as meant, or the action would be too large.</exception>
    public AmiAction With(string key, string value)
    {
        ArgumentException.ThrowIfNullOrEmpty(key);
        ArgumentNullException.ThrowIfNull(value);

        var isVariable = key.Equals("Variable", StringComparison.OrdinalIgnoreCase);
        if (!isVariable && _headers.Exists(header => header.Key.Equals(key, StringComparison.OrdinalIgnoreCase)))
            throw new ArgumentException($"The header '{(IsKey(key) ? key : "?")}' is there already, and Asterisk would read only the first.", nameof(key));

        Add(key, value);
        return this;
    }

    /// <summary>Adds a header unless the value is null.</summary>
    /// <inheritdoc cref="With"/>
    public AmiAction WithOptional(string key, string? value) => value is null ? this : With(key, value);

    /// <summary>Only keys and the name: values may be secret.</summary>
    public override string ToString() => string.Join(' ', _headers.Skip(2).Select(header => header.Key).Prepend(Name));

    /// <summary>Marks the action as sent.</summary>
    /// <exception cref="InvalidOperationException">It was sent before, or is a Setvar without a channel.</exception>
    internal void BeginSending()
    {
        // Asterisk cuts blanks off, so a blank channel is an empty one. Measured: such a Setvar sets a global even for a user with no right to.
        if (Name.Equals("Setvar", StringComparison.OrdinalIgnoreCase)
            && !_headers.Exists(header => header.Key.Equals("Channel", StringComparison.OrdinalIgnoreCase) && !string.IsNullOrWhiteSpace(header.Value)))
        {
            throw new InvalidOperationException("Setvar without a Channel would set a global variable of the PBX.");
        }

        if (Interlocked.Exchange(ref _sent, 1) != 0) throw new InvalidOperationException("An action is sent only once.");
    }

    internal void WriteTo(IBufferWriter<byte> output)
    {
        foreach (var (key, value) in _headers)
        {
            Encoding.UTF8.GetBytes(key, output);
            output.Write(": "u8);
            Encoding.UTF8.GetBytes(value, output);
            output.Write("\r\n"u8);
        }

        output.Write("\r\n"u8);
    }

    private static bool IsKey(string key) => key.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_' or '.' or '(' or ')');

    /// <summary>Such a value would arrive with U+FFFD in it, so not as it was meant.</summary>
    private static bool HasLoneSurrogate(string value)
    {
        for (var rest = value.AsSpan(); !rest.IsEmpty;)
        {
            if (Rune.DecodeFromUtf16(rest, out _, out var used) != OperationStatus.Done) return true;
            rest = rest[used..];
        }

        return false;
    }

    private void Add(string key, string value)
    {
        if (!IsKey(key)) throw new ArgumentException("A header's key has a character that no key has.", nameof(key));
        foreach (var letter in value)
        {
            if (char.IsControl(letter)) throw new ArgumentException($"The header '{key}' has a control character.", nameof(value));
        }

        if (HasLoneSurrogate(value)) throw new ArgumentException($"The header '{key}' has half a character (a lone surrogate).", nameof(value));

        if (key.Length + 2 + Encoding.UTF8.GetByteCount(value) > MaxLineBytes)
            throw new ArgumentException(string.Create(CultureInfo.InvariantCulture, $"The header '{key}' is longer than {MaxLineBytes} bytes."), nameof(value));
        if (_headers.Count == MaxHeaders)
            throw new ArgumentException(string.Create(CultureInfo.InvariantCulture, $"The header '{key}' is one more than {MaxHeaders}."), nameof(key));

        _headers.Add(new(key, value));
    }
}
