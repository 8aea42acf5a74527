using CallCenterCrm.ServiceDefaults.Authentication;
using CallCenterCrm.ServiceDefaults.Input;
using CallCenterCrm.Staff.ApiKeys;
using CallCenterCrm.Staff.Tests.Support;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace CallCenterCrm.Staff.Tests.ApiKeys;

public sealed class ApiKeyTests(PostgresServer server) : StaffTest(server)
{
    private const string Outside = "192.0.2.50";

    [Fact]
    public async Task A_key_is_shown_once_changed_for_tokens_and_revoked()
    {
        var made = await MakeAsync();
        Assert.StartsWith($"ccrm_{made.Key.Id:N}_", made.Text, StringComparison.Ordinal);

        var token = await World.ApiKeys.ExchangeAsync(made.Text!, Outside, default);
        var caller = (await World.Checker().Checker.CheckAsync(token.Text, default)).Caller!;
        Assert.Equal((CallerKind.System, made.Key.Id, 600), (caller.Kind, caller.Id, caller.RequestsPerMinute));
        Assert.Equal([Permissions.CallsRead, Permissions.ClientsRead], caller.Permissions.Order(StringComparer.Ordinal));
        Assert.Equal(World.Time.GetUtcNow() + TimeSpan.FromMinutes(5), token.ExpiresAt);

        var used = (await World.ApiKeys.ListAsync(withEnded: false, 10, null, default)).Keys.Single();
        Assert.Equal((World.Time.GetUtcNow(), Outside), (used.LastUsedAt, used.LastAddress));

        await World.ApiKeys.RevokeAsync(made.Key.Id, used.Version, World.Owner, default);
        await Assert.ThrowsAsync<NotSignedInException>(() => World.ApiKeys.ExchangeAsync(made.Text!, Outside, default));
        Assert.Empty((await World.ApiKeys.ListAsync(withEnded: false, 10, null, default)).Keys);
        Assert.Single((await World.ApiKeys.ListAsync(withEnded: true, 10, null, default)).Keys);
        Assert.Equal(["api_key.refused", "api_key.revoked", "api_key.created"],
            (await World.Audit.ListAsync(new(null, null, "api_key", made.Key.Id.ToString(), null, null), 10, null, new(), default)).Records.Select(record => record.Action));
    }

    [Fact]
    public async Task A_key_ends_in_time_and_its_tokens_with_it()
    {
        var made = await MakeAsync(lives: TimeSpan.FromHours(1));
        World.Time.Advance(TimeSpan.FromMinutes(58));
        Assert.Equal(made.Key.ExpiresAt, (await World.ApiKeys.ExchangeAsync(made.Text!, Outside, default)).ExpiresAt);
        World.Time.Advance(TimeSpan.FromMinutes(2));

        await Assert.ThrowsAsync<NotSignedInException>(() => World.ApiKeys.ExchangeAsync(made.Text!, Outside, default));
    }

    [Theory]
    [InlineData("")]
    [InlineData("ccrm_")]
    [InlineData("ccrm_0123_secret")]
    [InlineData("ccrm_6a1c0b5e000040008000000000000101_secret")]
    [InlineData("Bearer of nothing")]
    public async Task What_is_no_key_is_refused(string text) =>
        await Assert.ThrowsAsync<NotSignedInException>(() => World.ApiKeys.ExchangeAsync(text, Outside, default));

    [Fact]
    public async Task A_right_id_with_a_wrong_secret_is_refused()
    {
        var made = await MakeAsync();

        await Assert.ThrowsAsync<NotSignedInException>(() => World.ApiKeys.ExchangeAsync(made.Text![..^1] + (made.Text![^1] == 'A' ? 'B' : 'A'), Outside, default));
        await Assert.ThrowsAsync<NotSignedInException>(() => World.ApiKeys.ExchangeAsync(made.Text! + "A", Outside, default));
    }

