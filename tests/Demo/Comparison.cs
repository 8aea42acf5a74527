using System.Globalization;

namespace CallCenterCrm.Demo;

/// <summary>Something that did not go as it is told.</summary>
internal sealed record Difference(string What, string Expected, string Actual);

/// <summary>Holds what the phones saw and what the CRM made of it against the scenario.</summary>
internal static class Comparison
{
    // The PBX records from the answer to the end, as the phones measure the talk, give or take the work between.
    private static readonly TimeSpan RecordingTolerance = TimeSpan.FromSeconds(1);

    /// <summary>All differences; none when the call went as told.</summary>
    /// <param name="recordings">The folder of the recordings, where the file must be as long as the CRM says.</param>
    public static IReadOnlyList<Difference> Make(Scenario scenario, Played played, CallRow call, LeadsRow leads, string recordings)
    {
        var answeredBy = scenario.Phones.FirstOrDefault(phone => phone.Answers)?.Number;
        var list = new List<Difference>();
        Expect(Texts.WhoRang, List(scenario.Phones.Select(Times)), List(played.Phones.Select(Times)));
        Expect(Texts.WhoRangInCrm, List(scenario.Phones.Select(phone => phone.Number)), List(call.Legs));
        Expect(Texts.WhoAnswered, answeredBy ?? Texts.Nobody, played.Phones.FirstOrDefault(phone => phone.Answered)?.Number ?? Texts.Nobody);
        Expect(Texts.Outcome, answeredBy is null ? Texts.CallMissed(scenario.MissReason!) : Texts.CallAnswered(answeredBy),
            call.AnsweredBy is null ? Texts.CallMissed(call.MissReason ?? call.Result ?? "") : Texts.CallAnswered(call.AnsweredBy));
        Expect(Texts.Client, scenario.Client ?? Texts.NewLead(scenario.Caller), leads.Client ?? (leads.LeadId is null ? Texts.Nothing : Texts.NewLead(scenario.Caller)));
        Expect(Texts.Callback, answeredBy is null ? Texts.CallbackOpen : Texts.NoCallback, leads.Misses is null ? Texts.NoCallback : Texts.CallbackOpen);
        if (scenario is { Client: { } client, Phones.Count: > 0 })
        {
            Expect(Texts.OnDisplay, client, played.Phones.Count > 0 ? played.Phones[0].Shown.Display : Texts.Nothing);
        }

        if (played.Talked is { } talked)
        {
            Expect(Texts.BothHeard, $"{Texts.Sound}, {Texts.Sound}", $"{Heard(played.CallerHeard)}, {Heard(played.CalleeHeard)}");
            CompareRecording(talked);
        }
        else
        {
            Expect(Texts.Recording, Texts.RecordingWord("nothing_to_record"), Texts.RecordingWord(call.Recording));
        }

        return list;

        void Expect(string what, string expected, string actual)
        {
            if (!string.Equals(expected, actual, StringComparison.Ordinal))
            {
                list.Add(new Difference(what, expected, actual));
            }
        }

        void CompareRecording(TimeSpan talk)
        {
            Expect(Texts.Recording, Texts.RecordingWord("ready"), Texts.RecordingWord(call.Recording));
            var length = TimeSpan.FromSeconds(call.Seconds ?? 0);
            if ((length - talk).Duration() > RecordingTolerance)
            {
                list.Add(new Difference(Texts.RecordedSeconds, Texts.Seconds(talk), Texts.Seconds(length)));
            }

            var file = new FileInfo(Path.Combine(recordings, call.File ?? ""));
            Expect(Texts.FileBytes, Bytes(call.Bytes), Bytes(file.Exists ? file.Length : null));
        }
    }

    private static string Bytes(long? bytes) => bytes?.ToString(CultureInfo.InvariantCulture) ?? Texts.Nothing;

    private static string Heard(bool heard) => heard ? Texts.Sound : Texts.Silence;

    private static string List(IEnumerable<string> phones) => string.Join(", ", phones) is { Length: > 0 } list ? list : Texts.Nobody;

    private static string Times(Ringing phone) => Texts.RangTimes(phone.Number, phone.Rings);

    private static string Times(Rung phone) => Texts.RangTimes(phone.Number, phone.Rings);
}
