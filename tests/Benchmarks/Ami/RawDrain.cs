using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace AmiBench;

/// <summary>Reads the bytes and looks at none of them: the limit that no client can pass.</summary>
internal static class RawDrain
{
    public static void Run(int port, int loops, int runs)
    {
        var buffer = new byte[64 * 1024];
        for (var run = 0; run <= runs; run++)
        {
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            socket.Connect(IPAddress.Loopback, port);
            var lap = new Lap();
            socket.Send(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"Action: Events\r\nActionID: 1\r\nLoops: {loops}\r\n\r\n")));

            var head = new StringBuilder();
            long rest;
            while (true)
            {
                head.Append(Encoding.Latin1.GetString(buffer, 0, socket.Receive(buffer)));
                var text = head.ToString();
                var at = text.IndexOf("\r\n\r\n", StringComparison.Ordinal);
                if (at < 0) continue;

                rest = Header(text, "Bytes") - (text.Length - at - 4);
                break;
            }

            while (rest > 0)
                rest -= socket.Receive(buffer);

            // The first run warms up.
            if (run > 0) lap.Print(Header(head.ToString(), "Count"));
        }
    }

    private static long Header(string text, string key)
    {
        var start = text.IndexOf(key + ": ", StringComparison.Ordinal) + key.Length + 2;
        return long.Parse(text.AsSpan(start, text.IndexOf('\r', start) - start), CultureInfo.InvariantCulture);
    }
}
