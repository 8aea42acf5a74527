using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Text.Json;
using CallCenterCrm.WebConsole.Tests.Support;
using Console = CallCenterCrm.WebConsole.Tests.Support.Console;

namespace CallCenterCrm.WebConsole.Tests;

/// <summary>What other sites, curious people and broken scripts try.</summary>
[Collection(SharedConsole.Name)]
public sealed class HostilePageTests(Console console)
{
    [Fact]
    public async Task Nobody_who_is_not_signed_in_reaches_any_method()
    {
        using var browser = console.NewBrowser();
        var methods = (await DescriptionAsync(browser)).GetProperty("paths").EnumerateObject().Select(path => path.Name).ToList();
        Assert.True(methods.Count > 40, "the description holds few methods");
        foreach (var method in methods)
        {
            Assert.Equal(HttpStatusCode.Unauthorized, (await browser.Http.PostAsJsonAsync(method, new { })).StatusCode);
        }

        foreach (var path in new[] { "/api/me", "/api/health", "/api/recordings/" + Guid.NewGuid(), "/live", "/API/me", "/live/negotiate", "/telephone", "/Telephone" })
        {
            Assert.Equal(HttpStatusCode.Unauthorized, (await browser.Http.GetAsync(path)).StatusCode);
        }
    }

    [Fact]
    public async Task Methods_for_programs_and_streams_are_not_there()
    {
        using var browser = await console.OwnersBrowserAsync();
        foreach (var method in new[] { "callcenter.staff.v1.SignIn/RenewSession", "callcenter.staff.v1.SignIn/SignIn", "callcenter.calls.v1.Calls/Watch", "grpc.health.v1.Health/Check", "a/b" })
        {
            Assert.Equal(HttpStatusCode.NotFound, (await browser.CallAsync(method, new { })).StatusCode);
        }
    }

    [Fact]
    public async Task What_another_site_makes_a_browser_send_is_refused()
    {
        using var owner = await console.OwnersBrowserAsync();
        const string method = "/api/callcenter.calls.v1.Calls/ListCalls";

        // A form of another site: no header of ours.
        using var bare = new HttpRequestMessage(HttpMethod.Post, method) { Content = Browser.Text("{}", "application/json") };
        owner.Http.DefaultRequestHeaders.Remove("x-crm");
        Assert.Equal(HttpStatusCode.Forbidden, (await owner.Http.SendAsync(bare)).StatusCode);

        // A script of another site.
        owner.Http.DefaultRequestHeaders.Add("x-crm", "1");
        using var foreign = new HttpRequestMessage(HttpMethod.Post, method) { Content = Browser.Text("{}", "application/json") };
        foreign.Headers.Add("Origin", "http://evil.example");
        Assert.Equal(HttpStatusCode.Forbidden, (await owner.Http.SendAsync(foreign)).StatusCode);

        // Its WebSocket, which no rule of the browser stops.
        await using var page = new LivePage();
        await Assert.ThrowsAsync<WebSocketException>(() => page.OpenAsync(console.Pages, owner.Cookies, "http://evil.example"));
        await using var ours = new LivePage();
        await ours.OpenAsync(console.Pages, owner.Cookies, console.Pages.GetLeftPart(UriPartial.Authority));
        await ours.UntilAsync("calls");
    }

