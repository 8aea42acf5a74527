using System.Buffers.Binary;

namespace CallCenterCrm.Sip;

/// <summary>The fixed header of RTP (RFC 3550 §5.1) and the telephone event that may follow it (RFC 4733 §2.3).</summary>
internal static class RtpPacket
{
    public const int HeaderLength = 12;
    public const int EventLength = 4;
    private const string Keys = "0123456789*#ABCD";

    public static void WriteHeader(Span<byte> packet, int payloadType, bool marker, ushort sequence, uint timestamp, uint source)
    {
        packet[0] = 0x80;
        packet[1] = (byte)(payloadType | (marker ? 0x80 : 0));
        BinaryPrimitives.WriteUInt16BigEndian(packet[2..], sequence);
        BinaryPrimitives.WriteUInt32BigEndian(packet[4..], timestamp);
        BinaryPrimitives.WriteUInt32BigEndian(packet[8..], source);
    }

    /// <param name="payload">The four bytes after the header.</param>
    /// <param name="key">0–15, see <see cref="KeyCode"/>.</param>
    /// <param name="end">The key is up again.</param>
    /// <param name="duration">So far, in samples.</param>
    public static void WriteEvent(Span<byte> payload, int key, bool end, ushort duration)
    {
        const int volume = 10; // -10 dBm0
        payload[0] = (byte)key;
        payload[1] = (byte)(volume | (end ? 0x80 : 0));
        BinaryPrimitives.WriteUInt16BigEndian(payload[2..], duration);
    }

    /// <summary>False for what is no RTP of version 2, RTCP on the same port included (its types read as 72–76).</summary>
    public static bool TryRead(ReadOnlySpan<byte> packet, out int payloadType, out uint timestamp, out ReadOnlySpan<byte> payload)
    {
        (payloadType, timestamp) = (0, 0);
        payload = default;
        if (packet.Length < HeaderLength || packet[0] >> 6 != 2)
            return false;
        var header = HeaderLength + ((packet[0] & 0x0F) * 4);
        if (packet.Length < header)
            return false;
        payloadType = packet[1] & 0x7F;
        timestamp = BinaryPrimitives.ReadUInt32BigEndian(packet[4..]);
        payload = packet[header..];
        return true;
    }

    /// <exception cref="ArgumentException">Not one of 0–9, *, #, A–D.</exception>
    public static int KeyCode(char key)
    {
        var code = Keys.IndexOf(char.ToUpperInvariant(key), StringComparison.Ordinal);
        return code >= 0 ? code : throw new ArgumentException($"'{key}' is no key of a telephone.", nameof(key));
    }

    /// <summary>Null for an event that is no key (flash, tones of fax machines).</summary>
    public static char? Key(int code) => code < Keys.Length ? Keys[code] : null;
}
