using CallCenterCrm.Contracts.Telephony.V1;

namespace CallCenterCrm.Telephony.Calls;

/// <summary>
/// Works out the calls of a group of channels from all that is known of them. The rules, and why (measured on a real
/// Asterisk): answered means that the other party's channel shared a bridge with one of ours; dial statuses, channel
/// states and CDR each tell it wrongly in some case. Whose channel it is follows from its name, never from a number.
/// </summary>
internal sealed class CallOutcome
{
    // A phone that nobody lifts and that is still there after this long has rung: one that refuses does so at once.
    private static readonly TimeSpan SurelyRang = TimeSpan.FromSeconds(1);

    // A start of the PBX is told in whole seconds.
    private static readonly TimeSpan BootTolerance = TimeSpan.FromSeconds(1.5);
    private static readonly TimeSpan SameMoment = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan SameTalk = TimeSpan.FromMilliseconds(250);

    private readonly CallTracker _tracker;
    private readonly CallGroup _group;
    private readonly List<Channel> _channels;
    private readonly Dictionary<Channel, Dial?> _dials;
    private readonly Dictionary<Channel, List<BridgeStay>> _stays;
    private readonly Dictionary<Channel, Channel> _roots;

    public CallOutcome(CallTracker tracker, CallGroup group)
    {
        _tracker = tracker;
        _group = group;
        _channels = [.. group.Channels.OrderBy(channel => channel.StartedAt ?? channel.LastSeenAt).ThenBy(channel => channel.Id, StringComparer.Ordinal)];
        _dials = _channels.ToDictionary(channel => channel, DialOf);
        _stays = _channels.ToDictionary(channel => channel, channel => BridgeStays.Of(channel, EndOf(channel)));
        _roots = _channels.ToDictionary(channel => channel, RootOf);
    }

    public IEnumerable<TrackedCall> Calls()
    {
        var incoming = _channels.Where(IsIncoming).ToList();
        foreach (var caller in incoming)
        {
            yield return Incoming(caller, incoming);
        }

        foreach (var root in _channels.Where(channel => ReferenceEquals(_roots[channel], channel) && !IsIncoming(channel)))
        {
            if (Placed(root, incoming.Count > 0) is { } call)
            {
                yield return call;
            }
        }
    }

    private TrackedCall Incoming(Channel caller, List<Channel> incoming)
    {
        var talks = TalksWith(caller);
        var cut = IsCut(caller);
        var end = EndOf(caller);
        var legs = Legs(caller, caller, talks, end, [.. _channels.Where(channel => IsLegOf(channel, caller, incoming))]);
        var transfers = caller.Transfers.OrderBy(transfer => transfer.At).DistinctBy(transfer => (transfer.Blind, transfer.By, transfer.To)).ToArray();
        var closed = caller.Modes.Contains("closed");
        CallResult? result = end is null ? null
            : talks.Count == 0 ? CallResult.Missed
            : transfers is [.., { Blind: true } last] && !talks.Exists(talk => talk.From >= last.At) ? CallResult.LostInTransfer
            : CallResult.Answered;
        return new TrackedCall
        {
            AnchorId = caller.Id,
            Direction = CallDirection.In,
            State = end is not null ? CallState.Ended : talks.Count > 0 ? CallState.Talking : CallState.Ringing,
            Settled = end is not null && IsSettled(caller, cut),
            Did = caller.Announced?.Did,
            RawNumber = caller.Announced?.Number is { Length: > 0 } number ? number : caller.RawNumber,
            Withheld = caller.Announced?.Withheld ?? false,
            StartedAt = caller.StartedAt ?? caller.LastSeenAt,
            AnsweredAt = talks.Count > 0 ? talks[0].From : null,
            EndedAt = end,
            AnsweredBy = talks.Count > 0 ? talks[0].Phone : null,
            Result = result,
            MissReason = result != CallResult.Missed ? null
                : closed ? MissReason.OutOfHours
                : cut ? MissReason.Failed
                : caller.RemoteHungUp ? MissReason.Abandoned
                : caller.Cause is not (17 or 18 or 19 or 20 or 21) ? MissReason.Failed
                : legs.Any(leg => leg.Rang == true) ? MissReason.NoAnswer
                : MissReason.NobodyAvailable,
            PartyHungUp = caller.RemoteHungUp,
            OutOfHours = closed,
            Fallback = caller.Modes.Contains("fallback"),
            Cut = cut,
            TakenOver = _channels.Exists(channel => channel.PickedUpBy is not null && ReferenceEquals(_roots[channel], caller)),
            Legs = [.. legs],
            Talks = [.. talks],
            Transfers = [.. transfers],
            RecordingFile = RecordingOf(caller, _channels.Where(channel => ReferenceEquals(_roots[channel], caller))),
        };
    }

