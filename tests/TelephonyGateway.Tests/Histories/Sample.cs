using System.Globalization;
using Ami.Client.Events;
using CallCenterCrm.Telephony.Tests.Calls;
using FsCheck;
using FsCheck.Fluent;

namespace CallCenterCrm.Telephony.Tests.Histories;

/// <summary>Calls that happen at once, what befalls their telling, and how often the writer looks.</summary>
/// <param name="Calls">Names of recordings, and seeds of calls on paper.</param>
/// <param name="Looks">Seed of the moments at which the writer looks.</param>
internal sealed record Sample(IReadOnlyList<string> Calls, IReadOnlyList<Fault> Faults, int Looks)
{
    private static readonly DateTimeOffset Start = new(2026, 3, 2, 9, 0, 0, TimeSpan.Zero);

    // The listener died or came late (30c1, 41, 42, 44), or somebody made what AMI said of him unbelievable (14, 49).
    private static readonly string[] NotWhole =
    [
        "14-weird-callerids", "30c1-dies-after-plan", "41-rebuild", "41-rebuild-before", "42-restart-graceful", "44-gap", "49-sip-injection",
    ];

    // A recording is read once for each place that it may have among calls at once, not for each sample.
    private static readonly Dictionary<(string, int), History> Read = [];

    /// <summary>Recordings in which AMI tells everything, so that nothing rests on CEL.</summary>
    public static IReadOnlyList<string> WithWholeAmi { get; } = [.. Captures.Names.Except(NotWhole)];

    /// <summary>Recordings of which CEL holds every channel. The others have a log of the inbound channels only.</summary>
    public static IReadOnlyList<string> WithWholeLog { get; } = [.. Captures.Names.Where(name => !Recorded(name, 1).Ami.Any(heard => heard.OnlyHere))];

    /// <summary>Samples, made smaller by leaving out a call or a fault.</summary>
    /// <param name="fault">Makes one of the faults that may happen.</param>
    /// <param name="always">What happens to every one, such as that CEL is read at another time than after AMI.</param>
    /// <param name="recordings">Recordings to choose from.</param>
    public static Arbitrary<Sample> Any(IReadOnlyList<string> recordings, Func<Random, Fault> fault, Func<Random, Fault[]> always) => Arb.From(
        Gen.Choose(0, int.MaxValue - 1).Select(seed =>
        {
            var random = new Random(seed);
            var calls = Enumerable.Range(0, random.Next(3) == 0 ? random.Next(2, 5) : 1).Select(_ => SomeCall(random, recordings)).ToArray();

            // Lists tell of all calls at once: those of a recording know nothing of calls beside it.
            return new Sample(
                calls.FirstOrDefault(HasLists) is { } alone ? [alone] : calls,
                [.. Enumerable.Range(0, random.Next(1, 4)).Select(_ => fault(random)), .. always(random)],
                random.Next());
        }),
        Smaller);

    /// <summary>The calls, side by side.</summary>
    public History History() => Histories.History.AtOnce([.. Calls.Select((call, place) =>
        int.TryParse(call, CultureInfo.InvariantCulture, out var seed) ? PaperOffice.Call(seed, place + 1, Start.AddSeconds(1.7 * place)) : Recorded(call, place + 1))]);

    /// <summary>What reaches the gateway.</summary>
    public IReadOnlyList<Told> Told(History history) => Telling.Of(history, Faults);

    /// <summary>Whether no hold was lost unnoticed. A connection that was broken is noticed.</summary>
    public bool TellsOfHolds(History history, IReadOnlyList<Told> told) =>
        !Faults.Any(fault => fault is Fault.Unheard or Fault.Thinned) || !history.Ami.Where(IsOfHold).Except(told.Select(one => one.Heard).OfType<Heard>()).Any();

    /// <summary>What reaches the gateway, in the pieces after each of which the writer looks.</summary>
    public IEnumerable<Told[]> Pieces(History history)
    {
        // Now and then between any two events, for a writer that looks at the worst moment settles for ever.
        var random = new Random(Looks);
        var longest = random.Next(4) == 0 ? 1 : 40;
        var told = Told(history).ToArray();
        for (var at = 0; at < told.Length;)
        {
            var length = Math.Min(random.Next(1, longest + 1), told.Length - at);
            yield return told[at..(at + length)];
            at += length;
        }
    }

    public override string ToString() => $"calls {string.Join(", ", Calls)}; looks {Looks}; faults\n    {string.Join("\n    ", Faults)}";

    private static bool IsOfHold(Heard heard) => heard.Event is HoldEvent or UnholdEvent;

    private static bool HasLists(string call) => Captures.Names.Contains(call) && Recorded(call, 1).Ami.Any(heard => heard.Lists is not null);

    private static History Recorded(string name, int mark)
    {
        lock (Read)
        {
            return Read.TryGetValue((name, mark), out var known) ? known
                : Read[(name, mark)] = Histories.History.Recorded(name, mark, Start.AddSeconds(1.7 * mark));
        }
    }

    private static string SomeCall(Random random, IReadOnlyList<string> recordings) => random.Next(3) == 0
        ? recordings[random.Next(recordings.Count)]
        : random.Next().ToString(CultureInfo.InvariantCulture);

    private static IEnumerable<Sample> Smaller(Sample sample) =>
    [
        .. sample.Calls.Count > 1 ? sample.Calls.Select((_, place) => sample with { Calls = [.. sample.Calls.Where((_, other) => other != place)] }) : [],
        .. sample.Faults.Select((_, place) => sample with { Faults = [.. sample.Faults.Where((_, other) => other != place)] }),
    ];
}
