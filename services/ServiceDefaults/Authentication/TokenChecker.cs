using System.Collections.Frozen;
using System.Security.Claims;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace CallCenterCrm.ServiceDefaults.Authentication;

/// <summary>
/// Checks access tokens without asking anybody: signature by a key that Staff has published, ES256 and nothing else,
/// issuer, audience, type and lifetime. A token that says where its key is to be found (jku, x5u, jwk) is not listened to.
/// </summary>
/// <param name="issuer">Who must have made the token.</param>
/// <param name="audience">For whom the token must be.</param>
/// <param name="keys">Staff's keys.</param>
/// <param name="time">By which clock tokens live.</param>
public sealed class TokenChecker(string issuer, string audience, ITokenKeys keys, TimeProvider time)
{
    private const int LongestToken = 8192;
    private readonly JsonWebTokenHandler _handler = new() { MaximumTokenSizeInBytes = LongestToken, MapInboundClaims = false };

    /// <summary>Finds out who is behind a token.</summary>
    /// <returns>The caller, or why the token is refused: for our log, not for the one who showed it.</returns>
    public async Task<TokenCheck> CheckAsync(string token, CancellationToken cancellationToken)
    {
        if (!_handler.CanReadToken(token))
        {
            return new(null, "no token");
        }

        JsonWebToken read;
        try
        {
            read = _handler.ReadJsonWebToken(token);
        }
        catch (ArgumentException)
        {
            return new(null, "no token");
        }

        if (read.Alg != TokenFormat.Algorithm)
        {
            return new(null, "another algorithm");
        }

        if (await keys.FindAsync(read.Kid, cancellationToken) is not { } key)
        {
            return new(null, "an unknown key");
        }

        var result = await _handler.ValidateTokenAsync(read, new TokenValidationParameters
        {
            ValidAlgorithms = [TokenFormat.Algorithm],
            ValidTypes = [TokenFormat.Type],
            ValidIssuer = issuer,
            ValidAudience = audience,
            IssuerSigningKey = key,
            TryAllIssuerSigningKeys = false,
            LifetimeValidator = IsAlive,
        });
        if (!result.IsValid)
        {
            return new(null, result.Exception?.GetType().Name ?? "invalid");
        }

        return Read(result.ClaimsIdentity) is { } caller
            ? new(caller, null) { Until = new DateTimeOffset(read.ValidTo, TimeSpan.Zero) + TokenFormat.Skew }
            : new(null, "claims that are not ours");
    }

    private bool IsAlive(DateTime? from, DateTime? until, SecurityToken token, TokenValidationParameters parameters)
    {
        var now = time.GetUtcNow().UtcDateTime;
        return from is { } begin && until is { } end
            && begin - TokenFormat.Skew <= now && now < end + TokenFormat.Skew
            && end - begin <= TokenFormat.LongestLife;
    }

    private static Caller? Read(ClaimsIdentity claims)
    {
        string? One(string type) => claims.FindFirst(type)?.Value;
        return Enum.TryParse<CallerKind>(One(TokenFormat.Kind), ignoreCase: true, out var kind)
            && Guid.TryParse(One(JwtRegisteredClaimNames.Sub), out var id)
            && Enum.TryParse<Visibility>(One(TokenFormat.Visibility), ignoreCase: true, out var visibility)
            ? new Caller
            {
                Kind = kind,
                Id = id,
                SessionId = Guid.TryParse(One(TokenFormat.Session), out var session) ? session : null,
                Team = One(TokenFormat.Team),
                Visibility = visibility,
                Permissions = claims.FindAll(TokenFormat.Permissions).Select(claim => claim.Value).ToFrozenSet(StringComparer.Ordinal),
                RequestsPerMinute = int.TryParse(One(TokenFormat.RequestsPerMinute), System.Globalization.CultureInfo.InvariantCulture, out var rate) ? rate : null,
            }
            : null;
    }
}

/// <summary>What the check of a token found.</summary>
/// <param name="Caller">Who is behind it; null when it is refused.</param>
/// <param name="Refusal">Why it is refused; null when it is good.</param>
public sealed record TokenCheck(Caller? Caller, string? Refusal)
{
    /// <summary>From when on a good token is refused.</summary>
    public DateTimeOffset Until { get; init; }
}
