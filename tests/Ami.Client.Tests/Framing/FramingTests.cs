using System.Text;
using Ami.Client.Framing;
using Ami.Client.Tests.Support;

namespace Ami.Client.Tests.Framing;

public sealed class FramingTests
{
    public static TheoryData<string> Captured => Captures.Names;

    [Theory]
    [MemberData(nameof(Captured))]
    public void Recorded_streams_give_the_frames_that_a_simple_parser_gives(string name)
    {
        var bytes = Captures.Bytes(name);
        var reader = new AmiFrameReader();
        var frames = new List<List<(string, string)>>();
        for (ReadOnlySpan<byte> rest = bytes; !rest.IsEmpty;)
        {
            rest = rest[reader.Append(rest)..];
            while (reader.TryRead(out var frame))
                frames.Add([.. frame.Lines().Select(line => (Encoding.Latin1.GetString(line.Key.Utf8), Encoding.Latin1.GetString(line.Value.Utf8)))]);
        }

        Assert.Equal("Asterisk Call Manager/11.0.0", reader.Banner);
        Assert.Equal(ReferenceParser.Frames(bytes), frames);
    }

    [Theory]
    [MemberData(nameof(Captured))]
    public void Recorded_streams_give_the_same_frames_byte_by_byte_and_in_odd_pieces(string name)
    {
        var bytes = Captures.Bytes(name);
        var whole = Captures.Frames(bytes);

        Assert.NotEmpty(whole);
        Assert.Equal(whole, Captures.Frames(bytes, null, 1));
        Assert.Equal(whole, Captures.Frames(bytes, null, 31, 32, 33, 1));
        Assert.Equal(whole, Captures.Frames(bytes, null, 4093));
        Assert.Equal(whole, Captures.Frames(bytes, null, 65_504, 7));
    }

    [Theory]
    [InlineData("06-after-hours")]
    [InlineData("16d-c2c-manager-unregistered")]
    [InlineData("30c1-dies-after-plan")]
    public void Recorded_streams_give_the_same_frames_when_split_at_any_byte(string name)
    {
        var bytes = Captures.Bytes(name);
        var whole = Captures.Frames(bytes);
        for (var split = 1; split < bytes.Length; split++)
            Assert.Equal(whole, Captures.Frames(bytes, null, split, int.MaxValue));
    }

    [Fact]
    public void The_hostile_streams_give_the_same_frames_when_split_at_many_bytes()
    {
        foreach (var name in new[] { "14-weird-callerids", "49-sip-injection" })
        {
            var bytes = Captures.Bytes(name);
            var whole = Captures.Frames(bytes);
            for (var split = 1; split < bytes.Length; split += 997)
                Assert.Equal(whole, Captures.Frames(bytes, null, split, int.MaxValue));
        }
    }

    [Fact]
    public void A_lone_line_feed_ends_a_line_too()
    {
        Assert.Equal(["Event|A\nX|1\n", "Event|B\n"], Captures.Frames("Event: A\nX: 1\n\nEvent: B\r\n\n"u8));
    }

    [Fact]
    public void Empty_lines_between_frames_are_no_frames()
    {
        Assert.Equal(["Event|A\n"], Captures.Frames("\r\n\r\nEvent: A\r\n\r\n\r\n\r\n"u8));
    }

    [Fact]
    public void The_greeting_is_no_frame_and_is_read_only_at_the_start()
    {
        var reader = new AmiFrameReader();
        reader.Append("Asterisk Call Manager/11.0.0\r\nAsterisk Call Manager/9\r\n\r\n"u8);

        Assert.True(reader.TryRead(out var frame));
        Assert.Equal("Asterisk Call Manager/11.0.0", reader.Banner);
        Assert.Equal("|Asterisk Call Manager/9\n", Captures.Text(frame));
    }

    [Fact]
    public void Repeated_keys_are_kept_in_their_order_and_the_first_one_is_found()
    {
        var frame = Captures.OneFrame("Event: Status\nVariable: A=1\nVariable: B=2");

        Assert.Equal("A=1", frame["variable"].ToString());
        Assert.Equal(["A=1", "B=2"], frame.All("VARIABLE").Select(value => value.ToString()));
    }

    [Fact]
    public void A_key_is_found_whatever_its_case_and_an_unknown_key_too()
    {
        var frame = Captures.OneFrame("Event: A\nuniqueid: 1\nMy-Own: x");

        Assert.Equal("1", frame["Uniqueid"].ToString());
        Assert.Equal("x", frame["my-own"].ToString());
        Assert.False(frame["absent"].IsPresent);
    }

    [Fact]
    public void Only_one_blank_after_the_colon_is_cut_and_none_at_the_end()
    {
        Assert.Equal("Event|A\nX|  two \nY|none\nZ|\nW|\n", Captures.Text(Captures.OneFrame("Event: A\nX:   two \nY:none\nZ: \nW:")));
    }

