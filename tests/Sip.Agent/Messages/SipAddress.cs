using System.Globalization;
using System.Net;
using System.Text;

namespace CallCenterCrm.Sip;

/// <summary>The value of From, To, Contact, Refer-To and their like: a name, a URI, parameters (RFC 3261 §20.10).</summary>
/// <param name="Display">The name without its quotes; empty when there is none.</param>
/// <param name="Uri">The URI without angle brackets, whatever its scheme.</param>
/// <param name="Parameters">What follows the URI, from its first semicolon on.</param>
internal sealed record SipAddress(string Display, string Uri, string Parameters)
{
    public string? Tag => Parameter(Parameters, "tag");

    /// <summary>Never fails: what cannot be read as a name and a URI is taken as a URI as it stands.</summary>
    public static SipAddress Parse(string value)
    {
        value = value.Trim();
        var (display, rest) = value.StartsWith('"') ? QuotedName(value) : ("", value);
        var open = rest.IndexOf('<', StringComparison.Ordinal);
        var close = open < 0 ? -1 : rest.IndexOf('>', open);
        if (close > open)
        {
            if (display.Length == 0)
                display = rest[..open].Trim();
            return new(display, rest[(open + 1)..close], rest[(close + 1)..].Trim());
        }
        // Without angle brackets a semicolon begins the header's parameters, not the URI's (RFC 3261 §20).
        var semicolon = rest.IndexOf(';', StringComparison.Ordinal);
        return semicolon < 0 ? new(display, rest.Trim(), "") : new(display, rest[..semicolon].Trim(), rest[semicolon..]);
    }

    /// <summary>The value of a <c>;name=value</c> in a list of parameters; empty for <c>;name</c>, null when it is absent.</summary>
    public static string? Parameter(string parameters, string name)
    {
        foreach (var part in parameters.Split(';').Skip(1))
        {
            var pair = part.Split('=', 2);
            if (pair[0].Trim().Equals(name, StringComparison.OrdinalIgnoreCase))
                return pair.Length > 1 ? pair[1].Trim() : "";
        }
        return null;
    }

    /// <summary>The name in the quotes that RFC 3261 §25.1 asks for.</summary>
    public static string Quote(string display) =>
        $"\"{display.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";

    private static (string Display, string Remainder) QuotedName(string value)
    {
        var name = new StringBuilder();
        for (var i = 1; i < value.Length; i++)
        {
            if (value[i] == '"')
                return (name.ToString(), value[(i + 1)..]);
            if (value[i] == '\\' && i + 1 < value.Length)
                i++;
            name.Append(value[i]);
        }
        return ("", value);
    }
}

/// <summary>The parts of a <c>sip:</c> URI (RFC 3261 §19.1).</summary>
internal static class SipUri
{
    public const int DefaultPort = 5060;

    /// <summary>The user part as it stands on the wire (percent-encoding kept); the number itself for <c>tel:</c>; else empty.</summary>
    public static string User(string uri)
    {
        var (scheme, rest) = Scheme(uri);
        if (scheme.Equals("tel", StringComparison.OrdinalIgnoreCase))
            return rest.Split(';')[0];
        var at = rest.IndexOf('@', StringComparison.Ordinal);
        return at < 0 ? "" : rest[..at];
    }

    /// <summary>Where the URI points to when its host is a literal IP address; nothing here asks a name server.</summary>
    public static IPEndPoint? EndPoint(string uri)
    {
        var rest = Scheme(uri).Remainder;
        var host = rest[(rest.IndexOf('@', StringComparison.Ordinal) + 1)..].Split(';', '?', '>')[0];
        if (!IPEndPoint.TryParse(host, out var endPoint))
            return null;
        return endPoint.Port == 0 ? new IPEndPoint(endPoint.Address, DefaultPort) : endPoint;
    }

    /// <summary>A header carried inside the URI, decoded: <c>sip:102@host?Replaces=…</c> (RFC 3261 §19.1.1).</summary>
    public static string? Header(string uri, string name)
    {
        var question = uri.IndexOf('?', StringComparison.Ordinal);
        if (question < 0)
            return null;
        var pairs = uri[(question + 1)..].Split('&').Select(pair => pair.Split('=', 2));
        return pairs.FirstOrDefault(pair => pair.Length == 2 && pair[0].Equals(name, StringComparison.OrdinalIgnoreCase)) is { } found
            ? Uri.UnescapeDataString(found[1])
            : null;
    }

    public static string WithoutHeaders(string uri) => uri.Split('?')[0];

    public static string Format(string user, IPEndPoint host) => string.Create(CultureInfo.InvariantCulture, $"sip:{user}@{host}");

    private static (string Scheme, string Remainder) Scheme(string uri)
    {
        var colon = uri.IndexOf(':', StringComparison.Ordinal);
        return colon < 0 ? ("", uri) : (uri[..colon], uri[(colon + 1)..]);
    }
}

/// <summary>Between the bytes of the wire, one in each char, and words.</summary>
internal static class SipText
{
    /// <summary>What a phone's display would show; bytes that are no UTF-8 become U+FFFD.</summary>
    public static string Decode(string wire) => Encoding.UTF8.GetString(Encoding.Latin1.GetBytes(wire));

    public static string Encode(string words) => Encoding.Latin1.GetString(Encoding.UTF8.GetBytes(words));
}
