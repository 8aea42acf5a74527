using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace CallCenterCrm.Sip;

/// <summary>The account of a phone at its PBX.</summary>
/// <param name="User">The name of the account, which is also the number that others dial.</param>
/// <param name="Password">Never written to any log.</param>
public sealed record SipCredentials(string User, string Password)
{
    /// <summary>The user alone: a password that prints itself ends in a log.</summary>
    public override string ToString() => User;
}

/// <summary>One digest challenge (RFC 2617 §3.2.1; SHA-256 by RFC 8760) and the answer to it.</summary>
internal sealed record DigestChallenge(string Realm, string Nonce, string? Opaque, string Algorithm, bool QualityAuth)
{
    /// <summary>Null when the value is no digest challenge, or one of an algorithm or quality that is not spoken here.</summary>
    public static DigestChallenge? Parse(string value)
    {
        const string scheme = "Digest ";
        if (!value.StartsWith(scheme, StringComparison.OrdinalIgnoreCase))
            return null;
        var fields = Fields(value[scheme.Length..]);
        var algorithm = fields.GetValueOrDefault("algorithm", "MD5").ToUpperInvariant();
        if (algorithm is not ("MD5" or "SHA-256") || !fields.TryGetValue("realm", out var realm) || !fields.TryGetValue("nonce", out var nonce))
            return null;
        var qualities = fields.TryGetValue("qop", out var qop) ? qop.Split(',', StringSplitOptions.TrimEntries) : [];
        if (qualities.Length > 0 && !qualities.Contains("auth", StringComparer.OrdinalIgnoreCase))
            return null;
        return new(realm, nonce, fields.GetValueOrDefault("opaque"), algorithm, qualities.Length > 0);
    }

    /// <summary>The value of Authorization or Proxy-Authorization.</summary>
    public string Answer(SipCredentials account, string method, string uri, string clientNonce)
    {
        const string nonceCount = "00000001"; // each challenge is answered once
        var secret = Hash($"{account.User}:{Realm}:{account.Password}");
        var request = Hash($"{method}:{uri}");
        var response = Hash(QualityAuth ? $"{secret}:{Nonce}:{nonceCount}:{clientNonce}:auth:{request}" : $"{secret}:{Nonce}:{request}");

        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"Digest username=\"{account.User}\", realm=\"{Realm}\", nonce=\"{Nonce}\", ");
        text.Append(CultureInfo.InvariantCulture, $"uri=\"{uri}\", response=\"{response}\", algorithm={Algorithm}");
        if (QualityAuth)
            text.Append(CultureInfo.InvariantCulture, $", qop=auth, nc={nonceCount}, cnonce=\"{clientNonce}\"");
        if (Opaque is not null)
            text.Append(CultureInfo.InvariantCulture, $", opaque=\"{Opaque}\"");
        return text.ToString();
    }

    [SuppressMessage("Security", "CA5351", Justification = "MD5 is what the protocol asks for, and what the PBX offers.")]
    private string Hash(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        return Convert.ToHexStringLower(Algorithm == "MD5" ? MD5.HashData(bytes) : SHA256.HashData(bytes));
    }

    private static Dictionary<string, string> Fields(string text)
    {
        var fields = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        for (var position = 0; position < text.Length;)
        {
            var equals = text.IndexOf('=', position);
            if (equals < 0)
                break;
            var name = text[position..equals].Trim(' ', ',', '\t');
            var start = equals + 1;
            var quoted = start < text.Length && text[start] == '"';
            if (quoted)
                start++;
            var end = text.IndexOf(quoted ? '"' : ',', start);
            if (end < 0)
                end = text.Length;
            fields[name] = text[start..end].Trim();
            position = end + 1;
        }
        return fields;
    }
}
