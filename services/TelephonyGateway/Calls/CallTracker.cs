namespace CallCenterCrm.Telephony.Calls;

/// <summary>
/// Puts together, from what the PBX's witnesses say, which calls there are and how they came out. A fact may come from
/// AMI, from a list after a reconnection, or from the channel event log (CEL); in any order, and more than once: facts
/// are merged into channels, channels that have to do with each other form a group, and the calls of a group are worked
/// out anew from all its facts whenever one of them changed (<see cref="CallOutcome"/>).
/// </summary>
/// <remarks>Not safe for concurrent use: one reader owns it. Times are the PBX's own.</remarks>
/// <param name="isTrunk">Whether an endpoint is a trunk (the way to the outside) rather than a phone.</param>
internal sealed class CallTracker(Func<string, bool> isTrunk)
{
    private const int LongestPath = 200;
    private readonly Dictionary<string, Channel> _channels = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Channel> _bridges = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Channel> _names = new(StringComparer.Ordinal);
    private readonly HashSet<CallGroup> _changed = [];
    private readonly List<DateTimeOffset> _boots = [];

    /// <summary>How many channels are held in memory.</summary>
    public int ChannelCount => _channels.Count;

    /// <summary>The first place in the channel event log that tells of a channel still held; null when none is.</summary>
    public long? FirstOpenPosition => _channels.Values.Min(channel => channel.Group.LoggedFrom);

    /// <summary>Whether a channel is still held.</summary>
    public bool Knows(string id) => _channels.ContainsKey(id);

    /// <summary>A channel that is still held; null when it is not.</summary>
    public Channel? Find(string id) => _channels.GetValueOrDefault(id);

    /// <summary>Up to when CEL was read.</summary>
    public DateTimeOffset CelReadUntil { get; private set; }

    /// <summary>Starts of the PBX that are known.</summary>
    public IReadOnlyList<DateTimeOffset> Boots => _boots;

    /// <summary>Whether an endpoint is a trunk.</summary>
    public bool IsTrunk(string endpoint) => isTrunk(endpoint);

    /// <summary>A channel exists. Every fact about a channel that names it says so.</summary>
    public void Seen(string id, string? name, string? linkedId, DateTimeOffset at)
    {
        var channel = Get(id, at);
        if (!string.IsNullOrEmpty(name))
        {
            channel.Named(name);
            _names[name] = channel;
        }

        if (!string.IsNullOrEmpty(linkedId))
        {
            channel.Linked(linkedId, at);
            if (!string.Equals(linkedId, id, StringComparison.Ordinal))
            {
                Tie(channel, Get(linkedId, at));
            }
        }
    }

    /// <summary>A channel was born.</summary>
    /// <param name="arrived">It came to the PBX from outside or from a phone, rather than being made by the PBX.</param>
    public void Started(string id, bool arrived, string? rawNumber, DateTimeOffset at)
    {
        var channel = Get(id, at);
        channel.Started(at);
        channel.Arrived |= arrived;
        Numbered(id, rawNumber, at);
    }

    /// <summary>The number that a channel stands for, as the PBX shows it.</summary>
    public void Numbered(string id, string? rawNumber, DateTimeOffset at)
    {
        if (!string.IsNullOrEmpty(rawNumber))
        {
            Get(id, at).RawNumber ??= rawNumber;
        }
    }

    /// <summary>The dialplan announced an incoming call (user event CrmIncoming, CEL event CRM_INCOMING).</summary>
    public void Incoming(string id, string did, string number, bool withheld, DateTimeOffset at)
    {
        var channel = Get(id, at);
        channel.Arrived = true;
        channel.Started(at);
        channel.RungFor(at);

        // A line of the log that was cut may have lost the number.
        if (channel.Announced is null or { Number.Length: 0 })
        {
            channel.Announced = new Announcement(did, number, withheld);
        }
    }

    /// <summary>A voice menu took an incoming call (CrmMenu, CRM_MENU): the number that was called is the one it names.</summary>
    public void MenuEntered(string id, string did, string number, bool withheld, DateTimeOffset at)
    {
        var channel = Get(id, at);
        channel.Arrived = true;
        channel.Started(at);
        channel.InMenu(at);
        channel.Announced = new Announcement(did, number, withheld);
    }

