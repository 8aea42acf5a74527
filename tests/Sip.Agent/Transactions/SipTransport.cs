using System.Net;
using System.Net.Sockets;

namespace CallCenterCrm.Sip;

/// <summary>One UDP socket and the one loop that reads it (RFC 3261 §18).</summary>
internal sealed class SipTransport : IAsyncDisposable
{
    private const int LargestDatagram = 65_535;

    // A burst of a load test waits in the kernel while the loop is busy; what it cannot hold is repeated by the peer.
    private const int ReceiveBuffer = 4 * 1024 * 1024;

    private readonly Socket _socket;
    private readonly MessageLog _log;
    private readonly CancellationTokenSource _closing = new();
    private Task _reading = Task.CompletedTask;

    public SipTransport(IPEndPoint local, MessageLog log)
    {
        _log = log;
        _socket = new Socket(local.AddressFamily, SocketType.Dgram, ProtocolType.Udp) { ReceiveBufferSize = ReceiveBuffer };
        try
        {
            _socket.Bind(local);
        }
        catch (SocketException error)
        {
            _socket.Dispose();
            throw new InvalidOperationException($"SIP cannot listen on {local}: {error.Message}", error);
        }
        LocalEndPoint = (IPEndPoint)_socket.LocalEndPoint!;
    }

    public IPEndPoint LocalEndPoint { get; }

    /// <param name="receive">Gets each datagram; what it throws ends nothing, it must keep it itself.</param>
    public void Start(Action<ReadOnlyMemory<byte>, IPEndPoint> receive) => _reading = ReadAsync(receive, _closing.Token);

    public void Send(byte[] bytes, IPEndPoint destination)
    {
        _log.Sent(bytes, destination);
        try
        {
            _socket.SendTo(bytes, destination);
        }
        catch (SocketException error)
        {
            _log.Failed(destination, error.Message); // as good as lost on the way: the transaction repeats it or times out
        }
        catch (ObjectDisposedException)
        {
            _log.Failed(destination, "the agent is closed");
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync();
        await _reading;
        _socket.Dispose();
        _closing.Dispose();
    }

    private async Task ReadAsync(Action<ReadOnlyMemory<byte>, IPEndPoint> receive, CancellationToken cancellationToken)
    {
        var buffer = new byte[LargestDatagram];
        var anywhere = new IPEndPoint(IPAddress.Any, 0);
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                var datagram = await _socket.ReceiveFromAsync(buffer, SocketFlags.None, anywhere, cancellationToken);
                var source = (IPEndPoint)datagram.RemoteEndPoint;
                _log.Received(buffer.AsSpan(0, datagram.ReceivedBytes), source);
                receive(buffer.AsMemory(0, datagram.ReceivedBytes), source);
            }
            catch (OperationCanceledException)
            {
                return;
            }
            catch (SocketException error)
            {
                _log.Failed(anywhere, error.Message); // an ICMP error of an earlier datagram is reported on the next read
            }
        }
    }
}
