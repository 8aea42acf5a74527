using System.Security.Cryptography;

namespace CallCenterCrm.Sip;

/// <summary>Names that nobody else gives (RFC 3261 §8.1.1.7, §19.3).</summary>
internal static class SipIds
{
    public static string NewBranch() => "z9hG4bK" + Token(8);

    public static string NewTag() => Token(5);

    public static string NewCallId() => Token(12);

    public static string NewClientNonce() => Token(8);

    private static string Token(int bytes) => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(bytes));
}