    /// <summary>A caller made a choice in a voice menu.</summary>
    /// <param name="path">All of his choices so far, dashes between. Anything but keys is passed over: a foreign dialplan wrote it.</param>
    public void ChosenInMenu(string id, string path, DateTimeOffset at)
    {
        if (path.Length <= LongestPath && path.All(letter => char.IsAsciiDigit(letter) || letter is '*' or '#' or '-'))
        {
            Get(id, at).ChoseInMenu(path);
        }
    }

    /// <summary>The dialplan announced a call of one of ours (CrmOutgoing, CrmInternal), whether or not anybody can be dialled.</summary>
    /// <param name="number">The number or extension that was asked for.</param>
    public void Placing(string id, string number, bool toOutside, DateTimeOffset at) => Get(id, at).Places ??= new Placement(number, toOutside);

    /// <summary>A channel is dialled for another one, or by an Originate when there is no caller.</summary>
    public void DialBegan(string? callerId, string destinationId, string? target, DateTimeOffset at)
    {
        var destination = Get(destinationId, at);
        destination.Started(at);
        if (callerId is null)
        {
            destination.Originated = true;
            return;
        }

        var caller = Get(callerId, at);

        // A picked-up channel is named as the destination of the caller's dial when that dial ends; the first one counts.
        if (destination.DialledBy is null || at < destination.DialledBy.At)
        {
            destination.DialledBy = new Dial(caller, target ?? destination.DialledBy?.Target, at);
        }

        Tie(caller, destination);
    }

    /// <summary>The dial of a channel came to an end (DialEnd).</summary>
    public void DialEnded(string destinationId, string status, DateTimeOffset at) => Get(destinationId, at).DialStatus ??= status;

    /// <summary>The answer of an Originate, which may be all that is ever heard of a channel.</summary>
    public void OriginateAnswered(string id, string? exten, bool failed, DateTimeOffset at)
    {
        var channel = Get(id, at);
        channel.Originated = true;
        channel.OriginateFailed |= failed;
        channel.OriginateExten ??= exten;
        if (failed && channel.StartedAt is null)
        {
            channel.Started(at);
            channel.Ended(at, 0);
        }
    }

    /// <summary>The far end of a channel is being alerted.</summary>
    public void Rang(string id, DateTimeOffset at) => Get(id, at).Rang(at);

    /// <summary>A sound came from the far end before any answer: an operator's ringing tone, or an announcement.</summary>
    public void Sounded(string id, DateTimeOffset at) => Get(id, at).Sounded = true;

    /// <summary>A channel ended without its far end ever having been alerted.</summary>
    public void NeverRang(string id, DateTimeOffset at) => Get(id, at).NeverRang = true;

    /// <summary>A channel was answered, by a human or not.</summary>
    public void Up(string id, DateTimeOffset at) => Get(id, at).Up(at);

    /// <summary>A channel entered or left a bridge, or was found in one.</summary>
    public void Mark(string id, BridgeMark mark)
    {
        var channel = Get(id, mark.At);
        channel.Mark(mark);
        if (_bridges.TryGetValue(mark.Bridge, out var other))
        {
            Tie(channel, other);
        }
        else
        {
            _bridges.Add(mark.Bridge, channel);
            channel.Group.Bridges.Add(mark.Bridge);
        }

        foreach (var peer in mark.Peers.Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            if (_names.TryGetValue(peer, out var named) && named.EndedAt is null)
            {
                Tie(channel, named);
            }
        }
    }

    /// <summary>The far end of a channel put the other side on hold, or took it back. Only AMI tells of it.</summary>
    public void Held(string id, HoldMark mark) => Get(id, mark.At).Holds.Add(mark);

    /// <summary>AMI told of a channel's birth, so that it missed nothing before the channel was talked on.</summary>
    public void HeardFromBirth(string id, DateTimeOffset at) => Get(id, at).HeardFromBirth = true;

    /// <summary>AMI told of a channel's end.</summary>
    public void HeardToEnd(string id, DateTimeOffset at) => Get(id, at).HeardToEnd = true;

    /// <summary>The far end of a channel asked to hang up.</summary>
    public void RemoteHungUp(string id, DateTimeOffset at) => Get(id, at).RemoteHungUp = true;

    /// <summary>A channel is gone.</summary>
    /// <param name="cause">Q.850 cause, 0 when there was none.</param>
    public void Ended(string id, int cause, DateTimeOffset at) => Get(id, at).Ended(at, cause);

    /// <summary>No channel has this linkedid any more: evidence of an end where the channel's own record of it is broken.</summary>
    public void LinkedIdEnded(string linkedId, DateTimeOffset at) => Get(linkedId, at).LinkedEndAt = at;

