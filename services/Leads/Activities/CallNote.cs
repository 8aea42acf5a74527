namespace CallCenterCrm.Leads.Activities;

/// <summary>The note of a call as it stands. Words are the database's.</summary>
internal sealed class CallNote
{
    public Guid CallId { get; init; }

    /// <summary>Grows by one with every change, from 1; 0 while there is none.</summary>
    public long Version { get; init; }

    public string Text { get; init; } = "";

    /// <summary>Null when nothing was said about it.</summary>
    public string? Result { get; init; }

    /// <summary>Who wrote last, employee or key.</summary>
    public Guid? AuthorId { get; init; }

    /// <summary>Null when it is not known here.</summary>
    public string? AuthorName { get; init; }

    public DateTimeOffset? UpdatedAt { get; init; }
}
