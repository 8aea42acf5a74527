using System.Net.WebSockets;
using System.Text;
using System.Threading.RateLimiting;

namespace CallCenterCrm.WebConsole.Telephone;

/// <summary>One page's telephone: its WebSocket on one side, the PBX's on the other.</summary>
internal sealed class TelephoneLine(WebSocket page, WebSocket pbx, SipGate gate, TimeProvider time)
{
    // An offer of Chromium's with the addresses of many networks has some 6 kB.
    private const int LongestMessage = 32 * 1024;
    private static readonly TimeSpan CloseWithin = TimeSpan.FromSeconds(2);
    private readonly TaskCompletionSource<LineEnd> _ending = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Ends it; the first reason is what the page is told.</summary>
    public void End(LineEnd reason) => _ending.TrySetResult(reason);

    /// <summary>Passes on both ways until one side leaves or it is ended; never throws for a side that left.</summary>
    /// <returns>Why it ended.</returns>
    public async Task<LineEnd> RunAsync()
    {
        using var abort = new CancellationTokenSource();
        var passing = Task.WhenAll(FromPageAsync(abort.Token), FromPbxAsync(abort.Token));
        var reason = await _ending.Task;

        // A receiving that is cancelled tears the socket: first both are told, then they have a moment to answer.
        using var limit = new CancellationTokenSource(CloseWithin, time);
        await CloseAsync(page, (WebSocketCloseStatus)reason, limit.Token);
        await CloseAsync(pbx, WebSocketCloseStatus.NormalClosure, limit.Token);
        await Task.WhenAny(passing, Task.Delay(CloseWithin, time, limit.Token).ContinueWith(_ => { }, TaskScheduler.Default));
        await abort.CancelAsync();
        await passing;
        return reason;
    }

    private async Task FromPageAsync(CancellationToken abort)
    {
        // A talk takes a dozen messages; keys that are pressed fast, some ten in a second.
        using var limiter = new TokenBucketRateLimiter(new() { TokenLimit = 100, TokensPerPeriod = 20, ReplenishmentPeriod = TimeSpan.FromSeconds(1), QueueLimit = 0, AutoReplenishment = true });
        await PassAsync(page, LineEnd.Left, async said =>
        {
            using var lease = limiter.AttemptAcquire();
            if (!lease.IsAcquired || gate.FromPage(said) is not { } passed)
            {
                End(LineEnd.Refused);
                return false;
            }

            await SendAsync(pbx, passed, abort);
            return true;
        }, abort);
    }

    private Task FromPbxAsync(CancellationToken abort) => PassAsync(pbx, LineEnd.PbxAway, async said =>
    {
        await SendAsync(page, said, abort);
        return true;
    }, abort);

    private async Task PassAsync(WebSocket from, LineEnd whenItLeaves, Func<string, Task<bool>> pass, CancellationToken abort)
    {
        var (buffer, length) = (new byte[LongestMessage], 0);
        try
        {
            while (await from.ReceiveAsync(buffer.AsMemory(length), abort) is { MessageType: not WebSocketMessageType.Close } received)
            {
                length += received.Count;
                if (received.EndOfMessage)
                {
                    if (!await pass(Encoding.UTF8.GetString(buffer, 0, length)))
                    {
                        return;
                    }

                    length = 0;
                }
                else if (length == buffer.Length)
                {
                    End(LineEnd.TooLong);
                    return;
                }
            }
        }
        catch (Exception fault) when (fault is WebSocketException or OperationCanceledException or ObjectDisposedException or InvalidOperationException)
        {
            // It left without a word, or the other side did.
        }
        finally
        {
            // Whatever went wrong here, the other side is not left hanging.
            End(whenItLeaves);
        }
    }

    private static async Task SendAsync(WebSocket to, string message, CancellationToken cancellationToken) =>
        await to.SendAsync(Encoding.UTF8.GetBytes(message), WebSocketMessageType.Text, endOfMessage: true, cancellationToken);

    private static async Task CloseAsync(WebSocket socket, WebSocketCloseStatus status, CancellationToken cancellationToken)
    {
        try
        {
            if (socket.State is WebSocketState.Open or WebSocketState.CloseReceived)
            {
                await socket.CloseOutputAsync(status, null, cancellationToken);
            }
        }
        catch (Exception fault) when (fault is WebSocketException or OperationCanceledException or ObjectDisposedException)
        {
            // It is gone already.
        }
    }
}

/// <summary>Why a page's telephone ended: the code with which its WebSocket is closed (RFC 6455, section 7.4; from 4000 on our own).</summary>
internal enum LineEnd
{
    /// <summary>The page left.</summary>
    Left = 1000,

    /// <summary>The console stops; the page comes back by itself.</summary>
    Stopping = 1001,

    /// <summary>The page said what it may not, or too much of it.</summary>
    Refused = 1008,

    /// <summary>A message was longer than any that SIP needs here.</summary>
    TooLong = 1009,

    /// <summary>The session is over.</summary>
    SignedOut = 4401,

    /// <summary>The person may not telephone any more, or has another extension now.</summary>
    NotAllowed = 4403,

    /// <summary>Another browser is the person's telephone now.</summary>
    Elsewhere = 4409,

    /// <summary>The PBX left; the page comes back by itself.</summary>
    PbxAway = 4503,
}
