using CallCenterCrm.Contracts.Telephony.V1;

namespace CallCenterCrm.Telephony.Calls;

/// <summary>
/// Works out the calls of a group of channels from all that is known of them. The rules, and why (measured on a real
/// Asterisk): answered means that the other party's channel shared a bridge with one of ours; dial statuses, channel
/// states and CDR each tell it wrongly in some case. Whose channel it is follows from its name, never from a number.
/// </summary>
internal sealed class CallOutcome
{
    /// <summary>What is shorter is no message: a cough, or the rest of the silence in which a caller said nothing.</summary>
    public static readonly TimeSpan LeastMessage = TimeSpan.FromSeconds(2);

    private static readonly TimeSpan SameMoment = TimeSpan.FromMilliseconds(500);

    private readonly CallGroup _group;
    private readonly CallChannels _channels;
    private readonly CallTalks _talks;
    private readonly CallHolds _holds;

    public CallOutcome(CallTracker tracker, CallGroup group)
    {
        _group = group;
        _channels = new CallChannels(tracker, group);
        _talks = new CallTalks(_channels);
        _holds = new CallHolds(_channels, _talks);
    }

    public IEnumerable<TrackedCall> Calls()
    {
        var incoming = _channels.All.Where(IsIncoming).ToList();
        foreach (var caller in incoming)
        {
            yield return Incoming(caller, incoming);
        }

        foreach (var root in _channels.All.Where(channel => ReferenceEquals(_channels.RootOf(channel), channel) && !IsIncoming(channel)))
        {
            if (Placed(root, incoming.Count > 0) is { } call)
            {
                yield return call;
            }
        }
    }

    private TrackedCall Incoming(Channel caller, List<Channel> incoming)
    {
        var talks = _talks.With(caller);
        var cut = _channels.IsCut(caller);
        var end = _channels.EndOf(caller);
        var legs = Legs(caller, caller, talks, end, [.. _channels.All.Where(channel => IsLegOf(channel, caller, incoming))]).ToArray();
        var transfers = caller.Transfers.OrderBy(transfer => transfer.At).DistinctBy(transfer => (transfer.Blind, transfer.By, transfer.To)).ToArray();
        CallResult? result = end is null ? null
            : talks.Count == 0 ? CallResult.Missed
            : transfers is [.., { Blind: true } last] && !talks.Exists(talk => talk.From >= last.At) ? CallResult.LostInTransfer
            : caller.WaitsAt is { } waits && !talks.Exists(talk => talk.From >= waits) ? CallResult.LostInTransfer
            : CallResult.Answered;
        var recorded = RecordedOf(caller, _channels.All.Where(channel => ReferenceEquals(_channels.RootOf(channel), caller)));
        return new TrackedCall
        {
            AnchorId = caller.Id,
            Direction = CallDirection.In,
            State = end is not null ? CallState.Ended : talks.Count > 0 ? CallState.Talking : CallState.Ringing,
            Settled = end is not null && IsSettled(caller, cut, legs),
            Did = caller.Announced?.Did,
            RawNumber = caller.Announced?.Number is { Length: > 0 } number ? number : caller.RawNumber,
            Withheld = caller.Announced?.Withheld ?? false,
            StartedAt = caller.StartedAt ?? caller.LastSeenAt,
            AnsweredAt = talks.Count > 0 ? talks[0].From : null,
            EndedAt = end,
            AnsweredBy = talks.Count > 0 ? talks[0].Phone : null,
            Result = result,
            MissReason = result == CallResult.Missed ? ReasonOf(caller, legs, cut) : null,
            PartyHungUp = caller.RemoteHungUp,
            OutOfHours = caller.Modes.Contains("closed"),
            Fallback = caller.Modes.Contains("fallback"),
            Menu = caller.MenuAt is { } enteredAt ? new TrackedMenu(enteredAt, caller.RungForAt, caller.MenuPath) : null,
            Cut = cut,
            TakenOver = _channels.All.Exists(channel => channel.PickedUpBy is not null && ReferenceEquals(_channels.RootOf(channel), caller)),
            Legs = [.. legs],
            Talks = [.. talks],
            Transfers = [.. transfers],
            Holds = _holds.Of(caller),
            RecordingFile = talks.Count == 0 && caller.Modes.Contains("message") ? $"{caller.Id}-message.wav" : RecordingOf(caller, recorded),
            Recorded = StretchesOf(recorded),
        };
    }