    /// <summary>A channel was in a bridge with others, which one and when is not known.</summary>
    public void Met(string id, string peers, DateTimeOffset at) => Get(id, at).Met.UnionWith(peers.Split(',', StringSplitOptions.RemoveEmptyEntries));

    /// <summary>The Dial application began, or was running, on a channel (CEL's stand-in for who dialled whom).</summary>
    public void DialRan(string id, DialRunMark mark) => Get(id, mark.At).DialRuns.Add(mark);

    /// <summary>A ringing channel was picked up by another one, which takes its place.</summary>
    public void PickedUp(string targetId, string byId, DateTimeOffset at)
    {
        var target = Get(targetId, at);
        var by = Get(byId, at);
        target.PickedUpBy = by;
        Tie(target, by);
    }

    /// <summary>Two halves of a Local channel.</summary>
    public void Halves(string oneId, string twoId, DateTimeOffset at)
    {
        var one = Get(oneId, at);
        var two = Get(twoId, at);
        one.OtherHalf = two;
        two.OtherHalf = one;
        Tie(one, two);
    }

    /// <summary>A talking party was handed on.</summary>
    /// <param name="by">Name of the channel that handed it on.</param>
    /// <param name="to">Extension dialled, or the name of the channel that takes over.</param>
    public void Transferred(string transfereeId, string? otherId, bool blind, string by, string to, DateTimeOffset at)
    {
        var transferee = Get(transfereeId, at);
        transferee.Transfers.Add(new Transfer(at, blind, Channel.EndpointOf(by), blind ? to : Channel.EndpointOf(to)));
        if (otherId is not null)
        {
            Tie(transferee, Get(otherId, at));
        }
    }

    /// <summary>The dialplan says that a channel belongs to a call (a user event on one channel names the call's channel).</summary>
    public void Belongs(string id, string callId, DateTimeOffset at)
    {
        if (!string.Equals(id, callId, StringComparison.Ordinal))
        {
            Tie(Get(id, at), Get(callId, at));
        }
    }

    /// <summary>What the dialplan does with a call.</summary>
    public void Mode(string id, string mode, DateTimeOffset at)
    {
        if (mode.Length > 0)
        {
            Get(id, at).Modes.Add(mode);
        }
    }

    /// <summary>The phone that a caller talked with is lost; he waits to be brought back.</summary>
    public void Waits(string id, DateTimeOffset at) => Get(id, at).Waits(at);

    /// <summary>What the dialplan says of a step.</summary>
    public void Step(string id, StepMark mark) => Get(id, mark.At).Steps.Add(mark);

    /// <summary>A mobile was lifted and hears the prompt.</summary>
    public void Prompted(string id, DateTimeOffset at) => Get(id, at).Prompted = true;

    /// <summary>The message that the caller was asked for is over, be it that he hung up.</summary>
    public void MessageEnded(string id, TimeSpan length, DateTimeOffset at) => Get(id, at).MessageLength ??= length;

    /// <summary>A recording runs on a channel.</summary>
    public void Recorded(string id, DateTimeOffset at) => Get(id, at).Recorded = true;

    /// <summary>
    /// The PBX began to run: what was open before it is cut. A start is told with a tolerance, because AMI gives it in
    /// whole seconds.
    /// </summary>
    public void PbxStarted(DateTimeOffset at)
    {
        if (_boots.Exists(known => (known - at).Duration() < TimeSpan.FromSeconds(3)))
        {
            return;
        }

        _boots.Add(at);
        foreach (var channel in _channels.Values.Where(channel => channel.EndedAt is null))
        {
            _changed.Add(channel.Group);
        }
    }

    /// <summary>
    /// AMI was not heard for a while and is heard again: calls that were alive are not settled until CEL has told of
    /// them, and channels that are not in the PBX's list any more have ended unseen.
    /// </summary>
    public void Resumed(IReadOnlySet<string> alive)
    {
        foreach (var channel in _channels.Values.Where(channel => channel.EndedAt is null && channel.StartedAt is not null))
        {
            channel.Group.Gap = true;
            channel.Vanished |= !alive.Contains(channel.Id);
            _changed.Add(channel.Group);
        }

        // CEL may have told of an end which AMI has still to tell of.
        foreach (var channel in _channels.Values.Where(channel => !channel.HeardToEnd && !channel.Interrupted))
        {
            channel.Interrupted = true;
            _changed.Add(channel.Group);
        }
    }

