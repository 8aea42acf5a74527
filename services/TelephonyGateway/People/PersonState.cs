namespace CallCenterCrm.Telephony.People;

/// <summary>What somebody says of himself.</summary>
/// <param name="State">One of <see cref="PersonStates"/>.</param>
/// <param name="Reason">Why he pauses, a contract's word in lower case; null when he does not.</param>
/// <param name="Since">Since when.</param>
/// <param name="Until">When his pause is over; null when he does not pause.</param>
internal sealed record PersonState(string State, string? Reason, DateTimeOffset Since, DateTimeOffset? Until)
{
    /// <summary>Whether he takes calls at a moment: a pause is over by itself.</summary>
    public bool IsReady(DateTimeOffset at) => State == PersonStates.Ready || Until <= at;
}

/// <summary>The words for it in the tables.</summary>
internal static class PersonStates
{
    /// <summary>He takes calls.</summary>
    public const string Ready = "ready";

    /// <summary>Not for a while.</summary>
    public const string Paused = "paused";

    /// <summary>Not until he says otherwise.</summary>
    public const string Away = "away";
}