    private static MissReason ReasonOf(Channel caller, TrackedLeg[] legs, bool cut)
    {
        // Who hangs up when he is asked for a message has waited to the end of the rule.
        var askedForMessage = caller.Modes.Contains("message");
        return caller.Modes.Contains("closed") ? MissReason.OutOfHours
            : askedForMessage && caller.MessageLength >= LeastMessage ? MissReason.MessageLeft
            : cut ? MissReason.Failed
            : caller.MenuAt is not null && caller.RungForAt is null && legs.Length == 0 ? MissReason.InMenu
            : caller.RemoteHungUp && !askedForMessage ? MissReason.Abandoned
            : caller.Cause is not (17 or 18 or 19 or 20 or 21) && !askedForMessage ? MissReason.Failed
            : legs.Any(leg => leg.Rang == true || leg.Result is LegResult.NoAnswer or LegResult.NotAccepted) ? MissReason.NoAnswer
            : legs.Any(leg => leg.Rang is null) ? MissReason.Unknown
            : MissReason.NobodyAvailable;
    }

    /// <summary>A call that one of ours placed: out, or to a colleague; null when the channel placed none.</summary>
    private TrackedCall? Placed(Channel root, bool amongIncoming)
    {
        var dialled = _channels.All.Where(channel => !ReferenceEquals(channel, root) && ReferenceEquals(_channels.RootOf(channel), root) && !channel.IsLocal).ToList();
        var outside = dialled.Where(_channels.IsTrunk).ToList();
        var toOutside = outside.Count > 0 || _channels.IsTrunk(root) || (root.Originated && IsOutsideNumber(root.OriginateExten)) || root.Places is { ToOutside: true };

        // A phone that is not registered, or a trunk that cannot be reached, never gets a channel: only the dialplan tells of the attempt.
        if (!toOutside && dialled.Count == 0 && root.Places is null)
        {
            return null;
        }

        // A manager who clicked on a ringing call is rung by an Originate too: that is a leg of the caller's call.
        if (amongIncoming && root.Originated && dialled.Count == 0)
        {
            return null;
        }

        var party = _channels.IsTrunk(root) ? root
            : outside.Find(channel => _talks.With(channel).Count > 0) ?? outside.LastOrDefault()
            ?? (toOutside ? null : root);
        var talks = party is null ? [] : _talks.With(party);
        var cut = _channels.IsCut(root);

        // An unanswered attempt goes on until the one who placed it hangs up, for he may try another number.
        var end = party is not null && (talks.Count > 0 || root.StartedAt is null) ? _channels.EndOf(party) : _channels.EndOf(root);

        var placedBy = root.IsLocal ? dialled.Find(channel => !_channels.IsTrunk(channel)) : _channels.IsTrunk(root) || root.Name is null ? null : root;
        var others = dialled.Where(channel => !ReferenceEquals(channel, party)).ToList();
        if (!ReferenceEquals(root, party) && !root.IsLocal && root.Name is not null)
        {
            others.Insert(0, root);
        }

        var legs = Legs(party, root, talks, end, others).ToArray();
        var recorded = RecordedOf(root, dialled);
        return new TrackedCall
        {
            AnchorId = root.Id,
            Direction = toOutside ? CallDirection.Out : CallDirection.Internal,
            State = end is not null ? CallState.Ended : talks.Count > 0 ? CallState.Talking : CallState.Ringing,
            Settled = end is not null && IsSettled(party ?? root, cut, legs) && WasTold(root),
            RawNumber = party is not null && _channels.IsTrunk(party) ? _channels.PhoneOf(party) : root.OriginateExten ?? dialled.FirstOrDefault()?.Endpoint ?? root.Places?.Number,
            PartyDialled = party is not null && _channels.IsTrunk(party),
            PartyAnswered = party?.UpAt is not null && _channels.IsTrunk(party),
            PartyCause = party is not null && _channels.IsTrunk(party) ? party.Cause : null,
            PlacedBy = placedBy?.Endpoint ?? (talks.Count > 0 ? talks[0].Phone : null),
            StartedAt = root.StartedAt ?? dialled.Min(channel => channel.StartedAt) ?? root.LastSeenAt,
            AnsweredAt = talks.Count > 0 ? talks[0].From : null,
            EndedAt = end,
            AnsweredBy = talks.Count > 0 ? talks[0].Phone : null,
            Result = end is null ? null : talks.Count > 0 ? CallResult.Answered : CallResult.NotAnswered,
            PartyHungUp = party?.RemoteHungUp ?? false,
            Cut = cut,
            Legs = [.. legs],
            Talks = [.. talks],
            Transfers = [.. party?.Transfers.OrderBy(transfer => transfer.At).DistinctBy(transfer => (transfer.Blind, transfer.By, transfer.To)) ?? []],
            Holds = party is null ? [] : _holds.Of(party),
            RecordingFile = RecordingOf(root, recorded),
            Recorded = StretchesOf(recorded),
        };
    }