    /// <summary>A call that one of ours placed: out, or to a colleague; null when the channel placed none.</summary>
    private TrackedCall? Placed(Channel root, bool amongIncoming)
    {
        var dialled = _channels.Where(channel => !ReferenceEquals(channel, root) && ReferenceEquals(_roots[channel], root) && !channel.IsLocal).ToList();
        var outside = dialled.Where(IsTrunk).ToList();
        var toOutside = outside.Count > 0 || IsTrunk(root) || (root.Originated && IsOutsideNumber(root.OriginateExten));
        if (!toOutside && dialled.Count == 0)
        {
            return null;
        }

        // A manager who clicked on a ringing call is rung by an Originate too: that is a leg of the caller's call.
        if (amongIncoming && root.Originated && dialled.Count == 0)
        {
            return null;
        }

        var party = IsTrunk(root) ? root
            : outside.Find(channel => TalksWith(channel).Count > 0) ?? outside.LastOrDefault()
            ?? (toOutside ? null : root);
        var talks = party is null ? [] : TalksWith(party);
        var cut = IsCut(root);

        // An unanswered attempt goes on until the one who placed it hangs up, for he may try another number.
        var end = party is not null && (talks.Count > 0 || root.StartedAt is null) ? EndOf(party) : EndOf(root);

        var placedBy = root.IsLocal ? dialled.Find(channel => !IsTrunk(channel)) : IsTrunk(root) || root.Name is null ? null : root;
        var others = dialled.Where(channel => !ReferenceEquals(channel, party)).ToList();
        if (!ReferenceEquals(root, party) && !root.IsLocal && root.Name is not null)
        {
            others.Insert(0, root);
        }

        return new TrackedCall
        {
            AnchorId = root.Id,
            Direction = toOutside ? CallDirection.Out : CallDirection.Internal,
            State = end is not null ? CallState.Ended : talks.Count > 0 ? CallState.Talking : CallState.Ringing,
            Settled = end is not null && IsSettled(party ?? root, cut),
            RawNumber = party is not null && IsTrunk(party) ? PhoneOf(party) : root.OriginateExten ?? dialled.FirstOrDefault()?.Endpoint,
            PartyDialled = party is not null && IsTrunk(party),
            PartyAnswered = party?.UpAt is not null && IsTrunk(party),
            PlacedBy = placedBy?.Endpoint ?? (talks.Count > 0 ? talks[0].Phone : null),
            StartedAt = root.StartedAt ?? dialled.Min(channel => channel.StartedAt) ?? root.LastSeenAt,
            AnsweredAt = talks.Count > 0 ? talks[0].From : null,
            EndedAt = end,
            AnsweredBy = talks.Count > 0 ? talks[0].Phone : null,
            Result = end is null ? null : talks.Count > 0 ? CallResult.Answered : CallResult.NotAnswered,
            PartyHungUp = party?.RemoteHungUp ?? false,
            Cut = cut,
            Legs = [.. Legs(party, root, talks, end, others)],
            Talks = [.. talks],
            Transfers = [.. party?.Transfers.OrderBy(transfer => transfer.At).DistinctBy(transfer => (transfer.Blind, transfer.By, transfer.To)) ?? []],
            RecordingFile = RecordingOf(root, dialled),
        };
    }

