using CallCenterCrm.Telephony.Calls;
using Xunit;

namespace CallCenterCrm.Telephony.Tests.Calls;

/// <summary>Who is said to have kept whom on hold, and where a moment is to be heard in the recording.</summary>
public sealed class CallHoldsTests
{
    private const string Caller = "pbx-1.1";
    private const string Leg = "pbx-1.2";
    private static readonly DateTimeOffset Start = new(2026, 3, 2, 9, 0, 0, TimeSpan.Zero);
    private readonly CallTracker _tracker = new(endpoint => endpoint == "trunk");

    // Talks with 101 from second 5 on.
    public CallHoldsTests()
    {
        _tracker.Seen(Caller, "PJSIP/trunk-00000001", Caller, Start);
        _tracker.Incoming(Caller, "74951000001", "79161234567", withheld: false, Start);
        _tracker.Recorded(Caller, Start);
        _tracker.Seen(Leg, "PJSIP/101-00000002", Caller, At(1));
        _tracker.DialBegan(Caller, Leg, "101", At(1));
        Bridge(Leg, "one", 5);
        Bridge(Caller, "one", 5);
        _tracker.HeardFromBirth(Caller, Start);
        _tracker.HeardFromBirth(Leg, At(1));
    }

    [Fact]
    public void A_hold_lasts_from_Hold_to_Unhold()
    {
        Hold(Leg, 10);
        Assert.Equal<TrackedHold>([new("101", At(10), null)], Call().Holds!);

        Unhold(Leg, 13);
        Hold(Leg, 20);
        Unhold(Leg, 21);
        End(30);

        Assert.Equal<TrackedHold>([new("101", At(10), At(13)), new("101", At(20), At(21))], Call().Holds!);
    }

    [Fact]
    public void Asked_for_twice_it_is_one_hold_and_what_was_never_held_is_not_taken_back()
    {
        Unhold(Leg, 6);
        Hold(Leg, 10);
        Hold(Leg, 11);
        Unhold(Leg, 13);
        Unhold(Leg, 14);
        End(30);

        Assert.Equal<TrackedHold>([new("101", At(10), At(13))], Call().Holds!);
    }

    [Fact]
    public void Events_in_any_order_tell_the_same()
    {
        End(30);
        Unhold(Leg, 13);
        Hold(Leg, 10);

        Assert.Equal<TrackedHold>([new("101", At(10), At(13))], Call().Holds!);
    }

    [Fact]
    public void The_end_of_the_talk_ends_a_hold_that_nobody_took_back()
    {
        Hold(Leg, 10);
        End(30);

        Assert.Equal<TrackedHold>([new("101", At(10), At(30))], Call().Holds!);
    }

    [Fact]
    public void The_other_party_has_no_extension_and_its_number_may_be_withheld()
    {
        Hold(Caller, 10);
        Unhold(Caller, 12);
        End(30);

        Assert.Equal<TrackedHold>([new(null, At(10), At(12))], Call().Holds!);
    }

    [Fact]
    public void A_call_that_was_heard_whole_and_in_which_nobody_was_held_says_so()
    {
        End(30);

        Assert.Empty(Call().Holds!);
    }

    [Fact]
    public void What_came_of_a_call_in_a_gap_is_not_known_even_if_a_hold_was_heard_before_it()
    {
        Hold(Leg, 10);
        Unhold(Leg, 13);
        _tracker.Resumed(new HashSet<string> { Caller, Leg });
        End(30);

        Assert.Null(Call().Holds);
    }

    [Fact]
    public void A_gap_is_one_also_where_the_log_told_of_the_end_before_AMI_was_heard_again()
    {
        End(30, Caller);
        _tracker.Resumed(new HashSet<string>());
        _tracker.HeardToEnd(Leg, At(30));

        Assert.Null(Call().Holds);
    }

    [Fact]
    public void A_gap_after_the_end_of_a_call_takes_nothing_from_it()
    {
        End(30);
        _tracker.Resumed(new HashSet<string>());

        Assert.Empty(Call().Holds!);
    }

    [Fact]
    public void A_channel_whose_birth_or_end_AMI_did_not_tell_of_may_have_held_unheard()
    {
        End(30, Caller);
        Assert.Null(Call().Holds);

        _tracker.HeardToEnd(Leg, At(30));
        Assert.Empty(Call().Holds!);

        var late = new CallTracker(endpoint => endpoint == "trunk");
        late.Seen(Caller, "PJSIP/trunk-00000001", Caller, Start);
        late.Seen(Leg, "PJSIP/101-00000002", Caller, At(1));
        late.DialBegan(Caller, Leg, "101", At(1));
        late.Mark(Leg, new BridgeMark(At(5), Entered: true, "one"));
        late.Mark(Caller, new BridgeMark(At(5), Entered: true, "one"));
        late.HeardFromBirth(Leg, At(1));
        Assert.Null(Assert.Single(late.TakeChanged()).Holds);
    }

    [Fact]
    public void Where_nobody_talked_nobody_was_held_whoever_tells_of_it()
    {
        var tracker = new CallTracker(endpoint => endpoint == "trunk");
        tracker.Seen(Caller, "PJSIP/trunk-00000001", Caller, Start);
        tracker.Incoming(Caller, "74951000001", "79161234567", withheld: false, Start);
        tracker.Ended(Caller, 127, At(3));

        Assert.Empty(Assert.Single(tracker.TakeChanged()).Holds!);
    }

    [Fact]
    public void The_recording_stands_still_while_its_channel_is_in_no_bridge()
    {
        _tracker.Mark(Caller, new BridgeMark(At(10), Entered: false, "one"));
        Bridge(Caller, "two", 14);
        _tracker.Mark(Caller, new BridgeMark(At(20), Entered: false, "two"));
        Bridge(Caller, "three", 20.001);
        End(30);

        Assert.Equal<RecordedStretch>([new(At(5), At(10)), new(At(14), At(30))], Call().Recorded);
    }

    private static DateTimeOffset At(double seconds) => Start.AddSeconds(seconds);

    private void Bridge(string id, string bridge, double at) => _tracker.Mark(id, new BridgeMark(At(at), Entered: true, bridge));

    private void Hold(string id, double at) => _tracker.Held(id, new HoldMark(At(at), Held: true));

    private void Unhold(string id, double at) => _tracker.Held(id, new HoldMark(At(at), Held: false));

    private void End(double at, params string[] heard)
    {
        foreach (var id in (string[])[Caller, Leg])
        {
            _tracker.Ended(id, 16, At(at));
        }

        foreach (var id in heard.Length > 0 ? heard : [Caller, Leg])
        {
            _tracker.HeardToEnd(id, At(at));
        }
    }

    private TrackedCall Call()
    {
        // Whatever is told of it makes it be worked out anew.
        _tracker.Seen(Caller, null, null, Start);
        return Assert.Single(_tracker.TakeChanged());
    }
}
