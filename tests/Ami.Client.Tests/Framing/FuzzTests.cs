using System.Text;
using Ami.Client.Events;
using Ami.Client.Framing;
using Ami.Client.Recording;
using Ami.Client.Tests.Support;
using Ami.Client.Trust;
using Xunit.Abstractions;

namespace Ami.Client.Tests.Framing;

public sealed class FuzzTests(ITestOutputHelper output)
{
    private static readonly string[] Pieces =
    [
        "\r\n", "\n", "\r", "\r\n\r\n", ":", ": ", "Event: ", "Response: ", "Event: Newchannel\r\n", "Privilege: call,all\r\n",
        "Timestamp: 1795326927.428790\r\n", "SystemName: rig\r\n", "Channel: PJSIP/101-1\r\n", "Uniqueid: rig-1.1\r\n", "ActionID: a1\r\n",
        "EventList: start\r\n", "EventList: Complete\r\n", "Response: Follows\r\n", "--END COMMAND--", "\0", "\u00ff", "Asterisk Call Manager/1\r\n",
        "Variable: A=1\r\n", "UserEvent: X\r\n", "ChanVariable: A=1\r\n", "Timestamp: 99999999999999999999.1\r\n", "Duration: 9999999999:1:1\r\n",
        "Uptime: -1\r\n", "ChannelState: 99\r\n",
    ];

    private readonly int _seed = Environment.TickCount;

    [Fact]
    public void Random_bytes_and_random_pieces_of_frames_are_read_without_any_other_exception()
    {
        var random = NewRandom();
        for (var i = 0; i < 20_000; i++)
        {
            var text = new StringBuilder();
            for (var n = random.Next(1, 40); n > 0; n--)
                text.Append(random.Next(4) == 0 ? RandomText(random) : Pieces[random.Next(Pieces.Length)]);
            ReadAll(Encoding.Latin1.GetBytes(text.ToString()), random);
        }
    }

    [Fact]
    public void Recorded_streams_with_bytes_changed_cut_out_and_put_in_are_read_without_any_other_exception()
    {
        var random = NewRandom();
        var streams = Captures.All.Select(Captures.Bytes).ToArray();
        for (var i = 0; i < 3_000; i++)
        {
            var stream = streams[random.Next(streams.Length)];
            var from = random.Next(stream.Length);
            var bytes = stream.AsSpan(from, Math.Min(random.Next(1, 6000), stream.Length - from)).ToArray().ToList();
            for (var n = random.Next(1, 20); n > 0 && bytes.Count > 0; n--)
            {
                var at = random.Next(bytes.Count);
                switch (random.Next(4))
                {
                    case 0:
                        bytes[at] = (byte)random.Next(256);
                        break;
                    case 1:
                        bytes.RemoveRange(at, Math.Min(random.Next(1, 50), bytes.Count - at));
                        break;
                    case 2:
                        bytes.InsertRange(at, Encoding.Latin1.GetBytes(Pieces[random.Next(Pieces.Length)]));
                        break;
                    default:
                        bytes.InsertRange(at, bytes.GetRange(at, Math.Min(random.Next(1, 400), bytes.Count - at)));
                        break;
                }
            }

            ReadAll([.. bytes], random);
        }
    }

    [Fact]
    public void Oversized_lines_and_frames_end_at_the_limits_and_hold_no_more_memory_than_they_allow()
    {
        var random = NewRandom();
        var limits = new AmiFrameLimits { MaxLineBytes = 1000, MaxFrameBytes = 10_000 };
        var junk = new byte[100_000];
        for (var i = 0; i < 300; i++)
        {
            random.NextBytes(junk);
            // Some have line ends, so that the frame's limit is met and not the line's.
            if (i % 2 == 0)
            {
                for (var at = 0; at < junk.Length; at += random.Next(2, 900))
                    junk[at] = (byte)'\n';
                for (var at = 1; at < junk.Length; at++)
                {
                    if (junk[at] is (byte)'\n' or (byte)'\r' && junk[at - 1] is (byte)'\n') junk[at] = (byte)'x';
                }
            }
            else
            {
                junk.AsSpan().Replace((byte)'\n', (byte)'x');
            }

            var reader = new AmiFrameReader(limits);
            var taken = 0;
            Assert.Throws<AmiProtocolException>(() =>
            {
                for (var rest = junk.AsMemory(); !rest.IsEmpty; rest = rest[512..])
                {
                    taken += reader.Append(rest.Span[..512]);
                    SkipFrames(reader);
                }
            });
            Assert.InRange(taken, 0, 10_000 + 512);
        }
    }

    [Fact]
    public void Nothing_but_a_frame_that_keeps_every_rule_is_believed()
    {
        // Whatever is put together from an attacker's pieces, who knows all but the SystemName, no event of his is believed.
        var random = NewRandom();
        for (var i = 0; i < 20_000; i++)
        {
            var text = new StringBuilder("Asterisk Call Manager/11.0.0\r\n");
            for (var n = random.Next(1, 60); n > 0; n--)
                text.Append(Pieces[random.Next(Pieces.Length)]);
            var (items, _) = Captures.Read(Encoding.Latin1.GetBytes(text.ToString()), new AmiEventPolicy("another-secret", []));
            Assert.DoesNotContain(items, item => item is AmiEvent { IsListItem: false } and not FullyBootedEvent);
        }
    }

    private static void SkipFrames(AmiFrameReader reader)
    {
        while (reader.TryRead(out _))
        {
        }
    }

    private static string RandomText(Random random) =>
        new([.. Enumerable.Range(0, random.Next(0, 80)).Select(_ => (char)random.Next(256))]);

    private static void ReadAll(byte[] bytes, Random random)
    {
        var recording = new AmiRecording(
            random.Next(2) == 0 ? new AmiEventPolicy("rig", ["crm-"]) : AmiEventPolicy.Learning(),
            new AmiFrameLimits { MaxLineBytes = 512, MaxFrameBytes = 4096, LegacyCommandOutput = random.Next(2) == 0 });
        var items = new List<AmiItem>();
        try
        {
            for (var rest = bytes.AsSpan(); !rest.IsEmpty;)
            {
                var size = Math.Min(random.Next(1, 700), rest.Length);
                recording.Feed(rest[..size], items);
                rest = rest[size..];
            }
        }
        catch (AmiProtocolException)
        {
            // The limits were met, as they are meant to be.
        }

        foreach (var item in items)
            EveryProperty.Read(item);
    }

    private Random NewRandom()
    {
        output.WriteLine($"seed {_seed}");
        return new Random(_seed);
    }
}
