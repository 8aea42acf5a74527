using CallCenterCrm.Telephony.Calls;
using CallCenterCrm.Telephony.Stores.Tests.Support;
using Xunit;

namespace CallCenterCrm.Telephony.Stores.Tests.Calls;

public sealed class PlanSpoolTests : IDisposable
{
    private readonly GatewaySettings _settings = TestSettings.Make();

    private string SpoolFile => Path.Combine(_settings.StateDirectory, "plans.jsonl");

    public void Dispose() => TestSettings.Remove(_settings);

    [Fact]
    public void What_was_kept_is_found_by_the_next_run()
    {
        Spool().Keep([("c-1", Samples.Note("О'Нил «😀» \"\\\r\n")), ("c-2", new PlanNote(null, null, 0.3, null, "the number has no rule"))]);

        var found = Spool().Load().ToDictionary(pair => pair.AnchorId, pair => pair.Note, StringComparer.Ordinal);
        Assert.Equal(["c-1", "c-2"], found.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(("101@15", "О'Нил «😀» \"\\\r\n", 0.011), (found["c-1"].Plan!.Text, found["c-1"].Caller!.Name, found["c-1"].DelaySeconds));
        Assert.Equal("busy", found["c-1"].Plan!.Steps[0].PassedOver["102"]);
        Assert.Equal((null, "the number has no rule"), (found["c-2"].Plan, found["c-2"].Fault));
    }

    [Fact]
    public void A_decision_is_kept_once_however_often_it_is_told()
    {
        var spool = Spool();
        spool.Keep([("c-1", Samples.Note("a"))]);
        spool.Keep([("c-1", Samples.Note("a")), ("c-2", Samples.Note("b"))]);

        var next = Spool();
        Assert.Equal(2, next.Load().Count());
        next.Keep([("c-2", Samples.Note("b"))]);
        Assert.Equal(2, File.ReadLines(SpoolFile).Count(line => line.Length > 0));
    }

    [Fact]
    public void Once_everything_is_stored_the_file_is_gone_and_a_new_one_can_begin()
    {
        var spool = Spool();
        spool.Keep([("c-1", Samples.Note("a"))]);
        spool.Clear();
        Assert.False(File.Exists(SpoolFile));

        spool.Keep([("c-1", Samples.Note("a"))]);
        Assert.Equal("c-1", Assert.Single(Spool().Load()).AnchorId);
    }

    [Fact]
    public void A_last_line_that_a_killed_run_did_not_finish_is_passed_over()
    {
        Spool().Keep([("c-1", Samples.Note("a")), ("c-2", Samples.Note("b"))]);
        var text = File.ReadAllText(SpoolFile);
        File.WriteAllText(SpoolFile, text[..^20]);

        Assert.Equal("c-1", Assert.Single(Spool().Load()).AnchorId);

        // Nor does it spoil what the next run keeps behind it.
        Spool().Keep([("c-3", Samples.Note("c"))]);
        Assert.Equal(["c-1", "c-3"], Spool().Load().Select(pair => pair.AnchorId));
    }

    [Fact]
    public void A_line_that_says_nothing_is_passed_over()
    {
        Directory.CreateDirectory(_settings.StateDirectory);
        File.WriteAllLines(SpoolFile, ["{}", "null", "[]", ""]);

        Assert.Empty(Spool().Load());
    }

    [Fact]
    public void It_is_bounded()
    {
        var spool = Spool();
        var name = new string('x', 10_000);
        spool.Keep(Enumerable.Range(0, 2000).Select(index => ($"c-{index}", Samples.Note(name))));
        spool.Keep([("later", Samples.Note("b"))]);

        Assert.InRange(new FileInfo(SpoolFile).Length, 16 * 1024 * 1024, (16 * 1024 * 1024) + 11_000);
        Assert.DoesNotContain(Spool().Load(), pair => pair.AnchorId == "later");
    }

    private PlanSpool Spool() => new(_settings);
}
