using Ami.Client.Actions;
using Ami.Client.Events;
using Ami.Client.Tests.Support;

namespace Ami.Client.Tests.Events;

public sealed class EventTests
{
    public static TheoryData<string> Captured => Captures.Names;

    [Theory]
    [MemberData(nameof(Captured))]
    public void No_property_of_a_recorded_event_throws(string name)
    {
        foreach (var item in Captures.Read(Captures.Bytes(name)).Items)
            EveryProperty.Read(item);
    }

    [Fact]
    public void Every_event_that_a_call_centre_needs_has_its_class()
    {
        var types = Captures.All.SelectMany(name => Captures.Read(Captures.Bytes(name)).Items).OfType<AmiEvent>()
            .Select(item => (Name: item.Name.ToString(), Type: item.GetType().Name)).Distinct().ToDictionary(pair => pair.Name, pair => pair.Type);

        foreach (var (name, type) in types)
        {
            var expected = name switch
            {
                "TestEvent" or "VarSet" or "Newexten" or "MusicOnHoldStart" or "MusicOnHoldStop" or "SuccessfulAuth" or "ChallengeSent"
                    or "QueueMemberStatus" or "RTCPSent" or "HangupHandlerRun" or "HangupHandlerPush" => "OtherEvent",
                "UserEvent" => "UserEventEvent",
                _ when name.EndsWith("Complete", StringComparison.Ordinal) => "ListCompleteEvent",
                _ => name + "Event",
            };
            Assert.Equal(expected, type);
        }

        Assert.True(types.Count > 40);
    }

    [Fact]
    public void A_call_reads_as_it_happened()
    {
        var events = Captures.Read(Captures.Bytes("07a-takeover-pickup")).Items.OfType<AmiEvent>().ToList();

        var call = events.OfType<NewchannelEvent>().First();
        Assert.Equal("rig-1795327603.2", call.Uniqueid.ToString());
        Assert.Equal("PJSIP/trunk-00000002", call.Channel.ToString());
        Assert.Equal(AmiChannelState.Ring, call.ChannelState);
        Assert.Equal("79161234567", call.CallerIdNum.OrNull());
        Assert.Null(call.CallerIdName.OrNull());
        Assert.Equal("from-trunk", call.Context.ToString());
        Assert.Equal("74951000001", call.Exten.ToString());
        Assert.Equal(DateTimeOffset.UnixEpoch.AddTicks(17_953_276_036_457_300), call.Timestamp);

        Assert.Equal("Иванов Пётр", events.OfType<NewCalleridEvent>().First().CallerIdName.ToName());
        var incoming = events.OfType<UserEventEvent>().First();
        Assert.Equal("CrmIncoming", incoming.UserEvent.ToString());
        Assert.Equal("74951000001", incoming.Field("Did").ToString());

        var dial = events.OfType<DialBeginEvent>().First();
        Assert.Equal("rig-1795327603.3", dial.DestUniqueid.ToString());
        Assert.Equal("PJSIP/101-00000003", dial.Dest.Name.ToString());
        Assert.Equal("101", dial.DialString.ToString());
        Assert.Equal("RINGING", events.OfType<DialStateEvent>().First().DialStatus.ToString());

        var pickup = Assert.Single(events.OfType<PickupEvent>());
        Assert.Equal("crm-take-1", pickup.Uniqueid.ToString());
        Assert.Equal("rig-1795327603.3", pickup.Target.Uniqueid.ToString());
        var answered = Assert.Single(events.OfType<OriginateResponseEvent>());
        Assert.True(answered.IsSuccess);
        Assert.Equal(4, answered.Reason);
        Assert.Equal("a4", answered.ActionId.ToString());
        Assert.Equal(26, events.OfType<HangupEvent>().First().Cause);
        Assert.Equal(2, events.OfType<BridgeEnterEvent>().Select(enter => enter.BridgeUniqueid).Distinct().Count() + 1);
        Assert.Equal("ANSWER", events.OfType<DialEndEvent>().First().DialStatus.ToString());
    }

    [Fact]
    public void The_caller_of_an_originated_call_is_absent()
    {
        var dial = Captures.Read(Captures.Bytes("16-click-to-call")).Items.OfType<DialBeginEvent>().First();

        Assert.False(dial.Subject.IsPresent);
        Assert.True(dial.Dest.IsPresent);
        Assert.Equal("crm-c2c-1", dial.Dest.Uniqueid.ToString());
    }

