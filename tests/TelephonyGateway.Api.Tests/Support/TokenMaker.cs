using System.Security.Cryptography;
using CallCenterCrm.ServiceDefaults.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace CallCenterCrm.Telephony.Api.Tests.Support;

/// <summary>Stands in for Staff: signs access tokens, and publishes the key by which services check them.</summary>
public sealed class TokenMaker : IAsyncDisposable
{
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly WebApplication _site;

    private TokenMaker(int port)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls($"http://127.0.0.1:{port}");
        _site = builder.Build();
        var point = _key.ExportParameters(includePrivateParameters: false).Q;
        _site.MapGet("/keys", () => Results.Json(new
        {
            keys = new[]
            {
                new { kty = "EC", crv = "P-256", kid = "test", x = Base64UrlEncoder.Encode(point.X!), y = Base64UrlEncoder.Encode(point.Y!) },
            },
        }));
        KeysUrl = $"http://127.0.0.1:{port}/keys";
    }

    public string KeysUrl { get; }

    public static async Task<TokenMaker> StartAsync(int port)
    {
        var maker = new TokenMaker(port);
        await maker._site.StartAsync();
        return maker;
    }

    /// <summary>A token as Staff signs it.</summary>
    /// <param name="permissions">What it lets its bearer do.</param>
    /// <param name="id">The employee, or the API key; null for a new one.</param>
    /// <param name="life">From now; negative for one whose life is over.</param>
    public string Make(
        IEnumerable<string> permissions, Guid? id = null, string kind = "employee", string visibility = "all", string? team = null,
        int? requestsPerMinute = null, TimeSpan? life = null)
    {
        // Begun earlier, so that one can be made whose life is over, and still be no longer than Staff's.
        var end = DateTime.UtcNow + (life ?? TimeSpan.FromMinutes(4));
        var claims = new Dictionary<string, object>(StringComparer.Ordinal)
        {
            [JwtRegisteredClaimNames.Sub] = (id ?? Guid.NewGuid()).ToString(),
            [TokenFormat.Kind] = kind,
            [TokenFormat.Visibility] = visibility,
            [TokenFormat.Permissions] = permissions.ToArray(),
        };
        if (team is not null)
        {
            claims[TokenFormat.Team] = team;
        }

        if (requestsPerMinute is { } rate)
        {
            claims[TokenFormat.RequestsPerMinute] = rate;
        }

        return new JsonWebTokenHandler().CreateToken(new SecurityTokenDescriptor
        {
            TokenType = TokenFormat.Type,
            Issuer = "callcentercrm",
            Audience = "callcentercrm",
            NotBefore = end - TokenFormat.LongestLife,
            IssuedAt = end - TokenFormat.LongestLife,
            Expires = end,
            Claims = claims,
            SigningCredentials = new SigningCredentials(new ECDsaSecurityKey(_key) { KeyId = "test" }, TokenFormat.Algorithm),
        });
    }

    public async ValueTask DisposeAsync()
    {
        await _site.DisposeAsync();
        _key.Dispose();
    }
}
