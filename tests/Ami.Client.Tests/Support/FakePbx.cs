using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using System.Threading.Channels;

namespace Ami.Client.Tests.Support;

/// <summary>What one action of the client looked like when it arrived.</summary>
internal sealed record Request(string Name, string ActionId, IReadOnlyList<KeyValuePair<string, string>> Headers)
{
    public string? this[string key] =>
        Headers.Where(header => header.Key.Equals(key, StringComparison.OrdinalIgnoreCase)).Select(header => header.Value).FirstOrDefault();
}

/// <summary>A PBX on loopback that behaves well unless a test tells it not to.</summary>
internal sealed class FakePbx : IAsyncDisposable
{
    public const string Booted = "Event: FullyBooted\nPrivilege: system,all\nUptime: 825\nLastReload: 728\nStatus: Fully Booted\n\n";
    private const string Challenge = "159753";

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stopping = new();
    private readonly ConcurrentBag<Task> _serving = [];
    private readonly Channel<FakeSession> _sessions = Channel.CreateUnbounded<FakeSession>();
    private readonly Task _accepting;

    public FakePbx()
    {
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public string Greeting { get; set; } = "Asterisk Call Manager/11.0.0\n";

    public string Secret { get; set; } = "hush";

    /// <summary>What follows an accepted login, in one piece with the answer.</summary>
    public string AfterLogin { get; set; } = Booted;

    /// <summary>Items of the lists, by action; <c>{id}</c> stands for the ActionID. A list without an entry is empty.</summary>
    public Dictionary<string, string[]> Lists { get; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Wraps the socket, as TLS does.</summary>
    public Func<Stream, Task<Stream>> Secure { get; set; } = Task.FromResult;

    /// <summary>Asked first about each request; true means that it did all that is to be done.</summary>
    public Func<FakeSession, Request, Task<bool>> Instead { get; set; } = (_, _) => Task.FromResult(false);

    public int Accepted { get; private set; }

    /// <summary>The next connection that a client made.</summary>
    public async Task<FakeSession> NextSessionAsync() => await _sessions.Reader.ReadAsync(Patience.Token());

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _accepting;
        _listener.Stop();
        await Task.WhenAll(_serving);
        _stopping.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (true)
        {
            TcpClient tcp;
            try
            {
                tcp = await _listener.AcceptTcpClientAsync(_stopping.Token);
            }
            catch (OperationCanceledException)
            {
                return;
            }

            Accepted++;
            _serving.Add(ServeAsync(tcp));
        }
    }

    private async Task ServeAsync(TcpClient tcp)
    {
        using (tcp)
        {
            try
            {
                tcp.NoDelay = true;
                var session = new FakeSession(tcp, await Secure(tcp.GetStream()));
                await session.SendAsync(Greeting);
                _sessions.Writer.TryWrite(session);
                await foreach (var request in session.ReadAsync(_stopping.Token))
                {
                    if (!await Instead(session, request)) await AnswerAsync(session, request);
                }
            }
            catch (Exception e) when (e is IOException or OperationCanceledException or ObjectDisposedException or System.Security.Authentication.AuthenticationException)
            {
                // The client left, or the test ended.
            }
        }
    }

    public async Task AnswerAsync(FakeSession session, Request request)
    {
        var ok = $"Response: Success\nActionID: {request.ActionId}\n";
        switch (request.Name.ToUpperInvariant())
        {
            case "CHALLENGE":
                await session.SendAsync($"{ok}Challenge: {Challenge}\n\n");
                break;
            case "LOGIN" when IsRight(request):
                await session.SendAsync($"{ok}Message: Authentication accepted\n\n{AfterLogin}");
                break;
            case "LOGIN":
                await session.SendAsync($"Response: Error\nActionID: {request.ActionId}\nMessage: Authentication failed\n\n");
                break;
            case "LOGOFF":
                await session.SendAsync($"Response: Goodbye\nActionID: {request.ActionId}\nMessage: Thanks for all the fish.\n\n");
                session.Drop();
                break;
            case "PING":
                await session.SendAsync($"{ok}Ping: Pong\nTimestamp: 1795326927.428790\n\n");
                break;
            case "CORESTATUS":
                await session.SendAsync($"{ok}CoreStartupDate: 2026-11-22\nCoreStartupTime: 05:39:46\nCoreCurrentCalls: 0\n\n");
                break;
            case "CORESHOWCHANNELS" or "STATUS" or "BRIDGELIST" or "BRIDGEINFO" or "DEVICESTATELIST":
                var items = Lists.GetValueOrDefault(request.Name, []);
                await session.SendAsync(
                    $"{ok}EventList: start\nMessage: will follow\n\n" +
                    string.Concat(items.Select(item => item.Replace("{id}", request.ActionId, StringComparison.Ordinal) + "\n\n")) +
                    $"Event: {request.Name}Complete\nActionID: {request.ActionId}\nEventList: Complete\nListItems: {items.Length}\n\n");
                break;
            default:
                await session.SendAsync($"{ok}Message: done\n\n");
                break;
        }
    }

    [SuppressMessage("Security", "CA5351", Justification = "What AMI does.")]
    private bool IsRight(Request request) =>
        request["Secret"] == Secret
        || request["Key"] == Convert.ToHexStringLower(MD5.HashData(Encoding.UTF8.GetBytes(Challenge + Secret)));
}

/// <summary>One connection of a client to the fake PBX.</summary>
internal sealed class FakeSession(TcpClient tcp, Stream stream) : IDisposable
{
    private readonly SemaphoreSlim _sending = new(1);
    private readonly Lock _gate = new();
    private readonly List<Request> _requests = [];

    public IReadOnlyList<Request> Requests
    {
        get
        {
            lock (_gate) return [.. _requests];
        }
    }

    /// <summary>How many requests each read of the socket brought, for tests of what goes out together.</summary>
    public List<int> RequestsPerRead { get; } = [];

    public async Task SendAsync(string text) => await SendAsync(Captures.Utf8(text));

    public async Task SendAsync(byte[] bytes)
    {
        await _sending.WaitAsync(Patience.Token());
        try
        {
            await stream.WriteAsync(bytes);
            await stream.FlushAsync();
        }
        finally
        {
            _sending.Release();
        }
    }

    /// <summary>An event as Asterisk would send it, with the right beginning.</summary>
    public Task SendEventAsync(string name, string rest = "") =>
        SendAsync($"Event: {name}\nPrivilege: call,all\nTimestamp: 1795327603.645730\nSystemName: secret\n{rest}\n");

    public void Drop() => tcp.Close();

    public void Dispose() => _sending.Dispose();

    public async IAsyncEnumerable<Request> ReadAsync([System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var buffer = new byte[64 * 1024];
        var text = "";
        while (true)
        {
            var count = await stream.ReadAsync(buffer, cancellationToken);
            if (count == 0) yield break;

            text += Encoding.UTF8.GetString(buffer, 0, count);
            var blocks = text.Split("\r\n\r\n");
            text = blocks[^1];
            RequestsPerRead.Add(blocks.Length - 1);
            foreach (var block in blocks[..^1])
            {
                var headers = block.Split("\r\n").Select(line => line.Split(": ", 2)).Select(parts => KeyValuePair.Create(parts[0], parts[1])).ToList();
                var request = new Request(headers[0].Value, headers.Find(header => header.Key == "ActionID").Value, headers);
                lock (_gate) _requests.Add(request);
                yield return request;
            }
        }
    }
}
