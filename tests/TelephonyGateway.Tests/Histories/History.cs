using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Ami.Client;
using Ami.Client.Events;
using Ami.Client.Recording;
using Ami.Client.Trust;
using CallCenterCrm.Telephony.Asterisk;
using CallCenterCrm.Telephony.Calls;
using CallCenterCrm.Telephony.Tests.Calls;

namespace CallCenterCrm.Telephony.Tests.Histories;

/// <summary>Something that the gateway heard over AMI: an event, or the lists after a connection.</summary>
/// <param name="Channel">Whose event it is, for the order that AMI keeps; empty when no channel's.</param>
/// <param name="OnlyHere">CEL does not tell of these channels from their beginning to their end, so that nothing mends its loss.</param>
internal sealed record Heard(DateTimeOffset At, string Channel, AmiEvent? Event, AmiSnapshot? Lists = null, bool OnlyHere = false);

/// <summary>A record of CEL as it stands in the file; more than one line where somebody smuggled a line break in.</summary>
internal sealed record Logged(DateTimeOffset At, string Text);

/// <summary>Calls as both witnesses of the PBX tell them, whole, and in the PBX's own order.</summary>
internal sealed partial class History
{
    private IReadOnlyList<TrackedCall>? _truth;

    public required string Name { get; init; }

    public required IReadOnlyList<Heard> Ami { get; init; }

    public required IReadOnlyList<Logged> Cel { get; init; }

    /// <summary>How the calls truly were; of a recording, what both witnesses together make of it, whole and in order.</summary>
    public IReadOnlyList<TrackedCall> Truth
    {
        get => _truth ??= [.. Listener.Calls([.. Ami.Select(Told.Of), .. Cel.Select(Told.Of)])];
        set => _truth = value;
    }

    /// <summary>
    /// Both witnesses were told the caller's number as the dialplan had filtered it. In 14 CEL was told it as it came, and half of
    /// it where it held a quote.
    /// </summary>
    public bool NumbersFiltered { get; init; } = true;

    /// <summary>Several histories that happen at once.</summary>
    public static History AtOnce(IReadOnlyList<History> histories) => histories is [var only] ? only : new History
    {
        Name = string.Join(" + ", histories.Select(history => history.Name)),
        Ami = [.. histories.SelectMany(history => history.Ami).OrderBy(heard => heard.At)],
        Cel = [.. histories.SelectMany(history => history.Cel).OrderBy(logged => logged.At)],
        Truth = [.. histories.SelectMany(history => history.Truth)],
        NumbersFiltered = histories.All(history => history.NumbersFiltered),
    };

    /// <summary>A recorded history, with channels of its own and moved to the given time, so that it can happen beside others.</summary>
    public static History Recorded(string name, int mark, DateTimeOffset start)
    {
        var ami = Encoding.UTF8.GetString(Captures.Ami(name));
        var cel = Captures.HasCel(name) ? Encoding.UTF8.GetString(Captures.Cel(name)) : "";
        var first = Stamp().Matches(ami).Select(Time).Min();
        string Anew(string text) => Stamp().Replace(
            Bridge().Replace(Serial().Replace(Given().Replace(Unique().Replace(text, $"${{second}}{mark}0000${{number}}"), $"${{id}}x{mark}"), $"${{phone}}-{mark:x2}${{serial}}"), $"{mark:x2}${{rest}}"),
            match => match.Groups["head"].Value + ((start - DateTimeOffset.UnixEpoch) + (Time(match) - first)).TotalSeconds.ToString("F6", CultureInfo.InvariantCulture));
        return Parse($"{name}#{mark}", Anew(ami), Anew(cel));
    }

