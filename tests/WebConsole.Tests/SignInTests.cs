using System.Net;
using System.Net.Http.Json;
using CallCenterCrm.WebConsole.Tests.Support;
using Console = CallCenterCrm.WebConsole.Tests.Support.Console;

namespace CallCenterCrm.WebConsole.Tests;

/// <summary>Signing in and out, and what a session outlives.</summary>
[Collection(SharedConsole.Name)]
public sealed class SignInTests(Console console)
{
    [Fact]
    public async Task A_one_time_password_is_good_for_choosing_another_and_then_one_is_signed_in()
    {
        using var owner = await console.OwnersBrowserAsync();
        var (name, oneTime, id) = await Console.HireAsync(owner, "ROLE_MANAGER");
        using var browser = console.NewBrowser();

        Assert.Equal(HttpStatusCode.Unauthorized, (await browser.Http.GetAsync("/api/me")).StatusCode);
        await browser.SignInFirstAsync(name, oneTime);

        var me = await Browser.ReadAsync(await browser.Http.GetAsync("/api/me"));
        Assert.Equal(id, me.GetProperty("employeeId").GetString());
        Assert.Equal("own", me.GetProperty("visibility").GetString());
        var permissions = me.GetProperty("permissions").EnumerateArray().Select(permission => permission.GetString()).ToList();
        Assert.Contains("calls.read", permissions);
        Assert.DoesNotContain("staff.write", permissions);
    }

    [Fact]
    public async Task A_wrong_password_and_a_bad_new_one_are_told_in_the_readers_language()
    {
        using var owner = await console.OwnersBrowserAsync();
        var (name, oneTime, _) = await Console.HireAsync(owner, "ROLE_MANAGER");
        using var browser = console.NewBrowser();

        var wrong = await browser.Http.PostAsJsonAsync("/api/session", new { name, password = "не тот" });
        Assert.Equal(HttpStatusCode.Unauthorized, wrong.StatusCode);
        Assert.Matches("[а-я]", (await Browser.ReadAsync(wrong)).GetProperty("message").GetString());
        Assert.Null(browser.Cookie);

        var challenge = (await browser.SignInAsync(name, oneTime)).GetProperty("challenge").GetString();
        var bad = await browser.Http.PostAsJsonAsync("/api/session/new-password", new { challenge, newPassword = "123" });
        Assert.Equal(HttpStatusCode.BadRequest, bad.StatusCode);
        Assert.Equal("new_password", (await Browser.ReadAsync(bad)).GetProperty("fields")[0].GetProperty("field").GetString());
        Assert.Null(browser.Cookie);
    }

    [Fact]
    public async Task A_second_factor_is_asked_for_once_it_is_in_force()
    {
        using var owner = await console.OwnersBrowserAsync();
        var (name, oneTime, _) = await Console.HireAsync(owner, "ROLE_MANAGER");
        using var first = console.NewBrowser();
        await first.SignInFirstAsync(name, oneTime);
        var begun = await first.AskAsync("callcenter.staff.v1.SignIn/BeginSecondFactor", new { });
        var code = Totp.Code(begun.GetProperty("secret").GetString()!, DateTimeOffset.UtcNow);
        var recovery = (await first.AskAsync("callcenter.staff.v1.SignIn/ConfirmSecondFactor", new { code })).GetProperty("recoveryCodes")[0].GetString();

        using var second = console.NewBrowser();
        var asked = await second.SignInAsync(name, Console.Password);
        Assert.Equal("second_factor", asked.GetProperty("stage").GetString());
        Assert.Null(second.Cookie);
        var answer = await second.Http.PostAsJsonAsync("/api/session/second-factor", new { challenge = asked.GetProperty("challenge").GetString(), code = recovery });
        Assert.Equal("done", (await Browser.ReadAsync(answer)).GetProperty("stage").GetString());
        Assert.Equal(HttpStatusCode.OK, (await second.Http.GetAsync("/api/me")).StatusCode);
    }

    [Fact]
    public async Task Signing_out_ends_the_session_here_and_at_Staff()
    {
        using var browser = await console.OwnersBrowserAsync();
        var session = (await Browser.ReadAsync(await browser.Http.GetAsync("/api/me"))).GetProperty("sessionId").GetString();
        var cookie = browser.Cookie!;
        await using var live = await browser.LiveAsync();
        await live.UntilAsync("calls");

        Assert.Equal(HttpStatusCode.NoContent, (await browser.Http.DeleteAsync("/api/session")).StatusCode);

        Assert.Null(browser.Cookie);
        await live.UntilAsync("signedOut");
        using var thief = console.NewBrowser();
        thief.Cookies.Add(console.Pages, new Cookie("crm-session", cookie));
        Assert.Equal(HttpStatusCode.Unauthorized, (await thief.Http.GetAsync("/api/me")).StatusCode);
        using var again = await console.OwnersBrowserAsync();
        var sessions = await again.AskAsync("callcenter.staff.v1.SignIn/ListSessions", new { });
        Assert.DoesNotContain(sessions.GetProperty("sessions").EnumerateArray(), one => one.GetProperty("id").GetString() == session);
    }

    [Fact]
    public async Task A_session_outlives_its_tokens_and_a_crash_of_the_console_and_many_requests_at_once()
    {
        using var browser = await console.OwnersBrowserAsync();
        for (var round = 0; round < 2; round++)
        {
            // Fresh out of the vault, or with a token that has to be renewed: one refresh token is good once, and twenty ask.
            await console.RestartAsync();
            var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => browser.Http.GetAsync("/api/me")));
            Assert.All(answers, answer => Assert.Equal(HttpStatusCode.OK, answer.StatusCode));
        }
    }

    [Fact]
    public async Task Who_reads_Redis_can_act_for_nobody()
    {
        using var browser = await console.OwnersBrowserAsync();
        var cookie = browser.Cookie!;
        Assert.True(cookie.Length >= 43, "fewer than 256 bits");
        var keys = (await console.Redis.AskAsync("KEYS", "console:session:*")).Split('\n');
        Assert.NotEmpty(keys);
        foreach (var key in keys)
        {
            var value = await console.Redis.AskAsync("GET", key);
            Assert.DoesNotContain("efresh", System.Text.Encoding.Latin1.GetString(Convert.FromBase64String(value)), StringComparison.Ordinal);
            Assert.DoesNotContain(cookie, key + value, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task When_Redis_was_flushed_who_was_here_goes_on_and_who_comes_signs_in()
    {
        using var browser = await console.OwnersBrowserAsync();
        await console.Redis.AskAsync("FLUSHALL");

        Assert.Equal(HttpStatusCode.OK, (await browser.Http.GetAsync("/api/me")).StatusCode);
        using var again = await console.OwnersBrowserAsync();
        Assert.Equal(HttpStatusCode.OK, (await again.Http.GetAsync("/api/me")).StatusCode);
    }
}
