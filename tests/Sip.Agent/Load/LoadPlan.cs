using System.Globalization;

namespace CallCenterCrm.Sip;

/// <summary>Many calls from the trunk at an even rate.</summary>
public sealed record LoadPlan
{
    /// <summary>The number that is called.</summary>
    public required string Did { get; init; }

    /// <summary>How many calls in all, at least 1.</summary>
    public required int Calls { get; init; }

    /// <summary>New calls in a second, more than 0; a call that is late because of <see cref="MostAtOnce"/> is placed as soon as it may.</summary>
    public required double CallsPerSecond { get; init; }

    /// <summary>The caller's number of each call, counted from 0; distinct numbers if nothing else is said.</summary>
    public Func<int, string> Caller { get; init; } =
        static number => (79_000_000_000 + number).ToString(CultureInfo.InvariantCulture);

    /// <summary>How long the caller talks before he hangs up.</summary>
    public TimeSpan Talk { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long the caller waits for an answer before he gives up.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>The bound on calls that are under way together, at least 1.</summary>
    public int MostAtOnce { get; init; } = 1000;
}

/// <summary>What became of a <see cref="LoadPlan"/>. Answered + Abandoned + the refusals = the calls that were placed.</summary>
/// <param name="Placed">Calls whose INVITE was sent.</param>
/// <param name="Answered">Calls that got a 200.</param>
/// <param name="Abandoned">Calls that the caller gave up after <see cref="LoadPlan.Patience"/>.</param>
/// <param name="Refused">The rest by the code of their final answer; 408 for silence.</param>
/// <param name="UnconfirmedEnds">Answered calls whose BYE the PBX did not confirm.</param>
/// <param name="MostAtOnce">The most calls that were under way together.</param>
/// <param name="Elapsed">From the first INVITE to the end of the last call.</param>
/// <param name="ToRinging">From INVITE to the first 180 or 183, of the calls that had one.</param>
/// <param name="ToAnswer">From INVITE to 200, of the answered calls.</param>
public sealed record LoadReport(
    int Placed,
    int Answered,
    int Abandoned,
    IReadOnlyDictionary<int, int> Refused,
    int UnconfirmedEnds,
    int MostAtOnce,
    TimeSpan Elapsed,
    LoadTimes ToRinging,
    LoadTimes ToAnswer)
{
    /// <summary>The report in a few lines.</summary>
    public override string ToString()
    {
        var refused = Refused.Count == 0
            ? "none"
            : string.Join(", ", Refused.Select(pair => string.Create(CultureInfo.InvariantCulture, $"{pair.Value} × {pair.Key}")));
        return string.Create(CultureInfo.InvariantCulture, $"""
            placed {Placed} in {Elapsed.TotalSeconds:0.0} s, at most {MostAtOnce} at once
            answered {Answered}, abandoned {Abandoned}, refused {refused}, unconfirmed ends {UnconfirmedEnds}
            to ringing: {ToRinging}
            to answer: {ToAnswer}
            """);
    }
}

/// <summary>Spread of a time; all zero when nothing was measured.</summary>
/// <param name="Count">Measurements.</param>
/// <param name="Median">Half took at most this.</param>
/// <param name="P95">95 % took at most this.</param>
/// <param name="P99">99 % took at most this.</param>
/// <param name="Max">The longest.</param>
public sealed record LoadTimes(int Count, TimeSpan Median, TimeSpan P95, TimeSpan P99, TimeSpan Max)
{
    /// <summary>In milliseconds.</summary>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"median {Median.TotalMilliseconds:0.0} ms, p95 {P95.TotalMilliseconds:0.0}, p99 {P99.TotalMilliseconds:0.0}, max {Max.TotalMilliseconds:0.0} ({Count} calls)");

    internal static LoadTimes Of(IEnumerable<TimeSpan> measured)
    {
        TimeSpan[] sorted = [.. measured.Order()];
        if (sorted.Length == 0)
            return new(0, default, default, default, default);
        TimeSpan At(double share) => sorted[Math.Max(0, (int)Math.Ceiling(sorted.Length * share) - 1)];
        return new(sorted.Length, At(0.5), At(0.95), At(0.99), sorted[^1]);
    }
}