    /// <summary>Reads the text of both witnesses.</summary>
    public static History Parse(string name, string ami, string cel)
    {
        var records = new List<string>();
        foreach (var line in cel.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            if (records.Count == 0 || line.StartsWith("{\"uniqueid\":\"", StringComparison.Ordinal) || line.StartsWith("{\"eventtype\":\"", StringComparison.Ordinal))
            {
                records.Add(line);
            }
            else
            {
                records[^1] += "\n" + line;
            }
        }

        // What has no time of its own is as old as the record before it.
        var logged = new List<Logged>();
        foreach (var record in records)
        {
            logged.Add(new Logged(CelTime().Match(record) is { Success: true } at ? Time(at) : logged.Count > 0 ? logged[^1].At : DateTimeOffset.UnixEpoch, record));
        }

        return new History
        {
            Name = name,
            Ami = Read(ami, WholeIn(records)),
            Cel = logged,
            NumbersFiltered = !name.StartsWith("14-weird-callerids", StringComparison.Ordinal),
        };
    }

    // Channels of which every record is sound, from the first to the last.
    private static HashSet<string> WholeIn(List<string> records)
    {
        var sound = records.Select(record => (Record: CelRecord.Parse(Encoding.UTF8.GetBytes(record)), Text: record)).ToList();
        var broken = sound.Where(pair => pair.Record is null or { Broken: true } && !pair.Text.StartsWith("{\"uniqueid\"", StringComparison.Ordinal)).Select(pair => pair.Text).ToList();
        return [.. sound.Where(pair => pair.Record is { EventType: "CHAN_START" }).Select(pair => pair.Record!.UniqueId)
            .Intersect(sound.Where(pair => pair.Record is { EventType: "CHAN_END" }).Select(pair => pair.Record!.UniqueId), StringComparer.Ordinal)
            .Where(id => !broken.Exists(text => text.Contains($"\"{id}\"", StringComparison.Ordinal)))];
    }

    private static List<Heard> Read(string ami, HashSet<string> whole)
    {
        var recording = new AmiRecording(AmiEventPolicy.Learning());
        var items = new List<AmiItem>();
        var heard = new List<Heard>();
        var lists = new List<AmiEvent>();
        foreach (var frame in ami.Split("\r\n\r\n").SkipLast(1))
        {
            recording.Feed(Encoding.UTF8.GetBytes(frame + "\r\n\r\n"), items);
            var onlyHere = Ids().Matches(frame).Any(id => !whole.Contains(id.Groups["id"].Value));
            foreach (var item in items.OfType<AmiEvent>())
            {
                if (item.IsListItem)
                {
                    lists.Add(item);
                }
                else if (item.Timestamp is { } at)
                {
                    if (lists.Count > 0)
                    {
                        // Lists have no time of their own. These were taken while what is in them went on.
                        heard.Add(new Heard(at, "", null, Snapshots.Of(lists, at.AddSeconds(-0.5)), OnlyHere: true));
                        lists.Clear();
                    }

                    heard.Add(new Heard(at, item is AmiChannelEvent about ? about.Uniqueid.ToString() : "", item, OnlyHere: onlyHere));
                }
            }

            items.Clear();
        }

        return heard;
    }

    private static DateTimeOffset Time(Match match) =>
        DateTimeOffset.UnixEpoch.AddTicks((long)(decimal.Parse(match.Groups["time"].Value, CultureInfo.InvariantCulture) * TimeSpan.TicksPerSecond));

    [GeneratedRegex("""(?<head>Timestamp: |"eventtime":")(?<time>\d+\.\d+)""", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Stamp();

    [GeneratedRegex("eventtime\":\"(?<time>\\d+\\.\\d+)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex CelTime();

    [GeneratedRegex("""\b(?<second>rig-\d+\.)(?<number>\d+)\b""", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Unique();

    [GeneratedRegex("""\b(?<id>(crm|inj)-[a-z0-9-]*[0-9][a-z0-9-]*)\b""", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Given();

    [GeneratedRegex("""(?<phone>(PJSIP|Local)/[^\s"\\,;]+)-[0-9a-f]{2}(?<serial>[0-9a-f]{6})\b""", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Serial();

    [GeneratedRegex("""\b[0-9a-f]{2}(?<rest>[0-9a-f]{6}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})\b""", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Bridge();

    [GeneratedRegex("""^(Dest|Target|LocalOne|LocalTwo|(Orig|Second)?Transferer|Transferee|TransferTarget)?Uniqueid: (?<id>\S+)""",
        RegexOptions.ExplicitCapture | RegexOptions.Multiline, 1000)]
    private static partial Regex Ids();
}
