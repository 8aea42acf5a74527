using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using CallCenterCrm.ServiceDefaults.Redis;
using Microsoft.AspNetCore.WebUtilities;

namespace CallCenterCrm.WebConsole.SignIn;

/// <summary>What of a session outlives a restart of the console.</summary>
/// <param name="RefreshToken">For the next renewal, once.</param>
internal sealed record KeptSession(Guid SessionId, Guid EmployeeId, string RefreshToken);

/// <summary>
/// Keeps sessions in Redis, each encrypted by a key that only its browser's cookie holds: whoever reads Redis can act for nobody.
/// When Redis was flushed, people sign in again; while it is away, those go on whom this process knows.
/// </summary>
internal sealed class SessionVault(RedisCache redis)
{
    private const int NonceSize = 12;
    private const int TagSize = 16;

    // Longer than a session of Staff's lives without being used.
    private static readonly TimeSpan Keep = TimeSpan.FromDays(30);
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(2);

    /// <summary>A new cookie's value: 256 random bits.</summary>
    public static string NewCookie() => WebEncoders.Base64UrlEncode(RandomNumberGenerator.GetBytes(32));

    /// <summary>The name under which a cookie's session is kept, from which the cookie cannot be had.</summary>
    public static string NameOf(string cookie) => Convert.ToHexStringLower(Derive(cookie, "name"));

    /// <summary>Keeps a session; best effort.</summary>
    public async Task SaveAsync(string cookie, KeptSession session, CancellationToken cancellationToken)
    {
        var plain = JsonSerializer.SerializeToUtf8Bytes(session);
        var sealedUp = new byte[NonceSize + TagSize + plain.Length];
        var (nonce, tag, cipher) = Parts(sealedUp);
        RandomNumberGenerator.Fill(nonce);
        using var aes = new AesGcm(Derive(cookie, "key"), TagSize);
        aes.Encrypt(nonce, plain, cipher, tag);
        await redis.SetAsync(KeyOf(cookie), Convert.ToBase64String(sealedUp), Keep, Limit, cancellationToken);
    }

    /// <summary>The session of a cookie; null when none is kept.</summary>
    public async Task<KeptSession?> FindAsync(string cookie, CancellationToken cancellationToken)
    {
        if (await redis.GetAsync(KeyOf(cookie), Limit, cancellationToken) is not { Length: > 0 } kept)
        {
            return null;
        }

        try
        {
            return Open(cookie, Convert.FromBase64String(kept));
        }
        catch (Exception fault) when (fault is CryptographicException or FormatException or JsonException)
        {
            // Somebody wrote there who was not us.
            return null;
        }
    }

    /// <summary>Forgets a session; best effort.</summary>
    public Task ForgetAsync(string cookie, CancellationToken cancellationToken) => redis.ForgetAsync([KeyOf(cookie)], Limit, cancellationToken);

    private static KeptSession? Open(string cookie, byte[] sealedUp)
    {
        if (sealedUp.Length <= NonceSize + TagSize)
        {
            return null;
        }

        var (nonce, tag, cipher) = Parts(sealedUp);
        var plain = new byte[cipher.Count];
        using var aes = new AesGcm(Derive(cookie, "key"), TagSize);
        aes.Decrypt(nonce, cipher, tag, plain);
        return JsonSerializer.Deserialize<KeptSession>(plain);
    }

    private static (ArraySegment<byte> Nonce, ArraySegment<byte> Tag, ArraySegment<byte> Cipher) Parts(byte[] all) =>
        (new(all, 0, NonceSize), new(all, NonceSize, TagSize), new(all, NonceSize + TagSize, all.Length - NonceSize - TagSize));

    private static string KeyOf(string cookie) => "console:session:" + NameOf(cookie);

    private static byte[] Derive(string cookie, string use) =>
        HKDF.DeriveKey(HashAlgorithmName.SHA256, Encoding.UTF8.GetBytes(cookie), 32, info: Encoding.UTF8.GetBytes("console session " + use));
}