    private IEnumerable<TrackedLeg> Legs(Channel? party, Channel caller, List<TrackedTalk> talks, DateTimeOffset? end, List<Channel> channels)
    {
        // The devices of one extension, dialled at once, are one leg: what counts is what its owner did.
        var legs = channels.Select(channel => (Leg: Leg(channel, caller, talks, end), By: _channels.DialOf(channel)?.Caller))
            .GroupBy(pair => (pair.Leg.Phone, pair.Leg.Step, Told: pair is { By: not null, Leg.Step: not null } ? "" : pair.Leg.ChannelId))
            .Select(devices => OneLeg([.. devices.Select(pair => pair.Leg)])).ToList();
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
        var phone = _channels.PhoneOf(channel);
        var dialledAt = _channels.DialOf(channel)?.At ?? channel.StartedAt;
        var end = _channels.EndOf(channel);
        var talked = _channels.StaysOf(channel).Count > 0 && talks.Exists(talk => string.Equals(talk.Phone, phone, StringComparison.Ordinal));
        return new TrackedLeg(
            channel.Id, phone, StepOf(channel, caller), dialledAt, Rang(channel), channel.UpAt, end,
            end is null && callEnd is null ? null : talked ? LegResult.Talked : ResultOf(channel, caller, end));
    }

    // Who talked tells more than who was rung elsewhere, and one device that rang more than another that was busy.
    private static readonly LegResult?[] MostTelling =
    [
        LegResult.Talked, LegResult.NotAccepted, null, LegResult.NoAnswer, LegResult.CallerLeft, LegResult.AnsweredElsewhere,
        LegResult.Declined, LegResult.Busy, LegResult.Failed, LegResult.Unregistered,
    ];

    private static TrackedLeg OneLeg(IReadOnlyList<TrackedLeg> devices)
    {
        if (devices.Count == 1)
        {
            return devices[0];
        }

        var telling = devices.MinBy(leg => Array.IndexOf(MostTelling, leg.Result))!;
        return telling with
        {
            DialledAt = devices.Min(leg => leg.DialledAt),
            Rang = devices.Any(leg => leg.Rang == true) ? true : devices.All(leg => leg.Rang == false) ? false : null,
            EndedAt = devices.Any(leg => leg.EndedAt is null) ? null : devices.Max(leg => leg.EndedAt),
        };
    }

    // Only AMI tells of ringing, and that a phone was gone before it rang. A phone outside may ring by mere sound: that it did not
    // is known only where nothing was missed.
    private bool? Rang(Channel channel) =>
        channel.RangAt is not null ? true
        : !WasDialled(channel) ? false
        : channel.NeverRang && (!_channels.IsTrunk(channel) || !(channel.Sounded || _group.Gap)) ? false
        : null;

    private LegResult ResultOf(Channel channel, Channel caller, DateTimeOffset? end) => channel switch
    {
        { PickedUpBy: not null } or { Cause: 26 } => LegResult.AnsweredElsewhere,
        { UpAt: not null } when _channels.IsTrunk(channel) => LegResult.NotAccepted,
        { Cause: 17 } => LegResult.Busy,
        { Cause: 20 } => LegResult.Unregistered,
        { Cause: 18 or 19 or 21 } => LegResult.Declined,
        { UpAt: not null } => LegResult.Failed,
        _ when caller.RemoteHungUp && _channels.EndOf(caller) is { } left && (end is null || (left - end.Value).Duration() < SameMoment)
            && !EndedWithStep(channel, caller, end) => LegResult.CallerLeft,
        { Cause: null or 0 or 16 or 127 } => LegResult.NoAnswer,
        _ => LegResult.Failed,
    };

