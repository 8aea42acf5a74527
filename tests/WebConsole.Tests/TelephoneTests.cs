using System.Net;
using System.Net.WebSockets;
using System.Text;
using CallCenterCrm.WebConsole.Tests.Support;
using Console = CallCenterCrm.WebConsole.Tests.Support.Console;

namespace CallCenterCrm.WebConsole.Tests;

/// <summary>The way of a page's SIP to the PBX: whom it lets in, and when it ends.</summary>
[Collection(SharedConsole.Name)]
public sealed class TelephoneTests(Console console)
{
    private static int _extensions = 7100;

    [Fact]
    public async Task Only_a_page_of_ours_is_let_in_and_only_for_who_is_signed_in_has_an_extension_and_may_dial()
    {
        var (manager, _) = await HireAsync(withExtension: true);
        using (manager)
        {
            Assert.Equal(HttpStatusCode.Unauthorized, await RefusedAsync(new CookieContainer(), Origin));
            Assert.Equal(HttpStatusCode.Forbidden, await RefusedAsync(manager.Cookies, "http://evil.example"));
            Assert.Equal(HttpStatusCode.BadRequest, await RefusedAsync(manager.Cookies, origin: null));
            Assert.Equal(HttpStatusCode.BadRequest, await RefusedAsync(manager.Cookies, Origin, protocol: "chat"));
        }

        var (bare, _) = await HireAsync(withExtension: false);
        using (bare)
        {
            Assert.Equal(HttpStatusCode.Forbidden, await RefusedAsync(bare.Cookies, Origin));
        }
    }

    [Fact]
    public async Task A_page_talks_with_the_PBX_as_itself_until_it_says_what_it_may_not()
    {
        var (browser, extension) = await HireAsync(withExtension: true);
        using var _ = browser;
        using var page = await OpenAsync(browser.Cookies);

        await SayAsync(page, Register(extension));
        Assert.StartsWith("REGISTER sip:crm SIP/2.0\r\nFrom: <sip:" + extension, await console.Pbx.HearAsync(), StringComparison.Ordinal);
        await console.Pbx.SayAsync("SIP/2.0 200 OK\r\n\r\n");
        Assert.Equal("SIP/2.0 200 OK\r\n\r\n", (await HearAsync(page)).Text);

        await SayAsync(page, Register("101"));
        Assert.Equal(1008, (await HearAsync(page)).Closed);
        Assert.DoesNotContain(BrowserPbx.Secret, console.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_last_browser_is_the_telephone_and_it_ends_with_the_session()
    {
        var (browser, _) = await HireAsync(withExtension: true);
        using var __ = browser;
        using var first = await OpenAsync(browser.Cookies);
        using var second = await OpenAsync(browser.Cookies);
        Assert.Equal(4409, (await HearAsync(first)).Closed);

        await browser.Http.DeleteAsync("/api/session");
        Assert.Equal(4401, (await HearAsync(second)).Closed);
    }

    [Fact]
    public async Task A_message_longer_than_any_of_SIP_ends_it()
    {
        var (browser, _) = await HireAsync(withExtension: true);
        using var __ = browser;
        using var page = await OpenAsync(browser.Cookies);
        await SayAsync(page, new string('x', 40_000));
        Assert.Equal(1009, (await HearAsync(page)).Closed);
    }

    private static string Register(string extension) =>
        $"REGISTER sip:crm SIP/2.0\r\nFrom: <sip:{extension}-web@crm>;tag=a\r\nTo: <sip:{extension}-web@crm>\r\nCall-ID: c\r\nCSeq: 1 REGISTER\r\nContact: <sip:x7@a.invalid;transport=ws>\r\n\r\n";

    private string Origin => console.Pages.GetLeftPart(UriPartial.Authority);

    private async Task<(Browser Browser, string Extension)> HireAsync(bool withExtension)
    {
        using var owner = await console.OwnersBrowserAsync();
        var extension = withExtension ? Interlocked.Increment(ref _extensions).ToString(System.Globalization.CultureInfo.InvariantCulture) : "";
        var (name, password, _) = await Console.HireAsync(owner, extension, ["ROLE_MANAGER"]);
        var browser = console.NewBrowser();
        await browser.SignInFirstAsync(name, password);
        return (browser, extension);
    }

    private async Task<HttpStatusCode> RefusedAsync(CookieContainer cookies, string? origin, string protocol = "sip")
    {
        using var socket = new ClientWebSocket();
        await Assert.ThrowsAsync<WebSocketException>(() => ConnectAsync(socket, cookies, origin, protocol));
        return socket.HttpStatusCode;
    }

    private async Task<ClientWebSocket> OpenAsync(CookieContainer cookies)
    {
        var socket = new ClientWebSocket();
        await ConnectAsync(socket, cookies, Origin, "sip");
        return socket;
    }

    private Task ConnectAsync(ClientWebSocket socket, CookieContainer cookies, string? origin, string protocol)
    {
        socket.Options.Cookies = cookies;
        socket.Options.AddSubProtocol(protocol);
        socket.Options.CollectHttpResponseDetails = true;
        if (origin is not null)
        {
            socket.Options.SetRequestHeader("Origin", origin);
        }

        return socket.ConnectAsync(new UriBuilder(console.Pages) { Scheme = "ws", Path = "/telephone" }.Uri, CancellationToken.None);
    }

    private static Task SayAsync(ClientWebSocket socket, string text) =>
        socket.SendAsync(Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text, endOfMessage: true, CancellationToken.None);

    private static async Task<(string Text, int Closed)> HearAsync(ClientWebSocket socket)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(120));
        var buffer = new byte[4096];
        var message = await socket.ReceiveAsync(buffer, limit.Token);
        return message.MessageType == WebSocketMessageType.Close ? ("", (int)socket.CloseStatus!) : (Encoding.UTF8.GetString(buffer, 0, message.Count), 0);
    }
}
