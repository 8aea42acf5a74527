using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace CallCenterCrm.Servers;

/// <summary>
/// Ports for the servers of tests, from 15600 to 15649 or what CRM_TEST_PORTS says (<c>15600-15649</c>): outside the
/// range from which Linux takes ports for outgoing connections. A port is held by a locked file, so that test projects
/// which run at the same time do not take the same one.
/// </summary>
public sealed class Ports : IDisposable
{
    private readonly List<FileStream> _locks = [];

    /// <summary>Takes a port on which nobody listens, until this is disposed of.</summary>
    /// <exception cref="InvalidOperationException">All are taken.</exception>
    public int Take()
    {
        var (first, last) = Range();
        var folder = Directory.CreateDirectory(Path.Combine(Path.GetTempPath(), "crm-test-ports")).FullName;
        for (var port = first; port <= last; port++)
        {
            if (TryLock(Path.Combine(folder, port.ToString(CultureInfo.InvariantCulture))) is not { } held)
            {
                continue;
            }

            if (IsFree(port))
            {
                _locks.Add(held);
                return port;
            }

            held.Dispose();
        }

        throw new InvalidOperationException($"Every port from {first} to {last} is taken; set CRM_TEST_PORTS to another range");
    }

    public void Dispose()
    {
        foreach (var held in _locks)
        {
            held.Dispose();
        }
    }

    private static (int First, int Last) Range()
    {
        var parts = (Environment.GetEnvironmentVariable("CRM_TEST_PORTS") ?? "15600-15649").Split('-');
        return (int.Parse(parts[0], CultureInfo.InvariantCulture), int.Parse(parts[1], CultureInfo.InvariantCulture));
    }

    private static FileStream? TryLock(string file)
    {
        try
        {
            return new FileStream(file, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException)
        {
            // Another test run holds it.
            return null;
        }
    }

    private static bool IsFree(int port)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
