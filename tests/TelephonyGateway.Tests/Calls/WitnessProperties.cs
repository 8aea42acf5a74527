using System.Text;
using CallCenterCrm.Telephony.Calls;
using FsCheck;
using FsCheck.Fluent;
using Xunit;

namespace CallCenterCrm.Telephony.Tests.Calls;

/// <summary>
/// Whatever reached us over AMI, in whatever order and however often: once the PBX's own log is read, the outcome is
/// that of the full stream.
/// </summary>
public sealed class WitnessProperties
{
    private static readonly TimeSpan Tolerance = TimeSpan.FromMilliseconds(50);

    // Those whose log is whole: of some recordings it holds the inbound channels only.
    private static readonly string[] Histories =
    [
        "01-answered-first", "02-second-answers", "03-owner-mobile", "03b-mobile-voicemail", "04-abandoned", "05-busy-dnd-unregistered",
        "05b-declined", "06-after-hours", "06b-after-hours-abandoned", "07b-takeover-redirect", "07d-takeover-redirect-late",
        "07f-two-clicks", "07g-take-caller-leaves", "08-blind-transfer", "09-attended-transfer", "10-hold-unhold", "13-pickup-dialled",
        "24-parallel-ring", "25-connected-line", "30c0-no-gateway", "30c2-rewrite", "31-mobile-caller-leaves", "42-restart-graceful-before",
    ];

    [Fact]
    public void Any_loss_and_order_and_repetition_of_events_followed_by_the_log_ends_in_the_same_outcome()
    {
        var arbitrary = Gen.Choose(0, Histories.Length - 1)
            .SelectMany(history => Gen.Choose(0, int.MaxValue - 1).SelectMany(seed => Gen.Choose(0, 100).Select(kept => (history, seed, kept)))).ToArbitrary();

        Prop.ForAll(arbitrary, sample =>
        {
            var (history, seed, kept) = sample;
            var name = Histories[history];
            var full = Captures.Calls(replay => replay.Ami(Captures.Ami(name)));
            var mended = Captures.Calls(replay =>
            {
                replay.Ami(Disturbed(Captures.Ami(name), seed, kept));
                replay.Cel(Captures.Cel(name));
            });
            AssertSame(full, mended, $"{name}, seed {seed}, {kept} % kept");
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(400));
    }

    private static void AssertSame(IReadOnlyList<TrackedCall> full, IReadOnlyList<TrackedCall> mended, string sample)
    {
        Assert.True(full.Count == mended.Count, $"{sample}: {full.Count} calls became {mended.Count}");
        foreach (var (one, other) in full.Zip(mended))
        {
            Assert.True(
                (one.AnchorId, one.Direction, one.Settled, one.Result, one.MissReason, one.AnsweredBy)
                == (other.AnchorId, other.Direction, other.Settled, other.Result, other.MissReason, other.AnsweredBy), $"{sample}: {one} became {other}");
            Assert.True(Near(one.StartedAt, other.StartedAt) && Near(one.AnsweredAt, other.AnsweredAt) && Near(one.EndedAt, other.EndedAt), $"{sample}: times");
            Assert.True(one.Talks.Count == other.Talks.Count && one.Talks.Zip(other.Talks).All(pair =>
                pair.First.Phone == pair.Second.Phone && Near(pair.First.From, pair.Second.From) && Near(pair.First.Until, pair.Second.Until)), $"{sample}: talks");
            Assert.True(one.Legs.Select(leg => leg.Phone).Order().SequenceEqual(other.Legs.Select(leg => leg.Phone).Order()),
                $"{sample}: legs {string.Join(' ', one.Legs.Select(leg => leg.Phone))} became {string.Join(' ', other.Legs.Select(leg => leg.Phone))}");
        }
    }

    private static bool Near(DateTimeOffset? one, DateTimeOffset? other) =>
        one is null == other is null && (one is null || (one - other)!.Value.Duration() <= Tolerance);

    private static byte[] Disturbed(byte[] stream, int seed, int kept)
    {
        var text = Encoding.Latin1.GetString(stream);
        var banner = text[..(text.IndexOf("\r\n", StringComparison.Ordinal) + 2)];
        var random = new System.Random(seed);
        var frames = text[banner.Length..].Split("\r\n\r\n", StringSplitOptions.RemoveEmptyEntries)
            .Where(frame => random.Next(100) < kept)
            .SelectMany(frame => Enumerable.Repeat(frame, random.Next(4) == 0 ? 2 : 1))
            .ToArray();
        random.Shuffle(frames);
        return Encoding.Latin1.GetBytes(banner + string.Concat(frames.Select(frame => frame + "\r\n\r\n")));
    }
}
