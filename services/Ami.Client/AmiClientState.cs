namespace Ami.Client;

/// <summary>How the client is doing, for health checks and people.</summary>
public sealed record AmiClientState
{
    /// <summary>Whether there is a session whose snapshot was taken.</summary>
    public required bool IsConnected { get; init; }

    /// <summary>Since when <see cref="IsConnected"/> is as it is.</summary>
    public required DateTimeOffset Since { get; init; }

    /// <summary>Why the last session or attempt ended; null before the first end.</summary>
    public required Exception? LastBreak { get; init; }

    /// <summary>When it ended.</summary>
    public required DateTimeOffset? LastBreakAt { get; init; }

    /// <summary>Sessions that started.</summary>
    public required long Sessions { get; init; }

    /// <summary>Logins that were refused one after the other; 0 after one that was not.</summary>
    public required int RefusedLogins { get; init; }

    /// <summary>Items that wait for the consumer.</summary>
    public required int QueueLength { get; init; }

    /// <summary>How long the oldest of them has waited.</summary>
    public required TimeSpan OldestItemAge { get; init; }

    /// <summary>Whether that is longer than the options allow: an alarm.</summary>
    public required bool IsQueueLate { get; init; }

    /// <summary>Answers that came too late, twice, or to nothing of ours, since the client began.</summary>
    public required long UnexpectedResponses { get; init; }

    /// <summary>Frames that were not believed, by reason, since the client began.</summary>
    public required IReadOnlyDictionary<Trust.AmiRefusal, long> RefusedFrames { get; init; }
}
