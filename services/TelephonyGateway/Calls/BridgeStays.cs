namespace CallCenterCrm.Telephony.Calls;

/// <summary>A stretch that a channel spent in a bridge.</summary>
internal sealed record BridgeStay(string Bridge, DateTimeOffset From, DateTimeOffset? Until, string Peers);

/// <summary>Who was in which bridge when, and hence who talked with whom.</summary>
internal static class BridgeStays
{
    /// <summary>
    /// Two witnesses tell the same step some milliseconds apart, and a step may be missing: a channel is in one bridge
    /// at a time, so entering another one, or its end, closes what was open.
    /// </summary>
    public static List<BridgeStay> Of(Channel channel, DateTimeOffset? end)
    {
        var stays = new List<BridgeStay>();
        BridgeStay? open = null;
        foreach (var mark in channel.Marks.Where(mark => !mark.Found || Adds(channel, mark)).OrderBy(mark => mark.At).ThenBy(mark => mark.Entered))
        {
            if (mark.Entered)
            {
                if (open is not null && string.Equals(open.Bridge, mark.Bridge, StringComparison.Ordinal))
                {
                    open = open with { Peers = Join(open.Peers, mark.Peers) };
                    continue;
                }

                Close(mark.At);
                open = new BridgeStay(mark.Bridge, mark.At, null, mark.Peers);
            }
            else if (open is not null && string.Equals(open.Bridge, mark.Bridge, StringComparison.Ordinal))
            {
                open = open with { Peers = Join(open.Peers, mark.Peers) };
                Close(mark.At);
            }
            else if (!stays.Exists(stay => string.Equals(stay.Bridge, mark.Bridge, StringComparison.Ordinal)))
            {
                // It left a bridge that nobody saw it enter (CEL misses that when a transfer overtakes an answer): it was
                // in there since the last one, or since it was answered.
                open = new BridgeStay(mark.Bridge, stays.Count > 0 ? stays[^1].Until!.Value : channel.UpAt ?? channel.StartedAt ?? mark.At, null, mark.Peers);
                Close(mark.At);
            }
            else
            {
                var last = stays.FindLastIndex(stay => string.Equals(stay.Bridge, mark.Bridge, StringComparison.Ordinal));
                stays[last] = stays[last] with { Peers = Join(stays[last].Peers, mark.Peers) };
            }
        }

        if (open is not null)
        {
            stays.Add(open with { Until = end });
        }

        return stays;

        void Close(DateTimeOffset at)
        {
            if (open is not null)
            {
                stays.Add(open with { Until = at });
                open = null;
            }
        }
    }

    // A list is dated when the client had all of it: the channel may have left the bridge by then, and be in another one.
    private static bool Adds(Channel channel, BridgeMark found) => !channel.Marks.Any(told => !told.Found
        && string.Equals(told.Bridge, found.Bridge, StringComparison.Ordinal) && (told.Entered || told.At <= found.At));

    private static string Join(string some, string more) => some.Length == 0 ? more : more.Length == 0 ? some : $"{some},{more}";

    /// <summary>What two stretches have in common; null when they do not meet.</summary>
    public static (DateTimeOffset From, DateTimeOffset? Until)? Meet(
        DateTimeOffset from, DateTimeOffset? until, DateTimeOffset otherFrom, DateTimeOffset? otherUntil)
    {
        var start = from > otherFrom ? from : otherFrom;
        var end = until is null ? otherUntil : otherUntil is null || until < otherUntil ? until : otherUntil;
        return end is null || start < end ? (start, end) : null;
    }
}
