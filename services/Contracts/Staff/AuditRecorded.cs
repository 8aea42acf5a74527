namespace CallCenterCrm.Contracts.Staff.V1;

/// <summary>Somebody saw, heard, changed or exported something, or tried to. Staff keeps these for good.</summary>
/// <remarks>Published by every service about what it does itself; consumed by Staff. Write it in the transaction of the act.</remarks>
public sealed record AuditRecorded
{
    /// <summary>Identity of the record: one that comes twice is kept once.</summary>
    public required Guid RecordId { get; init; }

    /// <summary>When it happened, UTC.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>The service that says so, for example <c>telephony</c>; at most 40 characters.</summary>
    public required string Service { get; init; }

    /// <summary>Who: employee, system (an API key), service (a service by itself) or nobody (not signed in).</summary>
    public required string ActorKind { get; init; }

    /// <summary>The employee or the API key; null for a service and for nobody.</summary>
    public Guid? ActorId { get; init; }

    /// <summary>What was done, as noun and verb: <c>recording.heard</c>, <c>clients.exported</c>; at most 60 characters.</summary>
    public required string Action { get; init; }

    /// <summary>What kind of thing it was done to, for example <c>call</c>; at most 40 characters. Null when to nothing.</summary>
    public string? TargetKind { get; init; }

    /// <summary>Which one; at most 100 characters. Identities only: no person's telephone number, no name.</summary>
    public string? TargetId { get; init; }

    /// <summary>IP address from which it was asked for; null when from nowhere.</summary>
    public string? Address { get; init; }

    /// <summary>How it came out: done or refused.</summary>
    public required string Outcome { get; init; }

    /// <summary>What else matters, by short words: which fields were changed, why it was refused. No secrets.</summary>
    public IReadOnlyDictionary<string, string>? Details { get; init; }
}
