using System.Collections.Frozen;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace CallCenterCrm.WebConsole.Telephone;

/// <summary>
/// Decides what of a page's SIP reaches the PBX, and answers the PBX's challenges for it: a page is its own person's telephone and
/// nobody else's, and never has a password. It is rung; whoever dials clicks, and the gateway dials.
/// </summary>
/// <param name="account">The person's account at the PBX, such as <c>101-web</c>.</param>
/// <param name="secret">The account's password.</param>
internal sealed partial class SipGate(string account, string secret)
{
    // Within a talk. All of them need the tag that the PBX gave it.
    private static readonly FrozenSet<string> InTalk = FrozenSet.ToFrozenSet(["INVITE", "ACK", "BYE", "UPDATE", "INFO", "REFER"], StringComparer.Ordinal);

    /// <summary>What goes on to the PBX of what the page said; null when it has no business to say that.</summary>
    public string? FromPage(string said)
    {
        // Signs of life (RFC 5626, section 3.5.1).
        if (said is "\r\n" or "\r\n\r\n")
        {
            return said;
        }

        if (SipMessage.Read(said) is not { } message || message.All("From") is not [var from] || message.All("To") is not [var to] || !IsOneContact(message.All("Contact")))
        {
            return null;
        }

        var isMine = message.Method switch
        {
            // An answer; of those that send the caller elsewhere (RFC 3261, section 21.3) the company would pay.
            null => !message.StartLine.StartsWith("SIP/2.0 3", StringComparison.Ordinal),
            "REGISTER" => IsAccount(from) && IsAccount(to) && message.All("Contact").Count == 1 && Sign(message),

            // Nothing of this is signed: what has no talk that the PBX knows is challenged by it, and gets no further.
            var method => InTalk.Contains(method) && HasTag(to),
        };
        return isMine ? message.ToString() : null;
    }

    // Of several, the PBX would write this line's own address into the first, and ring the rest.
    private static bool IsOneContact(IReadOnlyList<string> contacts) => contacts is [] || (contacts is [var contact] && !contact.Contains(',', StringComparison.Ordinal));

    // Behind the address: within it, or in the name before it, a tag is none.
    private static bool HasTag(string address) => Tag().IsMatch(address[(address.LastIndexOf('>') + 1)..]);

    private bool IsAccount(string address) => Address().Match(address) is { Success: true } found && found.Groups["user"].Value == account;

    // The page's own answer was made with no password at all; this one goes to the PBX alone (RFC 2617, section 3.2.2).
    private bool Sign(SipMessage message)
    {
        if (message.All("Proxy-Authorization").Count > 0)
        {
            return false;
        }

        var given = message.All("Authorization");
        if (given.Count == 0)
        {
            return true;
        }

        var words = Parameter().Matches(given[0]).ToLookup(found => found.Groups["name"].Value, found => found.Groups["value"].Value.Trim('"'), StringComparer.OrdinalIgnoreCase);
        string Word(string name) => words[name].FirstOrDefault("");
        if (given.Count > 1 || words.Any(word => word.Count() > 1) || Word("username") != account || Word("algorithm") is not ("" or "MD5") || Word("qop") is not ("" or "auth"))
        {
            return false;
        }

        var (first, second) = (Md5($"{account}:{Word("realm")}:{secret}"), Md5($"REGISTER:{Word("uri")}"));
        var between = Word("qop").Length == 0 ? Word("nonce") : $"{Word("nonce")}:{Word("nc")}:{Word("cnonce")}:auth";
        var counted = Word("qop").Length == 0 ? "" : $", qop=auth, nc={Word("nc")}, cnonce=\"{Word("cnonce")}\"";
        var opaque = Word("opaque").Length == 0 ? "" : $", opaque=\"{Word("opaque")}\"";
        message.Replace(
            "Authorization",
            $"Digest username=\"{account}\", realm=\"{Word("realm")}\", nonce=\"{Word("nonce")}\", uri=\"{Word("uri")}\", response=\"{Md5($"{first}:{between}:{second}")}\", algorithm=MD5{counted}{opaque}");
        return true;
    }

#pragma warning disable CA5351 // The only algorithm of a SIP digest that both ends know; over TLS or loopback.
    private static string Md5(string text) => Convert.ToHexStringLower(MD5.HashData(Encoding.UTF8.GetBytes(text)));
#pragma warning restore CA5351

    [GeneratedRegex("^(\"[^\"\\\\]*\" *)?<sip:(?<user>[^@<>;:, ]+)@[^<>, ]+>(;[^<>,]*)?$", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Address();

    [GeneratedRegex("^(;[^;<>\",]*)*;tag=[^;<>\",= ]+(;[^;<>\",]*)*$", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Tag();

    [GeneratedRegex("(?<name>[a-z]+)=(?<value>\"[^\"\\\\]*\"|[A-Za-z0-9-]+)", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Parameter();
}