    private IEnumerable<TrackedLeg> Legs(Channel? party, Channel caller, List<TrackedTalk> talks, DateTimeOffset? end, List<Channel> channels)
    {
        var legs = channels.Select(channel => Leg(channel, caller, talks, end)).ToList();
        if (party is not null)
        {
            foreach (var mark in party.Steps.OrderBy(mark => mark.At))
            {
                if (StepLeg(mark, legs) is { } passed)
                {
                    legs.Add(passed);
                }
            }
        }

        return legs.OrderBy(leg => leg.DialledAt ?? DateTimeOffset.MaxValue);
    }

    private TrackedLeg Leg(Channel channel, Channel caller, List<TrackedTalk> talks, DateTimeOffset? callEnd)
    {
        var phone = PhoneOf(channel);
        var dialledAt = _dials[channel]?.At ?? channel.StartedAt;
        var end = EndOf(channel);
        var talked = _stays[channel].Count > 0 && talks.Exists(talk => string.Equals(talk.Phone, phone, StringComparison.Ordinal));
        var waited = (channel.UpAt ?? end) - dialledAt;
        bool? rang = channel.RangAt is not null || waited >= SurelyRang ? true
            : !WasDialled(channel) ? false
            : end is null || channel.UpAt is not null ? null
            : channel.Cause is 16 or 26 or 127 or 0 ? null
            : false;
        return new TrackedLeg(
            channel.Id, phone, StepOf(channel, caller), dialledAt, rang, channel.UpAt, end,
            end is null && callEnd is null ? null : talked ? LegResult.Talked : ResultOf(channel, caller, end));
    }

    private LegResult ResultOf(Channel channel, Channel caller, DateTimeOffset? end) => channel switch
    {
        { PickedUpBy: not null } or { Cause: 26 } => LegResult.AnsweredElsewhere,
        { UpAt: not null } when IsTrunk(channel) => LegResult.NotAccepted,
        { Cause: 17 } => LegResult.Busy,
        { Cause: 20 } => LegResult.Unregistered,
        { Cause: 18 or 19 or 21 } => LegResult.Declined,
        { UpAt: not null } => LegResult.Failed,
        _ when caller.RemoteHungUp && EndOf(caller) is { } left && (end is null || (left - end.Value).Duration() < SameMoment) => LegResult.CallerLeft,
        { Cause: null or 0 or 16 or 127 } => LegResult.NoAnswer,
        _ => LegResult.Failed,
    };

    // A phone that is not registered, or busy before it was dialled, never gets a channel: only the dialplan tells.
    private static TrackedLeg? StepLeg(StepMark mark, List<TrackedLeg> legs)
    {
        LegResult? result = (mark.Kind, mark.Word) switch
        {
            (StepMarkKind.PassedOver, "UNAVAILABLE" or "INVALID") => LegResult.Unregistered,
            (StepMarkKind.PassedOver, _) => LegResult.Busy,
            (StepMarkKind.Ended, "CHANUNAVAIL") => LegResult.Unregistered,
            _ => null,
        };
        var phone = mark.Targets.TrimStart('m');
        return result is null || phone.Contains('-', StringComparison.Ordinal)
            || legs.Exists(leg => leg.Phone == phone && (leg.ChannelId is null ? leg.Step == mark.Step : (leg.EndedAt - mark.At)?.Duration() < SameMoment))
            ? null
            : new TrackedLeg(null, phone, mark.Step, null, false, null, null, result);
    }

    private bool IsIncoming(Channel channel) =>
        channel.Announced is not null
        || (!channel.IsLocal && !channel.Originated && IsTrunk(channel) && _dials[channel] is null
            && string.Equals(channel.FirstLinkedId, channel.Id, StringComparison.Ordinal))
        || IsHiddenCaller(channel);

    // A hostile number makes every event about the caller unbelievable, while the phones that ring for him tell their
    // own story: phones dialled by a channel that nobody names.
    private bool IsHiddenCaller(Channel channel) =>
        channel is { Name: null, Originated: false, StartedAt: null } && _dials[channel] is null
        && _channels.Exists(other => ReferenceEquals(_dials[other]?.Caller, channel))
        && !_channels.Exists(other => ReferenceEquals(_dials[other]?.Caller, channel) && (IsTrunk(other) || other.IsLocal));

