using Ami.Client.Events;
using CallCenterCrm.Contracts.Telephony.V1;
using CallCenterCrm.Telephony.Asterisk;
using CallCenterCrm.Telephony.Calls;
using CallCenterCrm.Telephony.Tests.Histories;
using Xunit;

namespace CallCenterCrm.Telephony.Tests.Calls;

/// <summary>What came out wrong once, each fact by fact.</summary>
public sealed class CallTrackerTests
{
    private const string Caller = "pbx-1.1";
    private const string Leg = "pbx-1.2";
    private static readonly DateTimeOffset Start = new(2026, 3, 2, 9, 0, 0, TimeSpan.Zero);
    private readonly CallTracker _tracker = new(endpoint => endpoint == "trunk");

    public CallTrackerTests()
    {
        _tracker.Seen(Caller, "PJSIP/trunk-00000001", Caller, At(0));
        _tracker.Incoming(Caller, "74951000001", "79161234567", withheld: false, At(0));
    }

    [Fact]
    public void A_phone_from_which_nothing_came_back_did_not_ring_however_long_it_was_dialled()
    {
        Dial(Leg, "101", 0);
        _tracker.NeverRang(Leg, At(15));
        _tracker.Ended(Leg, 0, At(15));
        _tracker.Ended(Caller, 19, At(15));

        var call = Call();
        Assert.Equal((false, LegResult.NoAnswer), (call.Legs[0].Rang, call.Legs[0].Result));
        Assert.Equal(MissReason.NoAnswer, call.MissReason);
    }

    [Fact]
    public void Of_a_phone_that_refused_the_log_alone_does_not_tell_whether_it_rang_nor_so_why_the_call_was_missed()
    {
        Dial(Leg, "101", 0);
        _tracker.Ended(Leg, 17, At(3));
        _tracker.Ended(Caller, 19, At(3));
        Assert.Equal((null, MissReason.Unknown), (Call().Legs[0].Rang, Call().MissReason));

        _tracker.NeverRang(Leg, At(3));
        Assert.Equal((false, MissReason.NobodyAvailable), (Call().Legs[0].Rang, Call().MissReason));
    }

    [Fact]
    public void A_mobile_that_may_have_rung_by_mere_sound_is_not_said_to_have_been_silent()
    {
        Dial(Leg, "trunk", 0);
        _tracker.Sounded(Leg, At(0.1));
        _tracker.NeverRang(Leg, At(15));
        _tracker.Ended(Leg, 0, At(15));

        Assert.Null(Call().Legs[0].Rang);
    }

    [Fact]
    public void A_step_that_had_ended_when_a_phone_was_dialled_is_not_its_step()
    {
        Step(1, "101", StepMarkKind.Began, 0);
        Step(1, "101", StepMarkKind.Ended, 5, "NOANSWER");
        Dial(Leg, "101", 5.01);

        Assert.Null(Call().Legs[0].Step);
    }

    [Fact]
    public void Whom_a_caller_is_handed_on_to_is_rung_by_no_step()
    {
        Step(1, "102", StepMarkKind.Began, 0);
        _tracker.Transferred(Caller, null, blind: true, "PJSIP/101-00000009", "102", At(5));
        Dial(Leg, "102", 5.01);

        Assert.Null(Call().Legs[0].Step);
    }

    [Fact]
    public void A_call_is_not_settled_before_its_phones_are_gone()
    {
        Dial(Leg, "101", 0);
        _tracker.Ended(Caller, 16, At(5));
        Assert.False(Call().Settled);

        _tracker.Ended(Leg, 16, At(5.001));
        Assert.True(Call().Settled);
    }

    [Fact]
    public void A_call_that_was_met_in_a_gap_is_not_settled_by_its_unanswered_end_because_phones_may_have_rung_unheard()
    {
        _tracker.Resumed(new HashSet<string> { Caller });
        _tracker.Ended(Caller, 127, At(5));
        Assert.False(Call().Settled);

        _tracker.LoggedToEnd(Caller, At(5));
        Assert.True(Call().Settled);
    }

    [Fact]
    public void A_phone_whose_time_was_over_just_before_the_caller_left_was_not_left_by_him()
    {
        Dial(Leg, "101", 0);
        _tracker.Ended(Leg, 0, At(5));
        Step(1, "101", StepMarkKind.Ended, 5.001, "NOANSWER");
        _tracker.RemoteHungUp(Caller, At(5.2));
        _tracker.Ended(Caller, 127, At(5.2));

        Assert.Equal(LegResult.NoAnswer, Call().Legs[0].Result);
    }

