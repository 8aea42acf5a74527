namespace CallCenterCrm.Sip;

/// <summary>The times of RFC 3261 §17.1.1.1 (table 4 in its appendix A).</summary>
internal sealed record SipTimers
{
    /// <summary>First interval of a retransmission.</summary>
    public TimeSpan T1 { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>Longest interval, except of an INVITE request, which keeps doubling.</summary>
    public TimeSpan T2 { get; init; } = TimeSpan.FromSeconds(4);

    /// <summary>Timers B, F, H: when a peer counts as dead. Also how long a settled transaction still absorbs repetitions.</summary>
    public TimeSpan Dead => T1 * 64;
}
