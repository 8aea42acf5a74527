namespace CallCenterCrm.Leads.Callbacks;

/// <summary>A callback as it stands. Words are the database's.</summary>
internal sealed class Callback
{
    public Guid Id { get; init; }

    public long Version { get; init; }

    public Guid? ClientId { get; init; }

    public string? ClientName { get; init; }

    public string Number { get; init; } = "";

    /// <summary>To whom it was passed, else who is responsible for the client.</summary>
    public Guid? ResponsibleId { get; init; }

    public string? ResponsibleName { get; init; }

    public Guid? AssignedTo { get; init; }

    public string Source { get; init; } = "";

    public DateTimeOffset OpenedAt { get; init; }

    public string? Note { get; init; }

    public DateTimeOffset DueAt { get; init; }

    public long LeaseNumber { get; init; }

    public Guid? LeaseBy { get; init; }

    public string? LeaseName { get; init; }

    public DateTimeOffset? LeasedAt { get; init; }

    public DateTimeOffset? LeaseUntil { get; init; }

    public DateTimeOffset? ClosedAt { get; init; }

    public string? Outcome { get; init; }

    public Guid? EvidenceCallId { get; init; }

    public Guid? MergedInto { get; init; }

    /// <summary>What the score is made of.</summary>
    public int Own { get; init; }

    /// <inheritdoc cref="Own"/>
    public int Waiting { get; init; }

    /// <inheritdoc cref="Own"/>
    public int Escalated { get; init; }

    /// <inheritdoc cref="Own"/>
    public int Tried { get; init; }

    public IReadOnlyList<Miss> Misses { get; set; } = [];

    public IReadOnlyList<Request> Requests { get; set; } = [];

    public IReadOnlyList<Attempt> Tries { get; set; } = [];

    /// <summary>A call that asks for another one.</summary>
    internal sealed class Miss
    {
        public Guid CallbackId { get; init; }

        public Guid CallId { get; init; }

        public DateTimeOffset MissedAt { get; init; }

        public string Reason { get; init; } = "";

        /// <summary>How the recording of the message that was left stands; null when none was, and until it was looked for.</summary>
        public string? MessageState { get; init; }

        /// <summary>Its length; null when it is not known.</summary>
        public double? MessageSeconds { get; init; }
    }

    /// <summary>The reason of a miss whose caller left a message.</summary>
    public const string MessageLeft = "message_left";

    /// <summary>Somebody asked for a call other than by calling.</summary>
    internal sealed class Request
    {
        public Guid CallbackId { get; init; }

        public long Number { get; init; }

        public string Source { get; init; } = "";

        public DateTimeOffset AskedAt { get; init; }

        public Guid? AskedBy { get; init; }

        public string? Text { get; init; }

        public string? Name { get; init; }

        public string? Kind { get; init; }

        /// <summary>The call from whose conversation it was passed on.</summary>
        public Guid? FromCall { get; init; }
    }

    /// <summary>A try that came to nothing.</summary>
    internal sealed class Attempt
    {
        public Guid CallbackId { get; init; }

        public DateTimeOffset At { get; init; }

        public Guid? By { get; init; }

        public string? Name { get; init; }

        public Guid? CallId { get; init; }

        public string Result { get; init; } = "";

        public string? Note { get; init; }

        public DateTimeOffset NextAt { get; init; }
    }
}