    [Fact]
    public void Who_waits_in_vain_for_a_browser_that_was_lost_is_lost_and_who_is_brought_back_is_not()
    {
        Talk(Leg, 1, 4);
        _tracker.Waits(Caller, At(4));
        _tracker.Ended(Caller, 16, At(50));
        Assert.Equal(CallResult.LostInTransfer, Call().Result);

        Talk("pbx-1.3", 7, 50);
        Assert.Equal(CallResult.Answered, Call().Result);
    }

    [Fact]
    public void A_phone_that_declines_and_is_passed_over_right_after_that_is_told_twice()
    {
        Dial(Leg, "101", 0);
        _tracker.Ended(Leg, 21, At(2));
        Step(1, "101", StepMarkKind.Ended, 2.001, "CHANUNAVAIL");
        Step(2, "101", StepMarkKind.PassedOver, 2.002, "INUSE");

        Assert.Equal<(int, LegResult?)>([(1, LegResult.Declined), (2, LegResult.Busy)], Call().Legs.Select(leg => (leg.Step!.Value, leg.Result)));
    }

    [Fact]
    public void A_call_first_met_in_the_lists_after_a_connection_is_not_settled_before_the_log_was_read()
    {
        var history = History.Recorded("02-second-answers", 1, Start);
        var rings = history.Ami.First(heard => heard.Event is DialBeginEvent).At.AddSeconds(1);
        Told[] heard =
        [
            new Told(new Heard(rings, "", null, Snapshots.At(history, rings, rings)), null),
            .. history.Ami.Where(later => later.At > rings).Select(Told.Of),
        ];
        Assert.False(Assert.Single(Listener.Calls(heard)).Settled);
        Assert.True(Assert.Single(Listener.Calls([.. heard, .. history.Cel.Select(Told.Of)])).Settled);
    }

    [Fact]
    public void A_list_that_is_dated_late_does_not_bring_a_channel_back_into_the_bridge_it_has_left()
    {
        Dial(Leg, "101", 0);
        foreach (var (id, bridge, entered, at) in ((string, string, bool, double)[])
                 [(Leg, "one", true, 1), (Caller, "one", true, 1), (Caller, "one", false, 5), (Leg, "one", false, 5), (Caller, "two", true, 5.01)])
        {
            _tracker.Mark(id, new BridgeMark(At(at), entered, bridge));
        }

        var before = Call().Talks;
        _tracker.Mark(Caller, new BridgeMark(At(5.03), Entered: true, "one", Found: true));
        _tracker.Mark(Leg, new BridgeMark(At(5.03), Entered: true, "one", Found: true));

        Assert.Equal(before, Call().Talks);
    }

    [Fact]
    public void Who_leaves_a_bridge_as_another_comes_in_has_not_talked_with_him_by_a_witness_that_is_late()
    {
        Dial(Leg, "101", 0);
        _tracker.Mark(Caller, new BridgeMark(At(1), Entered: true, "one"));
        _tracker.Mark(Caller, new BridgeMark(At(9), Entered: false, "one"));
        _tracker.Mark(Leg, new BridgeMark(At(8.999), Entered: true, "one"));
        _tracker.Mark(Leg, new BridgeMark(At(20), Entered: false, "one"));
        Assert.Empty(Call().Talks);
    }

    [Fact]
    public void However_short_a_talk_it_is_one_where_somebody_came_for_no_longer()
    {
        Dial(Leg, "101", 0);
        _tracker.Mark(Leg, new BridgeMark(At(1), Entered: true, "one"));
        _tracker.Mark(Leg, new BridgeMark(At(9), Entered: false, "one"));
        _tracker.Mark(Caller, new BridgeMark(At(1), Entered: true, "one"));
        _tracker.Mark(Caller, new BridgeMark(At(1.01), Entered: false, "one"));

        Assert.Equal("101", Assert.Single(Call().Talks).Phone);
    }

