using System.Security.Cryptography;
using CallCenterCrm.Staff.SignIn;
using Xunit;

namespace CallCenterCrm.Staff.Tests.SignIn;

public sealed class SecretBoxTests
{
    private static readonly byte[] Secret = [1, 2, 3, 4, 5];

    [Fact]
    public void What_was_closed_opens_and_looks_different_each_time()
    {
        var box = Box("a secret of the service, long enough");
        var closed = box.Close(Secret, "accounts 1");

        Assert.Equal(Secret, box.Open(closed, "accounts 1"));
        Assert.NotEqual(closed, box.Close(Secret, "accounts 1"));
    }

    [Fact]
    public void It_does_not_open_elsewhere_nor_with_another_secret_nor_altered()
    {
        var box = Box("a secret of the service, long enough");
        var closed = box.Close(Secret, "accounts 1");

        Assert.ThrowsAny<CryptographicException>(() => box.Open(closed, "accounts 2"));
        Assert.ThrowsAny<CryptographicException>(() => Box("another secret of it, long enough").Open(closed, "accounts 1"));
        for (var i = 0; i < closed.Length; i++)
        {
            var altered = closed.ToArray();
            altered[i] ^= 1;
            Assert.ThrowsAny<CryptographicException>(() => box.Open(altered, "accounts 1"));
        }
    }

    internal static StaffSettings Settings(string secret) => new()
    {
        Issuer = "",
        Audience = "",
        TokenLife = default,
        SessionIdle = default,
        SessionLife = default,
        EncryptionSecret = secret,
        StateDirectory = "",
        TrustedFrontends = [],
        FirstEmployees = [],
    };

    private static SecretBox Box(string secret) => new(Settings(secret));
}
