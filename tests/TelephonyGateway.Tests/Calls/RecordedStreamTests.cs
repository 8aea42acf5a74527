using System.Text;
using System.Text.Json.Nodes;
using CallCenterCrm.Contracts.Telephony.V1;
using CallCenterCrm.Telephony.Calls;
using Xunit;

namespace CallCenterCrm.Telephony.Tests.Calls;

/// <summary>Every stream that was recorded from a real Asterisk gives the outcome that the phones know to be true.</summary>
public sealed class RecordedStreamTests
{
    // One call each, with its truth in words that a replay can be held to.
    private static readonly string[] Single =
    [
        "01-answered-first", "02-second-answers", "03-owner-mobile", "03b-mobile-voicemail", "04-abandoned", "05-busy-dnd-unregistered",
        "05b-declined", "06-after-hours", "06b-after-hours-abandoned", "07a-takeover-pickup", "07b-takeover-redirect",
        "07c-takeover-pickup-late", "07d-takeover-redirect-late", "07f-two-clicks", "07g-take-caller-leaves", "08-blind-transfer",
        "09-attended-transfer", "10-hold-unhold", "11-mixmonitor", "13-pickup-dialled", "24-parallel-ring", "25-connected-line",
        "30c0-no-gateway", "30c2-rewrite", "31-mobile-caller-leaves", "50-message", "50b-message-not-left", "51-menu", "51b-menu-left",
        "51c-menu-nobody-answers",
    ];

    // Of these the recorded log lacks the channel of the phone that took the call: only AMI can tell its end.
    private static readonly string[] LogLacksTaker = ["07a-takeover-pickup", "07c-takeover-pickup-late"];

    public static TheoryData<string> SingleCalls => new(Single);

    public static TheoryData<string> AllWithCel => new(Captures.Names.Where(Captures.HasCel));

    public static TheoryData<string> All => new(Captures.Names);

    [Theory]
    [MemberData(nameof(SingleCalls))]
    public void The_whole_stream_gives_the_truth(string name) =>
        AssertTruth(name, Captures.Outcome(replay => replay.Ami(Captures.Ami(name))), allRings: true);

    [Theory]
    [MemberData(nameof(SingleCalls))]
    public void The_stream_byte_by_byte_gives_the_truth(string name) =>
        AssertTruth(name, Captures.Outcome(replay => replay.Ami(Captures.Ami(name), pieces: 1)), allRings: true);

    [Theory]
    [MemberData(nameof(SingleCalls))]
    public void The_stream_with_every_event_twice_gives_the_truth(string name) =>
        AssertTruth(name, Captures.Outcome(replay => replay.Ami(Captures.Ami(name), repeats: 2)), allRings: true);

    [Theory]
    [MemberData(nameof(SingleCalls))]
    public void The_channel_event_log_alone_gives_the_truth_as_far_as_it_knows(string name) =>
        AssertTruth(name, Captures.Outcome(replay => replay.Cel(Captures.Cel(name))), allRings: false);

    [Theory]
    [MemberData(nameof(SingleCalls))]
    public void Both_witnesses_together_give_the_truth(string name)
    {
        AssertTruth(name, Captures.Outcome(replay =>
        {
            replay.Ami(Captures.Ami(name));
            replay.Cel(Captures.Cel(name));
        }), allRings: true);
        AssertTruth(name, Captures.Outcome(replay =>
        {
            replay.Cel(Captures.Cel(name));
            replay.Ami(Captures.Ami(name));
        }), allRings: true);
    }

    [Theory]
    [MemberData(nameof(SingleCalls))]
    public void A_stream_that_breaks_off_anywhere_claims_nothing_untrue_and_the_log_mends_it(string name)
    {
        var stream = Captures.Ami(name);
        var truth = Captures.Truth(name);
        foreach (var end in FrameEnds(stream))
        {
            var cut = Captures.Outcome(replay => replay.Ami(stream.AsSpan(0, end)));
            if ((string?)cut["status"] == "settled")
            {
                AssertTruth(name, cut, allRings: true);
            }
            else if (cut["answered_by"] is { } by)
            {
                Assert.Equal((string?)truth["answered_by"], (string?)by);
            }

            AssertTruth(name, Captures.Outcome(replay =>
            {
                replay.Ami(stream.AsSpan(0, end));
                replay.Cel(Captures.Cel(name));
            }), allRings: false, settled: !LogLacksTaker.Contains(name));
        }
    }

    [Theory]
    [MemberData(nameof(All))]
    public void A_stream_whole_and_byte_by_byte_and_doubled_gives_the_same_calls(string name)
    {
        var whole = Captures.Calls(replay => replay.Ami(Captures.Ami(name)));
        Assert.Equal(whole, Captures.Calls(replay => replay.Ami(Captures.Ami(name), pieces: 1)));
        Assert.Equal(whole, Captures.Calls(replay => replay.Ami(Captures.Ami(name), repeats: 2)));
    }

    [Theory]
    [MemberData(nameof(AllWithCel))]
    public void A_log_read_twice_gives_the_same_calls(string name) =>
        Assert.Equal(
            Captures.Calls(replay => replay.Cel(Captures.Cel(name))),
            Captures.Calls(replay =>
            {
                replay.Cel(Captures.Cel(name));
                replay.Cel(Captures.Cel(name));
            }));

