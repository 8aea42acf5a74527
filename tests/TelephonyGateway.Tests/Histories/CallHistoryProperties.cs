using System.Globalization;
using CallCenterCrm.Telephony.Tests.Calls;
using FsCheck;
using FsCheck.Fluent;
using Microsoft.FSharp.Core;
using Xunit;

namespace CallCenterCrm.Telephony.Tests.Histories;

/// <summary>
/// However the telling of a history is doubled, disordered or lost on its way: once CEL was read, every call is there, once, and
/// comes out as it truly was, with its talkers, its phones and its times. What CEL cannot know is true or unknown, never guessed
/// (<see cref="Agreement"/>). A failure names the seed of its sample and the smallest sample that fails.
/// </summary>
public sealed class CallHistoryProperties
{
    private static readonly int Samples = Environment.GetEnvironmentVariable("CRM_FULL") == "1" ? 50_000 : 1_000;

    private static readonly string[] WholeByHand =
    [
        "01-answered-first", "02-second-answers", "03-owner-mobile", "03b-mobile-voicemail", "04-abandoned", "05-busy-dnd-unregistered",
        "05b-declined", "06-after-hours", "06b-after-hours-abandoned", "07b-takeover-redirect", "07d-takeover-redirect-late",
        "07f-two-clicks", "07g-take-caller-leaves", "08-blind-transfer", "09-attended-transfer", "10-hold-unhold", "13-pickup-dialled",
        "24-parallel-ring", "25-connected-line", "30c0-no-gateway", "30c2-rewrite", "31-mobile-caller-leaves", "42-restart-graceful-before",
        "50-message", "50b-message-not-left", "51-menu", "51b-menu-left", "51c-menu-nobody-answers",
    ];

    public static TheoryData<string> Recordings => new(Sample.WithWholeAmi);

    [Fact]
    public void Both_witnesses_and_AMI_alone_tell_a_call_on_paper_as_it_was() => Prop.ForAll(Gen.Choose(0, int.MaxValue - 1).ToArbitrary(), seed =>
    {
        var history = PaperOffice.Call(seed, 1, DateTimeOffset.UnixEpoch.AddYears(56));
        AssertNone(Agreement.Differences(history, Listener.Calls(history.Ami.Select(Told.Of)), unknownIsFine: false));
        AssertNone(Agreement.Differences(history, Listener.Calls([.. history.Ami.Select(Told.Of), .. history.Cel.Select(Told.Of)]), unknownIsFine: false));
    }).Check(Runs);

    [Fact]
    public void CEL_alone_tells_a_call_on_paper_as_it_was() => Prop.ForAll(Gen.Choose(0, int.MaxValue - 1).ToArbitrary(), seed =>
    {
        var history = PaperOffice.Call(seed, 1, DateTimeOffset.UnixEpoch.AddYears(56));
        var calls = Listener.Calls(history.Cel.Select(Told.Of));
        AssertNone(Agreement.Differences(history, calls, unknownIsFine: true));
        Assert.All(calls, call => Assert.Equal(call.Talks.Count == 0, call.Holds is not null));
    }).Check(Runs);

    [Fact]
    public void Any_loss_order_and_repetition_of_events_with_the_log_ends_in_the_truth() => Check(
        Sample.Any(Captures.Names, random => random.Next(7) switch
        {
            0 => new Fault.Unheard(random.NextDouble(), random.Next(2) == 0 ? 1 : random.Next(2, 40)),
            1 => new Fault.Thinned(random.NextDouble(), random.Next()),
            2 => SomeGap(random),
            3 => new Fault.Unheard(0, int.MaxValue),
            4 => new Fault.Again(random.NextDouble(), random.Next(1, 30), random.Next(50)),
            5 => new Fault.Shuffled(random.Next()),
            _ => SomeLogFault(random),
        }, SomeLag), (history, sample) =>
        {
            var told = sample.Told(history);
            return Agreement.Differences(history, Listener.Calls(told), unknownIsFine: true, sample.TellsOfHolds(history, told));
        });

