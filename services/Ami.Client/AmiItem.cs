namespace Ami.Client;

/// <summary>One thing that happened, in the order in which the PBX told it: an event, an answer in a recorded stream, or a session's begin or end.</summary>
public abstract class AmiItem
{
    private protected AmiItem()
    {
    }
}

/// <summary>A session began. Comes after login and <c>FullyBooted</c>, before the first event of the session.</summary>
/// <remarks>
/// AMI replays nothing: whatever happened since the last session ended is only to be seen by comparing with the snapshot. Events that
/// follow may tell what the snapshot already shows, since they were gathered while it was taken.
/// </remarks>
public sealed class AmiSessionStarted : AmiItem
{
    internal AmiSessionStarted(AmiSnapshot snapshot) => Snapshot = snapshot;

    /// <summary>The PBX as it was at the begin of the session.</summary>
    public AmiSnapshot Snapshot { get; }
}

/// <summary>A session ended; no event of it follows. Comes exactly once for each <see cref="AmiSessionStarted"/>.</summary>
public sealed class AmiSessionEnded : AmiItem
{
    internal AmiSessionEnded(DateTimeOffset at, Exception? reason)
    {
        At = at;
        Reason = reason;
    }

    /// <summary>When the break was noticed.</summary>
    public DateTimeOffset At { get; }

    /// <summary>The first thing that went wrong; null when the client was stopped.</summary>
    public Exception? Reason { get; }
}
