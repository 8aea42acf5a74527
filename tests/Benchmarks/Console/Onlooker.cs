using System.Net;
using System.Net.Http.Json;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;

namespace ConsoleBench;

/// <summary>A manager whose page is open: signed in, connected, taking whatever is pushed, and costing the machine little.</summary>
internal sealed class Onlooker : IAsyncDisposable
{
    private readonly HttpClientHandler _handler = new();
    private readonly CancellationTokenSource _closing = new();
    private readonly List<(ClientWebSocket Socket, Task Reading)> _pages = [];
    private readonly Uri _console;
    private readonly HttpClient _http;
    private long _received;

    public Onlooker(Uri console)
    {
        _console = console;
        _http = new HttpClient(_handler) { BaseAddress = console };
        _http.DefaultRequestHeaders.Add("x-crm", "1");
    }

    /// <summary>Bytes that were pushed to all his pages.</summary>
    public long Received => Interlocked.Read(ref _received);

    /// <summary>Signs in with a one-time password, and chooses another.</summary>
    public async Task SignInAsync(string name, string oneTime, string password)
    {
        var first = await ReadAsync(await _http.PostAsJsonAsync("/api/session", new { name, password = oneTime }));
        await ReadAsync(await _http.PostAsJsonAsync(
            "/api/session/new-password", new { challenge = first.GetProperty("challenge").GetString(), newPassword = password }));
    }

    /// <summary>Opens one more page: SignalR's JSON protocol over a WebSocket.</summary>
    public async Task OpenAsync()
    {
        var socket = new ClientWebSocket();
        socket.Options.Cookies = _handler.CookieContainer;
        await socket.ConnectAsync(new UriBuilder(_console) { Scheme = "ws", Path = "/live" }.Uri, _closing.Token);
        await socket.SendAsync(Encoding.UTF8.GetBytes("{\"protocol\":\"json\",\"version\":1}\u001e"), WebSocketMessageType.Text, endOfMessage: true, _closing.Token);
        _pages.Add((socket, ReadAsync(socket)));
    }

    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync();
        foreach (var (socket, reading) in _pages)
        {
            await reading;
            socket.Dispose();
        }

        _http.Dispose();
        _handler.Dispose();
        _closing.Dispose();
    }

    private async Task ReadAsync(ClientWebSocket socket)
    {
        var buffer = new byte[65536];
        try
        {
            while (await socket.ReceiveAsync(buffer, _closing.Token) is { MessageType: not WebSocketMessageType.Close } received)
            {
                Interlocked.Add(ref _received, received.Count);
            }
        }
        catch (Exception fault) when (fault is OperationCanceledException or WebSocketException)
        {
            // He leaves.
        }
    }

    private static async Task<JsonElement> ReadAsync(HttpResponseMessage answer) => answer.StatusCode == HttpStatusCode.OK
        ? JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement
        : throw new InvalidOperationException($"{answer.StatusCode}: {await answer.Content.ReadAsStringAsync()}");
}
