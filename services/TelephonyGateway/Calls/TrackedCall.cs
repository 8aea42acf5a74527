using CallCenterCrm.Contracts.Telephony.V1;

namespace CallCenterCrm.Telephony.Calls;

/// <summary>One call as its witnesses have told it so far. Two of them are equal when they say the same.</summary>
internal sealed record TrackedCall
{
    /// <summary>Uniqueid of the channel that the call hangs on: the caller's, or the one that an Originate made.</summary>
    public required string AnchorId { get; init; }

    public required CallDirection Direction { get; init; }

    public required CallState State { get; init; }

    public required bool Settled { get; init; }

    /// <summary>Our number that was called; null when it did not come from the trunk.</summary>
    public string? Did { get; init; }

    /// <summary>The other party's number as shown or dialled; may hold anything.</summary>
    public string? RawNumber { get; init; }

    /// <summary>The caller asked that his number be not shown.</summary>
    public bool Withheld { get; init; }

    /// <summary>The phone that placed an outgoing or internal call.</summary>
    public string? PlacedBy { get; init; }

    /// <summary>Of an outgoing call: the party's number was dialled at all.</summary>
    public bool PartyDialled { get; init; }

    /// <summary>Of an outgoing call: the party's side was lifted.</summary>
    public bool PartyAnswered { get; init; }

    /// <summary>Of an outgoing call: Q.850 cause with which the party's channel ended; null while it lasts, and where there was none.</summary>
    public int? PartyCause { get; init; }

    public required DateTimeOffset StartedAt { get; init; }

    public DateTimeOffset? AnsweredAt { get; init; }

    public DateTimeOffset? EndedAt { get; init; }

    public string? AnsweredBy { get; init; }

    public CallResult? Result { get; init; }

    public MissReason? MissReason { get; init; }

    /// <summary>The other party hung up first.</summary>
    public bool PartyHungUp { get; init; }

    public bool OutOfHours { get; init; }

    /// <summary>The PBX gave no plan in time, or nobody did: the dialplan rang its own fallback.</summary>
    public bool Fallback { get; init; }

    /// <summary>The voice menu that the caller passed; null when there was none.</summary>
    public TrackedMenu? Menu { get; init; }

    /// <summary>A stop of the PBX ended the call.</summary>
    public bool Cut { get; init; }

    /// <summary>A manager took it from another one's ringing phone.</summary>
    public bool TakenOver { get; init; }

    public required ValueList<TrackedLeg> Legs { get; init; }

    public required ValueList<TrackedTalk> Talks { get; init; }

    public required ValueList<Transfer> Transfers { get; init; }

    /// <summary>Who kept the other side on hold and when; null when AMI was not heard all the time somebody talked.</summary>
    public ValueList<TrackedHold>? Holds { get; init; }

    /// <summary>Name of the recording's file; null when none was begun.</summary>
    public string? RecordingFile { get; init; }

    /// <summary>What the recording holds, one stretch right behind the other: it stands still while its channel is in no bridge.</summary>
    public ValueList<RecordedStretch> Recorded { get; init; } = [];
}

/// <summary>One phone of a call.</summary>
/// <param name="ChannelId">Its channel; null for a phone that was passed over without being dialled.</param>
/// <param name="Phone">Extension, or number for one outside.</param>
/// <param name="Step">Step of the plan; null outside one, and when no witness could tell.</param>
/// <param name="Rang">Whether it rang; null when no witness could tell.</param>
internal sealed record TrackedLeg(
    string? ChannelId, string Phone, int? Step, DateTimeOffset? DialledAt, bool? Rang,
    DateTimeOffset? AnsweredAt, DateTimeOffset? EndedAt, LegResult? Result);

/// <summary>A caller's way through a voice menu, or several behind each other.</summary>
/// <param name="LeftAt">When he came out of it to be rung for; null when he never did.</param>
/// <param name="Path">What he chose, dashes between (<c>1-2</c>); empty when nothing.</param>
internal sealed record TrackedMenu(DateTimeOffset EnteredAt, DateTimeOffset? LeftAt, string Path)
{
    /// <summary>How many choices he made.</summary>
    public int Depth => Path.Length == 0 ? 0 : Path.Count(letter => letter == '-') + 1;
}

/// <summary>A stretch of a talk in which one side kept the other on hold.</summary>
/// <param name="Phone">Extension, or number outside, of the one of ours who did; null when the other party did.</param>
/// <param name="Until">The end of the hold, or of the talk; null while both last.</param>
internal sealed record TrackedHold(string? Phone, DateTimeOffset From, DateTimeOffset? Until);

/// <summary>A stretch of time that is in the recording.</summary>
/// <param name="Until">Null while it goes on.</param>
internal sealed record RecordedStretch(DateTimeOffset From, DateTimeOffset? Until);

/// <summary>A stretch in which a phone talked with the other party.</summary>
internal sealed record TrackedTalk(string Phone, DateTimeOffset From, DateTimeOffset? Until);
