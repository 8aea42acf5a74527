using System.Net;
using System.Text;
using Xunit;

namespace CallCenterCrm.Sip.Media;

public sealed class MediaTests
{
    [Theory]
    [InlineData(0, 0xD5)] // ITU-T G.711, table 1/2: smallest positive value with every even bit inverted
    [InlineData(-1, 0x55)]
    [InlineData(short.MaxValue, 0xAA)]
    [InlineData(short.MinValue, 0x2A)]
    [InlineData(1000, 0xFA)]
    [InlineData(-1000, 0x7A)]
    public void A_sample_is_coded_as_G711_says(short sample, byte code) => Assert.Equal(code, Tone.Alaw(sample));

    [Fact]
    public void Every_sample_decodes_to_its_own_neighbourhood()
    {
        for (var sample = short.MinValue; sample < short.MaxValue; sample++)
        {
            var error = Math.Abs(Decode(Tone.Alaw(sample)) - sample);
            Assert.InRange(error, 0, Math.Max(16, Math.Abs((int)sample) / 30));
        }
    }

    [Fact]
    public void The_tone_crosses_zero_880_times_a_second_and_has_no_gap()
    {
        var tone = new Tone(440);
        var samples = Enumerable.Range(0, 50).SelectMany(frame => tone.Frame(frame).ToArray()).Select(code => Decode(code)).ToArray();

        var crossings = samples.Zip(samples.Skip(1)).Count(pair => pair.First >= 0 != pair.Second >= 0);

        Assert.Equal(8000, samples.Length);
        Assert.InRange(crossings, 878, 881);
        Assert.Equal(tone.Frame(0).ToArray(), tone.Frame(50).ToArray());
    }

    [Fact]
    public void A_description_of_Asterisk_is_understood()
    {
        const string text = """
            v=0
            o=- 1412 1412 IN IP4 127.0.0.1
            s=Asterisk
            c=IN IP4 127.0.0.1
            t=0 0
            m=audio 24242 RTP/AVP 8 0 101
            a=rtpmap:8 PCMA/8000
            a=rtpmap:0 PCMU/8000
            a=rtpmap:101 telephone-event/8000
            a=fmtp:101 0-16
            a=ptime:20
            a=maxptime:150
            a=sendonly

            """;

        var sdp = Sdp.Parse(Encoding.ASCII.GetBytes(text.ReplaceLineEndings("\r\n")));

        Assert.Equal(new Sdp(new IPEndPoint(IPAddress.Loopback, 24242), MediaDirection.SendOnly, 101), sdp);
    }

    [Theory]
    [InlineData(nameof(MediaDirection.SendReceive), 101)]
    [InlineData(nameof(MediaDirection.SendOnly), 96)]
    [InlineData(nameof(MediaDirection.Inactive), null)]
    public void What_is_described_is_understood_again(string direction, int? events)
    {
        var sdp = new Sdp(new IPEndPoint(IPAddress.Parse("127.0.1.101"), 4000), Enum.Parse<MediaDirection>(direction), events);

        Assert.Equal(sdp, Sdp.Parse(sdp.ToBytes(1, 2)));
    }

    [Fact]
    public void Another_stream_does_not_speak_for_the_sound()
    {
        var text = "v=0\nm=audio 4000 RTP/AVP 8\nc=IN IP4 127.0.0.2\nm=video 5000 RTP/AVP 99\nc=IN IP4 127.0.0.3\na=inactive\n";

        var sdp = Sdp.Parse(Encoding.ASCII.GetBytes(text));

        Assert.Equal(new Sdp(new IPEndPoint(IPAddress.Parse("127.0.0.2"), 4000), MediaDirection.SendReceive, null), sdp);
    }

    [Fact]
    public void A_packet_is_read_as_it_was_written()
    {
        var packet = new byte[RtpPacket.HeaderLength + RtpPacket.EventLength];
        RtpPacket.WriteHeader(packet, 101, marker: true, sequence: 65535, timestamp: 4_000_000_000, source: 7);
        RtpPacket.WriteEvent(packet.AsSpan(RtpPacket.HeaderLength), RtpPacket.KeyCode('#'), end: true, duration: 800);

        Assert.True(RtpPacket.TryRead(packet, out var type, out var timestamp, out var payload));

        Assert.Equal((101, 4_000_000_000u), (type, timestamp));
        Assert.Equal([11, 0x8A, 0x03, 0x20], payload.ToArray()); // RFC 4733 §2.3: '#', end and volume 10, 800 samples
        Assert.Equal('#', RtpPacket.Key(payload[0]));
    }

    [Fact]
    public void What_is_no_RTP_is_left_alone()
    {
        Assert.False(RtpPacket.TryRead(new byte[11], out _, out _, out _));
        Assert.False(RtpPacket.TryRead(new byte[160], out _, out _, out _)); // version 0: STUN looks so
        byte[] cut = [0x8F, 8, .. new byte[20]]; // says it has 15 sources, and ends before
        Assert.False(RtpPacket.TryRead(cut, out _, out _, out _));
        byte[] rtcp = [0x80, 200, .. new byte[26]];
        Assert.True(RtpPacket.TryRead(rtcp, out var type, out _, out _));
        Assert.Equal(72, type);
    }

    private static int Decode(byte code)
    {
        var bits = code ^ 0x55;
        var (exponent, mantissa) = ((bits >> 4) & 7, bits & 0x0F);
        var magnitude = exponent == 0 ? (mantissa << 4) + 8 : ((mantissa << 4) + 0x108) << (exponent - 1);
        return (bits & 0x80) != 0 ? magnitude : -magnitude;
    }
}