    private bool IsLegOf(Channel channel, Channel caller, List<Channel> incoming)
    {
        if (ReferenceEquals(channel, caller) || channel.IsLocal || channel.Name is null || IsIncoming(channel))
        {
            return false;
        }

        if (ReferenceEquals(_roots[channel], caller) || TalksWith(caller, channel).Count > 0)
        {
            return true;
        }

        // Rung by an Originate for somebody who wants to take the call: it belongs to the caller who was waiting then.
        return channel.Originated && !_channels.Exists(other => ReferenceEquals(_dials[other]?.Caller, channel))
            && ReferenceEquals(incoming.FindLast(other => other.StartedAt <= channel.StartedAt) ?? incoming[0], caller);
    }

    private List<TrackedTalk> TalksWith(Channel party, Channel? only = null)
    {
        var talks = new List<TrackedTalk>();
        foreach (var stay in _stays[party])
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

        if (_stays[party].Count == 0 && only is null)
        {
            // The party's own records are broken; those of the others name it, or it has no name at all.
            talks.AddRange(_channels.Where(other => !other.IsLocal && !ReferenceEquals(other, party)).SelectMany(other => _stays[other]
                .Where(stay => party.Name is null
                    ? ReferenceEquals(_dials[other]?.Caller, party)
                    : stay.Peers.Split(',').Contains(party.Name) || (other.Name is not null && party.Met.Contains(other.Name)))
                .Select(stay => new TrackedTalk(PhoneOf(other), stay.From, stay.Until))));
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
            : _channels.Where(other => !other.IsLocal && _stays[other].Exists(far => far.Bridge != stay.Bridge
                && BridgeStays.Meet(stay.From, stay.Until, far.From, far.Until) is not null)).Select(PhoneOf))
        .Distinct();

    private void Meet(Channel party, string bridge, DateTimeOffset from, DateTimeOffset? until, HashSet<Channel> visited, List<TrackedTalk> met, Channel? only)
    {
        foreach (var other in _channels)
        {
            if (visited.Contains(other))
            {
                continue;
            }

            foreach (var stay in _stays[other].Where(stay => string.Equals(stay.Bridge, bridge, StringComparison.Ordinal)))
            {
                if (BridgeStays.Meet(from, until, stay.From, stay.Until) is not var (start, end))
                {
                    continue;
                }

                if (!other.IsLocal)
                {
                    if (only is null || ReferenceEquals(only, other))
                    {
                        met.Add(new TrackedTalk(PhoneOf(other), start, end));
                    }
                }
                else if (other.OtherHalf is { } half)
                {
                    // Sound goes through a Local channel to whatever bridge its other half is in.
                    foreach (var far in _stays[half])
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

    private Dial? DialOf(Channel channel)
    {
        if (channel.DialledBy is { } told || channel.Arrived || channel.Originated)
        {
            return channel.DialledBy;
        }

        if (channel.FirstLinkedId is null || string.Equals(channel.FirstLinkedId, channel.Id, StringComparison.Ordinal) || channel.IsLocal)
        {
            return null;
        }

        // CEL has no DialBegin: it was dialled by the channel whose Dial names its endpoint, at the nearest moment. A Dial
        // that follows another one at once has no beginning in CEL, only an end.
        var started = channel.StartedAt ?? channel.LastSeenAt;
        var nearest = _channels.Where(other => !ReferenceEquals(other, channel))
            .SelectMany(other => other.DialRuns.Select(run => (Caller: other, Run: run, Target: TargetIn(run.Data, channel.Endpoint))))
            .Where(pair => pair.Target is not null && (pair.Run.Began ? pair.Run.At <= started : pair.Run.At >= started))
            .OrderBy(pair => (pair.Run.At - started).Duration())
            .FirstOrDefault();
        if (nearest.Caller is not null)
        {
            return new Dial(nearest.Caller, nearest.Target, started);
        }

        var cause = _channels.Find(other => string.Equals(other.Id, channel.FirstLinkedId, StringComparison.Ordinal));
        return cause is null ? null : new Dial(cause, null, started);
    }

    /// <summary><c>PJSIP/101&amp;PJSIP/79035550001@trunk,25,f(…)</c> and endpoint <c>trunk</c> → <c>79035550001@trunk</c>.</summary>
    private static string? TargetIn(string data, string? endpoint)
    {
        var comma = data.IndexOf(',', StringComparison.Ordinal);
        foreach (var destination in (comma < 0 ? data : data[..comma]).Split('&'))
        {
            var target = destination[(destination.IndexOf('/', StringComparison.Ordinal) + 1)..];
            var at = target.IndexOf('@', StringComparison.Ordinal);
            var slash = target.IndexOf('/', StringComparison.Ordinal);
            if (string.Equals(at >= 0 && slash < 0 ? target[(at + 1)..] : slash >= 0 ? target[..slash] : target, endpoint, StringComparison.Ordinal))
            {
                return target;
            }
        }

        return null;
    }

    private Channel RootOf(Channel channel)
    {
        var visited = new HashSet<Channel>();
        var current = channel;
        while (visited.Add(current))
        {
            if (_dials.GetValueOrDefault(current)?.Caller is { } caller)
            {
                current = caller;
            }
            else if (current.IsLocal && current.OtherHalf is { } half && !visited.Contains(half))
            {
                current = half;
            }
            else
            {
                break;
            }
        }

        return current is { IsLocal: true, Originated: false, OtherHalf: { Originated: true } originated } ? originated : current;
    }

    private DateTimeOffset? EndOf(Channel channel) => channel.EndedAt
        ?? (channel.LinkedEndAt >= channel.LastSeenAt ? channel.LinkedEndAt : IsCut(channel) ? channel.LastSeenAt : null);

    private bool IsCut(Channel channel) =>
        channel.EndedAt is null && channel.StartedAt is { } started && BootAfter(started) is { } boot && _tracker.CelReadUntil >= boot;

    private DateTimeOffset? BootAfter(DateTimeOffset started)
    {
        foreach (var boot in _tracker.Boots)
        {
            if (boot - BootTolerance > started)
            {
                return boot;
            }
        }

        return null;
    }

    private bool IsSettled(Channel party, bool cut) =>
        cut || !_group.Gap || _group.LoggedToEnd.Contains(party.Id) || party.EndedUnanswered;

    private bool WasDialled(Channel channel) => _dials[channel] is not null || channel.Originated;

    // The step that ended next after the phone was dialled, or, for the one in which somebody answered, that began last.
    private static int? StepOf(Channel channel, Channel caller)
    {
        var dialledAt = channel.DialledBy?.At ?? channel.StartedAt;
        return caller.Steps.Where(mark => mark.Kind == StepMarkKind.Ended && mark.At >= dialledAt).MinBy(mark => mark.At)?.Step
            ?? caller.Steps.Where(mark => mark.Kind == StepMarkKind.Began && mark.At <= dialledAt).MaxBy(mark => mark.At)?.Step;
    }

    private bool IsTrunk(Channel channel) => channel.Endpoint is { } endpoint && !channel.IsLocal && _tracker.IsTrunk(endpoint);

    private string PhoneOf(Channel channel)
    {
        if (!IsTrunk(channel))
        {
            return channel.Endpoint ?? channel.Id;
        }

        var target = _dials[channel]?.Target ?? channel.OriginateExten;
        if (target is null)
        {
            return channel.Announced?.Number ?? channel.RawNumber ?? channel.Endpoint!;
        }

        var at = target.IndexOf('@', StringComparison.Ordinal);
        return at < 0 ? target : target[..at];
    }

    // The dialplan names the file after the call, whichever of its channels is recorded (a call out: the client's).
    private static string? RecordingOf(Channel anchor, IEnumerable<Channel> channels) =>
        anchor.Recorded || channels.Any(channel => channel.Recorded) ? $"{anchor.Id}.wav" : null;

    private static bool IsOutsideNumber(string? exten) => exten is { Length: >= 5 } && exten.All(letter => char.IsAsciiDigit(letter) || letter == '+');
}
