namespace CallCenterCrm.Telephony.Reconciliation;

/// <summary>What can be said of an hour.</summary>
internal enum HourState
{
    /// <summary>It is not over, a witness has not read past its end, or a call of it goes on.</summary>
    Open,

    /// <summary>Both witnesses are sound for all of it, and every call of theirs is recorded, and no other.</summary>
    ZeroLost,

    /// <summary>A call is missing with somebody.</summary>
    Gaps,

    /// <summary>Nothing is missing as far as is known, but a witness could not be relied on in some of it.</summary>
    Unknown,
}

/// <summary>A call that somebody did not have, or did not have in time.</summary>
/// <param name="Id">Our identity of the call, whether we have it or not.</param>
/// <param name="UniqueId">The PBX's channel; holds its secret system name and stays inside.</param>
/// <param name="BackFilled">We have it, but only since it was over for a while; nobody misses it any more unless a witness does.</param>
internal sealed record Gap(Guid Id, string UniqueId, DateTimeOffset At, bool InCel, bool InCdr, bool InCalls, bool BackFilled);

/// <summary>Calls of an hour, by who knows them.</summary>
/// <param name="Cut">Cut by a stop of the PBX, which writes no CDR of them.</param>
/// <param name="Pending">Of which it is too early to say whether they are missing.</param>
/// <param name="BackFilled">Recorded only when they had been over for a while.</param>
/// <param name="Missing">That are missing with somebody.</param>
internal sealed record HourCounts(int Cel, int Cdr, int Calls, int Cut, int Pending, int BackFilled, int Missing)
{
    public static HourCounts None { get; } = new(0, 0, 0, 0, 0, 0, 0);
}

/// <summary>A fault of a witness.</summary>
internal sealed record HourFault(Witness Witness, WitnessFault Fault);

/// <summary>An hour of the ledger, or as much of it as was asked for.</summary>
/// <param name="Gaps">The first of them; <see cref="HourCounts"/> has how many there are.</param>
internal sealed record LedgerHour(
    DateTimeOffset From, DateTimeOffset Until, HourState State, HourCounts Counts, IReadOnlyList<Gap> Gaps, IReadOnlyList<HourFault> Faults)
{
    /// <summary>The verdict. A time in which a witness failed is never without loss.</summary>
    /// <param name="since">From when on both witnesses tell something; null when one never did.</param>
    /// <param name="readUntil">Up to when both were read; null when one never was.</param>
    public static LedgerHour Of(
        DateTimeOffset from, DateTimeOffset until, HourCounts counts, IReadOnlyList<Gap> gaps, IReadOnlyList<HourFault> faults,
        DateTimeOffset? since, DateTimeOffset? readUntil)
    {
        var met = faults.Where(told => told.Fault.From < until && told.Fault.Until >= from).ToArray();
        var state = !(readUntil >= until) || counts.Pending > 0 ? HourState.Open
            : counts.Missing > 0 ? HourState.Gaps
            : met.Length > 0 || !(since <= from) ? HourState.Unknown
            : HourState.ZeroLost;
        return new LedgerHour(from, until, state, counts, gaps, met);
    }
}
