namespace CallCenterCrm.Telephony.Calls;

/// <summary>
/// The channels of one group and how they hang together: who dialled whom, where it began, when each was gone. Whose
/// channel it is follows from its name, never from a number.
/// </summary>
internal sealed class CallChannels
{
    // A start of the PBX is told in whole seconds.
    private static readonly TimeSpan BootTolerance = TimeSpan.FromSeconds(1.5);

    private readonly CallTracker _tracker;
    private readonly Dictionary<Channel, Dial?> _dials;
    private readonly Dictionary<Channel, List<BridgeStay>> _stays;
    private readonly Dictionary<Channel, Channel> _roots;

    public CallChannels(CallTracker tracker, CallGroup group)
    {
        _tracker = tracker;
        All = [.. group.Channels.OrderBy(channel => channel.StartedAt ?? channel.LastSeenAt).ThenBy(channel => channel.Id, StringComparer.Ordinal)];
        _dials = All.ToDictionary(channel => channel, FindDial);
        _stays = All.ToDictionary(channel => channel, channel => BridgeStays.Of(channel, EndOf(channel)));
        _roots = All.ToDictionary(channel => channel, FindRoot);
    }

    /// <summary>In the order in which they began.</summary>
    public List<Channel> All { get; }

    /// <summary>By whom a channel was dialled; null for one that was not.</summary>
    public Dial? DialOf(Channel channel) => _dials[channel];

    /// <summary>The bridges that a channel was in.</summary>
    public List<BridgeStay> StaysOf(Channel channel) => _stays[channel];

    /// <summary>The channel with which it began: of whoever called, or placed the call.</summary>
    public Channel RootOf(Channel channel) => _roots[channel];

    /// <summary>Whether it leads outside, to the provider.</summary>
    public bool IsTrunk(Channel channel) => channel.Endpoint is { } endpoint && !channel.IsLocal && _tracker.IsTrunk(endpoint);

    /// <summary>Extension or number of whoever is at the channel's far end.</summary>
    public string PhoneOf(Channel channel)
    {
        if (!IsTrunk(channel))
        {
            return channel.Endpoint ?? channel.Id;
        }

        var target = DialOf(channel)?.Target ?? channel.OriginateExten;
        if (target is null)
        {
            return channel.Announced?.Number ?? channel.RawNumber ?? channel.Endpoint!;
        }

        var at = target.IndexOf('@', StringComparison.Ordinal);
        return at < 0 ? target : target[..at];
    }

    private Dial? FindDial(Channel channel)
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
        var nearest = All.Where(other => !ReferenceEquals(other, channel))
            .SelectMany(other => other.DialRuns.Select(run => (Caller: other, Run: run, Target: TargetIn(run.Data, channel.Endpoint))))
            .Where(pair => pair.Target is not null && (pair.Run.Began ? pair.Run.At <= started : pair.Run.At >= started))
            .OrderBy(pair => (pair.Run.At - started).Duration())
            .FirstOrDefault();
        if (nearest.Caller is not null)
        {
            return new Dial(nearest.Caller, nearest.Target, started);
        }

        var cause = All.Find(other => string.Equals(other.Id, channel.FirstLinkedId, StringComparison.Ordinal));
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
            if (string.Equals(Channel.ExtensionOf(at >= 0 && slash < 0 ? target[(at + 1)..] : slash >= 0 ? target[..slash] : target), endpoint, StringComparison.Ordinal))
            {
                return target;
            }
        }

        return null;
    }

    private Channel FindRoot(Channel channel)
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

    /// <summary>When a channel was gone; null while it is there.</summary>
    public DateTimeOffset? EndOf(Channel channel) => channel.EndedAt
        ?? (channel.LinkedEndAt >= channel.LastSeenAt ? channel.LinkedEndAt : IsCut(channel) ? channel.LastSeenAt : null);

    /// <summary>Whether a channel ended because its PBX did.</summary>
    public bool IsCut(Channel channel) =>
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
}
