namespace CallCenterCrm.Sip;

/// <summary>How an agent works; the defaults suit a test with a handful of calls.</summary>
public sealed record SipAgentOptions
{
    /// <summary>The clock of everything: timers, timelines, waits.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>The longest that any wait without a limit of its own lasts, and that a call may take to be answered.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>False for load: no sound is sent or read, and no key can be pressed.</summary>
    public bool Media { get; init; } = true;

    /// <summary>The tone of this agent, 1–3400 Hz; different ones tell the sides of a recording apart. 0 is silence.</summary>
    public int ToneHertz { get; init; } = 440;

    /// <summary>How many of the last messages <see cref="SipAgent.Log"/> keeps; 0 keeps none.</summary>
    public int LogCapacity { get; init; }

    /// <summary>How many calls <see cref="SipAgent.Calls"/> keeps; one that has not ended is never dropped.</summary>
    public int KeptCalls { get; init; } = 1000;

    internal SipTimers Timers { get; init; } = new();
}
