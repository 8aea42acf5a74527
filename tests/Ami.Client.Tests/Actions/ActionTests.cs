using System.Buffers;
using System.Text;
using Ami.Client.Actions;

namespace Ami.Client.Tests.Actions;

public sealed class ActionTests
{
    /// <summary>The payloads of tests/captures/46-injection.md, and every control character.</summary>
    public static TheoryData<string> HostileValues
    {
        get
        {
            var values = new TheoryData<string>
            {
                "101\r\nApplication: System\r\nData: touch /tmp/x", "101\nExten: 102", "x\r\n\r\nAction: Command\r\nCommand: core stop now",
                "x\n\nAction: Ping", "\r", "\n", "\0", "a\u0085b", "a\u007f",
            };
            for (var letter = '\0'; letter < ' '; letter++)
                values.Add($"a{letter}b");
            return values;
        }
    }

    [Theory]
    [MemberData(nameof(HostileValues))]
    public void A_value_with_a_control_character_is_refused_and_not_shown(string value)
    {
        var error = Assert.Throws<ArgumentException>(() => new AmiAction("Originate").With("CallerID", value));

        Assert.Contains("'CallerID'", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("Command", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("Exten", error.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => AmiAction.Setvar("PJSIP/1", "X", value));
        Assert.Throws<ArgumentException>(() => AmiAction.Setvar(value + "x", "X", "1"));
        Assert.Throws<ArgumentException>(() => AmiAction.UserEvent("X", [new("Field", value)]));
        Assert.Throws<ArgumentException>(() => AmiAction.Originate(Call(variable: value)));
        Assert.Throws<ArgumentException>(() => new AmiAction(value));
    }

    [Theory]
    [MemberData(nameof(HostileValues))]
    public void A_key_with_a_control_character_is_refused(string key)
    {
        Assert.Throws<ArgumentException>(() => new AmiAction("UserEvent").With(key, "x"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("a:b")]
    [InlineData("a b")]
    [InlineData("ключ")]
    public void A_key_that_is_none_is_refused(string key)
    {
        Assert.Throws<ArgumentException>(() => new AmiAction("UserEvent").With(key, "x"));
    }

    [Fact]
    public void Half_a_character_is_refused()
    {
        Assert.Throws<ArgumentException>(() => AmiAction.Setvar("c", "v", "a\uD83Db"));
        Assert.Throws<ArgumentException>(() => AmiAction.Setvar("c", "v", "\uDE00"));
        Assert.Contains("Value: 😀\r\n", Sent(AmiAction.Setvar("c", "v", "😀")), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("\u00a0")]
    public void A_Setvar_without_a_channel_is_refused_because_it_would_set_a_global(string channel)
    {
        Assert.Throws<ArgumentException>(() => AmiAction.Setvar(channel, "X", "1"));
        Assert.Throws<InvalidOperationException>(() => new AmiAction("SETVAR").With("Channel", channel).With("Variable", "X").BeginSending());
    }

    [Fact]
    public void A_Setvar_with_the_channel_left_out_is_refused()
    {
        Assert.Throws<InvalidOperationException>(() => new AmiAction("Setvar").With("Variable", "X").With("Value", "1").BeginSending());
    }

    [Theory]
    [InlineData("a", 1022 - 7)]
    [InlineData("ё", (1022 - 7) / 2)]
    [InlineData("😀", (1022 - 7) / 4)]
    public void A_line_may_have_1022_bytes_and_no_more(string letter, int count)
    {
        var longest = string.Concat(Enumerable.Repeat(letter, count));

        Assert.Contains($"Value: {longest}\r\n", Sent(new AmiAction("X").With("Value", longest)), StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => new AmiAction("X").With("Value", longest + letter));
    }

    [Fact]
    public void An_action_may_have_128_headers_and_no_more()
    {
        var action = new AmiAction("Originate");
        for (var i = 0; i < 126; i++)
            action.With("Variable", $"V{i}=1");

        Assert.Equal(128, action.Headers.Count);
        Assert.Throws<ArgumentException>(() => action.With("Variable", "one=more"));
    }

    [Theory]
    [InlineData("Exten")]
    [InlineData("EXTEN")]
    [InlineData("Action")]
    [InlineData("ActionID")]
    [InlineData("actionid")]
    public void A_header_twice_is_refused_because_only_the_first_would_be_read(string key)
    {
        Assert.Throws<ArgumentException>(() => new AmiAction("Originate").With("Exten", "101").With(key, "102"));
    }

    [Fact]
    public void ActionIDs_are_long_and_never_the_same()
    {
        var ids = Enumerable.Range(0, 10_000).Select(_ => AmiAction.Ping().ActionId).ToList();

        Assert.Equal(ids.Count, ids.Distinct().Count());
        Assert.All(ids, id => Assert.Matches("^[A-Za-z0-9_-]{22}$", id));
    }

    [Fact]
    public void An_action_is_sent_only_once()
    {
        var action = AmiAction.Ping();
        action.BeginSending();

        Assert.Throws<InvalidOperationException>(action.BeginSending);
    }

    [Fact]
    public void What_is_printed_of_an_action_has_no_values()
    {
        Assert.Equal("Login Username Secret", AmiAction.Login("bob", "hush").ToString());
    }

    [Fact]
    public void The_actions_of_a_call_centre_are_written_as_Asterisk_reads_them()
    {
        Check("Action: Ping", AmiAction.Ping());
        Check("Action: Logoff", AmiAction.Logoff());
        Check("Action: Challenge\nAuthType: MD5", AmiAction.Challenge());
        Check("Action: Login\nUsername: u\nSecret: s", AmiAction.Login("u", "s"));
        Check("Action: Login\nAuthType: MD5\nUsername: u\nKey: k", AmiAction.LoginWithKey("u", "k"));
        Check("Action: Events\nEventMask: system,call,user", AmiAction.Events("system,call,user"));
        Check("Action: Setvar\nChannel: rig-1.1\nVariable: RING_PLAN\nValue: 101@15", AmiAction.Setvar("rig-1.1", "RING_PLAN", "101@15"));
        Check("Action: GetVar\nChannel: c\nVariable: v", AmiAction.GetVar("c", "v"));
        Check("Action: Hangup\nChannel: c", AmiAction.Hangup("c"));
        Check("Action: Hangup\nChannel: c\nCause: 16", AmiAction.Hangup("c", 16));
        Check("Action: Redirect\nChannel: c\nContext: x\nExten: e\nPriority: 1", AmiAction.Redirect("c", "x", "e"));
        Check("Action: Status", AmiAction.Status());
        Check("Action: Status\nChannel: c\nVariables: A,CHANNEL(state)", AmiAction.Status(["A", "CHANNEL(state)"], "c"));
        Check("Action: CoreShowChannels", AmiAction.CoreShowChannels());
        Check("Action: CoreStatus", AmiAction.CoreStatus());
        Check("Action: BridgeList", AmiAction.BridgeList());
        Check("Action: BridgeInfo\nBridgeUniqueid: b", AmiAction.BridgeInfo("b"));
        Check("Action: DeviceStateList", AmiAction.DeviceStateList());
        Check("Action: UserEvent\nUserEvent: Hello\nA: 1\nB: 2", AmiAction.UserEvent("Hello", [new("A", "1"), new("B", "2")]));
        Check(
            "Action: Originate\nChannel: PJSIP/103\nContext: crm-take\nExten: s\nPriority: 1\nTimeout: 30000\nAsync: true\n" +
            "CallerID: Иванов <7916>\nChannelId: crm-1\nOtherChannelId: crm-2\nVariable: TAKE=rig-1.1\nVariable: PJSIP_HEADER(add,Call-Info)=<sip:x>;answer-after=0",
            AmiAction.Originate(Call("<sip:x>;answer-after=0")));
    }

    private static void Check(string expected, AmiAction action)
    {
        var lines = expected.Split('\n').ToList();
        lines.Insert(1, $"ActionID: {action.ActionId}");
        Assert.Equal(string.Join("\r\n", lines) + "\r\n\r\n", Sent(action));
    }

    private static string Sent(AmiAction action)
    {
        var output = new ArrayBufferWriter<byte>();
        action.WriteTo(output);
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }

    private static AmiOriginate Call(string variable) => new()
    {
        Channel = "PJSIP/103",
        Context = "crm-take",
        Exten = "s",
        CallerId = "Иванов <7916>",
        ChannelId = "crm-1",
        OtherChannelId = "crm-2",
        Variables = [new("TAKE", "rig-1.1"), new("PJSIP_HEADER(add,Call-Info)", variable)],
    };
}