    [Fact]
    public async Task The_cookie_is_out_of_reach_of_scripts_and_of_other_sites()
    {
        using var owner = await console.OwnersBrowserAsync();
        using var browser = console.NewBrowser();
        var (name, _) = await console.Services.Staff.OwnerAsync();
        var answer = await browser.Http.PostAsJsonAsync("/api/session", new { name, password = Console.Password });
        var cookie = Assert.Single(answer.Headers.GetValues("Set-Cookie"));
        Assert.Contains("httponly", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("samesite=strict", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.Equal("no-store", answer.Headers.CacheControl!.ToString());
    }

    [Fact]
    public async Task A_page_may_run_scripts_of_its_own_address_alone()
    {
        using var browser = console.NewBrowser();
        var page = await browser.Http.GetAsync("/calls/history?from=2026-01-01");
        Assert.Equal(HttpStatusCode.OK, page.StatusCode);
        Assert.Equal("text/html", page.Content.Headers.ContentType!.MediaType);
        var policy = Assert.Single(page.Headers.GetValues("Content-Security-Policy"));
        Assert.Contains("script-src 'self';", policy, StringComparison.Ordinal);
        Assert.Contains("frame-ancestors 'none'", policy, StringComparison.Ordinal);
        Assert.Equal("nosniff", Assert.Single(page.Headers.GetValues("X-Content-Type-Options")));
        var script = await browser.Http.GetAsync("/assets/app-1234.js");
        Assert.Contains("immutable", script.Headers.CacheControl!.ToString(), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NotFound, (await browser.Http.GetAsync("/assets/none.js")).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await browser.Http.GetAsync("/assets/..%2f..%2fconsole.json")).StatusCode);
    }

    [Fact]
    public async Task Health_and_pages_are_at_their_own_addresses()
    {
        using var browser = console.NewBrowser();
        Assert.Equal(HttpStatusCode.NotFound, (await browser.Http.GetAsync("/metrics")).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await browser.Http.GetAsync("/Health/ready")).StatusCode);
        using var inside = new HttpClient { BaseAddress = console.Inside };
        Assert.Equal(HttpStatusCode.OK, (await inside.GetAsync("/metrics")).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await inside.GetAsync("/api/openapi.json")).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await inside.GetAsync("/")).StatusCode);
    }

    [Theory]
    [InlineData("{", "application/json")]
    [InlineData("[]", "application/json")]
    [InlineData("{\"page_siz\":1}", "application/json")]
    [InlineData("{\"pageSize\":\"many\"}", "application/json")]
    [InlineData("{}", "text/plain")]
    public async Task A_request_that_cannot_be_read_is_refused_as_bad_input(string body, string type)
    {
        using var browser = await console.OwnersBrowserAsync();
        var answer = await browser.Http.PostAsync("/api/callcenter.calls.v1.Calls/ListCalls", Browser.Text(body, type));
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Equal("INVALID_ARGUMENT", (await Browser.ReadAsync(answer)).GetProperty("code").GetString());
    }

    [Theory]
    [InlineData("/api/session", "413 Payload Too Large")]
    [InlineData("/api/session/second-factor", "413 Payload Too Large")]
    [InlineData("/api/callcenter.calls.v1.Calls/ListCalls", "400 Bad Request")]
    public async Task Nobody_fills_the_memory_with_a_request(string address, string refusal)
    {
        // Refused by its length, before it is sent.
        using var browser = await console.OwnersBrowserAsync();
        var pages = browser.Http.BaseAddress!;
        using var connection = new TcpClient();
        await connection.ConnectAsync(pages.Host, pages.Port);
        await using var stream = connection.GetStream();
        await stream.WriteAsync(System.Text.Encoding.ASCII.GetBytes($"""
            POST {address} HTTP/1.1
            Host: {pages.Authority}
            Cookie: {browser.Cookies.GetCookieHeader(pages)}
            x-crm: 1
            Content-Type: application/json
            Content-Length: 2000000


            """.ReplaceLineEndings("\r\n")));
        using var reader = new StreamReader(stream);
        Assert.Equal("HTTP/1.1 " + refusal, await reader.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(120)));
    }

    [Fact]
    public async Task Every_violation_comes_back_by_field()
    {
        using var browser = await console.OwnersBrowserAsync();
        var answer = await Browser.ReadAsync(await browser.CallAsync("callcenter.calls.v1.Calls/ListCallsOfNumber", new { number = "нет", pageSize = -1 }));
        Assert.Equal(["number", "page_size"], answer.GetProperty("fields").EnumerateArray().Select(field => field.GetProperty("field").GetString()).Order(StringComparer.Ordinal));
    }

    private static async Task<JsonElement> DescriptionAsync(Browser browser) => await Browser.ReadAsync(await browser.Http.GetAsync("/api/openapi.json"));
}