    [Fact]
    public void A_frame_is_what_its_first_header_says()
    {
        Assert.Equal(AmiFrameKind.Event, Captures.OneFrame("Event: OriginateResponse\nResponse: Success").Kind);
        Assert.Equal(AmiFrameKind.Response, Captures.OneFrame("Response: Success\nEvent: A").Kind);
        Assert.Equal(AmiFrameKind.Other, Captures.OneFrame("CallerIDName: x\nEvent: A").Kind);
    }

    [Fact]
    public void Bytes_that_are_no_utf8_become_replacement_characters()
    {
        var reader = new AmiFrameReader();
        reader.Append([.. "Event: A\r\nName: "u8, 0xC8, 0xE2, (byte)' ', 0xD0, .. "\r\n\r\n"u8]);

        Assert.True(reader.TryRead(out var frame));
        Assert.Equal("\uFFFD\uFFFD \uFFFD", frame["Name"].ToString());
    }

    [Fact]
    public void The_output_of_a_command_comes_in_lines()
    {
        var frame = Captures.OneFrame("Response: Success\nActionID: 1\nMessage: Command output follows\nOutput: one\nOutput: \nOutput:  three");

        Assert.Equal(["one", "", " three"], frame.All("Output").Select(line => line.ToString()));
    }

    [Fact]
    public void The_old_output_of_a_command_is_read_only_where_that_was_chosen()
    {
        const string old = "Response: Follows\r\nActionID: 1\r\none\r\n\r\nthree: 3\r\n--END COMMAND--\r\n\r\nEvent: A\r\n\r\n";
        var bytes = Encoding.ASCII.GetBytes(old);

        Assert.Equal(
            ["Response|Follows\nActionID|1\n|one\n|\nthree|3\n|--END COMMAND--\n", "Event|A\n"],
            Captures.Frames(bytes, new AmiFrameLimits { LegacyCommandOutput = true }, 1));
        Assert.Equal(["Response|Follows\nActionID|1\n|one\n", "three|3\n|--END COMMAND--\n", "Event|A\n"], Captures.Frames(bytes));
    }

    [Fact]
    public void A_caller_cannot_hide_events_behind_the_begin_of_an_old_command_output()
    {
        Assert.Equal(["Response|Follows\n", "Event|A\n"], Captures.Frames("Response: Follows\r\n\r\nEvent: A\r\n\r\n"u8));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(64)]
    [InlineData(int.MaxValue)]
    public void A_line_as_long_as_the_limit_is_read_and_a_longer_one_breaks(int piece)
    {
        var limits = new AmiFrameLimits { MaxLineBytes = 100 };
        var longest = "X: " + new string('a', 97);

        Assert.Single(Captures.Frames(Captures.Utf8($"{longest}\n\n"), limits, piece));
        Assert.Throws<AmiProtocolException>(() => Captures.Frames(Captures.Utf8($"{longest}a\n\n"), limits, piece));
        Assert.Throws<AmiProtocolException>(() => Captures.Frames(Encoding.ASCII.GetBytes(longest + "aa"), limits, piece));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(64)]
    [InlineData(int.MaxValue)]
    public void A_frame_as_long_as_the_limit_is_read_and_a_longer_one_breaks(int piece)
    {
        var limits = new AmiFrameLimits { MaxFrameBytes = 200 };
        var longest = Captures.Utf8(string.Concat(Enumerable.Repeat("X: 3456\n", 22)) + "\n");

        Assert.Equal(200, longest.Length);
        Assert.Single(Captures.Frames(longest, limits, piece));
        Assert.Throws<AmiProtocolException>(() => Captures.Frames([.. "Y\n"u8, .. longest], limits, piece));
    }

    [Fact]
    public void A_frame_larger_than_the_readers_arrays_is_read()
    {
        var lines = Enumerable.Range(0, 9000).Select(i => $"Key{i}: {new string('v', i % 40)}").ToList();
        var text = "Event: Large\n" + string.Join('\n', lines) + "\n\n";
        var limits = new AmiFrameLimits { MaxFrameBytes = 1024 * 1024 };

        var frame = Assert.Single(Captures.Frames(Captures.Utf8(text), limits, 1000));
        Assert.Equal(9001, frame.Count(letter => letter == '\n'));
        Assert.Equal("Event|Large\n" + string.Concat(lines.Select(line => line.Replace(": ", "|", StringComparison.Ordinal) + "\n")), frame);
    }

    [Fact]
    public void A_frame_stays_as_it_was_while_the_reader_goes_on()
    {
        var reader = new AmiFrameReader();
        reader.Append("Event: Kept\r\nX: 1\r\n\r\n"u8);
        Assert.True(reader.TryRead(out var kept));

        var more = Captures.Bytes("14-weird-callerids");
        for (ReadOnlySpan<byte> rest = more; !rest.IsEmpty;)
        {
            rest = rest[reader.Append(rest)..];
            while (reader.TryRead(out var other)) Assert.NotEqual(0, other.Count);
        }

        Assert.Equal("Event|Kept\nX|1\n", Captures.Text(kept));
    }
}
