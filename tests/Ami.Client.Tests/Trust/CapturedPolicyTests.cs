using Ami.Client.Events;
using Ami.Client.Tests.Support;
using Ami.Client.Trust;

namespace Ami.Client.Tests.Trust;

/// <summary>What the policy makes of real streams, two of them recorded during attacks (14 and 49).</summary>
public sealed class CapturedPolicyTests
{
    private static readonly string[] OwnIds = ["crm-", "take-", "inj-"];

    public static TheoryData<string> Captured => Captures.Names;

    [Theory]
    [MemberData(nameof(Captured))]
    public void Every_true_event_is_believed_and_every_forged_or_cut_one_refused(string name)
    {
        var bytes = Captures.Bytes(name);
        var frames = ReferenceParser.Frames(bytes);
        var expected = frames.Where((frame, i) => ReferenceParser.IsEvent(frame) && !IsForged(frame) && !IsCut(frames, i)).Select(Describe).ToList();

        foreach (var policy in new[] { new AmiEventPolicy("rig", OwnIds), new AmiEventPolicy("rig"), AmiEventPolicy.Learning(OwnIds) })
        {
            var (items, recording) = Captures.Read(bytes, policy);

            Assert.Equal(expected, items.OfType<AmiEvent>().Select(Describe));
            Assert.Equal(
                frames.Count - expected.Count - frames.Count(frame => frame[0].Key == "Response"),
                recording.RefusedFrames.Values.Sum());
        }
    }

    [Fact]
    public void The_attacks_are_refused_for_the_reasons_that_their_shape_gives()
    {
        // 14 writes a second "Event:" into the event that it cuts; 49 cuts before the Uniqueid.
        Assert.Equal(
            new Dictionary<AmiRefusal, long>
            {
                [AmiRefusal.NeitherEventNorResponse] = 42,
                [AmiRefusal.WrongBeginning] = 42,
                [AmiRefusal.RepeatedKey] = 33,
            },
            Captures.Read(Captures.Bytes("14-weird-callerids")).Recording.RefusedFrames);
        Assert.Equal(
            new Dictionary<AmiRefusal, long>
            {
                [AmiRefusal.NeitherEventNorResponse] = 44,
                [AmiRefusal.WrongBeginning] = 44,
                [AmiRefusal.MissingUniqueid] = 35,
            },
            Captures.Read(Captures.Bytes("49-sip-injection")).Recording.RefusedFrames);
    }

    [Fact]
    public void All_other_recorded_streams_have_nothing_refused()
    {
        foreach (var name in Captures.All.Except(["14-weird-callerids", "49-sip-injection"]))
            Assert.Empty(Captures.Read(Captures.Bytes(name), new AmiEventPolicy("rig", OwnIds)).Recording.RefusedFrames);
    }

    [Theory]
    [MemberData(nameof(Captured))]
    public void The_split_of_the_bytes_changes_no_event_and_no_refusal(string name)
    {
        var bytes = Captures.Bytes(name);
        var (whole, wholeRecording) = Captures.Read(bytes);
        var (pieces, piecesRecording) = Captures.Read(bytes, null, 1, 2, 3, 5, 7, 1000);

        Assert.Equal(whole.OfType<AmiEvent>().Select(Describe), pieces.OfType<AmiEvent>().Select(Describe));
        Assert.Equal(whole.Count, pieces.Count);
        Assert.Equal(wholeRecording.RefusedFrames, piecesRecording.RefusedFrames);
    }

    [Fact]
    public void With_another_SystemName_only_lists_and_FullyBooted_are_left()
    {
        foreach (var name in Captures.All)
        {
            var (items, _) = Captures.Read(Captures.Bytes(name), new AmiEventPolicy("other"));
            Assert.All(items.OfType<AmiEvent>(), item => Assert.True(item.IsListItem || item is FullyBootedEvent));
        }
    }

    [Fact]
    public void Without_the_prefixes_of_our_own_ids_only_events_with_such_ids_are_refused()
    {
        var (items, recording) = Captures.Read(Captures.Bytes("07a-takeover-pickup"), new AmiEventPolicy("rig", []));

        Assert.Equal([AmiRefusal.ForeignId], recording.RefusedFrames.Keys);
        Assert.DoesNotContain(items.OfType<AmiChannelEvent>(), item => item.Uniqueid.ToString().StartsWith("crm-", StringComparison.Ordinal));
        Assert.Contains(items, item => item is HangupEvent);
    }

    [Fact]
    public void What_is_told_of_refused_frames_has_nothing_that_a_caller_wrote()
    {
        var (_, recording) = Captures.Read(Captures.Bytes("49-sip-injection"));

        Assert.Equal(32, recording.NewestRefusedFrames.Count);
        Assert.All(recording.NewestRefusedFrames, frame => Assert.Matches("^(other|[A-Z][A-Za-z]+)$", frame.EventName));
        Assert.DoesNotContain(recording.NewestRefusedFrames, frame => frame.EventName.Contains("Fake", StringComparison.Ordinal));
    }

    private static bool IsForged(List<(string Key, string Value)> frame) =>
        frame.Exists(line => line is ("Forged", _)) || frame[0] is ("Event", "Fake");

    /// <summary>Its rest follows: either with the forged text inside (a second "Event:"), or behind a forged frame.</summary>
    private static bool IsCut(List<List<(string Key, string Value)>> frames, int at) =>
        frames[at].Count(line => line.Key == "Event") > 1 || (at + 1 < frames.Count && IsForged(frames[at + 1]));

    private static string Describe(List<(string Key, string Value)> frame) =>
        $"{frame[0].Value} {frame.Find(line => line.Key == "Timestamp").Value} {frame.Find(line => line.Key == "Uniqueid").Value} {frame.Count}";

    private static string Describe(AmiEvent item) => $"{item.Name} {item["Timestamp"]} {item["Uniqueid"]} {item.Lines().Count()}";
}
