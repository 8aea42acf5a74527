namespace CallCenterCrm.Telephony.Tests.Histories;

/// <summary>Tells a history with faults.</summary>
internal static class Telling
{
    /// <summary>What reaches the gateway, in the order in which it does.</summary>
    public static List<Told> Of(History history, IReadOnlyList<Fault> faults)
    {
        var heard = history.Ami.ToList();
        foreach (var gap in faults.OfType<Fault.Gap>())
        {
            heard = Interrupted(history, heard, gap);
        }

        foreach (var loss in faults.OfType<Fault.Unheard>())
        {
            var from = (int)(loss.From * heard.Count);
            heard = [.. heard.Where((one, place) => one.OnlyHere || place < from || place >= from + loss.Count)];
        }

        foreach (var thinned in faults.OfType<Fault.Thinned>())
        {
            var random = new Random(thinned.Seed);
            heard.RemoveAll(one => !one.OnlyHere && random.NextDouble() >= thinned.Kept);
        }

        foreach (var again in faults.OfType<Fault.Again>())
        {
            var from = (int)(again.From * heard.Count);
            heard.InsertRange(Math.Min(from + again.Count + again.Later, heard.Count), heard.Skip(from).Take(again.Count).Where(one => one.Lists is null).ToList());
        }

        foreach (var order in faults.OfType<Fault.Overtaking>())
        {
            var random = new Random(order.Seed);
            heard = EachSession(heard, events => Overtaken(events, random));
        }

        foreach (var order in faults.OfType<Fault.Shuffled>())
        {
            var random = new Random(order.Seed);
            heard = EachSession(heard, events => Shuffled(events, random));
        }

        var logged = Damaged(history, faults);
        if (faults.OfType<Fault.LogLags>().FirstOrDefault() is not { } lag)
        {
            return [.. heard.Select(Told.Of), .. logged.Select(Told.Of)];
        }

        // Both keep their own order.
        var told = new List<Told>();
        var next = 0;
        foreach (var one in heard)
        {
            while (next < logged.Count && logged[next].At.AddSeconds(lag.Seconds) < one.At)
            {
                told.Add(Told.Of(logged[next++]));
            }

            told.Add(Told.Of(one));
        }

        return [.. told, .. logged.Skip(next).Select(Told.Of)];
    }

    private static List<Heard> Interrupted(History history, List<Heard> heard, Fault.Gap gap)
    {
        // A call that CEL does not tell to its end stays open after a gap, which is right, and says nothing.
        if (heard.Count == 0 || heard.Exists(one => one.OnlyHere))
        {
            return heard;
        }

        var (from, until) = ((int)(gap.From * heard.Count), Math.Min((int)Math.Ceiling(gap.Until * heard.Count), heard.Count));
        var lost = heard.GetRange(from, until - from);
        if (lost.Count == 0)
        {
            return heard;
        }

        var at = lost[^1].At;
        var lists = new Heard(at, "", null, Snapshots.At(history, at, at.AddSeconds(gap.Late)));
        return [.. heard.Take(from), lists, .. heard.Skip(until)];
    }

    // Nothing of one connection is heard in the next one, which begins with lists.
    private static List<Heard> EachSession(List<Heard> heard, Func<List<Heard>, IEnumerable<Heard>> disorder)
    {
        var sessions = new List<Heard>();
        var session = new List<Heard>();
        foreach (var one in heard)
        {
            if (one.Lists is not null)
            {
                sessions.AddRange([.. disorder(session), one]);
                session.Clear();
            }
            else
            {
                session.Add(one);
            }
        }

        return [.. sessions, .. disorder(session)];
    }

    private static Heard[] Shuffled(List<Heard> heard, Random random)
    {
        var shuffled = heard.ToArray();
        random.Shuffle(shuffled);
        return shuffled;
    }

    // Each event is late by some milliseconds; a channel's own events keep their order.
    private static List<Heard> Overtaken(List<Heard> heard, Random random)
    {
        var latest = new Dictionary<string, DateTimeOffset>(StringComparer.Ordinal);
        return [.. heard.Select(one =>
        {
            var at = one.At.AddMilliseconds(one.Channel.Length == 0 ? 0 : random.NextDouble() * 20);
            var before = latest.GetValueOrDefault(one.Channel);
            return (one, at: latest[one.Channel] = at > before ? at : before);
        }).OrderBy(pair => pair.at).Select(pair => pair.one)];
    }

    private static List<Logged> Damaged(History history, IReadOnlyList<Fault> faults)
    {
        var logged = history.Cel.ToList();
        foreach (var fault in faults)
        {
            switch (fault)
            {
                case Fault.LoggedAgain again:
                    var from = (int)(again.From * logged.Count);
                    var lines = logged.Skip(from).Take(again.Count).ToList();
                    logged.InsertRange(from + lines.Count, lines);
                    break;
                case Fault.Torn torn when logged.Count > 0:
                    var at = (int)(torn.At * logged.Count);
                    logged.Insert(at, logged[at] with { Text = logged[at].Text[..(int)(torn.Kept * logged[at].Text.Length)] });
                    break;
                case Fault.LogDamaged damage:
                    var first = (int)(damage.From * logged.Count);
                    var gone = logged.Skip(first).Take(damage.Count).ToList();
                    logged.RemoveRange(first, gone.Count);
                    if (damage.Garbled)
                    {
                        logged.InsertRange(first, gone.Select(line => line with { Text = line.Text[..(line.Text.Length / 2)] }));
                    }

                    break;
            }
        }

        return logged;
    }
}
