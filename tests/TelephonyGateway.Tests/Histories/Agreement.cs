using System.Globalization;
using CallCenterCrm.Contracts.Telephony.V1;
using CallCenterCrm.Telephony.Calls;

namespace CallCenterCrm.Telephony.Tests.Histories;

/// <summary>
/// Holds calls as the gateway has them against the truth. Where AMI was lost, these and no others may be unknown, because CEL does
/// not tell them, and they must then be said to be unknown, or be true:
/// <list type="bullet">
/// <item>whether a phone rang (<see cref="TrackedLeg.Rang"/> null): CEL has no ringing;</item>
/// <item>the step in which a phone was dialled (<see cref="TrackedLeg.Step"/> null): CEL has a step's end, and the one in which
/// somebody answers never ends;</item>
/// <item>whether a miss was "no answer" or "nobody available" (<see cref="MissReason.Unknown"/>), where that hangs on whether a
/// phone rang before it refused;</item>
/// <item>who was kept on hold (<see cref="TrackedCall.Holds"/> null): CEL has no hold. A hold of which AMI lost a single event, unnoticed,
/// is told wrong: nothing can be held against it then.</item>
/// </list>
/// What neither witness tells is nowhere in a call: why a phone was left out of a plan (the plan's own note says that), and
/// which phone of a group was not registered.
/// </summary>
internal static class Agreement
{
    private static readonly TimeSpan Tolerance = TimeSpan.FromMilliseconds(50);

    /// <summary>In what the calls differ from the truth, in words; empty when in nothing.</summary>
    public static string Differences(History history, IReadOnlyCollection<TrackedCall> told, bool unknownIsFine, bool holdsWereTold = true)
    {
        if (told.GroupBy(call => call.AnchorId, StringComparer.Ordinal).FirstOrDefault(same => same.Count() > 1) is { } twice)
        {
            return $"{twice.Key} is there twice";
        }

        var known = told.ToDictionary(call => call.AnchorId, StringComparer.Ordinal);
        var differences = new List<string>();
        foreach (var call in history.Truth)
        {
            if (known.Remove(call.AnchorId, out var other))
            {
                differences.AddRange(Differences(call, history.NumbersFiltered ? other : other with { RawNumber = call.RawNumber }, unknownIsFine, holdsWereTold).Select(difference => $"{call.AnchorId} {difference}"));
            }
            else
            {
                differences.Add($"{call.AnchorId} is missing");
            }
        }

        differences.AddRange(known.Values.Select(call => $"{call.AnchorId} never was: {call}"));
        return string.Join("\n  ", differences);
    }

    private static IEnumerable<string> Differences(TrackedCall truth, TrackedCall told, bool unknownIsFine, bool holdsWereTold)
    {
        var holdsAreUnknown = !holdsWereTold || (unknownIsFine && told.Holds is null);
        var reasonIsUnknown = unknownIsFine && told.MissReason == MissReason.Unknown && truth.MissReason is MissReason.NoAnswer or MissReason.NobodyAvailable;
        return ((string Name, object? True, object? Told)[])
        [
            ("direction", truth.Direction, told.Direction), ("state", truth.State, told.State), ("settled", truth.Settled, told.Settled),
            ("our number", truth.Did, told.Did), ("number", truth.RawNumber, told.RawNumber), ("withheld", truth.Withheld, told.Withheld),
            ("placed by", truth.PlacedBy, told.PlacedBy), ("party dialled", truth.PartyDialled, told.PartyDialled),
            ("party answered", truth.PartyAnswered, told.PartyAnswered), ("party's cause", truth.PartyCause, told.PartyCause),
            ("started", truth.StartedAt, told.StartedAt), ("answered", truth.AnsweredAt, told.AnsweredAt), ("ended", truth.EndedAt, told.EndedAt),
            ("answered by", truth.AnsweredBy, told.AnsweredBy), ("result", truth.Result, told.Result),
            ("reason", truth.MissReason, reasonIsUnknown ? truth.MissReason : told.MissReason), ("party hung up", truth.PartyHungUp, told.PartyHungUp),
            ("out of hours", truth.OutOfHours, told.OutOfHours), ("fallback", truth.Fallback, told.Fallback), ("cut", truth.Cut, told.Cut),
            ("taken over", truth.TakenOver, told.TakenOver), ("recording", truth.RecordingFile, told.RecordingFile),
            ("menu", truth.Menu?.Path, told.Menu?.Path), ("menu entered", truth.Menu?.EnteredAt, told.Menu?.EnteredAt), ("menu left", truth.Menu?.LeftAt, told.Menu?.LeftAt),
            .. Rows("talk", truth.Talks, told.Talks, talk => [("phone", talk.Phone), ("from", talk.From), ("until", talk.Until)]),
            .. Rows("transfer", truth.Transfers, told.Transfers, transfer => [("at", transfer.At), ("blind", transfer.Blind), ("by", transfer.By), ("to", transfer.To)]),
            .. Rows("recorded", truth.Recorded, told.Recorded, stretch => [("from", stretch.From), ("until", stretch.Until)]),
            ("holds known", truth.Holds is not null, holdsAreUnknown ? truth.Holds is not null : told.Holds is not null),
            .. holdsAreUnknown ? [] : Rows("hold", truth.Holds ?? [], told.Holds ?? [], hold => [("phone", hold.Phone), ("from", hold.From), ("until", hold.Until)]),
            .. Legs(truth, told, unknownIsFine),
        ]
        is var fields ? fields.Where(field => !Same(field.True, field.Told)).Select(field => $"{field.Name}: {Text(field.True)} became {Text(field.Told)}") : [];
    }

