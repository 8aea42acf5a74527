using System.Globalization;
using System.Text;

namespace CallCenterCrm.Sip;

/// <summary>
/// One SIP request or response (RFC 3261 §7). Every text holds one byte of the wire in one char (Latin-1), so that a
/// message which is no valid UTF-8 can be sent, and shown, exactly as it is; <see cref="SipText"/> turns it into words.
/// </summary>
internal sealed class SipMessage
{
    private const string Version = "SIP/2.0";
    private const int MaxHeaders = 128;
    private static readonly string[] Copied = ["Via", "From", "To", "Call-ID", "CSeq"];

    private SipMessage(string method, string requestUri, int statusCode, string reasonPhrase)
    {
        Method = method;
        RequestUri = requestUri;
        StatusCode = statusCode;
        ReasonPhrase = reasonPhrase;
    }

    /// <summary>The request's method; for a response the method it answers (from CSeq).</summary>
    public string Method { get; private set; }

    /// <summary>Empty for a response.</summary>
    public string RequestUri { get; }

    /// <summary>100–699; 0 for a request.</summary>
    public int StatusCode { get; }

    public string ReasonPhrase { get; }

    public bool IsRequest => StatusCode == 0;

    public SipHeaders Headers { get; } = [];

    public byte[] Body { get; set; } = [];

    public string CallId => Required("Call-ID");

    public SipAddress From => SipAddress.Parse(Required("From"));

    public SipAddress To => SipAddress.Parse(Required("To"));

    public int CSeq { get; private set; }

    /// <summary>The topmost Via's branch, which names the transaction (RFC 3261 §17.1.3); empty when it has none.</summary>
    public string Branch => SipAddress.Parameter(TopVia, "branch") ?? "";

    /// <summary>Host and port of the topmost Via: with the branch it names a server transaction (RFC 3261 §17.2.3).</summary>
    public string SentBy => TopVia.Split(';')[0].Split(' ', StringSplitOptions.RemoveEmptyEntries) is [_, var host, ..] ? host : "";

    private string TopVia => Headers.List("Via").FirstOrDefault() ?? "";

    public static SipMessage Request(string method, string requestUri) => new(method, requestUri, 0, "");

    /// <summary>An answer to <paramref name="request"/> with the headers that RFC 3261 §8.2.6 has copied.</summary>
    public static SipMessage Response(SipMessage request, int statusCode, string reasonPhrase, string toTag)
    {
        var response = new SipMessage(request.Method, "", statusCode, reasonPhrase) { CSeq = request.CSeq };
        foreach (var (name, value) in request.Headers)
        {
            if (SipHeaders.Same(name, "To") && request.To.Tag is null && statusCode > 100)
                response.Headers.Add(name, $"{value};tag={toTag}");
            else if (Array.Exists(Copied, copied => SipHeaders.Same(name, copied)))
                response.Headers.Add(name, value);
        }
        return response;
    }

    /// <summary>Stands for the answer that never came: RFC 3261 §8.1.3.1 has a time-out treated as a 408.</summary>
    public static SipMessage NoResponse(SipMessage request) =>
        new(request.Method, "", 408, "No response in time") { CSeq = request.CSeq };

    public void SetCSeq(int number)
    {
        CSeq = number;
        Headers["CSeq"] = string.Create(CultureInfo.InvariantCulture, $"{number} {Method}");
    }

    public void SetBody(string contentType, byte[] body)
    {
        Headers["Content-Type"] = contentType;
        Body = body;
    }

    public byte[] ToBytes()
    {
        var text = new StringBuilder(512);
        text.Append(IsRequest
            ? $"{Method} {RequestUri} {Version}\r\n"
            : string.Create(CultureInfo.InvariantCulture, $"{Version} {StatusCode} {ReasonPhrase}\r\n"));
        foreach (var (name, value) in Headers)
            text.Append(name).Append(": ").Append(value).Append("\r\n");
        text.Append(CultureInfo.InvariantCulture, $"Content-Length: {Body.Length}\r\n\r\n");
        return [.. Encoding.Latin1.GetBytes(text.ToString()), .. Body];
    }

    /// <exception cref="SipFormatException">The datagram is no whole SIP message; the text says why.</exception>
    public static SipMessage Parse(ReadOnlySpan<byte> datagram)
    {
        var text = Encoding.Latin1.GetString(datagram);
        var position = 0;
        var message = StartLine(NextLine(text, ref position));
        while (NextLine(text, ref position) is { Length: > 0 } line)
            AddHeader(message.Headers, line);

        message.Body = datagram[position..message.EndOfBody(position, datagram.Length)].ToArray();
        message.Headers["Content-Length"] = null;
        message.CheckMandatoryHeaders();
        return message;
    }

    public override string ToString() => Encoding.Latin1.GetString(ToBytes());

    private static SipMessage StartLine(string line)
    {
        if (line.StartsWith(Version + " ", StringComparison.OrdinalIgnoreCase))
        {
            var parts = line.Split(' ', 3);
            if (!int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var code) || code is < 100 or > 699)
                throw new SipFormatException("The status line has no code from 100 to 699.");
            return new("", "", code, parts.Length > 2 ? parts[2] : "");
        }
        var (first, last) = (line.IndexOf(' ', StringComparison.Ordinal), line.LastIndexOf(' '));
        if (first <= 0 || last == first || !line[(last + 1)..].Equals(Version, StringComparison.OrdinalIgnoreCase))
            throw new SipFormatException("The first line is neither a request line nor a status line.");
        return new(line[..first], line[(first + 1)..last], 0, "");
    }

    private static void AddHeader(SipHeaders headers, string line)
    {
        if (line[0] is ' ' or '\t')
        {
            headers.Continue(line.Trim());
            return;
        }
        var colon = line.IndexOf(':', StringComparison.Ordinal);
        if (colon <= 0 || line.AsSpan(0, colon).Trim().IsEmpty)
            throw new SipFormatException("A header line has no name.");
        if (headers.Count == MaxHeaders)
            throw new SipFormatException($"More than {MaxHeaders} headers.");
        if (line.Contains('\0', StringComparison.Ordinal) || line.Contains('\r', StringComparison.Ordinal))
            throw new SipFormatException("A header holds a NUL or a bare carriage return.");
        headers.Add(line[..colon].Trim(), line[(colon + 1)..].Trim());
    }

    private static string NextLine(string text, ref int position)
    {
        var end = text.IndexOf('\n', position);
        if (end < 0)
            throw new SipFormatException("The headers do not end with an empty line.");
        var line = text[position..end];
        position = end + 1;
        return line.EndsWith('\r') ? line[..^1] : line;
    }

    private int EndOfBody(int start, int end)
    {
        if (Headers["Content-Length"] is null)
            return end;
        if (Headers.Number("Content-Length") is not { } length || length > end - start)
            throw new SipFormatException("Content-Length is no number, or more than the datagram holds.");
        return start + length;
    }

    private void CheckMandatoryHeaders()
    {
        foreach (var name in new[] { "Via", "From", "To", "Call-ID" })
            _ = Required(name);
        var cseq = Required("CSeq").Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
        if (cseq.Length != 2 || !int.TryParse(cseq[0], NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            throw new SipFormatException("CSeq is not a number and a method.");
        if (IsRequest && cseq[1] != Method)
            throw new SipFormatException("CSeq names another method than the request line.");
        Method = cseq[1];
        CSeq = number;
    }

    private string Required(string name) => Headers[name] ?? throw new SipFormatException($"The header {name} is missing.");
}
