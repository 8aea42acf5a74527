using CallCenterCrm.CallControl.V1;
using CallCenterCrm.Telephony.Calls;

namespace CallCenterCrm.Telephony.CallControl;

/// <summary>What a manager asked the PBX to dial for him, and how far it came (protos/callcenter/call_control/v1).</summary>
internal sealed record Dialling
{
    // The client's channel may be told to be gone, and why, a moment after the manager's.
    private static readonly TimeSpan CauseFollows = TimeSpan.FromSeconds(2);

    public required Guid Id { get; init; }

    public long Version { get; init; } = 1;

    public required Guid EmployeeId { get; init; }

    public required Purpose Purpose { get; init; }

    /// <summary>The extension that is rung.</summary>
    public required string Phone { get; init; }

    /// <summary>Uniqueid of the channel to that extension, known before it exists.</summary>
    public required string Channel { get; init; }

    /// <summary>The call that is to be taken, or that this makes.</summary>
    public required Guid CallId { get; init; }

    /// <summary>Uniqueid of the channel on which that call hangs.</summary>
    public required string Anchor { get; init; }

    /// <summary>The number that is rung, E.164 without plus; null when a call is taken.</summary>
    public string? Number { get; init; }

    /// <summary>Our number that the client is shown; null for the company's usual one.</summary>
    public string? OwnNumber { get; init; }

    public required DateTimeOffset AskedAt { get; init; }

    public DateTimeOffset? EndedAt { get; init; }

    public Stage Stage { get; init; } = Stage.Asked;

    public Outcome Outcome { get; init; }

    /// <summary>The same dialling at its end.</summary>
    public Dialling Over(Outcome outcome, DateTimeOffset at) => this with { Stage = Stage.Ended, Outcome = outcome, EndedAt = at };

    /// <summary>
    /// The same dialling as the PBX's witnesses have it: worked out from facts alone, so that it comes to the same after a
    /// restart of the gateway.
    /// </summary>
    /// <param name="phone">The channel to the employee's phone; null while no witness has told of it.</param>
    /// <param name="call">The call; null while there is none.</param>
    /// <param name="now">The PBX's time.</param>
    public Dialling AsSeen(PhoneFacts? phone, TrackedCall? call, DateTimeOffset now)
    {
        if (phone is null)
        {
            return this;
        }

        var talked = HasTalked(phone, call);
        var end = Purpose == Purpose.Take || call is null ? phone.EndedAt : call.EndedAt ?? (talked ? null : phone.EndedAt);
        if (end is null || (!talked && call is { PartyDialled: true, PartyCause: null or 0 } && end > now - CauseFollows))
        {
            return this with { Stage = talked ? Stage.Talking : phone.UpAt is not null ? Stage.Connecting : Stage.PhoneRings };
        }

        return Over(talked ? Outcome.Talked : phone.UpAt is null ? PhoneOutcome(phone, call) : Purpose == Purpose.Take ? TakeOutcome(phone, call) : ClientOutcome(phone, call), end.Value);
    }

    // A talk of his before this one, in the same call, is not meant.
    private bool HasTalked(PhoneFacts phone, TrackedCall? call) =>
        phone.UpAt is { } up && call is not null && call.Talks.Any(talk => talk.Phone == Phone && talk.From >= up)
        && (Purpose == Purpose.Call || call.Legs.Any(leg => leg.ChannelId == Channel));

    private Outcome PhoneOutcome(PhoneFacts phone, TrackedCall? call) => phone switch
    {
        { Cause: 17 or 21 } => Outcome.PhoneBusy,
        { Dialled: false } => Outcome.PhoneUnregistered,
        _ when Purpose == Purpose.Take && call is { Talks.Count: > 0 } => Outcome.AnsweredElsewhere,
        _ when Purpose == Purpose.Take && call is { EndedAt: not null } => Outcome.CallerLeft,
        _ => Outcome.PhoneNotLifted,
    };

    private static Outcome TakeOutcome(PhoneFacts phone, TrackedCall? call) => call switch
    {
        { Talks.Count: > 0 } => Outcome.AnsweredElsewhere,
        { EndedAt: not null } => Outcome.CallerLeft,
        _ => phone.RemoteHungUp ? Outcome.Cancelled : Outcome.NotTaken,
    };

    // Q.850 causes as Asterisk makes them from SIP answers (hangup causes of chan_pjsip): 404 and 604 give 1, 410 gives 22,
    // 484 gives 28, 486 and 600 give 17, 403 and 603 give 21, 480 gives 19, 408 gives 18; 5xx give 34, 38 and the like.
    private static Outcome ClientOutcome(PhoneFacts phone, TrackedCall? call) => call switch
    {
        { PartyDialled: false } or null => phone.RemoteHungUp ? Outcome.Cancelled : Outcome.NoTrunk,
        { PartyCause: 17 } => Outcome.ClientBusy,
        { PartyCause: 1 or 22 or 28 } => Outcome.WrongNumber,
        { PartyCause: 21 } => Outcome.ClientDeclined,
        _ when phone.RemoteHungUp => Outcome.Cancelled,
        { PartyCause: null or 0 or 16 or 18 or 19 or 127 } => Outcome.ClientNoAnswer,
        _ => Outcome.NoTrunk,
    };
}

/// <summary>What is known of the channel to the phone of whoever clicked.</summary>
/// <param name="Dialled">The phone was reached at all.</param>
/// <param name="RemoteHungUp">The phone hung up, not the PBX.</param>
/// <param name="Cause">Q.850 cause with which it ended.</param>
internal sealed record PhoneFacts(bool Dialled, DateTimeOffset? UpAt, DateTimeOffset? EndedAt, bool RemoteHungUp, int? Cause);