    private static IEnumerable<(string, object?, object?)> Legs(TrackedCall truth, TrackedCall told, bool unknownIsFine)
    {
        var known = told.Legs.ToLookup(Key);
        var legs = truth.Legs.GroupBy(Key).SelectMany(same => same.Zip(known[same.Key])).ToList();
        var unknown = unknownIsFine;
        return
        [
            ("legs", Text(truth.Legs.Select(Key).Order()), Text(told.Legs.Select(Key).Order())),
            .. legs.SelectMany(pair => ((string Name, object? True, object? Told)[])
            [
                ("phone", pair.First.Phone, pair.Second.Phone), ("dialled", pair.First.DialledAt, pair.Second.DialledAt),
                ("answered", pair.First.AnsweredAt, pair.Second.AnsweredAt), ("ended", pair.First.EndedAt, pair.Second.EndedAt),
                ("step", pair.First.Step, unknown && pair.Second.Step is null ? pair.First.Step : pair.Second.Step),
                ("rang", pair.First.Rang, unknown && pair.Second.Rang is null ? pair.First.Rang : pair.Second.Rang),

                // What becomes of the phone that placed a call nobody answered has no word of its own.
                ("result", pair.First.Result ?? pair.Second.Result, pair.Second.Result),
            ], (pair, field) => ($"{pair.First.Phone} ({Key(pair.First)}) {field.Name}", field.True, field.Told)),
        ];
    }

    private static IEnumerable<(string, object?, object?)> Rows<T>(
        string name, IReadOnlyList<T> truth, IReadOnlyList<T> told, Func<T, (string Name, object? Value)[]> fields) =>
        truth.Count != told.Count ? [($"{name}s", Text(truth), Text(told))]
        : truth.Zip(told).SelectMany((pair, place) => fields(pair.First).Zip(fields(pair.Second), (one, other) => ($"{name} {place + 1} {one.Name}", one.Value, other.Value)));

    private static string Key(TrackedLeg leg) => leg.ChannelId ?? string.Create(CultureInfo.InvariantCulture, $"{leg.Phone} passed over in {leg.Step}");

    private static bool Same(object? one, object? other) => one is DateTimeOffset at && other is DateTimeOffset then ? (at - then).Duration() <= Tolerance : Equals(one, other);

    private static string Text(object? value) => value switch
    {
        null => "nothing",
        DateTimeOffset at => at.ToString("HH:mm:ss.ffffff", CultureInfo.InvariantCulture),
        string text => text,
        System.Collections.IEnumerable many => $"[{string.Join("; ", many.Cast<object?>().Select(Text))}]",
        _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
    };
}