    // A step that the caller does not wait for has no end.
    private bool EndedWithStep(Channel channel, Channel caller, DateTimeOffset? end) => caller.Steps.Any(mark =>
        mark.Kind == StepMarkKind.Ended && mark.At >= channel.StartedAt && (mark.At - end)?.Duration() < SameMoment && mark.Names(_channels.PhoneOf(channel)));

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
            || legs.Exists(leg => leg.Phone == phone && leg.Step == mark.Step)
            ? null
            : new TrackedLeg(null, phone, mark.Step, null, false, null, null, result);
    }

    private bool IsIncoming(Channel channel) =>
        channel.Announced is not null
        || (!channel.IsLocal && !channel.Originated && _channels.IsTrunk(channel) && _channels.DialOf(channel) is null
            && string.Equals(channel.FirstLinkedId, channel.Id, StringComparison.Ordinal))
        || IsHiddenCaller(channel);

    // A hostile number makes every event about the caller unbelievable, while the phones that ring for him tell their
    // own story: phones dialled by a channel that nobody names.
    private bool IsHiddenCaller(Channel channel) =>
        channel is { Name: null, Originated: false, StartedAt: null } && _channels.DialOf(channel) is null
        && _channels.All.Exists(other => ReferenceEquals(_channels.DialOf(other)?.Caller, channel))
        && !_channels.All.Exists(other => ReferenceEquals(_channels.DialOf(other)?.Caller, channel) && (_channels.IsTrunk(other) || other.IsLocal));

    private bool IsLegOf(Channel channel, Channel caller, List<Channel> incoming)
    {
        if (ReferenceEquals(channel, caller) || channel.IsLocal || channel.Name is null || IsIncoming(channel))
        {
            return false;
        }

        if (ReferenceEquals(_channels.RootOf(channel), caller) || _talks.With(caller, channel).Count > 0)
        {
            return true;
        }

        // Rung by an Originate for somebody who wants to take the call: it belongs to the caller who was waiting then.
        return channel.Originated && !_channels.All.Exists(other => ReferenceEquals(_channels.DialOf(other)?.Caller, channel))
            && ReferenceEquals(incoming.FindLast(other => other.StartedAt <= channel.StartedAt) ?? incoming[0], caller);
    }

    // Each channel's end may be told after the one that ends the call: before it is, why the party was not reached, or what became
    // of a phone, is not known.
    private bool IsSettled(Channel party, bool cut, IEnumerable<TrackedLeg> legs) =>
        cut || ((!_group.Gap || _group.LoggedToEnd.Contains(party.Id)) && _channels.EndOf(party) is not null
            && legs.All(leg => leg.ChannelId is null || leg.EndedAt is not null));

    // The other side may be told of to its end before whoever placed the call is told of at all.
    private bool WasTold(Channel root) => root.StartedAt is not null || _group.LoggedToEnd.Contains(root.Id);

    private bool WasDialled(Channel channel) => _channels.DialOf(channel) is not null || channel.Originated;

    // The step that ended next after the phone was dialled, or, for the one in which somebody answered, that began last and did
    // not end before. Whom a colleague dials, and whom a caller is handed on to, is rung by no step.
    private int? StepOf(Channel channel, Channel caller)
    {
        var dial = _channels.DialOf(channel);
        var dialledAt = channel.DialledBy?.At ?? channel.StartedAt;
        if ((dial?.Caller is { } by && !ReferenceEquals(by, caller)) || caller.Transfers.Any(transfer => transfer.At <= dialledAt))
        {
            return null;
        }

        var marks = caller.Steps.Where(mark => dial is null || mark.Names(_channels.PhoneOf(channel))).ToList();
        return marks.Where(mark => mark.Kind == StepMarkKind.Ended && mark.At >= dialledAt).MinBy(mark => mark.At)?.Step
            ?? marks.Where(mark => mark.Kind == StepMarkKind.Began && mark.At <= dialledAt
                && !caller.Steps.Any(end => end.Kind == StepMarkKind.Ended && end.Step >= mark.Step && end.At <= dialledAt)).MaxBy(mark => mark.At)?.Step;
    }

    private static Channel? RecordedOf(Channel anchor, IEnumerable<Channel> channels) => anchor.Recorded ? anchor : channels.FirstOrDefault(channel => channel.Recorded);

    // The dialplan names the file after the call, whichever of its channels is recorded (a call out: the client's).
    private static string? RecordingOf(Channel anchor, Channel? recorded) => recorded is null ? null : $"{anchor.Id}.wav";

    // MixMonitor's option b: nothing is written while the channel is in no bridge.
    private ValueList<RecordedStretch> StretchesOf(Channel? recorded)
    {
        var stretches = new List<RecordedStretch>();
        foreach (var stay in recorded is null ? [] : _channels.StaysOf(recorded))
        {
            // From one bridge into another nothing is lost that could be heard.
            if (stretches is [.., { Until: { } last }] && stay.From - last < CallTalks.InPassing)
            {
                stretches[^1] = stretches[^1] with { Until = stay.Until };
            }
            else
            {
                stretches.Add(new RecordedStretch(stay.From, stay.Until));
            }
        }

        return [.. stretches];
    }

    private static bool IsOutsideNumber(string? exten) => exten is { Length: >= 5 } && exten.All(letter => char.IsAsciiDigit(letter) || letter == '+');
}
