using CallCenterCrm.ServiceDefaults.Authentication;
using CallCenterCrm.ServiceDefaults.Input;
using CallCenterCrm.Staff.SignIn;
using CallCenterCrm.Staff.Tests.Support;
using Xunit;

namespace CallCenterCrm.Staff.Tests.SignIn;

public sealed class SessionTests(PostgresServer server) : StaffTest(server)
{
    [Fact]
    public async Task A_refresh_token_that_is_used_twice_ends_the_session()
    {
        var (_, first) = await World.SignedInAsync();
        var second = await World.Sessions.RefreshAsync(first.RefreshToken, StaffWorld.Home, default);

        await Assert.ThrowsAsync<NotSignedInException>(() => World.Sessions.RefreshAsync(first.RefreshToken, "198.51.100.7", default));

        await Assert.ThrowsAsync<NotSignedInException>(() => World.Sessions.RefreshAsync(second.RefreshToken, StaffWorld.Home, default));
        Assert.Equal("token_reused", await World.ScalarAsync<string>("SELECT revoked_why FROM sessions"));
        Assert.Equal("198.51.100.7", await World.ScalarAsync<string>("SELECT address FROM audit WHERE action = 'session.token_reused' AND outcome = 'refused'"));
    }

    [Fact]
    public async Task Of_two_renewals_with_one_token_at_once_one_succeeds_and_the_session_ends()
    {
        var (_, grant) = await World.SignedInAsync();

        var outcomes = await Task.WhenAll(Enumerable.Range(0, 2).Select(_ => RefreshAsync(grant.RefreshToken)));

        Assert.Single(outcomes, outcome => outcome is not null);
        Assert.Null(await RefreshAsync(outcomes.OfType<SessionGrant>().Single().RefreshToken));
    }

    [Fact]
    public async Task A_session_ends_when_it_is_not_used()
    {
        var (_, grant) = await World.SignedInAsync();
        World.Time.Advance(World.Settings.SessionIdle - TimeSpan.FromSeconds(1));
        var next = await World.Sessions.RefreshAsync(grant.RefreshToken, StaffWorld.Home, default);
        World.Time.Advance(World.Settings.SessionIdle);

        Assert.Null(await RefreshAsync(next.RefreshToken));
    }

    [Fact]
    public async Task A_session_ends_in_any_case()
    {
        var (_, grant) = await World.SignedInAsync();
        var end = World.Time.GetUtcNow() + World.Settings.SessionLife;
        while (World.Time.GetUtcNow() + TimeSpan.FromHours(6) < end)
        {
            World.Time.Advance(TimeSpan.FromHours(6));
            grant = await World.Sessions.RefreshAsync(grant.RefreshToken, StaffWorld.Home, default);
        }

        World.Time.Advance(end - World.Time.GetUtcNow());
        Assert.Null(await RefreshAsync(grant.RefreshToken));
    }

    [Fact]
    public async Task Sessions_are_listed_and_one_is_ended_by_its_owner_by_an_administrator_and_by_no_one_else()
    {
        var (employee, here) = await World.SignedInAsync();
        var there = (await World.SignIn.SignInAsync(employee.Profile.SignInName!, StaffWorld.Password, "203.0.113.11", "Firefox", default)).Grant!;
        var (_, colleague) = await World.SignedInAsync();
        Assert.Equal([there.SessionId, here.SessionId], (await World.Sessions.ListAsync(employee.Id, World.Owner, default)).OrderByDescending(one => one.Device == "Firefox").Select(one => one.Id));

        var refused = await Assert.ThrowsAsync<PermissionDeniedException>(() => World.Sessions.RevokeAsync(there.SessionId, StaffWorld.AsCaller(colleague), default));
        Assert.Equal(Permissions.StaffWrite, refused.Permission);
        await World.Sessions.RevokeAsync(there.SessionId, StaffWorld.AsCaller(here), default);
        await World.Sessions.RevokeAsync(here.SessionId, World.Owner, default);

        Assert.Empty(await World.Sessions.ListAsync(employee.Id, World.Owner, default));
        Assert.Null(await RefreshAsync(there.RefreshToken));
        Assert.Null(await RefreshAsync(here.RefreshToken));
    }

    [Fact]
    public async Task A_revoked_session_can_act_for_no_longer_than_its_last_access_token_lives()
    {
        var (_, grant) = await World.SignedInAsync();
        var (checker, _, _) = World.Checker();
        await World.Sessions.RevokeAsync(grant.SessionId, World.Owner, default);

        World.Time.Advance(TokenFormat.LongestLife);
        Assert.NotNull((await checker.CheckAsync(grant.AccessToken.Text, default)).Caller);
        World.Time.Advance(TokenFormat.Skew);
        Assert.Null((await checker.CheckAsync(grant.AccessToken.Text, default)).Caller);
    }

    [Fact]
    public async Task Only_hashes_of_refresh_tokens_are_kept()
    {
        var (_, grant) = await World.SignedInAsync();

        Assert.Equal(1, await World.ScalarAsync<int>("SELECT count(*)::int FROM session_tokens WHERE token_hash = sha256(convert_to(@token, 'UTF8'))", new { token = grant.RefreshToken }));
    }

    [Fact]
    public async Task What_has_outlived_its_meaning_is_removed_and_nothing_else()
    {
        var (_, grant) = await World.SignedInAsync();
        await Assert.ThrowsAsync<NotSignedInException>(() => World.SignIn.SignInAsync("nobody", "wrong password", "10.1.1.1", "", default));
        await World.Get<OutlivedRows>().RemoveAsync(default);
        Assert.NotNull(await RefreshAsync(grant.RefreshToken));
        Assert.NotEqual(0, await World.ScalarAsync<int>("SELECT count(*)::int FROM guess_limits"));

        World.Time.Advance(TimeSpan.FromDays(31));
        await World.Get<OutlivedRows>().RemoveAsync(default);

        Assert.Equal(0, await World.ScalarAsync<int>(
            "SELECT (SELECT count(*) FROM guess_limits)::int + (SELECT count(*) FROM sessions)::int + (SELECT count(*) FROM session_tokens)::int + (SELECT count(*) FROM idempotency_keys)::int"));
    }

    private async Task<SessionGrant?> RefreshAsync(string token)
    {
        try
        {
            return await World.Sessions.RefreshAsync(token, StaffWorld.Home, default);
        }
        catch (NotSignedInException)
        {
            return null;
        }
    }
}