    /// <summary>CEL was read to its end at this moment, so that whatever happened before is known.</summary>
    public void LoggedUntil(DateTimeOffset at)
    {
        if (at > CelReadUntil)
        {
            CelReadUntil = at;
            foreach (var channel in _channels.Values.Where(channel => channel.Vanished && channel.EndedAt is null))
            {
                _changed.Add(channel.Group);
            }
        }
    }

    /// <summary>Where the channel event log tells of a channel.</summary>
    public void LoggedFrom(string id, long position)
    {
        var group = _channels[id].Group;
        group.LoggedFrom = Math.Min(group.LoggedFrom ?? position, position);
    }

    /// <summary>The channel event log has told of this channel to its end, so nothing about it is missing.</summary>
    public void LoggedToEnd(string id, DateTimeOffset at) => Get(id, at).Group.LoggedToEnd.Add(id);

    /// <summary>The calls that changed since they were last taken, worked out from all facts.</summary>
    public IReadOnlyList<TrackedCall> TakeChanged()
    {
        if (_changed.Count == 0)
        {
            return [];
        }

        var calls = new List<TrackedCall>(_changed.Count);
        foreach (var group in _changed)
        {
            calls.AddRange(new CallOutcome(this, group).Calls());
        }

        _changed.Clear();
        return calls;
    }

    /// <summary>Forgets groups all of whose channels are gone and of which nothing was heard since the given moment.</summary>
    public void Forget(DateTimeOffset notSeenSince)
    {
        foreach (var group in _channels.Values.Select(channel => channel.Group).Distinct()
                     .Where(group => group.Channels.TrueForAll(channel => channel.LastSeenAt < notSeenSince && (channel.EndedAt is not null || channel.Vanished || channel.StartedAt is null)))
                     .ToList())
        {
            foreach (var channel in group.Channels)
            {
                _channels.Remove(channel.Id);
                if (channel.Name is not null && _names.TryGetValue(channel.Name, out var named) && ReferenceEquals(named, channel))
                {
                    _names.Remove(channel.Name);
                }
            }

            foreach (var bridge in group.Bridges)
            {
                _bridges.Remove(bridge);
            }

            _changed.Remove(group);
        }
    }

    private Channel Get(string id, DateTimeOffset at)
    {
        if (!_channels.TryGetValue(id, out var channel))
        {
            channel = new Channel(id);
            channel.Group = new CallGroup(channel);
            _channels.Add(id, channel);
            if (TakenBy(id) is { } taken)
            {
                Tie(channel, Get(taken, at));
            }
        }

        channel.Seen(at);
        _changed.Add(channel.Group);
        return channel;
    }

    // The gateway names a channel that it makes for somebody who takes a call take-<phone>-<uniqueid of the call>.
    private static string? TakenBy(string id)
    {
        var take = id.IndexOf("take-", StringComparison.Ordinal);
        var dash = take < 0 ? -1 : id.IndexOf('-', take + 5);
        return dash > 0 && dash + 1 < id.Length ? id[(dash + 1)..] : null;
    }

    private void Tie(Channel one, Channel two)
    {
        var (kept, merged) = one.Group.Channels.Count >= two.Group.Channels.Count ? (one.Group, two.Group) : (two.Group, one.Group);
        if (ReferenceEquals(kept, merged))
        {
            return;
        }

        kept.Absorb(merged);
        _changed.Remove(merged);
        _changed.Add(kept);
    }
}

/// <summary>Channels that have to do with each other.</summary>
internal sealed class CallGroup(Channel first)
{
    public List<Channel> Channels { get; } = [first];

    public HashSet<string> Bridges { get; } = new(StringComparer.Ordinal);

    /// <summary>Channels of which CEL has told to the end.</summary>
    public HashSet<string> LoggedToEnd { get; } = new(StringComparer.Ordinal);

    /// <summary>The first place in the channel event log that tells of one of these channels.</summary>
    public long? LoggedFrom { get; set; }

    /// <summary>There was a time in which AMI was not heard while one of these channels was alive.</summary>
    public bool Gap { get; set; }

    public void Absorb(CallGroup other)
    {
        foreach (var channel in other.Channels)
        {
            channel.Group = this;
        }

        Channels.AddRange(other.Channels);
        Bridges.UnionWith(other.Bridges);
        LoggedToEnd.UnionWith(other.LoggedToEnd);
        Gap |= other.Gap;
        LoggedFrom = LoggedFrom is { } here && other.LoggedFrom is { } there ? Math.Min(here, there) : LoggedFrom ?? other.LoggedFrom;
    }
}
