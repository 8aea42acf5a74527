using Ami.Client.Events;
using Ami.Client.Tests.Support;
using Ami.Client.Trust;

namespace Ami.Client.Tests.Trust;

/// <summary>Each rule of the policy against what an attacker may write, who is in command of one number on the wire.</summary>
public sealed class PolicyTests
{
    private const string Head = "Privilege: call,all\nTimestamp: 1795327603.645730\nSystemName: secret\n";
    private const string Ids = "Uniqueid: secret-1.1\nLinkedid: secret-1.1\n";

    [Fact]
    public void A_whole_event_is_believed()
    {
        Believed($"Event: Newchannel\n{Head}Channel: PJSIP/101-1\nCallerIDNum: 7916\n{Ids}");
    }

    [Theory]
    [InlineData("Event: Hangup\nTimestamp: 1.0\nPrivilege: call,all\nSystemName: secret\nUniqueid: secret-1.1\n")]
    [InlineData("Event: Hangup\nPrivilege: call,all\nTimestamp: 1.0\nUniqueid: secret-1.1\n")]
    [InlineData("Event: Hangup\nPrivilege: call,all\nX: 1\nTimestamp: 1.0\nSystemName: secret\nUniqueid: secret-1.1\n")]
    [InlineData("Event: Hangup\n")]
    public void An_event_that_begins_otherwise_is_refused(string text)
    {
        Refused(AmiRefusal.WrongBeginning, text);
    }

    [Theory]
    [InlineData("")]
    [InlineData("secre")]
    [InlineData("secret2")]
    [InlineData("SECRET")]
    [InlineData("secret ")]
    public void A_wrong_guess_of_the_SystemName_is_refused(string guess)
    {
        Refused(AmiRefusal.WrongSystemName, $"Event: Hangup\nPrivilege: call,all\nTimestamp: 1.0\nSystemName: {guess}\nUniqueid: secret-1.1\n");
    }

    [Theory]
    [InlineData("Uniqueid")]
    [InlineData("uniqueid")]
    [InlineData("Event")]
    [InlineData("SystemName")]
    [InlineData("Language")]
    [InlineData("Some-Other")]
    [InlineData("some-other")]
    public void A_key_twice_is_refused_whatever_its_case(string key)
    {
        Refused(
            AmiRefusal.RepeatedKey,
            $"Event: Newchannel\n{Head}Channel: PJSIP/101-1\nCallerIDNum: 7916\n{key}: secret-9.9\nLanguage: en\nSome-Other: 1\n{Ids}{key}: 1\n");
    }

    [Fact]
    public void A_cut_event_is_refused_even_when_the_caller_adds_an_id_of_his_own()
    {
        const string cut = $"Event: Newchannel\n{Head}Channel: PJSIP/trunk-1\nCallerIDNum: 7916\n";

        Refused(AmiRefusal.MissingUniqueid, cut);
        Refused(AmiRefusal.ForeignId, cut + "Uniqueid: 1795327603.2\nLinkedid: 1795327603.2\n");
        Refused(AmiRefusal.ForeignId, cut + "Uniqueid: crm-take-1\n");
        Refused(AmiRefusal.ForeignId, cut + "Uniqueid: \n");
        Refused(AmiRefusal.ForeignId, cut + "Uniqueid: secret\n");
    }

    [Theory]
    [InlineData("Dest")]
    [InlineData("Target")]
    [InlineData("Transferee")]
    [InlineData("LocalTwo")]
    [InlineData("TransferTarget")]
    public void Every_channel_of_an_event_needs_its_id(string prefix)
    {
        var whole = $"Event: DialBegin\n{Head}Channel: PJSIP/1\n{Ids}{prefix}Channel: PJSIP/2\n{prefix}ConnectedLineNum: 7916\n";

        Refused(AmiRefusal.MissingUniqueid, whole);
        Refused(AmiRefusal.ForeignId, $"{whole}{prefix}Uniqueid: 7.7\n");
        Believed($"{whole}{prefix}Uniqueid: secret-1.2\n");
    }

    [Fact]
    public void Ids_with_a_prefix_that_the_library_does_not_know_are_checked_too_but_not_those_of_bridges()
    {
        Refused(AmiRefusal.ForeignId, $"Event: ParkedCall\n{Head}ParkeeChannel: PJSIP/2\nParkeeUniqueid: 7.7\n");
        Believed($"Event: ParkedCall\n{Head}ParkeeChannel: PJSIP/2\nParkeeUniqueid: secret-7.7\n");
        Believed($"Event: AttendedTransfer\n{Head}OrigBridgeUniqueid: 52c0eae7\nSecondBridgeUniqueid: 59006201\nDestBridgeUniqueid: 59006201\n");
    }

    [Fact]
    public void Our_own_ids_are_believed_where_their_prefix_is_told_and_anything_where_no_prefix_is()
    {
        const string text = $"Event: Newchannel\n{Head}Channel: PJSIP/1\nUniqueid: own-1\nLinkedid: own-1\n";

        Refused(AmiRefusal.ForeignId, text);
        Believed(text, new AmiEventPolicy("secret", ["own-"]));
        Believed(text, new AmiEventPolicy("secret"));
    }

