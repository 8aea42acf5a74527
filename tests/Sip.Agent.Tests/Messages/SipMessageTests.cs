using System.Text;
using Xunit;

namespace CallCenterCrm.Sip.Messages;

public sealed class SipMessageTests
{
    // The INVITE of RFC 3261 §7.4, §24.2.
    private const string Invite = """
        INVITE sip:bob@biloxi.example.com SIP/2.0
        Via: SIP/2.0/UDP bigbox3.site3.atlanta.com;branch=z9hG4bK77ef4c2312983.1;received=192.0.2.2
        Via: SIP/2.0/UDP pc33.atlanta.com;branch=z9hG4bKnashds8;received=192.0.2.1
        Max-Forwards: 68
        To: Bob <sip:bob@biloxi.example.com>
        From: Alice <sip:alice@atlanta.example.com>;tag=1928301774
        Call-ID: a84b4c76e66710
        CSeq: 314159 INVITE
        Contact: <sip:alice@pc33.atlanta.com>
        Content-Type: application/sdp
        Content-Length: 4

        v=0

        """;

    [Fact]
    public void A_request_of_the_RFC_is_read()
    {
        var message = Parse(Invite);

        Assert.True(message.IsRequest);
        Assert.Equal(("INVITE", "sip:bob@biloxi.example.com"), (message.Method, message.RequestUri));
        Assert.Equal("z9hG4bK77ef4c2312983.1", message.Branch);
        Assert.Equal("bigbox3.site3.atlanta.com", message.SentBy);
        Assert.Equal(new SipAddress("Alice", "sip:alice@atlanta.example.com", ";tag=1928301774"), message.From);
        Assert.Equal(("1928301774", null), (message.From.Tag, message.To.Tag));
        Assert.Equal(("a84b4c76e66710", 314159), (message.CallId, message.CSeq));
        Assert.Equal("v=0\r", Encoding.ASCII.GetString(message.Body));
    }

    [Fact]
    public void Vias_are_a_list_whether_they_share_a_line_or_not()
    {
        const string first = "SIP/2.0/UDP one;branch=z9hG4bK1", second = "SIP/2.0/UDP two;branch=z9hG4bK2", third = "SIP/2.0/UDP three";

        var message = Parse(Minimal($"Via: {first}, {second}", $"Via: {third}"));

        Assert.Equal([first, second, third], message.Headers.List("Via"));
        Assert.Equal("z9hG4bK1", message.Branch);
        Assert.Equal(3, SipMessage.Response(message, 200, "OK", "t").Headers.List("Via").Count());
    }

    [Fact]
    public void Compact_names_mean_the_long_ones()
    {
        var message = Parse("""
            OPTIONS sip:a@b SIP/2.0
            v: SIP/2.0/UDP host;branch=z9hG4bKx
            f: <sip:a@b>;tag=1
            t: <sip:c@d>
            i: id
            m: <sip:a@1.2.3.4>
            c: text/plain
            s: subject
            k: replaces
            r: <sip:e@f>
            b: <sip:g@h>
            CSeq: 1 OPTIONS
            l: 0


            """);

        Assert.Equal(
            ["Via", "From", "To", "Call-ID", "Contact", "Content-Type", "Subject", "Supported", "Refer-To", "Referred-By", "CSeq"],
            message.Headers.Select(header => header.Key));
    }

    [Theory]
    [InlineData("Subject: I know you're there,\r\n pick up the phone\r\n\tand talk to me!", "I know you're there, pick up the phone and talk to me!")]
    [InlineData("Subject:\r\n  folded at once", "folded at once")]
    [InlineData("sUBJECT   :   spaces   ", "spaces")]
    public void A_folded_header_is_one_value(string lines, string expected) =>
        Assert.Equal(expected, Parse(Minimal(lines)).Headers["Subject"]);

    [Fact]
    public void A_comma_in_quotes_or_angle_brackets_splits_no_list() =>
        Assert.Equal(
            ["\"a, \\\", b\" <sip:x@y>", "<sip:p,q@z>", "tel:1"],
            Parse(Minimal("Contact: \"a, \\\", b\" <sip:x@y>, <sip:p,q@z>,tel:1")).Headers.List("Contact"));

    [Fact]
    public void Names_in_any_case_are_copied_into_the_response()
    {
        var message = Parse("OPTIONS sip:a@b SIP/2.0\r\nVIA: v\r\nfrom: <sip:a@b>;tag=1\r\ntO: <sip:c@d>\r\ncall-id: x\r\ncseq: 1 OPTIONS\r\n\r\n");

        Assert.Equal(
            "SIP/2.0 200 OK\r\nVIA: v\r\nfrom: <sip:a@b>;tag=1\r\ntO: <sip:c@d>;tag=t\r\ncall-id: x\r\ncseq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n",
            SipMessage.Response(message, 200, "OK", "t").ToString());
    }

    [Fact]
    public void A_response_is_read()
    {
        var message = Parse("SIP/2.0 486 Busy Here\r\nVia: SIP/2.0/UDP h;branch=z9hG4bK1\r\nFrom: <sip:a@b>;tag=1\r\nTo: <sip:c@d>;tag=2\r\nCall-ID: x\r\nCSeq: 7 INVITE\r\n\r\n");

        Assert.False(message.IsRequest);
        Assert.Equal((486, "Busy Here", "INVITE", 7), (message.StatusCode, message.ReasonPhrase, message.Method, message.CSeq));
    }