    [Fact]
    public void Transfers_name_their_parties()
    {
        var blind = Captures.Read(Captures.Bytes("08-blind-transfer")).Items.OfType<BlindTransferEvent>().Single();
        Assert.Equal("Success", blind.Result.ToString());
        Assert.Equal("rig-1795327615.6", blind.Transferer.Uniqueid.ToString());
        Assert.Equal("rig-1795327615.5", blind.Transferee.Uniqueid.ToString());
        Assert.Equal("102", blind.Extension.ToString());

        var attended = Captures.Read(Captures.Bytes("09-attended-transfer")).Items.OfType<AttendedTransferEvent>().Single();
        Assert.Equal("rig-1795327629.8", attended.Transferee.Uniqueid.ToString());
        Assert.Equal("rig-1795327634.11", attended.TransferTarget.Uniqueid.ToString());
        Assert.Equal("rig-1795327629.9", attended.OrigTransferer.Uniqueid.ToString());
        Assert.Equal("rig-1795327634.10", attended.SecondTransferer.Uniqueid.ToString());
        Assert.Equal("Bridge", attended.DestType.ToString());
        Assert.Equal("59006201-c87e-4235-80c5-9cd295007821", attended.DestBridgeUniqueid.ToString());
    }

    [Fact]
    public void Local_channels_name_both_halves()
    {
        var items = Captures.Read(Captures.Bytes("15-local-channels")).Items;

        Assert.Equal("crm-l1", items.OfType<LocalBridgeEvent>().First().LocalOne.Uniqueid.ToString());
        var begin = items.OfType<LocalOptimizationBeginEvent>().Single();
        Assert.Equal("rig-1795326440.131", begin.Source.Uniqueid.ToString());
        Assert.Equal("crm-l1b", begin.DestUniqueid.ToString());
        Assert.False(items.OfType<LocalOptimizationEndEvent>().Single().IsSuccess);
        Assert.Contains(items.OfType<BridgeEnterEvent>(), enter => enter.SwapUniqueid.Equals("crm-l1"));
    }

    [Fact]
    public void Lists_tell_the_state_with_the_variables_that_were_asked_for()
    {
        var items = Captures.Read(Captures.Bytes("41-rebuild")).Items;

        var shown = items.OfType<CoreShowChannelEvent>().First();
        Assert.True(shown.IsListItem);
        Assert.Null(shown.Timestamp);
        Assert.Equal(TimeSpan.FromSeconds(6), shown.Duration);
        Assert.Equal("a504685e-4b9e-47d0-a96d-69149c300d9c", shown.BridgeId.ToString());

        var status = items.OfType<StatusEvent>().First(item => item.Uniqueid.Equals("rig-1795326805.207"));
        Assert.Equal("rig-1795326805.206", status.Variable("CRM_CALL"));
        Assert.Null(status.Variable("RING_PLAN"));
        Assert.Null(status.Variable("CRM"));
        Assert.Equal("Up", status.Variable("CHANNEL(state)"));
        Assert.Equal(6, status.Seconds);

        Assert.Equal([6L, 6L, 2L, 2L, 2L, 10L, 6L], items.OfType<ListCompleteEvent>().Select(end => end.ListItems!.Value));
        Assert.Contains(items.OfType<DeviceStateChangeEvent>(), device => device.IsListItem && device.Device.Equals("PJSIP/102") && device.State.Equals("RINGING"));
        Assert.Equal(TimeSpan.FromSeconds(825), items.OfType<FullyBootedEvent>().Single().Uptime);
        Assert.Contains(items.OfType<AmiResponse>(), answer => answer["CoreStartupTime"].Equals("05:39:46"));
    }

    [Fact]
    public void Phones_coming_and_going_are_told()
    {
        var items = Captures.Read(Captures.Bytes("01-answered-first")).Items;

        Assert.Contains(items.OfType<PeerStatusEvent>(), peer => peer.Peer.Equals("PJSIP/101") && !peer.PeerStatus.IsEmpty);
        Assert.Contains(items.OfType<ContactStatusEvent>(), contact => contact.Aor.Equals("101") && contact.RoundtripUsec >= 0);
        var shutdown = Captures.Read(Captures.Bytes("42-restart-graceful-before")).Items.OfType<ShutdownEvent>().Single();
        Assert.Equal("Cleanly", shutdown.Shutdown.ToString());
        Assert.False(shutdown.IsRestart);
    }

    [Fact]
    public void Channel_variables_are_read_by_name()
    {
        var (items, _) = Captures.Read(Captures.Utf8(
            "Event: Newstate\nPrivilege: call,all\nTimestamp: 1.0\nSystemName: s\nChannel: a\nUniqueid: s-1\nLinkedid: s-1\nChanVariable: CRM_CALL=s-1\nChanVariable: EMPTY=\n\n"));
        var item = Assert.IsType<NewstateEvent>(Assert.Single(items));

        Assert.Equal("s-1", item.ChanVariable("CRM_CALL"));
        Assert.Null(item.ChanVariable("EMPTY"));
        Assert.Null(item.ChanVariable("CRM"));
    }

    [Fact]
    public void What_is_printed_of_an_event_has_nothing_that_a_caller_wrote()
    {
        var call = Captures.Read(Captures.Bytes("07a-takeover-pickup")).Items.OfType<NewchannelEvent>().First();

        Assert.Equal("NewchannelEvent 2026-11-22T06:06:43.6457300+00:00", call.ToString());
    }
}
