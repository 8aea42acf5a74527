using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;

namespace CallCenterCrm.WebConsole.Tests.Support;

/// <summary>What a page does: requests with the cookie of its browser.</summary>
public sealed class Browser : IDisposable
{
    private readonly Uri _pages;
    private readonly HttpClientHandler _handler = new();

    public Browser(Uri pages)
    {
        _pages = pages;
        Http = new HttpClient(_handler) { BaseAddress = pages };
        Http.DefaultRequestHeaders.Add("x-crm", "1");
        Http.DefaultRequestHeaders.Add("accept-language", "ru");
    }

    public HttpClient Http { get; }

    public CookieContainer Cookies => _handler.CookieContainer;

    /// <summary>The value of its cookie; null when it has none.</summary>
    public string? Cookie => Cookies.GetCookies(_pages).FirstOrDefault()?.Value;

    public async Task<JsonElement> SignInAsync(string name, string password) => await ReadAsync(await Http.PostAsJsonAsync("/api/session", new { name, password }));

    /// <summary>The same with a one-time password in place of which another is chosen.</summary>
    public async Task SignInFirstAsync(string name, string oneTime)
    {
        var challenge = await SignInAsync(name, oneTime);
        Assert.Equal("new_password", challenge.GetProperty("stage").GetString());
        var answer = await Http.PostAsJsonAsync(
            "/api/session/new-password", new { challenge = challenge.GetProperty("challenge").GetString(), newPassword = Console.Password });
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    /// <summary>Calls a method of a service that must succeed.</summary>
    public async Task<JsonElement> AskAsync(string method, object request)
    {
        var answer = await CallAsync(method, request);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
        return await ReadAsync(answer);
    }

    /// <summary>Calls a method of a service.</summary>
    public Task<HttpResponseMessage> CallAsync(string method, object request) => Http.PostAsJsonAsync("/api/" + method, request);

    /// <summary>What stands in an answer.</summary>
    public static async Task<JsonElement> ReadAsync(HttpResponseMessage answer) =>
        JsonDocument.Parse(await answer.Content.ReadAsStringAsync() is { Length: > 0 } text ? text : "{}").RootElement;

    /// <summary>Opens what is pushed.</summary>
    public async Task<LivePage> LiveAsync()
    {
        var page = new LivePage();
        await page.OpenAsync(_pages, Cookies);
        return page;
    }

    public void Dispose()
    {
        Http.Dispose();
        _handler.Dispose();
    }

    /// <summary>A body as a hostile page may send it.</summary>
    public static StringContent Text(string body, string type) => new(body, Encoding.UTF8, type);
}
