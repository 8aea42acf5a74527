using System.Net;
using System.Net.Sockets;

namespace Ami.Client.Tests.Support;

/// <summary>
/// A byte that goes to and fro over loopback. It takes the way that everything between the client and the fake PBX takes, so
/// however busy the machine is, they have had their turns too when it is back.
/// </summary>
internal sealed class Pulse : IDisposable
{
    private readonly Socket _here;
    private readonly Socket _there;
    private readonly byte[] _byte = new byte[1];

    private Pulse(Socket here, Socket there) => (_here, _there) = (here, there);

    public static async Task<Pulse> StartAsync()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var here = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await here.ConnectAsync(listener.LocalEndpoint);
        var there = await listener.AcceptSocketAsync();
        there.NoDelay = true;
        return new Pulse(here, there);
    }

    public async Task BeatAsync()
    {
        await PassAsync(_here, _there);
        await PassAsync(_there, _here);
    }

    public void Dispose()
    {
        _here.Dispose();
        _there.Dispose();
    }

    // Waited for before it is sent: what is there already would be read at once, and nobody's turn would come.
    private async Task PassAsync(Socket from, Socket to)
    {
        var arriving = to.ReceiveAsync(_byte.AsMemory(), SocketFlags.None).AsTask();
        await from.SendAsync(_byte.AsMemory(), SocketFlags.None);
        await arriving;
    }
}