    [Fact]
    public void What_is_written_is_what_was_read_byte_for_byte()
    {
        byte[] invalid = [.. "From: \""u8, 0xFF, 0xC3, 0x28, .. "\" <sip:a@b>;tag=1"u8];
        var bytes = (byte[])[.. "OPTIONS sip:a@b SIP/2.0\r\nVia: SIP/2.0/UDP h\r\n"u8, .. invalid,
            .. "\r\nTo: <sip:c@d>\r\nCall-ID: x\r\nCSeq: 1 OPTIONS\r\nContent-Length: 2\r\n\r\n"u8, 0x80, 0x00];

        Assert.Equal(bytes, SipMessage.Parse(bytes).ToBytes());
    }

    [Theory]
    [InlineData("", "empty line")]
    [InlineData("garbage", "empty line")]
    [InlineData("garbage\r\n\r\n", "neither a request line")]
    [InlineData("OPTIONS sip:a@b SIP/3.0\r\n\r\n", "neither a request line")]
    [InlineData("SIP/2.0 99 Low\r\n\r\n", "no code")]
    [InlineData("SIP/2.0 abc\r\n\r\n", "no code")]
    [InlineData("OPTIONS sip:a@b SIP/2.0\r\n folded\r\n\r\n", "continuation")]
    [InlineData("OPTIONS sip:a@b SIP/2.0\r\n: no name\r\n\r\n", "no name")]
    [InlineData("OPTIONS sip:a@b SIP/2.0\r\nVia x\r\n\r\n", "no name")]
    [InlineData("OPTIONS sip:a@b SIP/2.0\r\nFrom: a\r\n\r\n", "Via is missing")]
    [InlineData("OPTIONS sip:a@b SIP/2.0\r\nVia: v\r\nFrom: f\r\nTo: t\r\nCall-ID: i\r\nCSeq: one OPTIONS\r\n\r\n", "CSeq")]
    [InlineData("OPTIONS sip:a@b SIP/2.0\r\nVia: v\r\nFrom: f\r\nTo: t\r\nCall-ID: i\r\nCSeq: 1 INVITE\r\n\r\n", "another method")]
    [InlineData("OPTIONS sip:a@b SIP/2.0\r\nVia: v\r\nFrom: f\r\nTo: t\r\nCall-ID: i\r\nCSeq: 1 OPTIONS\r\nContent-Length: 9\r\n\r\nshort", "Content-Length")]
    public void What_is_no_message_is_refused_with_the_reason(string text, string reason) =>
        Assert.Contains(reason, Assert.Throws<SipFormatException>(() => Parse(text)).Message, StringComparison.Ordinal);

    [Fact]
    public void A_message_cut_anywhere_is_refused_and_breaks_nothing()
    {
        var whole = Encoding.Latin1.GetBytes(Wire(Invite));
        for (var length = 0; length < whole.Length - 1; length++)
            Assert.Throws<SipFormatException>(() => SipMessage.Parse(whole.AsSpan(0, length)));
    }

    [Fact]
    public void A_message_with_any_byte_changed_is_read_or_refused()
    {
        var whole = Encoding.Latin1.GetBytes(Wire(Invite));
        var read = 0;
        for (var position = 0; position < whole.Length; position++)
        {
            foreach (var value in (byte[])[0, (byte)'\r', (byte)'\n', (byte)' ', (byte)':', (byte)'"', (byte)'<', 0xFF])
            {
                var changed = (byte[])whole.Clone();
                changed[position] = value;
                try
                {
                    var message = SipMessage.Parse(changed);
                    Assert.NotNull(message.From.Uri);
                    Assert.NotNull(message.Branch);
                    Assert.NotEmpty(message.ToBytes());
                    read++;
                }
                catch (SipFormatException error)
                {
                    Assert.NotEmpty(error.Message);
                }
            }
        }
        Assert.InRange(read, whole.Length, whole.Length * 8);
    }

    [Fact]
    public void A_line_end_in_a_value_of_ours_is_refused() =>
        Assert.Throws<ArgumentException>(() => SipMessage.Request("OPTIONS", "sip:a@b").Headers.Add("Subject", "x\r\nEvil: y"));

    private static string Minimal(params string[] lines)
    {
        var via = lines.Any(line => line.StartsWith("Via", StringComparison.Ordinal)) ? "" : "Via: SIP/2.0/UDP h;branch=z9hG4bK1\r\n";
        return $"OPTIONS sip:a@b SIP/2.0\r\n{via}{string.Join("\r\n", lines)}\r\nFrom: <sip:a@b>;tag=1\r\nTo: <sip:c@d>\r\nCall-ID: x\r\nCSeq: 1 OPTIONS\r\n\r\n";
    }

    private static SipMessage Parse(string text) => SipMessage.Parse(Encoding.Latin1.GetBytes(Wire(text)));

    private static string Wire(string text) => text.ReplaceLineEndings("\r\n");
}
