using System.Globalization;
using System.Net;
using System.Text;
using System.Text.RegularExpressions;

namespace CallCenterCrm.Sip;

/// <summary>
/// The last SIP messages of an agent, for a failed test to print. It holds numbers as they went over the wire, so it
/// belongs on the screen of a test and in no product log; answers to digest challenges are left out.
/// </summary>
public sealed partial class MessageLog
{
    private readonly Lock _gate = new();
    private readonly Queue<(DateTimeOffset At, string Way, IPEndPoint Peer, byte[] Bytes)> _entries = [];
    private readonly int _capacity;
    private readonly TimeProvider _time;

    internal MessageLog(int capacity, TimeProvider time)
    {
        _capacity = capacity;
        _time = time;
    }

    /// <summary>How many messages are kept at present; never more than <see cref="SipAgentOptions.LogCapacity"/>.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
                return _entries.Count;
        }
    }

    /// <summary>Every kept message, oldest first, with its time, direction and peer.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        lock (_gate)
        {
            foreach (var (at, way, peer, bytes) in _entries)
            {
                text.Append(CultureInfo.InvariantCulture, $"--- {at:HH:mm:ss.fff} {way} {peer}\n");
                text.Append(Credentials().Replace(Encoding.UTF8.GetString(bytes), "${name}: (left out)")).Append('\n');
            }
        }
        return text.ToString();
    }

    internal void Sent(byte[] bytes, IPEndPoint peer) => Keep("sent to", peer, bytes);

    internal void Received(ReadOnlySpan<byte> bytes, IPEndPoint peer)
    {
        if (_capacity > 0)
            Keep("received from", peer, bytes.ToArray());
    }

    internal void Failed(IPEndPoint peer, string why) => Keep("failed with", peer, Encoding.UTF8.GetBytes(why));

    private void Keep(string way, IPEndPoint peer, byte[] bytes)
    {
        if (_capacity == 0)
            return;
        lock (_gate)
        {
            if (_entries.Count == _capacity)
                _entries.Dequeue();
            _entries.Enqueue((_time.GetUtcNow(), way, peer, bytes));
        }
    }

    [GeneratedRegex("^(?<name>(?:Proxy-)?Authorization):[^\r\n]*", RegexOptions.Multiline | RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Credentials();
}