    [Theory]
    [InlineData("30c1-dies-after-plan", "102")]
    [InlineData("44-gap", "101")]
    public void A_stream_whose_listener_died_is_unsettled_until_the_log_follows(string name, string answeredBy)
    {
        var alone = Captures.Calls(replay => replay.Ami(Captures.Ami(name)));
        var call = Assert.Single(alone);
        Assert.False(call.Settled);
        Assert.Null(call.Result);

        var mended = Captures.Calls(replay =>
        {
            replay.Ami(Captures.Ami(name));
            replay.Cel(Captures.Cel(name));
        });
        Assert.All(mended, known => Assert.True(known.Settled));
        Assert.Equal(answeredBy, mended.Single(known => known.AnchorId == call.AnchorId).AnsweredBy);
    }

    [Fact]
    public void The_calls_of_a_gap_are_found_in_the_log()
    {
        var calls = Captures.Calls(replay => replay.Cel(Captures.Cel("44-gap")));

        Assert.Equal(
            [("101", CallResult.Answered, null), ("102", CallResult.Answered, null), (null, CallResult.Missed, MissReason.Abandoned), (null, CallResult.Missed, MissReason.NoAnswer)],
            calls.Select(call => (call.AnsweredBy, call.Result!.Value, call.MissReason)));
        Assert.Equal(["101", "102", "103", "79035550001"], calls[3].Legs.Select(leg => leg.Phone));
    }

    [Fact]
    public void A_restart_of_the_pbx_cuts_a_talk_and_makes_a_ringing_call_a_miss()
    {
        foreach (var calls in (IReadOnlyList<TrackedCall>[])
                 [
                     Captures.Calls(replay => replay.Ami(Captures.Ami("42-restart-graceful-before"))),
                     Captures.Calls(replay => replay.Cel(Captures.Cel("42-restart-graceful-before"))),
                 ])
        {
            Assert.Equal(
                [("79161234567", CallResult.Answered, null), ("79160000002", CallResult.Missed, MissReason.Failed)],
                calls.Select(call => (call.RawNumber, call.Result!.Value, call.MissReason)));
        }
    }

    [Fact]
    public void After_a_reconnection_calls_are_known_from_the_lists()
    {
        var calls = Captures.Calls(replay => replay.Ami(Captures.Ami("41-rebuild")));

        Assert.Equal(
            [
                (CallDirection.In, "79161234567", "101", CallResult.Answered),
                (CallDirection.In, "79160000002", null, CallResult.Missed),
                (CallDirection.Out, "79169999999", "103", CallResult.Answered),
            ],
            calls.OrderBy(call => call.Direction).ThenByDescending(call => call.RawNumber).Select(call => (call.Direction, call.RawNumber, call.AnsweredBy, call.Result!.Value)));
    }

    [Theory]
    [InlineData("16-click-to-call", true, true, "79161234567")]
    [InlineData("16b-c2c-manager-noanswer", false, false, "79161234567")]
    [InlineData("16d-c2c-manager-unregistered", false, false, "79161234567")]
    public void A_click_to_call_tells_who_answered(string name, bool managerAnswered, bool customerAnswered, string customer)
    {
        var outcome = Captures.Outcome(replay => replay.Ami(Captures.Ami(name)));

        Assert.Equal("settled", (string?)outcome["status"]);
        Assert.Equal("101", (string?)outcome["manager"]);
        Assert.Equal(customer, (string?)outcome["customer"]);
        Assert.Equal(managerAnswered, (bool?)outcome["manager_answered"]);
        Assert.Equal(customerAnswered, (bool?)outcome["customer_answered"]);
    }

    [Fact]
    public void A_talk_through_Local_channels_is_one_talk_whether_they_are_optimised_away_or_stay()
    {
        foreach (var call in Captures.Calls(replay => replay.Ami(Captures.Ami("15-local-channels"))))
        {
            Assert.Equal((CallDirection.Out, "101", "79161234567"), (call.Direction, call.PlacedBy, call.RawNumber));
            Assert.Equal("101", Assert.Single(call.Talks).Phone);
            Assert.InRange((call.Talks[0].Until!.Value - call.Talks[0].From).TotalSeconds, 3.9, 4.1);
        }
    }

    [Fact]
    public void A_phone_that_holds_and_takes_back_is_the_one_who_held_and_the_log_alone_does_not_know()
    {
        var call = Assert.Single(Captures.Calls(replay => replay.Ami(Captures.Ami("10-hold-unhold"))));
        var hold = Assert.Single(call.Holds!);
        Assert.Equal("101", hold.Phone);
        Assert.InRange((hold.Until!.Value - hold.From).TotalSeconds, 2.9, 3.1);

        // It is all on one recording, so that its place there is known.
        var recorded = Assert.Single(call.Recorded);
        Assert.Equal((call.Talks[0].From, call.Talks[0].Until), (recorded.From, recorded.Until));
        Assert.True(recorded.From < hold.From && hold.Until < recorded.Until);

        Assert.Null(Assert.Single(Captures.Calls(replay => replay.Cel(Captures.Cel("10-hold-unhold")))).Holds);
    }

