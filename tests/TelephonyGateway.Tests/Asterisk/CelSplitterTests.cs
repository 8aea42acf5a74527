using System.Text;
using CallCenterCrm.Telephony.Asterisk;
using Xunit;

namespace CallCenterCrm.Telephony.Tests.Asterisk;

/// <summary>A log in the product's own order: ids first, what a caller wrote last.</summary>
public sealed class CelSplitterTests
{
    private const string System = "pbx0123456789abcdef";

    [Fact]
    public void A_sound_record_is_given_at_once()
    {
        var splitter = new CelSplitter(System);

        var record = Assert.Single(Line(splitter, Head("1.0", "CHAN_START") + ",\"num\":\"79161234567\",\"appdata\":\"\"}"));

        Assert.Equal((System + "-1.0", "CHAN_START", "79161234567", false), (record.UniqueId, record.EventType, record.Number, record.Broken));
        Assert.Equal(new DateTimeOffset(2026, 11, 22, 6, 5, 48, 119, 452, TimeSpan.Zero), record.Time);
    }

    [Fact]
    public void A_line_break_smuggled_into_a_number_leaves_the_head_readable_and_its_rest_is_no_record()
    {
        var splitter = new CelSplitter(System);

        Assert.Empty(Line(splitter, Head("1.0", "HANGUP") + ",\"num\":\"7916"));
        Assert.Empty(Line(splitter, "{\"uniqueid\":\"forged-1.0\",\"linkedid\":\"x\",\"eventtype\":\"ANSWER\",\"eventtime\":\"1795327548.0\"}"));
        Assert.Empty(Line(splitter, "\",\"appdata\":\"\"}"));
        var records = Line(splitter, Head("1.1", "CHAN_START") + "}");

        Assert.Equal(["HANGUP", "CHAN_START"], records.Select(record => record.EventType));
        Assert.True(records[0].Broken);
        Assert.Equal(1, splitter.Broken);
    }

    [Fact]
    public void A_quote_in_a_name_that_is_no_JSON_leaves_the_head_readable()
    {
        var splitter = new CelSplitter(System);

        Assert.Empty(Line(splitter, Head("1.0", "ANSWER") + ",\"exten\":\"s\",\"appdata\":\"ООО \\\\\"Ромашка\\\\\"\"}"));
        var record = Assert.Single(splitter.Flush());

        Assert.Equal((System + "-1.0", "ANSWER", "s", true), (record.UniqueId, record.EventType, record.Exten, record.Broken));
    }

    [Fact]
    public void A_record_of_another_system_name_is_not_believed()
    {
        var splitter = new CelSplitter(System);

        Assert.Empty(Line(splitter, "{\"uniqueid\":\"rig-1.0\",\"linkedid\":\"rig-1.0\",\"eventtype\":\"ANSWER\",\"eventtime\":\"1795327548.1\",\"channame\":\"PJSIP/101-0\"}"));
        Assert.Empty(splitter.Flush());
        Assert.Equal(1, splitter.Unreadable);
    }

    [Fact]
    public void A_head_that_cannot_be_read_is_counted()
    {
        var splitter = new CelSplitter(System);

        Assert.Empty(Line(splitter, $"{{\"uniqueid\":\"{System}-1.0\",\"linke"));
        Assert.Empty(splitter.Flush());
        Assert.Equal(1, splitter.Unreadable);
    }

    private static IReadOnlyList<CelRecord> Line(CelSplitter splitter, string line) => [.. splitter.Line(Encoding.UTF8.GetBytes(line))];

    private static string Head(string id, string type) =>
        $"{{\"uniqueid\":\"{System}-{id}\",\"linkedid\":\"{System}-1.0\",\"eventtype\":\"{type}\",\"eventtime\":\"1795327548.119452\",\"channame\":\"PJSIP/trunk-00000000\"";
}