    [Fact]
    public void A_channel_that_never_came_to_be_has_no_id()
    {
        Believed($"Event: OriginateResponse\n{Head}ActionID: 1\nResponse: Failure\nChannel: PJSIP/101\nReason: 0\nUniqueid: <null>\n");
    }

    [Fact]
    public void Channel_variables_are_believed_in_a_run_behind_the_ids_and_nowhere_else()
    {
        const string before = $"Event: DialBegin\n{Head}Channel: PJSIP/1\nCallerIDNum: 7916\n";
        const string variables = "ChanVariable: A=1\nChanVariable: B=2\n";
        const string dest = "DestChannel: PJSIP/2\nDestUniqueid: secret-1.2\nDestLinkedid: secret-1.1\n";

        Believed($"{before}{Ids}{variables}{dest}DestChanVariable: A=1\nDestChanVariable: B=2\n");
        Believed($"{before}{Ids}Tenantid: t\n{variables}{dest}");
        Refused(AmiRefusal.MisplacedKey, $"{before}ChanVariable: A=evil\n{Ids}{variables}");
        Refused(AmiRefusal.RepeatedKey, $"{before}{Ids}{variables}DestConnectedLineNum: 7916\nChanVariable: A=evil\n");
        Refused(AmiRefusal.MisplacedKey, $"{before}ChanVariable: A=evil\n{Ids}");
    }

    [Fact]
    public void A_user_event_is_believed_when_its_own_fields_name_the_channel_again()
    {
        // 47-utf8: UserEvent(CrmProbe,Channel: ${CHANNEL}).
        Believed($"Event: UserEvent\n{Head}Channel: PJSIP/1\n{Ids}UserEvent: CrmProbe\nChannel: PJSIP/1 \nCall: 1\n");
    }

    [Fact]
    public void A_caller_cannot_put_fields_of_his_own_into_a_user_event()
    {
        const string before = $"Event: UserEvent\n{Head}Channel: PJSIP/1\nCallerIDNum: 7916\n";

        Refused(AmiRefusal.MisplacedKey, $"{before}Call: evil\n{Ids}UserEvent: CrmIncoming\nCall: true\n");
        Refused(AmiRefusal.MissingUniqueid, $"{before}UserEvent: CrmIncoming\nCall: evil\n");
        Refused(AmiRefusal.ForeignId, $"{before}Uniqueid: 1.1\nUserEvent: CrmIncoming\nCall: evil\n");
        Refused(AmiRefusal.MissingUniqueid, $"{before}UserEvent: CrmIncoming\n{Ids}UserEvent: CrmIncoming\nCall: true\n");
        Refused(AmiRefusal.RepeatedKey, $"{before}{Ids}UserEvent: CrmIncoming\nCall: true\nNum: 7916\nCall: evil\n");
        Refused(AmiRefusal.RepeatedKey, $"{before}{Ids}UserEvent: CrmIncoming\nNum: 7916\nUserEvent: evil\n");
        Refused(AmiRefusal.MissingUniqueid, before + Ids);
    }

    [Fact]
    public void A_field_of_a_user_event_is_looked_for_only_behind_its_name()
    {
        var item = Assert.IsType<UserEventEvent>(Believed(
            $"Event: UserEvent\n{Head}Channel: PJSIP/1\n{Ids}UserEvent: CrmProbe\nChannel: other\nCall: 1\n"));

        Assert.Equal("other", item.Field("channel").ToString());
        Assert.Equal("PJSIP/1", item.Channel.ToString());
        Assert.Equal("1", item.Field("Call").ToString());
        Assert.False(item.Field("Uniqueid").IsPresent);
        Assert.Equal("CrmProbe", item.UserEvent.ToString());
    }

    [Fact]
    public void A_line_without_a_key_is_refused()
    {
        Refused(AmiRefusal.Malformed, $"Event: Newchannel\n{Head}Channel: PJSIP/1\nCallerIDNum: 7916\nno key\n{Ids}");
        Refused(AmiRefusal.Malformed, $"Event: Newchannel\n{Head}Channel: PJSIP/1\nCallerIDNum: 7916\n: no key\n{Ids}");
    }

    [Fact]
    public void More_lines_than_any_event_has_are_refused()
    {
        Refused(AmiRefusal.Malformed, $"Event: Newchannel\n{Head}{string.Concat(Enumerable.Range(0, 600).Select(i => $"K{i}: 1\n"))}");
    }

    [Fact]
    public void The_rest_of_a_cut_event_is_refused()
    {
        Refused(AmiRefusal.NeitherEventNorResponse, $"CallerIDName: x\n{Ids}");
    }

