using System.Collections;
using System.Globalization;

namespace CallCenterCrm.Sip;

/// <summary>The headers of one message in the order of the wire; a name may come more than once (RFC 3261 §7.3.1).</summary>
internal sealed class SipHeaders : IEnumerable<KeyValuePair<string, string>>
{
    private readonly List<KeyValuePair<string, string>> _lines = [];

    public int Count => _lines.Count;

    /// <summary>The first value of this name, or null when there is none. Setting replaces every line of the name.</summary>
    public string? this[string name]
    {
        get => _lines.Find(line => Same(line.Key, name)).Value;
        set
        {
            _lines.RemoveAll(line => Same(line.Key, name));
            if (value is not null)
                Add(name, value);
        }
    }

    public void Add(string name, string value)
    {
        // One stray line end would turn a value into further headers, and a test's typing error into a riddle.
        if (value.AsSpan().IndexOfAny('\r', '\n', '\0') >= 0)
            throw new ArgumentException($"The value of {name} holds a line end or a NUL.", nameof(value));
        _lines.Add(new(Canonical(name), value));
    }

    /// <summary>Every value of a name whose values may share a line, split at the commas outside of quotes and angle brackets.</summary>
    public IEnumerable<string> List(string name) => _lines.Where(line => Same(line.Key, name)).SelectMany(line => Split(line.Value));

    public bool Lists(string name, string token) => List(name).Contains(token, StringComparer.OrdinalIgnoreCase);

    public int? Number(string name) =>
        int.TryParse(this[name], NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value : null;

    /// <summary>Continues the last header with a folded line (RFC 3261 §7.3.1: any folding counts as one space).</summary>
    public void Continue(string folded)
    {
        if (_lines.Count == 0)
            throw new SipFormatException("The first header line is a continuation.");
        var last = _lines[^1];
        _lines[^1] = new(last.Key, $"{last.Value} {folded}".Trim());
    }

    public IEnumerator<KeyValuePair<string, string>> GetEnumerator() => _lines.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    public static bool Same(string left, string right) => string.Equals(left, right, StringComparison.OrdinalIgnoreCase);

    /// <summary>Compact forms of RFC 3261 §7.3.3, RFC 3515 and RFC 3892.</summary>
    private static string Canonical(string name) => name.Length > 1 ? name : char.ToLowerInvariant(name[0]) switch
    {
        'v' => "Via",
        'f' => "From",
        't' => "To",
        'i' => "Call-ID",
        'm' => "Contact",
        'l' => "Content-Length",
        'c' => "Content-Type",
        'e' => "Content-Encoding",
        's' => "Subject",
        'k' => "Supported",
        'r' => "Refer-To",
        'b' => "Referred-By",
        'o' => "Event",
        'u' => "Allow-Events",
        'x' => "Session-Expires",
        _ => name,
    };

    private static IEnumerable<string> Split(string value)
    {
        var (start, quoted, bracketed) = (0, false, false);
        for (var i = 0; i < value.Length; i++)
        {
            switch (value[i])
            {
                case '\\' when quoted:
                    i++;
                    break;
                case '"':
                    quoted = !quoted;
                    break;
                case '<' when !quoted:
                    bracketed = true;
                    break;
                case '>' when !quoted:
                    bracketed = false;
                    break;
                case ',' when !quoted && !bracketed:
                    yield return value[start..i].Trim();
                    start = i + 1;
                    break;
                default:
                    break;
            }
        }
        yield return value[start..].Trim();
    }
}
