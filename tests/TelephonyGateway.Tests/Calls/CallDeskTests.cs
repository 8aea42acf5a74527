using System.Text;
using CallCenterCrm.Telephony.Asterisk;
using CallCenterCrm.Telephony.Calls;
using CallCenterCrm.Telephony.Routing;
using Xunit;

namespace CallCenterCrm.Telephony.Tests.Calls;

public sealed class CallDeskTests : IDisposable
{
    private static readonly DateTimeOffset Now = Captures.Calls(replay => replay.Cel(Captures.Cel("01-answered-first")))[0].EndedAt!.Value;
    private static readonly PlanNote Decision = new(new RingPlan("101@3", "rule", []), null, 0.001, 0.002, null);
    private readonly SetTime _time = new();
    private readonly CallDesk _desk;

    public CallDeskTests() => _desk = new CallDesk(_time);

    public void Dispose() => _desk.Dispose();

    [Fact]
    public void The_place_in_the_log_does_not_pass_a_call_before_it_is_stored()
    {
        ReadLog();
        Assert.Null(_desk.SettledPosition(1000));

        var taken = _desk.TakeChanged();
        Assert.NotEmpty(taken);
        Assert.Null(_desk.SettledPosition(1000));

        _desk.Return(taken.Select(pair => pair.Call));
        Assert.Null(_desk.SettledPosition(1000));

        Assert.NotEmpty(_desk.TakeChanged());
        _time.Now = Now.AddMinutes(2);
        _desk.Tidy();
        Assert.Null(_desk.SettledPosition(1000));

        _desk.Stored();
        Assert.Equal(1000, _desk.SettledPosition(1000));
    }

    [Fact]
    public void A_decision_of_an_earlier_run_waits_until_the_log_tells_of_its_call()
    {
        var call = Captures.Calls(replay => replay.Cel(Captures.Cel("01-answered-first")))[0];
        _desk.Note(call.AnchorId, Decision);
        _desk.Note("gone", Decision);
        _desk.Tidy();
        Assert.Equal([call.AnchorId, "gone"], _desk.Decisions().Select(pair => pair.AnchorId));

        ReadLog();
        Assert.Same(Decision, Assert.Single(_desk.TakeChanged(), pair => pair.Call.AnchorId == call.AnchorId).Note);
        _desk.Stored();
        _desk.Tidy();
        Assert.Equal([call.AnchorId], _desk.Decisions().Select(pair => pair.AnchorId));
    }

    private void ReadLog()
    {
        var splitter = new CelSplitter(null);
        var lines = Encoding.UTF8.GetString(Captures.Cel("01-answered-first")).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        _desk.Tell([.. lines.SelectMany(line => splitter.Line(Encoding.UTF8.GetBytes(line))), .. splitter.Flush()], 0);
        _desk.LoggedUntil(Now);
    }

    private sealed class SetTime : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = CallDeskTests.Now;

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
