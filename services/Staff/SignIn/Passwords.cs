using Microsoft.AspNetCore.Identity;

namespace CallCenterCrm.Staff.SignIn;

/// <summary>Hashes and verifies passwords (PBKDF2 with HMAC-SHA-512, a salt each, as the framework writes them).</summary>
internal sealed class Passwords
{
    // What OWASP advises for PBKDF2-HMAC-SHA512 (Password Storage Cheat Sheet).
    private const int Iterations = 210_000;
    private readonly PasswordHasher<Account> _hasher = new(Microsoft.Extensions.Options.Options.Create(new PasswordHasherOptions { IterationCount = Iterations }));
    private readonly string _nobodys;

    public Passwords() => _nobodys = Hash(OneTimeSecret.Password());

    /// <summary>What is kept of a password.</summary>
    public string Hash(string password) => _hasher.HashPassword(null!, password);

    /// <summary>Whether it is the account's password; for no account it takes as long to say no.</summary>
    public bool Verify(Account? account, string password) =>
        _hasher.VerifyHashedPassword(account!, account?.PasswordHash ?? _nobodys, password) != PasswordVerificationResult.Failed && account is not null;
}