    [Fact]
    public void An_outgoing_call_is_not_settled_before_it_is_told_why_the_client_was_not_reached()
    {
        var tracker = new CallTracker(endpoint => endpoint == "trunk");
        tracker.Seen("pbx-2.1", "PJSIP/101-00000003", "pbx-2.1", At(0));
        tracker.Started("pbx-2.1", arrived: true, "101", At(0));
        tracker.Placing("pbx-2.1", "79161234567", toOutside: true, At(0));
        tracker.Seen("pbx-2.2", "PJSIP/trunk-00000004", "pbx-2.1", At(0.1));
        tracker.DialBegan("pbx-2.1", "pbx-2.2", "79161234567@trunk", At(0.1));
        tracker.Ended("pbx-2.1", 17, At(1));
        Assert.False(Assert.Single(tracker.TakeChanged()).Settled);

        tracker.Ended("pbx-2.2", 17, At(1));
        Assert.Equal((true, 17), Assert.Single(tracker.TakeChanged()) is var call ? (call.Settled, call.PartyCause) : default);
    }

    [Fact]
    public void A_call_of_which_only_the_far_side_was_told_is_not_settled_before_it_is_known_who_placed_it()
    {
        var tracker = new CallTracker(endpoint => endpoint == "trunk");
        tracker.Seen("pbx-2.2", "PJSIP/trunk-00000004", "pbx-2.1", At(0));
        tracker.DialBegan("pbx-2.1", "pbx-2.2", "79161234567@trunk", At(0));
        tracker.Ended("pbx-2.2", 17, At(0.01));
        Assert.False(Assert.Single(tracker.TakeChanged()).Settled);

        tracker.Seen("pbx-2.1", "PJSIP/101-00000003", "pbx-2.1", At(0));
        tracker.Started("pbx-2.1", arrived: true, "101", At(0));
        tracker.Ended("pbx-2.1", 17, At(0.02));
        Assert.Equal((true, "101"), Assert.Single(tracker.TakeChanged()) is var call ? (call.Settled, call.PlacedBy) : default);
    }

    [Fact]
    public void A_phone_that_was_picked_up_is_not_taken_for_one_that_an_Originate_made_though_its_end_in_the_log_says_so()
    {
        var call = Assert.Single(Captures.Calls(replay => replay.Cel(Captures.Cel("07f-two-clicks"))));

        Assert.Equal((true, "103"), (call.TakenOver, call.AnsweredBy));
    }

    [Fact]
    public void A_channel_that_gives_up_its_linkedid_for_that_of_the_call_it_takes_has_not_ended()
    {
        var history = History.Recorded("07f-two-clicks", 1, Start);
        var talks = history.Cel.TakeWhile(logged => !logged.Text.Contains("BRIDGE_EXIT", StringComparison.Ordinal)).Select(Told.Of);

        Assert.Null(Assert.Single(Assert.Single(Listener.Calls(talks)).Talks).Until);
    }

    [Fact]
    public void An_announcement_that_lost_its_number_in_a_torn_line_gives_way_to_the_whole_one()
    {
        var tracker = new CallTracker(endpoint => endpoint == "trunk");
        tracker.Started(Caller, arrived: true, "7916", At(0));
        tracker.Incoming(Caller, "74951000001", "", withheld: false, At(0));
        tracker.Incoming(Caller, "74951000001", "79161234567", withheld: false, At(0));

        Assert.Equal("79161234567", Assert.Single(tracker.TakeChanged()).RawNumber);
    }

    [Fact]
    public void That_it_was_out_of_hours_is_known_from_the_log_even_when_a_crash_cut_the_announcement_short()
    {
        _tracker.Tell(new CelRecord { UniqueId = Caller, EventType = "CRM_CLOSED", Time = At(1) });

        Assert.True(Call().OutOfHours);
    }

    private static DateTimeOffset At(double seconds) => Start.AddSeconds(seconds);

    private void Dial(string id, string endpoint, double at)
    {
        _tracker.Seen(id, $"PJSIP/{endpoint}-00000002", Caller, At(at));
        _tracker.DialBegan(Caller, id, endpoint, At(at));
    }

    private void Talk(string id, double from, double until)
    {
        Dial(id, "101", from - 1);
        foreach (var one in new[] { id, Caller })
        {
            _tracker.Mark(one, new BridgeMark(At(from), Entered: true, id));
            _tracker.Mark(one, new BridgeMark(At(until), Entered: false, id));
        }
    }

    private void Step(int step, string targets, StepMarkKind kind, double at, string word = "") =>
        _tracker.Step(Caller, new StepMark(At(at), step, targets, kind, word));

    private TrackedCall Call()
    {
        // Whatever is told of it makes it be worked out anew.
        _tracker.Seen(Caller, null, null, At(0));
        return Assert.Single(_tracker.TakeChanged());
    }
}
