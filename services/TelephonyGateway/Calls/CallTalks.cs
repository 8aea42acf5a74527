namespace CallCenterCrm.Telephony.Calls;

/// <summary>
/// Works out who talked with whom and when. To talk is to share a bridge, also through Local channels, which stand
/// between two bridges until the PBX optimises them away.
/// </summary>
internal sealed class CallTalks(CallChannels channels)
{
    private static readonly TimeSpan SameTalk = TimeSpan.FromMilliseconds(250);

    /// <summary>Two witnesses tell one moment some milliseconds apart: who left a bridge as another came in has not met him there.</summary>
    public static readonly TimeSpan InPassing = TimeSpan.FromMilliseconds(50);

    /// <summary>Who of ours talked with a party, in order.</summary>
    /// <param name="only">Talks with this one alone.</param>
    public List<TrackedTalk> With(Channel party, Channel? only = null)
    {
        var talks = new List<TrackedTalk>();
        foreach (var stay in channels.StaysOf(party))
        {
            var met = new List<TrackedTalk>();
            Meet(party, stay.Bridge, stay.From, stay.Until, [party], met, only);
            if (met.Count == 0 && only is null)
            {
                // Only the party's own record is there, which names the others.
                met.AddRange(Peers(stay).Select(phone => new TrackedTalk(phone, stay.From, stay.Until)));
            }

            talks.AddRange(met);
        }

        if (channels.StaysOf(party).Count == 0 && only is null)
        {
            // The party's own records are broken; those of the others name it, or it has no name at all.
            talks.AddRange(channels.All.Where(other => !other.IsLocal && !ReferenceEquals(other, party)).SelectMany(other => channels.StaysOf(other)
                .Where(stay => party.Name is null
                    ? ReferenceEquals(channels.DialOf(other)?.Caller, party)
                    : stay.Peers.Split(',').Contains(party.Name) || (other.Name is not null && party.Met.Contains(other.Name)))
                .Select(stay => new TrackedTalk(channels.PhoneOf(other), stay.From, stay.Until))));
        }

        talks.Sort((one, two) => one.From != two.From ? one.From.CompareTo(two.From) : string.CompareOrdinal(one.Phone, two.Phone));
        for (var i = talks.Count - 1; i > 0; i--)
        {
            // A Local channel that was optimised away moves a talk to another bridge; it is the same talk.
            if (talks[i].Phone == talks[i - 1].Phone && talks[i].From - (talks[i - 1].Until ?? talks[i].From) < SameTalk)
            {
                talks[i - 1] = talks[i - 1] with { Until = talks[i].Until };
                talks.RemoveAt(i);
            }
        }

        return talks;
    }

    // Behind a Local channel talks whoever of this group is in another bridge at that time.
    private IEnumerable<string> Peers(BridgeStay stay) => stay.Peers.Split(',', StringSplitOptions.RemoveEmptyEntries)
        .SelectMany(name => !name.StartsWith("Local/", StringComparison.Ordinal)
            ? [Channel.EndpointOf(name)]
            : channels.All.Where(other => !other.IsLocal && channels.StaysOf(other).Exists(far => far.Bridge != stay.Bridge
                && BridgeStays.Meet(stay.From, stay.Until, far.From, far.Until) is not null)).Select(channels.PhoneOf))
        .Distinct();

    private void Meet(Channel party, string bridge, DateTimeOffset from, DateTimeOffset? until, HashSet<Channel> visited, List<TrackedTalk> met, Channel? only)
    {
        foreach (var other in channels.All)
        {
            if (visited.Contains(other))
            {
                continue;
            }

            foreach (var stay in channels.StaysOf(other).Where(stay => string.Equals(stay.Bridge, bridge, StringComparison.Ordinal)))
            {
                if (BridgeStays.Meet(from, until, stay.From, stay.Until) is not var (start, end)
                    || (end - start < InPassing && !(until - from < InPassing) && !(stay.Until - stay.From < InPassing)))
                {
                    continue;
                }

                if (!other.IsLocal)
                {
                    if (only is null || ReferenceEquals(only, other))
                    {
                        met.Add(new TrackedTalk(channels.PhoneOf(other), start, end));
                    }
                }
                else if (other.OtherHalf is { } half)
                {
                    // Sound goes through a Local channel to whatever bridge its other half is in.
                    foreach (var far in channels.StaysOf(half))
                    {
                        if (BridgeStays.Meet(start, end, far.From, far.Until) is var (farStart, farEnd))
                        {
                            Meet(party, far.Bridge, farStart, farEnd, [.. visited, other, half], met, only);
                        }
                    }
                }
            }
        }
    }
}
