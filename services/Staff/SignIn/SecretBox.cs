using System.Security.Cryptography;
using System.Text;

namespace CallCenterCrm.Staff.SignIn;

/// <summary>
/// Encrypts what the database holds but whoever reads the database must not have (AES-256-GCM, NIST SP 800-38D): a copy of
/// the database without the service's configuration gives nobody's second factor and no signing key.
/// </summary>
internal sealed class SecretBox(StaffSettings settings)
{
    private const byte Format = 1;
    private static readonly int NonceLength = AesGcm.NonceByteSizes.MaxSize;
    private static readonly int TagLength = AesGcm.TagByteSizes.MaxSize;
    private readonly byte[] _key = HKDF.DeriveKey(
        HashAlgorithmName.SHA256, Encoding.UTF8.GetBytes(settings.EncryptionSecret), 32, info: "callcentercrm staff secrets 1"u8.ToArray());

    /// <summary>Encrypts.</summary>
    /// <param name="place">Where the result is kept: moved to another row it cannot be opened.</param>
    public byte[] Close(ReadOnlySpan<byte> secret, string place)
    {
        var box = new byte[1 + NonceLength + TagLength + secret.Length];
        box[0] = Format;
        var nonce = box.AsSpan(1, NonceLength);
        RandomNumberGenerator.Fill(nonce);
        using var aes = new AesGcm(_key, TagLength);
        aes.Encrypt(nonce, secret, box.AsSpan(1 + NonceLength + TagLength), box.AsSpan(1 + NonceLength, TagLength), Encoding.UTF8.GetBytes(place));
        return box;
    }

    /// <summary>Decrypts.</summary>
    /// <exception cref="CryptographicException">It was closed with another secret or for another place, or was altered.</exception>
    public byte[] Open(ReadOnlySpan<byte> box, string place)
    {
        if (box.Length < 1 + NonceLength + TagLength || box[0] != Format)
        {
            throw new CryptographicException("This was not encrypted here");
        }

        var secret = new byte[box.Length - 1 - NonceLength - TagLength];
        using var aes = new AesGcm(_key, TagLength);
        aes.Decrypt(
            box.Slice(1, NonceLength), box[(1 + NonceLength + TagLength)..], box.Slice(1 + NonceLength, TagLength), secret, Encoding.UTF8.GetBytes(place));
        return secret;
    }
}