    [Fact]
    public void FullyBooted_is_believed_once_without_a_SystemName_and_always_with_it()
    {
        var text = "Event: FullyBooted\nPrivilege: system,all\nUptime: 11\nStatus: Fully Booted\n\n";
        var (items, recording) = Captures.Read(
            Captures.Utf8(text + text + $"Event: FullyBooted\n{Head}Status: Fully Booted\n\n"), new AmiEventPolicy("secret", []));

        Assert.Equal(2, items.OfType<FullyBootedEvent>().Count());
        Assert.Equal(1, recording.RefusedFrames[AmiRefusal.WrongBeginning]);
    }

    [Fact]
    public void List_items_are_believed_only_between_the_begin_and_the_end_of_their_list()
    {
        const string item = "Event: CoreShowChannel\nActionID: a1\nChannel: PJSIP/1\nUniqueid: secret-1.1\n\n";
        const string begin = "Response: Success\nActionID: a1\nEventList: start\n\n";
        const string end = "Event: CoreShowChannelsComplete\nActionID: a1\nEventList: Complete\nListItems: 1\n\n";
        var (items, recording) = Captures.Read(Captures.Utf8(item + begin + item + end + item), new AmiEventPolicy("secret", []));

        Assert.Single(items.OfType<CoreShowChannelEvent>());
        Assert.Equal(1, Assert.Single(items.OfType<ListCompleteEvent>()).ListItems);
        Assert.Equal(2, recording.RefusedFrames[AmiRefusal.NotAskedFor]);
    }

    [Fact]
    public void A_list_item_that_a_caller_cut_in_two_cannot_end_the_list_nor_change_a_variable()
    {
        const string begin = "Response: Success\nActionID: a1\nEventList: start\n\n";
        const string rest = "CallerIDName: x\nUniqueid: secret-1.1\nVariable: PLAN=true\nVariable: MODE=plan\nActionID: a1\n\n";

        // Status writes the ActionID last, so the second half of a cut item carries it.
        ListRefused(AmiRefusal.MisplacedKey, begin + "Event: StatusComplete\nEventList: Complete\nListItems: 0\n" + rest);
        ListRefused(AmiRefusal.RepeatedKey, begin + "Event: Status\nPrivilege: Call\nVariable: PLAN=evil\n" + rest);
        ListRefused(AmiRefusal.WrongBeginning, begin + "Event: Status\nPrivilege: Call\nChannel: PJSIP/1\nCallerIDNum: 7916\n\n");
        ListRefused(AmiRefusal.MissingUniqueid, begin + "Event: CoreShowChannel\nActionID: a1\nChannel: PJSIP/1\nCallerIDNum: 7916\n\n");

        static void ListRefused(AmiRefusal reason, string text)
        {
            var (items, recording) = Captures.Read(Captures.Utf8(text), new AmiEventPolicy("secret", []));
            Assert.Empty(items.OfType<AmiEvent>());
            Assert.Equal([reason], recording.RefusedFrames.Keys);
        }
    }

    [Fact]
    public void Learning_takes_the_name_of_the_first_event_that_is_well_formed()
    {
        var text =
            "Event: Fake\n\n" +
            "Event: Cut\nPrivilege: call,all\nTimestamp: 1.0\nSystemName: cut\nChannel: PJSIP/1\n\n" +
            "Event: A\nPrivilege: call,all\nTimestamp: 1.0\nSystemName: first\n\n" +
            "Event: B\nPrivilege: call,all\nTimestamp: 1.0\nSystemName: second\n\n" +
            "Event: C\nPrivilege: call,all\nTimestamp: 1.0\nSystemName: first\n\n";
        var (items, recording) = Captures.Read(Captures.Utf8(text));

        Assert.Equal(["A", "C"], items.OfType<AmiEvent>().Select(item => item.Name.ToString()));
        Assert.Equal(1, recording.RefusedFrames[AmiRefusal.WrongSystemName]);
    }

    [Fact]
    public void A_policy_without_a_name_accepts_every_name()
    {
        Believed("Event: A\nPrivilege: call,all\nTimestamp: 1.0\nSystemName: whatever\n", new AmiEventPolicy(null));
    }

    [Fact]
    public void Empty_names_and_prefixes_are_misuse()
    {
        Assert.Throws<ArgumentException>(() => new AmiEventPolicy(""));
        Assert.Throws<ArgumentException>(() => new AmiEventPolicy("a", [""]));
    }

    private static AmiEvent Believed(string text, AmiEventPolicy? policy = null)
    {
        var (items, recording) = Captures.Read(Captures.Utf8(text + "\n"), policy ?? new AmiEventPolicy("secret", []));
        Assert.Empty(recording.RefusedFrames);
        return Assert.IsAssignableFrom<AmiEvent>(Assert.Single(items));
    }

    private static void Refused(AmiRefusal reason, string text)
    {
        var (items, recording) = Captures.Read(Captures.Utf8(text + "\n"), new AmiEventPolicy("secret", []));
        Assert.Empty(items);
        Assert.Equal([reason], recording.RefusedFrames.Keys);
    }
}
