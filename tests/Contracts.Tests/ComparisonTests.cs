using Xunit;

namespace CallCenterCrm.Contracts.Tests;

public sealed class ComparisonTests
{
    private static readonly string[] Frozen = ["Event.id: Guid, required", "Event.name: String?", "Kind = In", "Kind = Out"];

    [Fact]
    public void The_same_shape_has_no_fault() => Assert.Null(Comparison.Fault("Event", Frozen, [.. Frozen.Reverse()]));

    [Fact]
    public void A_removed_member_asks_for_a_V2_and_shows_the_member()
    {
        var fault = Comparison.Fault("Event", Frozen, [Frozen[0], Frozen[2], Frozen[3]]);
        Assert.Contains("- Event.name: String?", fault, StringComparison.Ordinal);
        Assert.Contains("additive only", fault, StringComparison.Ordinal);
        Assert.Contains("V2", fault, StringComparison.Ordinal);
    }

    [Fact]
    public void A_renamed_member_shows_both_names()
    {
        var fault = Comparison.Fault("Event", Frozen, [Frozen[0], "Event.title: String?", Frozen[2], Frozen[3]]);
        Assert.Contains("- Event.name: String?\n+ Event.title: String?\n", fault, StringComparison.Ordinal);
        Assert.Contains("V2", fault, StringComparison.Ordinal);
    }

    [Fact]
    public void A_changed_type_asks_for_a_V2() =>
        Assert.Contains("V2", Comparison.Fault("Event", Frozen, ["Event.id: String, required", .. Frozen[1..]]), StringComparison.Ordinal);

    [Fact]
    public void A_removed_word_asks_for_a_V2() =>
        Assert.Contains("- Kind = Out", Comparison.Fault("Event", Frozen, Frozen[..3]), StringComparison.Ordinal);

    [Fact]
    public void A_new_required_member_is_refused() =>
        Assert.Contains("must be optional", Comparison.Fault("Event", Frozen, [.. Frozen, "Event.at: DateTimeOffset, required"]), StringComparison.Ordinal);

    [Fact]
    public void A_new_optional_member_asks_only_for_the_new_snapshot() =>
        Assert.Contains("allowed", Comparison.Fault("Event", Frozen, [.. Frozen, "Event.at: DateTimeOffset?"]), StringComparison.Ordinal);

    [Fact]
    public void A_new_word_warns_of_earlier_consumers() =>
        Assert.Contains("earlier version", Comparison.Fault("Event", Frozen, [.. Frozen, "Kind = Internal"]), StringComparison.Ordinal);
}
