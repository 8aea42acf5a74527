using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace AmiBench;

/// <summary>
/// Plays the recorded events as fast as the reader takes them. Speaks as much AMI as the readers need: greeting, login, empty lists; the
/// action <c>Events</c> with a header <c>Loops</c> plays the stream so often and tells first how many events that makes.
/// </summary>
internal static class PlaybackServer
{
    /// <summary>Written at once; large enough that system calls do not count.</summary>
    private const int BlockBytes = 1024 * 1024;

    // 14 and 49 are attacks: the other clients would count forged events. Shutdown makes panoramisk hang up.
    private static readonly string[] Left = ["14-", "49-"];

    public static void Run(string captures, string portFile)
    {
        var (block, eventsInBlock) = Load(captures);
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"stream: {eventsInBlock} events of {(double)block.Length / eventsInBlock:F0} bytes and {(double)block.Count(b => b == '\n') / eventsInBlock - 1:F1} lines on average"));
        File.WriteAllText(portFile, ((IPEndPoint)listener.LocalEndPoint!).Port.ToString(CultureInfo.InvariantCulture));

        while (true)
        {
            using var reader = listener.Accept();
            reader.NoDelay = true;
            try
            {
                Serve(reader, block, eventsInBlock);
            }
            catch (SocketException)
            {
                // The reader left; the next one comes.
            }
        }
    }

    private static void Serve(Socket reader, byte[] block, int eventsInBlock)
    {
        reader.Send("Asterisk Call Manager/11.0.0\r\n"u8);
        var received = new StringBuilder();
        var buffer = new byte[8192];
        while (reader.Receive(buffer) is > 0 and var count)
        {
            received.Append(Encoding.UTF8.GetString(buffer, 0, count));
            while (TakeAction(received) is { } action)
                Answer(reader, action, block, eventsInBlock);
        }
    }

    private static Dictionary<string, string>? TakeAction(StringBuilder received)
    {
        var text = received.ToString();
        var end = text.IndexOf("\r\n\r\n", StringComparison.Ordinal);
        if (end < 0) return null;

        received.Remove(0, end + 4);
        return text[..end].Split("\r\n").Select(line => line.Split(':', 2)).Where(parts => parts.Length == 2)
            .DistinctBy(parts => parts[0], StringComparer.OrdinalIgnoreCase)
            .ToDictionary(parts => parts[0], parts => parts[1].Trim(), StringComparer.OrdinalIgnoreCase);
    }

    private static void Answer(Socket reader, Dictionary<string, string> action, byte[] block, int eventsInBlock)
    {
        var id = action.GetValueOrDefault("ActionID", "");
        var ok = $"Response: Success\r\nActionID: {id}\r\n";
        switch (action["Action"].ToUpperInvariant())
        {
            case "CHALLENGE":
                Send($"{ok}Challenge: 12345678\r\n\r\n");
                break;
            case "LOGIN":
                Send($"{ok}Message: Authentication accepted\r\n\r\nEvent: FullyBooted\r\nPrivilege: system,all\r\nUptime: 1\r\nLastReload: 1\r\nStatus: Fully Booted\r\n\r\n");
                break;
            case "CORESHOWCHANNELS" or "STATUS" or "BRIDGELIST" or "DEVICESTATELIST":
                Send($"{ok}EventList: start\r\n\r\nEvent: ListComplete\r\nActionID: {id}\r\nEventList: Complete\r\nListItems: 0\r\n\r\n");
                break;
            case "EVENTS" when action.TryGetValue("Loops", out var loops):
                var times = int.Parse(loops, CultureInfo.InvariantCulture);
                Send(string.Create(CultureInfo.InvariantCulture, $"{ok}Events: On\r\nBytes: {(long)block.Length * times}\r\nCount: {(long)eventsInBlock * times}\r\n\r\n"));
                for (var i = 0; i < times; i++)
                    SendAll(reader, block);
                break;
            default:
                Send($"{ok}Message: OK\r\n\r\n");
                break;
        }

        void Send(string text) => SendAll(reader, Encoding.UTF8.GetBytes(text));
    }

    private static void SendAll(Socket reader, ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
            bytes = bytes[reader.Send(bytes)..];
    }

    /// <summary>All live events of the recordings, in their order, repeated until they fill a block.</summary>
    private static (byte[] Block, int Events) Load(string captures)
    {
        var once = new StringBuilder();
        var eventsOnce = 0;
        foreach (var file in Directory.GetFiles(captures, "*.ami").Order(StringComparer.Ordinal))
        {
            if (Left.Any(start => Path.GetFileName(file).StartsWith(start, StringComparison.Ordinal))) continue;

            foreach (var frame in File.ReadAllText(file, Encoding.Latin1).Split("\r\n\r\n")[..^1])
            {
                if (!frame.StartsWith("Event: ", StringComparison.Ordinal) || !frame.Contains("\r\nSystemName: ", StringComparison.Ordinal)
                    || frame.StartsWith("Event: Shutdown", StringComparison.Ordinal))
                {
                    continue;
                }

                once.Append(frame).Append("\r\n\r\n");
                eventsOnce++;
            }
        }

        var bytes = Encoding.Latin1.GetBytes(once.ToString());
        var times = Math.Max(1, BlockBytes / bytes.Length);
        return (Enumerable.Repeat(bytes, times).SelectMany(b => b).ToArray(), eventsOnce * times);
    }
}
