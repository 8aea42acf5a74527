namespace CallCenterCrm.RealCalls.Support;

/// <summary>Marks on a recording, as the event of a call has them.</summary>
/// <param name="Holds">Null when nobody knows.</param>
/// <param name="Recorded">What the recording holds, one stretch right behind the other.</param>
public sealed record Marks(IReadOnlyList<MarkedStretch>? Holds, IReadOnlyList<MarkedTransfer> Transfers, IReadOnlyList<MarkedStretch> Recorded)
{
    /// <summary>At which second of the recording a moment is to be heard.</summary>
    public double SecondOf(DateTimeOffset at) => Recorded.Where(stretch => stretch.From < at)
        .Sum(stretch => ((stretch.Until < at ? stretch.Until!.Value : at) - stretch.From).TotalSeconds);
}

/// <summary>A stretch of time.</summary>
/// <param name="Phone">Who held; null when the other party did, and of what is no hold.</param>
public sealed record MarkedStretch(DateTimeOffset From, DateTimeOffset? Until, string? Phone);

/// <summary>That the other party was handed on.</summary>
public sealed record MarkedTransfer(DateTimeOffset At, bool Blind, string By, string To);
