using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace GatewayBench;

/// <summary>
/// A recorded stream, AMI or CEL, that can be played any number of times, each time as other calls: with ids, channel
/// names, bridges and times of its own.
/// </summary>
internal sealed partial class Recording
{
    // No recording has more channels than this.
    private const long IdsEach = 1000;
    private const long Microsecond = TimeSpan.TicksPerMillisecond / 1000;
    private readonly List<Part> _parts = [];

    private Recording(string text, long firstTick)
    {
        var done = 0;
        foreach (Match match in Varying().Matches(text))
        {
            _parts.Add(new Part(PartKind.Text, text[done..match.Index], 0));
            _parts.Add(match.Groups switch
            {
                var groups when groups["id"].Success => new Part(PartKind.Id, groups["id"].Value, long.Parse(groups["serial"].ValueSpan, CultureInfo.InvariantCulture)),
                var groups when groups["take"].Success => new Part(PartKind.Id, "crm-take-", long.Parse(groups["take"].ValueSpan, CultureInfo.InvariantCulture)),
                var groups when groups["name"].Success => new Part(PartKind.Name, "-", long.Parse(groups["name"].ValueSpan, NumberStyles.HexNumber, CultureInfo.InvariantCulture)),
                var groups when groups["bridge"].Success => new Part(PartKind.Bridge, groups["bridge"].Value, 0),
                _ => new Part(PartKind.Time, "", Ticks(match.Value) - firstTick),
            });
            done = match.Index + match.Length;
        }

        _parts.Add(new Part(PartKind.Text, text[done..], 0));
    }

    private enum PartKind
    {
        Text,
        Id,
        Name,
        Bridge,
        Time,
    }

    /// <summary>The live events of a stream, and its log.</summary>
    /// <returns>Null when the recording cannot be told anew: it has no log, or ids of a kind that is not known here.</returns>
    public static (Recording Ami, Recording Cel)? Load(string amiFile)
    {
        var celFile = Path.ChangeExtension(amiFile, ".cel");
        if (!File.Exists(celFile))
        {
            return null;
        }

        var frames = File.ReadAllText(amiFile, Encoding.Latin1).Split("\r\n\r\n")[..^1]
            .Where(frame => frame.StartsWith("Event: ", StringComparison.Ordinal) && frame.Contains("\r\nSystemName: ", StringComparison.Ordinal)).ToList();
        var ami = string.Concat(frames.Select(frame => frame + "\r\n\r\n"));
        if (frames.Exists(frame => frame.StartsWith("Event: Shutdown", StringComparison.Ordinal)) || OtherId().IsMatch(ami))
        {
            return null;
        }

        var first = Ticks(FirstTime().Match(ami).Value);
        return (new Recording(ami, first), new Recording(File.ReadAllText(celFile, Encoding.Latin1), first));
    }

    /// <summary>The bytes of one play.</summary>
    /// <param name="play">Its number, from 0.</param>
    /// <param name="at">When it begins.</param>
    public byte[] Play(long play, DateTimeOffset at)
    {
        var text = new StringBuilder();
        foreach (var part in _parts)
        {
            switch (part.Kind)
            {
                case PartKind.Id:
                    text.Append(part.Text).Append(part.Number + (play * IdsEach));
                    break;
                case PartKind.Name:
                    text.Append(part.Text).Append((part.Number + (play * IdsEach)).ToString("x8", CultureInfo.InvariantCulture));
                    break;
                case PartKind.Bridge:
                    text.Append(play.ToString("x8", CultureInfo.InvariantCulture)).Append(part.Text);
                    break;
                case PartKind.Time:
                    var ticks = (at - DateTimeOffset.UnixEpoch).Ticks + part.Number;
                    text.Append(ticks / TimeSpan.TicksPerSecond).Append('.')
                        .Append((ticks % TimeSpan.TicksPerSecond / Microsecond).ToString("000000", CultureInfo.InvariantCulture));
                    break;
                default:
                    text.Append(part.Text);
                    break;
            }
        }

        return Encoding.Latin1.GetBytes(text.ToString());
    }

    private static long Ticks(string seconds) => (long)(decimal.Parse(seconds, CultureInfo.InvariantCulture) * TimeSpan.TicksPerSecond);

    // rig-1795328084.12 · crm-take-1 · PJSIP/101-0000001a · a bridge's UUID, whose first eight digits are left out · 1795328084.006131
    [GeneratedRegex("""
        (?<id>rig-\d{10}\.)(?<serial>\d+)
        |\bcrm-take-(?<take>\d+)
        |(?<=/[\w.@-]+)-(?<name>[0-9a-f]{8})(?![0-9a-f])
        |\b[0-9a-f]{8}(?<bridge>(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\b
        |(?<=Timestamp:\ |"eventtime":")\d{10}\.\d{6}
        """, RegexOptions.IgnorePatternWhitespace | RegexOptions.ExplicitCapture, 60_000)]
    private static partial Regex Varying();

    [GeneratedRegex(@"(?<=Timestamp: )\d{10}\.\d{6}", RegexOptions.None, 60_000)]
    private static partial Regex FirstTime();

    [GeneratedRegex(@"^Uniqueid: (?!rig-|crm-take-|take-\d+-rig-)", RegexOptions.Multiline, 60_000)]
    private static partial Regex OtherId();

    private readonly record struct Part(PartKind Kind, string Text, long Number);
}
