using System.Globalization;
using System.Net;
using System.Text;

namespace CallCenterCrm.Sip;

/// <summary>Which way the sound goes, as the one who wrote the description sees it (RFC 4566 §6).</summary>
internal enum MediaDirection
{
    SendReceive,
    SendOnly,
    ReceiveOnly,
    Inactive,
}

/// <summary>The one audio stream of a call: A-law, and telephone events where both sides know them (RFC 4566, RFC 3264).</summary>
/// <param name="Audio">Where the writer wants to receive; port 0 refuses the stream.</param>
/// <param name="Direction">As the writer sees it.</param>
/// <param name="TelephoneEvents">RTP payload type of RFC 4733 events, null when the writer does not take them.</param>
internal sealed record Sdp(IPEndPoint Audio, MediaDirection Direction, int? TelephoneEvents)
{
    public const string ContentType = "application/sdp";
    public const int PayloadAlaw = 8;
    public const int UsualTelephoneEvents = 101;

    public byte[] ToBytes(long session, int version)
    {
        var events = TelephoneEvents?.ToString(CultureInfo.InvariantCulture);
        var address = Audio.Address.ToString();
        string[] lines =
        [
            "v=0",
            string.Create(CultureInfo.InvariantCulture, $"o=- {session} {version} IN IP4 {address}"),
            "s=-",
            $"c=IN IP4 {address}",
            "t=0 0",
            string.Create(CultureInfo.InvariantCulture, $"m=audio {Audio.Port} RTP/AVP {PayloadAlaw} {events}").TrimEnd(),
            $"a=rtpmap:{PayloadAlaw} PCMA/8000",
            .. events is not null ? [$"a=rtpmap:{events} telephone-event/8000", $"a=fmtp:{events} 0-16"] : Array.Empty<string>(),
            "a=ptime:20",
            $"a={Word(Direction)}",
            "",
        ];
        return Encoding.ASCII.GetBytes(string.Join("\r\n", lines));
    }

    /// <exception cref="SipFormatException">No description, or one whose audio is not A-law over RTP to an IP address.</exception>
    public static Sdp Parse(ReadOnlySpan<byte> body)
    {
        IPAddress? address = null;
        var (port, direction, inAudio, sawAudio, alaw) = (0, MediaDirection.SendReceive, true, false, false);
        int? events = null;
        foreach (var line in Encoding.Latin1.GetString(body).Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            if (line.StartsWith("m=", StringComparison.Ordinal))
            {
                inAudio = !sawAudio && line.StartsWith("m=audio ", StringComparison.Ordinal);
                if (!inAudio)
                    continue;
                (sawAudio, (port, alaw)) = (true, AudioLine(line));
            }
            else if (inAudio && line.StartsWith("c=IN IP", StringComparison.Ordinal))
            {
                address = IPAddress.TryParse(line.Split(' ')[^1].Split('/')[0], out var parsed) ? parsed : null;
            }
            else if (inAudio && line.StartsWith("a=rtpmap:", StringComparison.Ordinal))
            {
                events = EventsType(line) ?? events;
            }
            else if (inAudio && DirectionOf(line) is { } word)
            {
                direction = word;
            }
        }
        if (!sawAudio || address is null || !alaw)
            throw new SipFormatException("The session description offers no A-law audio at an IP address.");
        return new(new IPEndPoint(address, port), direction, events);
    }

    /// <summary>What we may answer to the peer's direction (RFC 3264 §6.1), given whether we hold the call ourselves.</summary>
    public static MediaDirection Answer(MediaDirection offered, bool holding) => offered switch
    {
        MediaDirection.SendReceive => holding ? MediaDirection.SendOnly : MediaDirection.SendReceive,
        MediaDirection.SendOnly => holding ? MediaDirection.Inactive : MediaDirection.ReceiveOnly,
        MediaDirection.ReceiveOnly => MediaDirection.SendOnly,
        _ => MediaDirection.Inactive,
    };

    private static (int Port, bool Alaw) AudioLine(string line)
    {
        var parts = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (parts.Length < 4 || !ushort.TryParse(parts[1].Split('/')[0], NumberStyles.None, CultureInfo.InvariantCulture, out var port))
            throw new SipFormatException("The audio line of the session description has no port or no format.");
        return (port, parts[2] == "RTP/AVP" && parts.Skip(3).Contains("8", StringComparer.Ordinal));
    }

    private static int? EventsType(string line)
    {
        var parts = line["a=rtpmap:".Length..].Split(' ', 2);
        return parts.Length == 2
            && parts[1].StartsWith("telephone-event/8000", StringComparison.OrdinalIgnoreCase)
            && int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var type) ? type : null;
    }

    private static string Word(MediaDirection direction) => direction switch
    {
        MediaDirection.SendOnly => "sendonly",
        MediaDirection.ReceiveOnly => "recvonly",
        MediaDirection.Inactive => "inactive",
        _ => "sendrecv",
    };

    private static MediaDirection? DirectionOf(string line) => line switch
    {
        "a=sendrecv" => MediaDirection.SendReceive,
        "a=sendonly" => MediaDirection.SendOnly,
        "a=recvonly" => MediaDirection.ReceiveOnly,
        "a=inactive" => MediaDirection.Inactive,
        _ => null,
    };
}
