namespace CallCenterCrm.Telephony.Calls;

/// <summary>
/// What the witnesses (AMI events, lists, CEL records) said about one channel of the PBX. Every fact is merged in a way
/// that does not depend on order or repetition: times are the earliest seen, texts the first in time, marks are a set.
/// </summary>
internal sealed class Channel(string id)
{
    /// <summary>What the endpoint of an employee's browser has behind his extension: <c>101-web</c> is the browser of 101.</summary>
    public const string Browser = "-web";

    private readonly HashSet<BridgeMark> _marks = [];
    private DateTimeOffset _linkedAt = DateTimeOffset.MaxValue;

    /// <summary>Asterisk's Uniqueid.</summary>
    public string Id => id;

    /// <summary>Technology, endpoint and serial number, for example <c>PJSIP/101-0000001a</c>; null while unknown.</summary>
    public string? Name { get; private set; }

    /// <summary>The part of the name that tells whose channel it is: <c>101</c>, <c>trunk</c>.</summary>
    public string? Endpoint { get; private set; }

    public bool IsLocal { get; private set; }

    /// <summary>The linkedid it was born with: the channel that caused it, or itself.</summary>
    public string? FirstLinkedId { get; private set; }

    public DateTimeOffset? StartedAt { get; private set; }

    /// <summary>True when the PBX received this channel from outside or from a phone; false when the PBX made it.</summary>
    public bool Arrived { get; set; }

    /// <summary>True when an Originate made it.</summary>
    public bool Originated { get; set; }

    /// <summary>Where the OriginateResponse said that it was to go.</summary>
    public string? OriginateExten { get; set; }

    /// <summary>The OriginateResponse said that its far end was not reached.</summary>
    public bool OriginateFailed { get; set; }

    /// <summary>The caller's number as the PBX showed it when the channel was born; may hold anything.</summary>
    public string? RawNumber { get; set; }

    /// <summary>What the dialplan announced of an incoming call; null when it announced none.</summary>
    public Announcement? Announced { get; set; }

    /// <summary>When a voice menu took the caller; null when none did.</summary>
    public DateTimeOffset? MenuAt { get; private set; }

    /// <summary>What the caller chose in it, dashes between; empty before the first choice.</summary>
    public string MenuPath { get; private set; } = "";

    /// <summary>When the dialplan was about to ring for the caller, out of a menu or at once; null when it did not come so far.</summary>
    public DateTimeOffset? RungForAt { get; private set; }

    /// <summary>When the phone that the caller talked with was lost and he was made to wait for it, the last time; null when none was.</summary>
    public DateTimeOffset? WaitsAt { get; private set; }

    /// <summary>Whom the dialplan said that it wants to reach; null when it places no call.</summary>
    public Placement? Places { get; set; }

    public Dial? DialledBy { get; set; }

    public string? DialStatus { get; set; }

    public DateTimeOffset? RangAt { get; private set; }

    /// <summary>A sound came from its far end before any answer.</summary>
    public bool Sounded { get; set; }

    /// <summary>It was still down at its end, as AMI said.</summary>
    public bool NeverRang { get; set; }

    public DateTimeOffset? UpAt { get; private set; }

    public DateTimeOffset? EndedAt { get; private set; }

    public int? Cause { get; private set; }

    /// <summary>When CEL said that no channel had this one's id as its linkedid any more.</summary>
    public DateTimeOffset? LinkedEndAt { get; set; }

    /// <summary>The far end of this channel hung up, not the PBX.</summary>
    public bool RemoteHungUp { get; set; }

    /// <summary>It is not in the PBX's list any more, and nobody saw its end.</summary>
    public bool Vanished { get; set; }

    /// <summary>A mobile was lifted and heard the prompt.</summary>
    public bool Prompted { get; set; }

    /// <summary>What the dialplan did with it: plan, menu, fallback, closed, message, exhausted.</summary>
    public HashSet<string> Modes { get; } = new(StringComparer.Ordinal);

    /// <summary>Names of channels that it was in a bridge with, from records of which the rest is lost.</summary>
    public HashSet<string> Met { get; } = new(StringComparer.Ordinal);

    /// <summary>Moments at which the Dial application ran on it.</summary>
    public HashSet<DialRunMark> DialRuns { get; } = [];

    public HashSet<StepMark> Steps { get; } = [];

    /// <summary>How long the caller spoke to the PBX when he was asked for a message; null when he did not come so far.</summary>
    public TimeSpan? MessageLength { get; set; }

    /// <summary>A recording ran on it.</summary>
    public bool Recorded { get; set; }

    public HashSet<Transfer> Transfers { get; } = [];

    /// <summary>Moments at which its far end put the other side on hold, or took it back.</summary>
    public HashSet<HoldMark> Holds { get; } = [];

    /// <summary>AMI told of its birth.</summary>
    public bool HeardFromBirth { get; set; }

    /// <summary>AMI told of its end.</summary>
    public bool HeardToEnd { get; set; }

    /// <summary>Between the two, as far as AMI told of them, there was a time in which AMI was not heard.</summary>
    public bool Interrupted { get; set; }