    [Fact]
    public void A_call_that_was_stored_as_settled_is_stored_as_it_was() => Check(
        Sample.Any(Sample.WithWholeLog, random => random.Next(4) switch
        {
            0 => SomeGap(random),
            1 => new Fault.Again(random.NextDouble(), random.Next(1, 30), random.Next(50)),
            2 => new Fault.Overtaking(random.Next()),
            _ => SomeLogFault(random),
        }, SomeLag), (history, sample) => Agreement.Differences(history, Listener.Rows(sample.Pieces(history)), unknownIsFine: true));

    [Fact]
    public void While_AMI_is_whole_nothing_is_unknown_whatever_becomes_of_the_log() => Check(
        Sample.Any(Sample.WithWholeAmi, random => random.Next(5) switch
        {
            0 => new Fault.Again(random.NextDouble(), random.Next(1, 30), random.Next(50)),
            1 => new Fault.Overtaking(random.Next()),
            2 => new Fault.Shuffled(random.Next()),
            3 => new Fault.LogDamaged(random.NextDouble(), random.Next(1, 20), random.Next(2) == 0),
            _ => SomeLogFault(random),
        }, SomeLag), (history, sample) => Agreement.Differences(history, Listener.Calls(sample.Told(history)), unknownIsFine: false));

    /// <summary>The truth of a recording is what both witnesses tell together; where AMI is whole, it tells the same alone.</summary>
    [Theory]
    [MemberData(nameof(Recordings))]
    public void AMI_alone_tells_a_recorded_call_as_both_do(string name)
    {
        var history = History.Recorded(name, 1, DateTimeOffset.UnixEpoch.AddYears(56));
        AssertNone(Agreement.Differences(history, Listener.Calls(history.Ami.Select(Told.Of)), unknownIsFine: false));
    }

    /// <summary>Were one of these not whole in our reading, its losses would be forgiven without a word.</summary>
    [Fact]
    public void Recordings_whose_log_is_whole_are_held_to_it() => Assert.Empty(WholeByHand.Except(Sample.WithWholeLog));

    private static void AssertNone(string differences) => Assert.True(differences.Length == 0, differences);

    private static Config Runs => Config.QuickThrowOnFailure.WithMaxTest(Samples).WithReplay(Again);

    // The seed that a failure prints ("Replay directly at failing step with (12,34,5)") is run again by CRM_REPLAY=12,34.
    private static FSharpOption<FsCheck.Replay> Again => Environment.GetEnvironmentVariable("CRM_REPLAY")?.Split(',') is [var seed, var gamma, ..]
        ? new FSharpOption<FsCheck.Replay>(new FsCheck.Replay(new Rnd(ulong.Parse(seed, CultureInfo.InvariantCulture), ulong.Parse(gamma, CultureInfo.InvariantCulture)), FSharpOption<int>.None))
        : FSharpOption<FsCheck.Replay>.None;

    private static void Check(Arbitrary<Sample> samples, Func<History, Sample, string> differences) =>
        Prop.ForAll(samples, sample => AssertNone(differences(sample.History(), sample))).Check(Runs);

    private static Fault.Gap SomeGap(Random random)
    {
        var (one, other) = (random.NextDouble(), random.NextDouble());
        return random.Next(4) switch
        {
            0 => new Fault.Gap(0, one, random.NextDouble() * 0.3),
            1 => new Fault.Gap(one, 1, random.NextDouble() * 0.3),
            _ => new Fault.Gap(Math.Min(one, other), Math.Max(one, other), random.NextDouble() * 0.3),
        };
    }

    private static Fault SomeLogFault(Random random) =>
        random.Next(2) == 0 ? new Fault.LoggedAgain(random.NextDouble(), random.Next(1, 30)) : new Fault.Torn(random.NextDouble(), random.NextDouble());

    private static Fault[] SomeLag(Random random) => random.Next(3) switch
    {
        0 => [],
        1 => [new Fault.LogLags(random.NextDouble() * 3)],
        _ => [new Fault.LogLags(-100_000)],
    };
}
