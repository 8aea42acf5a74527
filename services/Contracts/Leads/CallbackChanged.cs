namespace CallCenterCrm.Contracts.Leads.V1;

/// <summary>
/// A duty to ring somebody back was opened, taken, tried, postponed, closed or became known better. Carries its whole state
/// and a version: a consumer keeps the highest version of each <see cref="CallbackId"/>.
/// </summary>
/// <remarks>
/// Published by Leads. That a lease or a wait runs out is no change and is not told: both carry the time until which they hold.
/// </remarks>
public sealed record CallbackChanged
{
    /// <summary>The callback's identity.</summary>
    public required Guid CallbackId { get; init; }

    /// <summary>Grows with every change of this callback, from 1.</summary>
    public required long Version { get; init; }

    /// <summary>The client to ring; null while the number is no client's.</summary>
    public Guid? ClientId { get; init; }

    /// <summary>The number that called first, or was given; E.164 without plus.</summary>
    public required string Number { get; init; }

    /// <summary>The employee who is responsible: to whom it was passed, else the client's; null when nobody is.</summary>
    public Guid? ResponsibleId { get; init; }

    /// <summary>What asked for it first: call, web_form, manual. More words may come.</summary>
    public required string Source { get; init; }

    /// <summary>Since when the client waits, UTC: the first that asked for it.</summary>
    public required DateTimeOffset OpenedAt { get; init; }

    /// <summary>Every call that asks for it, the first one first.</summary>
    public required IReadOnlyList<CallbackMiss> Misses { get; init; }

    /// <summary>What else asks for it, the first one first. What a visitor wrote is not told.</summary>
    public required IReadOnlyList<CallbackRequest> Requests { get; init; }

    /// <summary>What was tried in vain, the first one first.</summary>
    public required IReadOnlyList<CallbackTry> Tries { get; init; }

    /// <summary>Number of the newest lease, over or not; 0 before the first.</summary>
    public required long LeaseNumber { get; init; }

    /// <summary>The employee or API key that has it; null when nobody does.</summary>
    public Guid? LeasedBy { get; init; }

    /// <summary>Until when he has it, UTC; null when nobody does.</summary>
    public DateTimeOffset? LeasedUntil { get; init; }

    /// <summary>When it is to be worked on, UTC.</summary>
    public required DateTimeOffset DueAt { get; init; }

    /// <summary>When it was over, UTC; null while it is open.</summary>
    public DateTimeOffset? ClosedAt { get; init; }

    /// <summary>How it came out: called_back, unreachable, merged. More words may come. Null while it is open.</summary>
    public string? Outcome { get; init; }

    /// <summary>The call whose conversation closed it; null when none did.</summary>
    public Guid? EvidenceCallId { get; init; }

    /// <summary>The callback of which it became a part; null when it did not.</summary>
    public Guid? MergedInto { get; init; }
}

/// <summary>A call that asks for another one.</summary>
public sealed record CallbackMiss
{
    /// <summary>The call.</summary>
    public required Guid CallId { get; init; }

    /// <summary>When it ended, UTC.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>
    /// Why: abandoned, no_answer, nobody_available, out_of_hours, failed, message_left, in_menu, lost_in_transfer. More words may
    /// come.
    /// </summary>
    public required string Reason { get; init; }

    /// <summary>The message that the caller left; null when he left none.</summary>
    public CallbackMessage? Message { get; init; }
}

/// <summary>A message that a caller left: the recording of his call.</summary>
public sealed record CallbackMessage
{
    /// <summary>
    /// Whether its recording is there and plausible: ready, missing, empty, damaged. More words may come. Null until it was looked
    /// for, some seconds after the call.
    /// </summary>
    public string? State { get; init; }

    /// <summary>Length of the sound, seconds; null when it is not known.</summary>
    public double? Seconds { get; init; }
}

/// <summary>Somebody asked for a call other than by calling.</summary>
public sealed record CallbackRequest
{
    /// <summary>Its number, as the visitor of the site was told it.</summary>
    public required long Number { get; init; }

    /// <summary>Where: web_form, manual. More words may come.</summary>
    public required string Source { get; init; }

    /// <summary>When, UTC; of one that was passed on from a conversation not before the end of that.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>The call from whose conversation it was passed on; null when it was not.</summary>
    public Guid? FromCallId { get; init; }
}

/// <summary>An attempt to ring back that came to nothing.</summary>
public sealed record CallbackTry
{
    /// <summary>When, UTC.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>The employee or API key; null when nobody is known to have the phone that placed the call.</summary>
    public Guid? By { get; init; }

    /// <summary>The call; null for a try of which no call is known.</summary>
    public Guid? CallId { get; init; }

    /// <summary>How it came out: no_answer, busy, asked_later, wrong_number. More words may come.</summary>
    public required string Result { get; init; }
}