    /// <summary>The other half of a Local channel.</summary>
    public Channel? OtherHalf { get; set; }

    public Channel? PickedUpBy { get; set; }

    /// <summary>The latest moment for which there is any evidence of this channel.</summary>
    public DateTimeOffset LastSeenAt { get; private set; }

    public IReadOnlyCollection<BridgeMark> Marks => _marks;

    public CallGroup Group { get; set; } = null!;

    public void Named(string name)
    {
        // An OriginateResponse names a channel that never came to be without its serial number.
        if (Name is not null && (Name.Contains('-', StringComparison.Ordinal) || !name.Contains('-', StringComparison.Ordinal)))
        {
            return;
        }

        Name = name;
        Endpoint = EndpointOf(name);
        IsLocal = name.StartsWith("Local/", StringComparison.Ordinal);
    }

    public void Seen(DateTimeOffset at) => LastSeenAt = at > LastSeenAt ? at : LastSeenAt;

    public void Linked(string linkedId, DateTimeOffset at)
    {
        if (at < _linkedAt)
        {
            _linkedAt = at;
            FirstLinkedId = linkedId;
        }
    }

    public void Started(DateTimeOffset at) => StartedAt = Earliest(StartedAt, at);

    public void Rang(DateTimeOffset at) => RangAt = Earliest(RangAt, at);

    public void Up(DateTimeOffset at) => UpAt = Earliest(UpAt, at);

    public void InMenu(DateTimeOffset at) => MenuAt = Earliest(MenuAt, at);

    // All of the way is told with each choice.
    public void ChoseInMenu(string path) => MenuPath = path.Length > MenuPath.Length ? path : MenuPath;

    public void RungFor(DateTimeOffset at) => RungForAt = Earliest(RungForAt, at);

    public void Waits(DateTimeOffset at) => WaitsAt = WaitsAt > at ? WaitsAt : at;

    public void Ended(DateTimeOffset at, int cause)
    {
        if (EndedAt is null || at < EndedAt)
        {
            EndedAt = at;
        }

        Cause = Cause is null or 0 ? cause : Cause;
    }

    public void Mark(BridgeMark mark) => _marks.Add(mark);

    /// <summary>
    /// <c>PJSIP/101-0000001a</c> → <c>101</c>; the serial number behind the last dash is dropped. What one does in his browser, his
    /// extension does.
    /// </summary>
    public static string EndpointOf(string name)
    {
        var slash = name.IndexOf('/', StringComparison.Ordinal);
        var rest = slash < 0 ? name : name[(slash + 1)..];
        var dash = rest.EndsWith(Browser, StringComparison.Ordinal) ? -1 : rest.LastIndexOf('-');
        return ExtensionOf(dash < 0 ? rest : rest[..dash]);
    }

    /// <summary><c>101-web</c> → <c>101</c>, <c>101</c> → <c>101</c>.</summary>
    public static string ExtensionOf(string endpoint) =>
        endpoint.EndsWith(Browser, StringComparison.Ordinal) ? endpoint[..^Browser.Length] : endpoint;

    private static DateTimeOffset Earliest(DateTimeOffset? known, DateTimeOffset at) => known < at ? known.Value : at;
}

/// <summary>The dialplan's announcement of an incoming call: our number, the caller's (digits and plus only), withheld or not.</summary>
internal sealed record Announcement(string Did, string Number, bool Withheld);

/// <summary>The dialplan's announcement of a call of one of ours: the number or extension that was asked for.</summary>
internal sealed record Placement(string Number, bool ToOutside);

/// <summary>That a channel entered or left a bridge, or was found in one. <see cref="Peers"/> are the names of those who were in it (CEL).</summary>
/// <param name="Found">A list had it there, at about this time.</param>
internal sealed record BridgeMark(DateTimeOffset At, bool Entered, string Bridge, string Peers = "", bool Found = false);

/// <summary>That the far end of a channel put the other side on hold, or took it back.</summary>
internal sealed record HoldMark(DateTimeOffset At, bool Held);

/// <summary>That a channel was dialled for another one.</summary>
internal sealed record Dial(Channel? Caller, string? Target, DateTimeOffset At);

/// <summary>That the Dial application began, or was running, on a channel, with its argument.</summary>
internal sealed record DialRunMark(DateTimeOffset At, bool Began, string Data);

/// <summary>What the dialplan said of a step of the plan.</summary>
/// <param name="Targets">Phones with dashes between them; a mobile begins with m.</param>
/// <param name="Word">Dial status of a step that ended, device state of a phone that was passed over.</param>
internal sealed record StepMark(DateTimeOffset At, int Step, string Targets, StepMarkKind Kind, string Word = "")
{
    /// <summary>Whether a phone is one of its targets.</summary>
    public bool Names(string phone) => Targets.TrimStart('m').Split('-').Contains(phone);
}

internal enum StepMarkKind
{
    Began,
    Ended,
    PassedOver,
}

/// <summary>That a talking party was handed on.</summary>
internal sealed record Transfer(DateTimeOffset At, bool Blind, string By, string To);
