using CallCenterCrm.Telephony.Reconciliation;
using Xunit;

namespace CallCenterCrm.Telephony.Tests.Reconciliation;

public sealed class LedgerHourTests
{
    private static readonly DateTimeOffset From = new(2026, 3, 2, 9, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset Until = From.AddHours(1);
    private static readonly HourCounts Agreed = new(3, 3, 3, 0, 0, 0, 0);

    [Fact]
    public void An_hour_in_which_both_witnesses_agree_with_us_is_without_loss() => Assert.Equal(HourState.ZeroLost, State(Agreed));

    [Fact]
    public void A_missing_call_is_a_gap_even_where_a_witness_failed() =>
        Assert.Equal(HourState.Gaps, State(Agreed with { Missing = 1 }, [Fault(-10, 10)]));

    [Fact]
    public void An_hour_that_a_witness_has_not_read_past_is_open()
    {
        Assert.Equal(HourState.Open, State(Agreed, readUntil: Until.AddTicks(-1)));
        Assert.Equal(HourState.Open, State(Agreed, readUntil: null));
        Assert.Equal(HourState.Open, State(Agreed with { Pending = 1, Missing = 1 }));
    }

    [Theory]
    [InlineData(-10, -1, HourState.ZeroLost)]
    [InlineData(-10, 0, HourState.Unknown)]
    [InlineData(-10, 10, HourState.Unknown)]
    [InlineData(20, 30, HourState.Unknown)]
    [InlineData(50, 70, HourState.Unknown)]
    [InlineData(-10, 70, HourState.Unknown)]
    [InlineData(60, 70, HourState.ZeroLost)]
    internal void An_hour_that_a_fault_touches_is_not_known(int began, int ended, HourState state)
    {
        Assert.Equal(state, State(Agreed, [Fault(began, ended)]));
        Assert.Equal(state, State(Agreed with { Cut = 1 }, [Fault(began, ended)]));
    }

    [Fact]
    public void A_time_before_the_witnesses_began_is_not_known()
    {
        Assert.Equal(HourState.Unknown, State(Agreed, since: From.AddMinutes(1)));
        Assert.Equal(HourState.Unknown, LedgerHour.Of(From, Until, Agreed, [], [], null, Until).State);
    }

    private static HourState State(HourCounts counts, IReadOnlyList<HourFault>? faults = null, DateTimeOffset? since = null) =>
        State(counts, faults, since, Until);

    private static HourState State(HourCounts counts, DateTimeOffset? readUntil) => State(counts, null, null, readUntil);

    private static HourState State(HourCounts counts, IReadOnlyList<HourFault>? faults, DateTimeOffset? since, DateTimeOffset? readUntil) =>
        LedgerHour.Of(From, Until, counts, [], faults ?? [], since ?? From, readUntil).State;

    private static HourFault Fault(int began, int ended) =>
        new(Witness.Cdr, new WitnessFault(FaultKind.Unreadable, From.AddMinutes(began), From.AddMinutes(ended)));
}
