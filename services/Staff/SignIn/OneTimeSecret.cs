using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace CallCenterCrm.Staff.SignIn;

/// <summary>Random texts that somebody is given, and of which only a hash is kept.</summary>
internal static class OneTimeSecret
{
    // Without letters and digits that are read for one another.
    private const string Readable = "abcdefghjkmnpqrstuvwxyz23456789";
    private const int TokenLength = 32;
    private const int PasswordLength = 16;
    private const int CodeLength = 16;

    /// <summary>A token of 256 bits that programs pass on.</summary>
    public static string Token() => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(TokenLength));

    /// <summary>A password of 79 bits that a person types once.</summary>
    public static string Password() => RandomNumberGenerator.GetString(Readable, PasswordLength);

    /// <summary>A recovery code of 79 bits that a person writes down.</summary>
    public static string RecoveryCode() => RandomNumberGenerator.GetString(Readable, CodeLength);

    /// <summary>What is kept of a secret that is too random to be guessed, so that nothing slower is needed.</summary>
    public static byte[] Hash(string secret) => SHA256.HashData(Encoding.UTF8.GetBytes(secret));
}
