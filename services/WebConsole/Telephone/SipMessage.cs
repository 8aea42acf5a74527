using System.Globalization;
using System.Text;

namespace CallCenterCrm.WebConsole.Telephone;

/// <summary>
/// A SIP message (RFC 3261, section 7), read as strictly as a filter must: what the PBX would read in another way is not read at all.
/// </summary>
internal sealed class SipMessage
{
    private readonly List<(string Name, string Value)> _headers = [];
    private string _body = "";

    private SipMessage(string startLine) => StartLine = startLine;

    /// <summary><c>INVITE sip:… SIP/2.0</c> or <c>SIP/2.0 200 OK</c>.</summary>
    public string StartLine { get; }

    /// <summary>The method of a request; null for an answer.</summary>
    public string? Method => StartLine.StartsWith("SIP/2.0 ", StringComparison.Ordinal) ? null : StartLine[..StartLine.IndexOf(' ', StringComparison.Ordinal)];

    /// <summary>The values of a header by its long name; short names (RFC 3261, section 7.3.3) are known.</summary>
    public IReadOnlyList<string> All(string name) => [.. _headers.Where(header => Is(header.Name, name)).Select(header => header.Value)];

    /// <summary>Writes another value into the only header of this name.</summary>
    public void Replace(string name, string value)
    {
        var index = _headers.FindIndex(header => Is(header.Name, name));
        _headers[index] = (_headers[index].Name, value);
    }

    /// <summary>Reads one; null when it is none, or is written in a way that a page has no reason for.</summary>
    public static SipMessage? Read(string text)
    {
        var end = text.IndexOf("\r\n\r\n", StringComparison.Ordinal);
        if (end < 0)
        {
            return null;
        }

        // Folded lines and bare line ends are read by one and overlooked by another.
        var lines = text[..end].Split("\r\n");
        if (Array.Exists(lines, line => line.Length == 0 || line[0] is ' ' or '\t' || line.Any(letter => char.IsControl(letter) && letter != '\t')))
        {
            return null;
        }

        var message = new SipMessage(lines[0]) { _body = text[(end + 4)..] };
        var words = lines[0].Split(' ');
        if (words.Length < 3 || (message.Method is not null && (words.Length != 3 || words[2] != "SIP/2.0" || !words[0].All(char.IsAsciiLetterUpper))))
        {
            return null;
        }

        foreach (var line in lines.AsSpan(1))
        {
            var colon = line.IndexOf(':', StringComparison.Ordinal);
            if (colon < 1)
            {
                return null;
            }

            message._headers.Add((line[..colon].TrimEnd(' ', '\t'), line[(colon + 1)..].Trim(' ', '\t')));
        }

        return message;
    }

    /// <summary>The message as it goes on. Its length is counted anew: behind a body that ends early a second message would begin.</summary>
    public override string ToString()
    {
        var text = new StringBuilder(StartLine).Append("\r\n");
        foreach (var (name, value) in _headers.Where(header => !Is(header.Name, "Content-Length")))
        {
            text.Append(name).Append(": ").Append(value).Append("\r\n");
        }

        return text.Append(CultureInfo.InvariantCulture, $"Content-Length: {Encoding.UTF8.GetByteCount(_body)}\r\n\r\n").Append(_body).ToString();
    }

    private static bool Is(string written, string name) => string.Equals(written, name, StringComparison.OrdinalIgnoreCase)
        || (written.Length == 1 && string.Equals(written, Short(name), StringComparison.OrdinalIgnoreCase));

    private static string? Short(string name) => name switch
    {
        "From" => "f",
        "To" => "t",
        "Contact" => "m",
        "Content-Length" => "l",
        _ => null,
    };
}
