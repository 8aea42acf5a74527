namespace CallCenterCrm.ServiceDefaults.Authentication;

/// <summary>How an access token is written (RFC 7519, RFC 9068): the one place that its maker and its checkers share.</summary>
public static class TokenFormat
{
    /// <summary>The type in the header, so that no other kind of JWT is taken for an access token.</summary>
    public const string Type = "at+jwt";

    /// <summary>The only algorithm: ECDSA over P-256 with SHA-256.</summary>
    public const string Algorithm = "ES256";

    /// <summary>The longest life of a token: for so long a revoked session or key can still act.</summary>
    public static readonly TimeSpan LongestLife = TimeSpan.FromMinutes(5);

    /// <summary>By how much clocks may differ.</summary>
    public static readonly TimeSpan Skew = TimeSpan.FromSeconds(15);

    /// <summary>Claim: employee or system.</summary>
    public const string Kind = "kind";

    /// <summary>Claim: the session, for an employee.</summary>
    public const string Session = "sid";

    /// <summary>Claim: what he is, for people to read; no service decides by it.</summary>
    public const string Roles = "roles";

    /// <summary>Claim: what he may do, a list of permissions.</summary>
    public const string Permissions = "permissions";

    /// <summary>Claim: own, team or all.</summary>
    public const string Visibility = "visibility";

    /// <summary>Claim: the employee's team.</summary>
    public const string Team = "team";

    /// <summary>Claim: requests a minute that a system may make.</summary>
    public const string RequestsPerMinute = "rpm";

    /// <summary>How an enumeration stands in a claim.</summary>
    public static string Word<T>(T value)
        where T : struct, Enum => value.ToString().ToLowerInvariant();
}
