namespace CallCenterCrm.Telephony.Calls;

/// <summary>
/// Works out who kept whom on hold. AMI alone tells of it: CEL has no hold, and the lists after a connection have none either, so
/// nothing that was missed is ever learnt.
/// </summary>
internal sealed class CallHolds(CallChannels channels, CallTalks talks)
{
    /// <summary>
    /// The stretches of a party's talks in which one side was on hold, in order; null when AMI was not heard from the birth of each
    /// channel that talked to its end.
    /// </summary>
    public ValueList<TrackedHold>? Of(Channel party)
    {
        var talked = talks.With(party);
        if (talked.Count == 0)
        {
            return [];
        }

        var others = channels.All.Where(channel => !ReferenceEquals(channel, party))
            .Select(channel => (Channel: channel, Talks: talks.With(party, channel))).Where(other => other.Talks.Count > 0).ToList();
        if (!WasHeard(party) || !others.TrueForAll(other => WasHeard(other.Channel))
            || talked.Exists(talk => !others.Exists(other => string.Equals(channels.PhoneOf(other.Channel), talk.Phone, StringComparison.Ordinal))))
        {
            return null;
        }

        // A transfer or a hang-up ends a hold without an Unhold.
        var byParty = Holds(party).SelectMany(hold => channels.StaysOf(party)
            .Select(stay => BridgeStays.Meet(hold.From, hold.Until, stay.From, stay.Until))).OfType<(DateTimeOffset From, DateTimeOffset? Until)>()
            .Select(hold => new TrackedHold(channels.IsTrunk(party) ? null : channels.PhoneOf(party), hold.From, hold.Until));
        var byOthers = others.SelectMany(other => Holds(other.Channel).SelectMany(hold => other.Talks
            .Select(talk => BridgeStays.Meet(hold.From, hold.Until, talk.From, talk.Until))).OfType<(DateTimeOffset From, DateTimeOffset? Until)>()
            .Select(hold => new TrackedHold(channels.PhoneOf(other.Channel), hold.From, hold.Until)));
        return [.. byParty.Concat(byOthers).OrderBy(hold => hold.From).ThenBy(hold => hold.Phone, StringComparer.Ordinal)];
    }

    private bool WasHeard(Channel channel) => channel.HeardFromBirth && !channel.Interrupted && (channel.HeardToEnd || channels.EndOf(channel) is null);

    // A phone may ask for the same twice, and a REFER takes back what was never held.
    private static List<(DateTimeOffset From, DateTimeOffset? Until)> Holds(Channel channel)
    {
        var holds = new List<(DateTimeOffset From, DateTimeOffset? Until)>();
        foreach (var mark in channel.Holds.OrderBy(mark => mark.At))
        {
            var isHeld = holds is [.., { Until: null }];
            if (mark.Held && !isHeld)
            {
                holds.Add((mark.At, null));
            }
            else if (!mark.Held && isHeld)
            {
                holds[^1] = holds[^1] with { Until = mark.At };
            }
        }

        return holds;
    }
}
