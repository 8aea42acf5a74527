using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace CallCenterCrm.Staff.SignIn;

/// <summary>Time-based one-time passwords (RFC 6238) as every authenticator makes them: SHA-1, 30 seconds, six digits.</summary>
internal static class Totp
{
    /// <summary>Length of a new secret, bytes: RFC 4226 asks for 160 bits.</summary>
    public const int SecretLength = 20;

    private const int StepSeconds = 30;
    private const int Digits = 6;

    // Clocks of telephones differ, and people take their time: the step before and the one after are taken, too.
    private const int Drift = 1;
    private const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

    /// <summary>The step that a moment falls into.</summary>
    public static long StepAt(DateTimeOffset at) => at.ToUnixTimeSeconds() / StepSeconds;

    /// <summary>The code of a step, of the given number of digits (RFC 4226, section 5.3).</summary>
    public static string Code(ReadOnlySpan<byte> secret, long step, int digits = Digits)
    {
        Span<byte> counter = stackalloc byte[8];
        BinaryPrimitives.WriteInt64BigEndian(counter, step);
        Span<byte> mac = stackalloc byte[HMACSHA1.HashSizeInBytes];
#pragma warning disable CA5350 // RFC 4226 prescribes SHA-1, and the authenticators know nothing else.
        HMACSHA1.HashData(secret, counter, mac);
#pragma warning restore CA5350
        var number = BinaryPrimitives.ReadInt32BigEndian(mac[(mac[^1] & 0x0F)..]) & 0x7FFFFFFF;
        var modulus = 1;
        for (var i = 0; i < digits; i++)
        {
            modulus *= 10;
        }

        return (number % modulus).ToString(CultureInfo.InvariantCulture).PadLeft(digits, '0');
    }

    /// <summary>The step whose code this is, of those around a moment; null when it is none of them.</summary>
    public static long? Find(ReadOnlySpan<byte> secret, string code, DateTimeOffset at)
    {
        long? found = null;
        for (var step = StepAt(at) - Drift; step <= StepAt(at) + Drift; step++)
        {
            if (CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(Code(secret, step)), Encoding.UTF8.GetBytes(code)))
            {
                found = step;
            }
        }

        return found;
    }

    /// <summary>What an authenticator reads from a QR code (the Key Uri Format that they all share).</summary>
    public static Uri Uri(ReadOnlySpan<byte> secret, string issuer, string account) => new(
        $"otpauth://totp/{System.Uri.EscapeDataString(issuer)}:{System.Uri.EscapeDataString(account)}"
        + $"?secret={Base32(secret)}&issuer={System.Uri.EscapeDataString(issuer)}");

    /// <summary>Base 32 of RFC 4648 without padding.</summary>
    public static string Base32(ReadOnlySpan<byte> bytes)
    {
        var text = new StringBuilder();
        var (buffer, bits) = (0, 0);
        foreach (var part in bytes)
        {
            buffer = (buffer << 8) | part;
            bits += 8;
            while (bits >= 5)
            {
                bits -= 5;
                text.Append(Alphabet[(buffer >> bits) & 31]);
            }

            buffer &= (1 << bits) - 1;
        }

        return bits > 0 ? text.Append(Alphabet[(buffer << (5 - bits)) & 31]).ToString() : text.ToString();
    }
}
