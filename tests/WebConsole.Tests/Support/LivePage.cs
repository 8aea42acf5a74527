using System.Net;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using System.Threading.Channels;

namespace CallCenterCrm.WebConsole.Tests.Support;

/// <summary>A page's connection to what is pushed: SignalR's JSON protocol over a WebSocket (github.com/dotnet/aspnetcore, HubProtocol.md).</summary>
public sealed class LivePage : IAsyncDisposable
{
    private const byte Separator = 0x1e;
    private const int Invocation = 1;
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(120);
    private readonly ClientWebSocket _socket = new();
    private readonly CancellationTokenSource _closing = new();
    private readonly Channel<(string Name, JsonElement Argument)> _pushed = Channel.CreateUnbounded<(string, JsonElement)>();
    private Task _reading = Task.CompletedTask;

    /// <summary>Connects as a page with these cookies.</summary>
    /// <param name="origin">What the browser says of where the page comes from; null when it says nothing.</param>
    public async Task OpenAsync(Uri pages, CookieContainer cookies, string? origin = null)
    {
        _socket.Options.Cookies = cookies;
        if (origin is not null)
        {
            _socket.Options.SetRequestHeader("Origin", origin);
        }

        await _socket.ConnectAsync(new UriBuilder(pages) { Scheme = "ws", Path = "/live" }.Uri, _closing.Token);
        await _socket.SendAsync(Encoding.UTF8.GetBytes("{\"protocol\":\"json\",\"version\":1}\u001e"), WebSocketMessageType.Text, endOfMessage: true, _closing.Token);
        _reading = ReadAsync();
    }

    /// <summary>Waits for a push for which a condition holds; what comes before is passed over.</summary>
    public async Task<JsonElement> UntilAsync(string name, Func<JsonElement, bool>? condition = null)
    {
        using var limit = new CancellationTokenSource(Limit);
        var seen = new List<string>();
        try
        {
            while (true)
            {
                var (pushed, argument) = await _pushed.Reader.ReadAsync(limit.Token);
                if (pushed == name && condition?.Invoke(argument) != false)
                {
                    return argument;
                }

                seen.Add($"{pushed} {argument}");
            }
        }
        catch (Exception fault) when (fault is OperationCanceledException or ChannelClosedException)
        {
            throw new TimeoutException($"{name} was not pushed, but {string.Join("\n", seen)}", fault);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync();
        await _reading;
        _socket.Dispose();
        _closing.Dispose();
    }

    private async Task ReadAsync()
    {
        var buffer = new byte[65536];
        var message = new List<byte>();
        try
        {
            while (await _socket.ReceiveAsync(buffer, _closing.Token) is { MessageType: not WebSocketMessageType.Close } received)
            {
                foreach (var one in buffer.AsSpan(0, received.Count))
                {
                    if (one != Separator)
                    {
                        message.Add(one);
                        continue;
                    }

                    var root = JsonDocument.Parse(message.ToArray()).RootElement;
                    message.Clear();
                    if (root.TryGetProperty("type", out var type) && type.GetInt32() == Invocation)
                    {
                        var arguments = root.GetProperty("arguments");
                        _pushed.Writer.TryWrite((root.GetProperty("target").GetString()!, arguments.GetArrayLength() > 0 ? arguments[0] : default));
                    }
                }
            }
        }
        catch (Exception fault) when (fault is OperationCanceledException or WebSocketException)
        {
            // The page is closed, or the console ended.
        }

        _pushed.Writer.Complete();
    }
}
