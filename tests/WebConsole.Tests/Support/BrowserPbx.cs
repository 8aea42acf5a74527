using System.Net.WebSockets;
using System.Text;
using System.Threading.Channels;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Logging;

namespace CallCenterCrm.WebConsole.Tests.Support;

/// <summary>A WebSocket for SIP that keeps what it is told, and says what it should.</summary>
public sealed class BrowserPbx : IAsyncDisposable
{
    public const string Secret = "of-the-pbx-and-the-console-alone";
    private readonly Channel<string> _heard = Channel.CreateUnbounded<string>();
    private WebApplication? _app;
    private WebSocket? _last;

    public async Task StartAsync(Uri address)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls(address.GetLeftPart(UriPartial.Authority));
        _app = builder.Build();
        _app.UseWebSockets();
        _app.Map("/ws", async context =>
        {
            using var socket = _last = await context.WebSockets.AcceptWebSocketAsync("sip");
            var buffer = new byte[65536];
            try
            {
                while (await socket.ReceiveAsync(buffer, context.RequestAborted) is { MessageType: WebSocketMessageType.Text } message)
                {
                    await _heard.Writer.WriteAsync(Encoding.UTF8.GetString(buffer, 0, message.Count));
                }
            }
            catch (WebSocketException)
            {
                // The console went without a word.
            }
        });
        await _app.StartAsync();
    }

    /// <summary>The next thing that came through.</summary>
    public async Task<string> HearAsync()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(120));
        return await _heard.Reader.ReadAsync(limit.Token);
    }

    /// <summary>Says something to the page that came last.</summary>
    public Task SayAsync(string message) => _last!.SendAsync(Encoding.UTF8.GetBytes(message), WebSocketMessageType.Text, endOfMessage: true, CancellationToken.None);

    public async ValueTask DisposeAsync()
    {
        if (_app is not null)
        {
            await _app.DisposeAsync();
        }
    }
}
