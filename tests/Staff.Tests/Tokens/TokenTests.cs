using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using CallCenterCrm.ServiceDefaults.Authentication;
using CallCenterCrm.Staff.SignIn;
using CallCenterCrm.Staff.Tests.Support;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using Xunit;

namespace CallCenterCrm.Staff.Tests.Tokens;

public sealed class TokenTests(PostgresServer server) : StaffTest(server)
{
    [Fact]
    public async Task A_token_says_who_it_is_and_what_he_may()
    {
        var (employee, grant) = await World.SignedInAsync();

        var caller = (await World.Checker().Checker.CheckAsync(grant.AccessToken.Text, default)).Caller!;

        Assert.Equal((CallerKind.Employee, employee.Id, grant.SessionId, Visibility.Own), (caller.Kind, caller.Id, caller.SessionId!.Value, caller.Visibility));
        Assert.True(caller.May(Permissions.CallsRead));
        Assert.True(caller.May(Permissions.SignedIn));
        Assert.False(caller.May(Permissions.StaffWrite));
        Assert.Equal(Permissions.Of([Roles.Manager]), caller.Permissions.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_token_made_by_somebody_else_is_refused()
    {
        var (_, grant) = await World.SignedInAsync();
        var kid = (string)Header(grant)["kid"]!;
        var payload = Part(grant, 1);
        using var foreign = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var x = await PublicKeyAsync();
        using var real = ECDsa.Create(new ECParameters
        {
            Curve = ECCurve.NamedCurves.nistP256,
            Q = new ECPoint { X = Base64Url.DecodeFromChars((string)x["x"]!), Y = Base64Url.DecodeFromChars((string)x["y"]!) },
        });
        var foreignJwk = new JsonObject
        {
            ["kty"] = "EC",
            ["crv"] = "P-256",
            ["x"] = Base64Url.EncodeToString(foreign.ExportParameters(false).Q.X),
            ["y"] = Base64Url.EncodeToString(foreign.ExportParameters(false).Q.Y),
        };
        string Forge(JsonObject header, Func<byte[], byte[]> sign)
        {
            var start = $"{Encode(header)}.{payload}";
            return $"{start}.{Base64Url.EncodeToString(sign(Encoding.ASCII.GetBytes(start)))}";
        }

        byte[] ByForeign(byte[] data) => foreign.SignData(data, HashAlgorithmName.SHA256);
        var forged = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["another key under a known name"] = Forge(new() { ["alg"] = "ES256", ["typ"] = "at+jwt", ["kid"] = kid }, ByForeign),
            ["an unknown key"] = Forge(new() { ["alg"] = "ES256", ["typ"] = "at+jwt", ["kid"] = "mine" }, ByForeign),
            ["no key named"] = Forge(new() { ["alg"] = "ES256", ["typ"] = "at+jwt" }, ByForeign),
            ["a key within"] = Forge(new() { ["alg"] = "ES256", ["typ"] = "at+jwt", ["kid"] = kid, ["jwk"] = foreignJwk.DeepClone() }, ByForeign),
            ["a key from elsewhere"] = Forge(new() { ["alg"] = "ES256", ["typ"] = "at+jwt", ["kid"] = "mine", ["jku"] = "http://127.0.0.1:1/keys" }, ByForeign),
            ["alg none"] = Forge(new() { ["alg"] = "none", ["typ"] = "at+jwt", ["kid"] = kid }, _ => []),
            ["alg None with a signature"] = Forge(new() { ["alg"] = "None", ["typ"] = "at+jwt", ["kid"] = kid }, ByForeign),
            ["HS256 with the public key in PEM"] = Forge(
                new() { ["alg"] = "HS256", ["typ"] = "at+jwt", ["kid"] = kid },
                data => HMACSHA256.HashData(Encoding.ASCII.GetBytes(real.ExportSubjectPublicKeyInfoPem()), data)),
            ["HS256 with the public key in DER"] = Forge(
                new() { ["alg"] = "HS256", ["typ"] = "at+jwt", ["kid"] = kid }, data => HMACSHA256.HashData(real.ExportSubjectPublicKeyInfo(), data)),
            ["no signature"] = $"{grant.AccessToken.Text[..grant.AccessToken.Text.LastIndexOf('.')]}.",
            ["a zero signature"] = Forge(new() { ["alg"] = "ES256", ["typ"] = "at+jwt", ["kid"] = kid }, _ => new byte[64]),
            ["other contents under the signature"] = Altered(grant),
            ["no token"] = "Bearer",
            ["nothing"] = "",
        };
        var (checker, _, _) = World.Checker();
        Assert.NotNull((await checker.CheckAsync(grant.AccessToken.Text, default)).Caller);
        foreach (var (what, token) in forged)
        {
            var check = await checker.CheckAsync(token, default);
            Assert.True(check.Caller is null, what);
            Assert.NotNull(check.Refusal);
        }
    }

    [Fact]
    public async Task A_token_of_the_right_key_with_wrong_claims_is_refused()
    {
        var now = World.Time.GetUtcNow().UtcDateTime;
        var (checker, _, _) = World.Checker();
        Assert.NotNull((await checker.CheckAsync(Signed(), default)).Caller);

        Assert.Null((await checker.CheckAsync(Signed(token => token.Issuer = "somebody else"), default)).Caller);
        Assert.Null((await checker.CheckAsync(Signed(token => token.Issuer = null), default)).Caller);
        Assert.Null((await checker.CheckAsync(Signed(token => token.Audience = "others"), default)).Caller);
        Assert.Null((await checker.CheckAsync(Signed(token => token.Audience = null), default)).Caller);
        Assert.Null((await checker.CheckAsync(Signed(token => token.TokenType = "JWT"), default)).Caller);
        Assert.Null((await checker.CheckAsync(Signed(token => token.Claims.Remove("sub")), default)).Caller);
        Assert.Null((await checker.CheckAsync(Signed(token => token.Claims["visibility"] = "everything"), default)).Caller);
        Assert.Null((await checker.CheckAsync(Signed(token => (token.NotBefore, token.Expires) = (now.AddMinutes(-6), now.AddMinutes(-1))), default)).Caller);
        Assert.Null((await checker.CheckAsync(Signed(token => (token.NotBefore, token.Expires) = (now.AddMinutes(1), now.AddMinutes(4))), default)).Caller);
        Assert.Null((await checker.CheckAsync(Signed(token => token.Expires = now.AddHours(1)), default)).Caller);
        Assert.Null((await checker.CheckAsync(Signed(token => token.Expires = null), default)).Caller);
    }

    [Fact]
    public async Task A_token_of_an_hour_ago_is_refused()
    {
        var (_, grant) = await World.SignedInAsync();
        World.Time.Advance(TimeSpan.FromHours(1));

        Assert.Equal(nameof(SecurityTokenInvalidLifetimeException), (await World.Checker().Checker.CheckAsync(grant.AccessToken.Text, default)).Refusal);
    }

    [Fact]
    public async Task However_many_tokens_name_unknown_keys_they_are_fetched_at_the_floor_rate()
    {
        var (_, grant) = await World.SignedInAsync();
        var (checker, _, fetches) = World.Checker();
        Assert.NotNull((await checker.CheckAsync(grant.AccessToken.Text, default)).Caller);
        using var foreign = ECDsa.Create(ECCurve.NamedCurves.nistP256);

        for (var i = 0; i < 100; i++)
        {
            Assert.Null((await checker.CheckAsync(Signed(key: new ECDsaSecurityKey(foreign) { KeyId = Guid.NewGuid().ToString("N") }), default)).Caller);
        }

        Assert.Equal(1, fetches.Count);
        World.Time.Advance(PublishedKeys.Floor);
        await Task.WhenAll(Enumerable.Range(0, 100).Select(_ =>
            checker.CheckAsync(Signed(key: new ECDsaSecurityKey(foreign) { KeyId = Guid.NewGuid().ToString("N") }), default)));
        Assert.Equal(2, fetches.Count);
    }

    [Fact]
    public async Task A_service_that_starts_while_staff_is_down_checks_by_the_keys_it_kept()
    {
        var (_, grant) = await World.SignedInAsync();
        var (_, before, _) = World.Checker("kept.json");
        Assert.True(await before.FetchAsync(TimeSpan.Zero, default));

        var (checker, after, _) = World.Checker("kept.json", new Uri("http://127.0.0.1:1/nobody-listens"));
        await after.StartAsync(default);

        Assert.NotNull((await checker.CheckAsync(grant.AccessToken.Text, default)).Caller);
        await after.StopAsync(default);
    }

    [Fact]
    public async Task Keys_change_without_a_token_refused_and_without_a_service_fetching_them_out_of_turn()
    {
        var employee = await World.HireAsync();
        var session = Guid.NewGuid();
        var tokens = World.Get<Staff.Tokens.AccessTokens>();
        var (checker, keys, fetches) = World.Checker();
        var kids = new List<string>();
        var turns = 0;
        var until = World.Time.GetUtcNow().AddDays(75);
        while (World.Time.GetUtcNow() < until)
        {
            await World.Keys.RereadAsync(default);
            await keys.FetchAsync(TimeSpan.Zero, default);
            turns++;
            var token = tokens.Make(employee, session).Text;
            kids.Add(new JsonWebToken(token).Kid);
            Assert.NotNull((await checker.CheckAsync(token, default)).Caller);

            // The last moment of its life, when a newer key may sign already.
            World.Time.Advance(TimeSpan.FromMinutes(5) - TimeSpan.FromSeconds(1));
            await World.Keys.RereadAsync(default);
            Assert.NotNull((await checker.CheckAsync(token, default)).Caller);
            World.Time.Advance(TimeSpan.FromHours(6) - TimeSpan.FromMinutes(5) + TimeSpan.FromSeconds(1));
        }

        Assert.Equal(3, kids.Distinct(StringComparer.Ordinal).Count());
        Assert.Equal(turns, fetches.Count);
        Assert.InRange(await World.ScalarAsync<int>("SELECT count(*)::int FROM signing_keys"), 1, 2);
    }

    [Fact]
    public async Task Two_instances_of_staff_make_one_key_and_sign_with_the_same()
    {
        World.Time.Advance(Staff.Tokens.KeyRing.Signs - Staff.Tokens.KeyRing.Ahead);
        var other = new Staff.Tokens.KeyRing(
            World.Get<Npgsql.NpgsqlDataSource>(), World.Get<ServiceDefaults.Migrations.ServiceDatabase>(), World.Get<SecretBox>(),
            World.Get<Microsoft.Extensions.Hosting.IHostApplicationLifetime>(), World.Time, Microsoft.Extensions.Logging.Abstractions.NullLogger<Staff.Tokens.KeyRing>.Instance);

        await Task.WhenAll(World.Keys.RereadAsync(default), other.RereadAsync(default));

        Assert.Equal(2, await World.ScalarAsync<int>("SELECT count(*)::int FROM signing_keys"));
        Assert.Equal(World.Keys.Signing.KeyId, other.Signing.KeyId);
        World.Time.Advance(Staff.Tokens.KeyRing.Ahead);
        Assert.Equal(World.Keys.Signing.KeyId, other.Signing.KeyId);
        other.Dispose();
    }

    [Fact]
    public async Task What_is_published_holds_no_private_part()
    {
        var key = await PublicKeyAsync();

        Assert.Equal(["alg", "crv", "kid", "kty", "use", "x", "y"], key.Select(pair => pair.Key).Order(StringComparer.Ordinal));
        Assert.Equal(("EC", "P-256", "ES256", "sig"), ((string)key["kty"]!, (string)key["crv"]!, (string)key["alg"]!, (string)key["use"]!));
    }

    private string Signed(Action<SecurityTokenDescriptor>? change = null, SecurityKey? key = null)
    {
        var now = World.Time.GetUtcNow().UtcDateTime;
        var token = new SecurityTokenDescriptor
        {
            TokenType = TokenFormat.Type,
            Issuer = World.Settings.Issuer,
            Audience = World.Settings.Audience,
            NotBefore = now,
            Expires = now.AddMinutes(5),
            Claims = new Dictionary<string, object>(StringComparer.Ordinal)
            {
                ["sub"] = Guid.NewGuid().ToString(),
                ["kind"] = "employee",
                ["visibility"] = "all",
                ["permissions"] = new[] { Permissions.CallsRead },
            },
            SigningCredentials = new SigningCredentials(key ?? World.Keys.Signing, SecurityAlgorithms.EcdsaSha256),
        };
        change?.Invoke(token);
        return new JsonWebTokenHandler { SetDefaultTimesOnTokenCreation = false }.CreateToken(token);
    }

    private async Task<JsonObject> PublicKeyAsync()
    {
        using var http = new HttpClient();
        return JsonNode.Parse(await http.GetStringAsync(World.KeysUrl))!["keys"]!.AsArray().Single()!.AsObject();
    }

    private static string Altered(SessionGrant grant)
    {
        var parts = grant.AccessToken.Text.Split('.');
        var payload = JsonNode.Parse(Base64Url.DecodeFromChars(parts[1]))!.AsObject();
        payload["permissions"] = new JsonArray(Permissions.StaffOwners);
        return $"{parts[0]}.{Encode(payload)}.{parts[2]}";
    }

    private static JsonObject Header(SessionGrant grant) => JsonNode.Parse(Base64Url.DecodeFromChars(Part(grant, 0)))!.AsObject();

    private static string Part(SessionGrant grant, int index) => grant.AccessToken.Text.Split('.')[index];

    private static string Encode(JsonObject part) => Base64Url.EncodeToString(JsonSerializer.SerializeToUtf8Bytes(part));
}