    [Fact]
    public void Who_is_joined_with_a_colleague_was_on_hold_till_then_and_the_colleagues_call_had_none()
    {
        var calls = Captures.Calls(replay => replay.Ami(Captures.Ami("09-attended-transfer")));
        var call = calls.Single(one => one.Direction == CallDirection.In);
        var hold = Assert.Single(call.Holds!);

        Assert.Equal("101", hold.Phone);
        Assert.InRange((call.Talks[0].Until - hold.Until)!.Value.TotalMilliseconds, 0, 2);
        Assert.All(calls.Where(one => one.Direction == CallDirection.Internal), one => Assert.Empty(one.Holds!));
    }

    [Fact]
    public void A_transfer_without_asking_sends_an_Unhold_and_was_no_hold() =>
        Assert.Empty(Assert.Single(Captures.Calls(replay => replay.Ami(Captures.Ami("08-blind-transfer")))).Holds!);

    [Fact]
    public void Strange_caller_ids_make_one_call_each_and_forge_none()
    {
        var calls = Captures.Calls(replay => replay.Ami(Captures.Ami("14-weird-callerids")));

        // 26 callers, two of whom sent messages that no SIP server takes.
        Assert.Equal(24, calls.Count);
        Assert.All(calls, call => Assert.Equal(CallDirection.In, call.Direction));
        Assert.Equal(23, calls.Count(call => call is { Settled: true, Result: CallResult.Answered, AnsweredBy: "101" }));

        // The one whose number held a forged event: nothing that AMI says of him is believed, the log knows.
        var hidden = Assert.Single(calls, call => !call.Settled);
        Assert.Equal("101", Captures.Calls(replay =>
        {
            replay.Ami(Captures.Ami("14-weird-callerids"));
            replay.Cel(Captures.Cel("14-weird-callerids"));
        }).Single(call => call.AnchorId == hidden.AnchorId).AnsweredBy);
    }

    [Fact]
    public void Forged_events_make_no_call()
    {
        var calls = Captures.Calls(replay => replay.Ami(Captures.Ami("49-sip-injection")));

        Assert.Equal(3, calls.Count(call => call.Direction == CallDirection.In));
        Assert.Equal(1, calls.Count(call => call.Direction == CallDirection.Out));
        Assert.Equal(4, calls.Count);
    }

    private static void AssertTruth(string name, JsonObject outcome, bool allRings, bool settled = true)
    {
        var truth = Captures.Truth(name);
        Assert.True(!settled || (string?)outcome["status"] == "settled");
        foreach (var field in (string[])["caller", "answered_by", "missed", "transfer", "transferred_to", "after_hours"])
        {
            if (truth.ContainsKey(field))
            {
                Assert.Equal(truth[field]?.ToJsonString(), outcome[field]?.ToJsonString());
            }
        }

        foreach (var field in (string[])["menu_path", "menu_depth", "in_menu_at_end"])
        {
            if (truth.ContainsKey(field))
            {
                Assert.Equal(truth[field]?.ToJsonString(), outcome[field]?.ToJsonString());
            }
        }

        // The log has no ringing: whether a phone rang before it refused is then said not to be known.
        if (truth.ContainsKey("miss_reason") && (allRings || (string?)outcome["miss_reason"] != "unknown"))
        {
            Assert.Equal((string?)truth["miss_reason"], (string?)outcome["miss_reason"]);
        }

        // Nor has it any hold.
        Assert.True(!allRings || outcome["hold_s"] is not null);
        if (truth.ContainsKey("hold_s") && outcome["hold_s"] is { } held)
        {
            Assert.Equal((double)truth["hold_s"]!, (double)held, 0.3);
        }

        if (truth.ContainsKey("menu_s"))
        {
            Assert.Equal((double)truth["menu_s"]!, (double)outcome["menu_s"]!, 0.3);
        }

        if (truth.ContainsKey("recording"))
        {
            Assert.EndsWith((string)truth["recording"]!, (string)outcome["recording"]!, StringComparison.Ordinal);
        }

        if (truth.ContainsKey("abandoned"))
        {
            Assert.Equal((bool?)truth["abandoned"], (bool?)outcome["abandoned"]);
        }

        if (truth.ContainsKey("rings"))
        {
            var rang = outcome["rings"]!.AsArray().Select(phone => (string)phone!).ToArray();
            var true_ = truth["rings"]!.AsArray().Select(phone => (string)phone!).ToArray();
            if (allRings)
            {
                Assert.Equal(true_, rang);
            }
            else
            {
                Assert.Subset(true_.ToHashSet(), rang.ToHashSet());
            }
        }
    }

    private static IEnumerable<int> FrameEnds(byte[] stream)
    {
        var text = Encoding.Latin1.GetString(stream);
        for (var at = text.IndexOf("\r\n\r\n", StringComparison.Ordinal); at >= 0; at = text.IndexOf("\r\n\r\n", at + 4, StringComparison.Ordinal))
        {
            yield return at + 4;
        }
    }
}