    [Fact]
    public async Task Nobody_gives_a_key_more_than_he_has_and_every_mistake_is_told()
    {
        var (_, grant) = await World.SignedInAsync();
        var request = new ApiKeyRequest("", [Permissions.CallsRead, Permissions.StaffWrite, "everything"], 0, World.Time.GetUtcNow());

        var refused = await Assert.ThrowsAsync<InputException>(() => World.ApiKeys.CreateAsync(request, "", StaffWorld.AsCaller(grant), default));

        Assert.Equal(
            [("idempotency_key", ViolationKey.Required), ("api_key.name", ViolationKey.Required), ("api_key.permissions[1]", ViolationKey.NotYoursToGive),
                ("api_key.permissions[2]", ViolationKey.UnknownWord), ("api_key.requests_per_minute", ViolationKey.OutOfRange), ("api_key.expires_at", ViolationKey.InThePast)],
            refused.Violations.Select(violation => (violation.Field, violation.Key)));
    }

    [Fact]
    public async Task A_repeated_request_makes_one_key_and_shows_its_text_once()
    {
        var request = new ApiKeyRequest("site", [Permissions.CallsRead], 600, World.Time.GetUtcNow().AddDays(1));

        var made = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => World.ApiKeys.CreateAsync(request, "the same", World.Owner, default)));

        Assert.Single(made.Select(one => one.Key.Id).Distinct());
        Assert.Single(made, one => one.Text is not null);
        Assert.Equal(ViolationKey.KeyUsedForAnother, (await Assert.ThrowsAsync<InputException>(() =>
            World.ApiKeys.CreateAsync(request with { Name = "another" }, "the same", World.Owner, default))).Violations.Single().Key);
    }

    [Fact]
    public async Task A_stale_version_does_not_revoke()
    {
        var made = await MakeAsync();
        await World.ApiKeys.RevokeAsync(made.Key.Id, 1, World.Owner, default);

        Assert.Equal(2, (await Assert.ThrowsAsync<StaleVersionException>(() => World.ApiKeys.RevokeAsync(made.Key.Id, 1, World.Owner, default))).Current);
        await Assert.ThrowsAsync<NotFoundException>(() => World.ApiKeys.RevokeAsync(Guid.NewGuid(), 1, World.Owner, default));
    }

    [Fact]
    public async Task A_key_is_changed_for_tokens_at_a_rate()
    {
        var made = await MakeAsync();
        for (var i = 0; i < 60; i++)
        {
            await World.ApiKeys.ExchangeAsync(made.Text!, Outside, default);
        }

        var refused = await Assert.ThrowsAsync<TooOftenException>(() => World.ApiKeys.ExchangeAsync(made.Text!, Outside, default));
        World.Time.Advance(refused.After);
        await World.ApiKeys.ExchangeAsync(made.Text!, Outside, default);
        await Assert.ThrowsAsync<TooOftenException>(() => World.ApiKeys.ExchangeAsync(made.Text!, Outside, default));
    }

    [Fact]
    public async Task Pages_hold_every_key_once()
    {
        var all = new List<Guid>();
        for (var i = 0; i < 7; i++)
        {
            all.Add((await MakeAsync()).Key.Id);
        }

        var listed = new List<Guid>();
        string? token = null;
        do
        {
            var page = await World.ApiKeys.ListAsync(withEnded: true, 3, token, default);
            listed.AddRange(page.Keys.Select(key => key.Id));
            token = page.NextPageToken;
        }
        while (token is not null);

        Assert.Equal(7, listed.Count);
        Assert.Equal(all.Order(), listed.Order());
    }

    [Fact]
    public void A_bucket_holds_a_minutes_worth_and_fills_evenly()
    {
        var time = new FakeTimeProvider();
        var rates = new RequestRates(time);
        var (key, other) = (Guid.NewGuid(), Guid.NewGuid());
        Assert.All(Enumerable.Range(0, 120), _ => Assert.Equal(TimeSpan.Zero, rates.Take(key, 120)));

        Assert.Equal(TimeSpan.FromSeconds(0.5), rates.Take(key, 120));
        Assert.Equal(TimeSpan.Zero, rates.Take(other, 120));
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(TimeSpan.Zero, rates.Take(key, 120));
        Assert.Equal(TimeSpan.Zero, rates.Take(key, 120));
        Assert.NotEqual(TimeSpan.Zero, rates.Take(key, 120));
    }

    private Task<MadeApiKey> MakeAsync(TimeSpan? lives = null) => World.ApiKeys.CreateAsync(
        new ApiKeyRequest("site", [Permissions.ClientsRead, Permissions.CallsRead], 600, World.Time.GetUtcNow() + (lives ?? TimeSpan.FromDays(30))),
        Guid.NewGuid().ToString(), World.Owner, default);
}
