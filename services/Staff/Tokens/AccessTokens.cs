using CallCenterCrm.ServiceDefaults.Authentication;
using CallCenterCrm.ServiceDefaults.Input;
using CallCenterCrm.Staff.ApiKeys;
using CallCenterCrm.Staff.Employees;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace CallCenterCrm.Staff.Tokens;

/// <summary>What somebody shows to a service.</summary>
/// <param name="Text">The token.</param>
/// <param name="ExpiresAt">When it ends, UTC.</param>
internal sealed record AccessToken(string Text, DateTimeOffset ExpiresAt);

/// <summary>Makes access tokens, which every service checks alone.</summary>
internal sealed class AccessTokens(StaffSettings settings, KeyRing keys, TimeProvider time)
{
    private readonly JsonWebTokenHandler _handler = new() { SetDefaultTimesOnTokenCreation = false };

    /// <summary>A token for an employee in a session.</summary>
    /// <exception cref="NotNowException">The keys have not been read yet.</exception>
    public AccessToken Make(Employee employee, Guid sessionId) => Make(
        employee.Id, CallerKind.Employee, employee.Profile.Visibility, Permissions.Of(employee.Profile.Roles), time.GetUtcNow() + settings.TokenLife,
        new Dictionary<string, object?>(StringComparer.Ordinal)
        {
            [TokenFormat.Session] = sessionId.ToString(),
            [TokenFormat.Roles] = employee.Profile.Roles,
            [TokenFormat.Team] = employee.Profile.Team,
        });

    /// <summary>A token for a system; it lives no longer than the key.</summary>
    /// <exception cref="NotNowException">The keys have not been read yet.</exception>
    public AccessToken Make(ApiKey key)
    {
        var until = time.GetUtcNow() + settings.TokenLife;
        return Make(
            key.Id, CallerKind.System, Visibility.All, key.Permissions, until < key.ExpiresAt ? until : key.ExpiresAt,
            new Dictionary<string, object?>(StringComparer.Ordinal) { [TokenFormat.RequestsPerMinute] = key.RequestsPerMinute });
    }

    private AccessToken Make(
        Guid subject, CallerKind kind, Visibility visibility, IReadOnlyList<string> permissions, DateTimeOffset until, Dictionary<string, object?> more)
    {
        var now = time.GetUtcNow();
        var claims = more.Where(claim => claim.Value is not null).ToDictionary(claim => claim.Key, claim => claim.Value!, StringComparer.Ordinal);
        claims[JwtRegisteredClaimNames.Sub] = subject.ToString();
        claims[JwtRegisteredClaimNames.Jti] = Guid.NewGuid().ToString();
        claims[TokenFormat.Kind] = TokenFormat.Word(kind);
        claims[TokenFormat.Visibility] = TokenFormat.Word(visibility);
        claims[TokenFormat.Permissions] = permissions;
        var text = _handler.CreateToken(new SecurityTokenDescriptor
        {
            TokenType = TokenFormat.Type,
            Issuer = settings.Issuer,
            Audience = settings.Audience,
            IssuedAt = now.UtcDateTime,
            NotBefore = now.UtcDateTime,
            Expires = until.UtcDateTime,
            Claims = claims,
            SigningCredentials = new SigningCredentials(keys.Signing, TokenFormat.Algorithm),
        });
        return new(text, until);
    }
}
