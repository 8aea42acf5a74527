using System.Globalization;
using CallCenterCrm.Sip.Calls;
using Xunit;

namespace CallCenterCrm.Sip.Load;

public sealed class LoadTests : AgentToAgent
{
    [Fact]
    public async Task Every_call_of_a_load_is_accounted_for_once()
    {
        Phone101.Script = static (call, ended) => int.Parse(call.Caller.User, CultureInfo.InvariantCulture) switch
        {
            < 60 => CallScripts.Ring.Then(CallScripts.Answer)(call, ended),
            < 80 => CallScripts.Busy(call, ended),
            _ => CallScripts.Ring(call, ended),
        };

        var report = await SipLoad.RunAsync(Trunk, new()
        {
            Did = "101",
            Calls = 100,
            CallsPerSecond = 500,
            Caller = static number => number.ToString(CultureInfo.InvariantCulture),
            Talk = Short,
            Patience = TimeSpan.FromSeconds(10), // who answers does so at once, even on a machine that makes a call wait for seconds
        });

        Assert.Equal((100, 60, 20), (report.Placed, report.Answered, report.Abandoned));
        Assert.Equal(new Dictionary<int, int> { [486] = 20 }, report.Refused);
        Assert.Equal((60, 80, 0), (report.ToAnswer.Count, report.ToRinging.Count, report.UnconfirmedEnds));
        Assert.Equal(100, Phone101.Calls.Select(call => call.Caller.User).Distinct(StringComparer.Ordinal).Count());
        Assert.Equal(60, Phone101.Calls.Count(call => call.WasAnswered));
    }

    [Fact]
    public async Task No_more_calls_than_allowed_are_under_way_together()
    {
        Phone101.Script = CallScripts.Answer;

        var report = await SipLoad.RunAsync(Trunk, new() { Did = "101", Calls = 20, CallsPerSecond = 1000, Talk = Short, MostAtOnce = 5 });

        Assert.Equal((20, 5), (report.Answered, report.MostAtOnce));
        Assert.InRange(report.Elapsed, Short * 4 * 0.9, Options.Patience);
    }

    [Theory]
    [InlineData(0, 1, 1)]
    [InlineData(1, 0, 1)]
    [InlineData(1, double.NaN, 1)]
    [InlineData(1, 1, 0)]
    public async Task A_plan_that_cannot_be_carried_out_is_refused(int calls, double rate, int most) =>
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(
            () => SipLoad.RunAsync(Trunk, new() { Did = "101", Calls = calls, CallsPerSecond = rate, MostAtOnce = most }));

    [Fact]
    public async Task An_agent_keeps_as_many_calls_as_it_is_told_to_and_drops_none_that_lives()
    {
        await using var phone = new SipPhone(new("104", ""), Any("127.0.1.104"), Trunk.LocalEndPoint, new() { KeptCalls = 10, Media = false });
        phone.Script = CallScripts.Ring;
        var lasting = Trunk.Call(new() { Did = "104", From = "first" }, phone);
        await lasting.WaitForAsync(CallState.Ringing);
        phone.Script = CallScripts.Ring.Then(CallScripts.Answer);
        var answered = Enumerable.Range(0, 15).Select(number => Trunk.Call(new() { Did = "104", From = number.ToString(CultureInfo.InvariantCulture) }, phone)).ToArray();
        await Task.WhenAll(answered.Select(call => call.Answered));
        Assert.Equal(16, phone.Calls.Count);

        await Task.WhenAll(answered.Select(call => call.HangUpAsync()));

        Assert.Equal(10, phone.Calls.Count);
        Assert.Equal("first", phone.Calls[0].Caller.User);
        await lasting.HangUpAsync();
    }

    [Fact]
    public void The_spread_of_a_time_is_read_from_its_sorted_values()
    {
        var times = LoadTimes.Of(Enumerable.Range(1, 200).Reverse().Select(ms => TimeSpan.FromMilliseconds(ms)));

        Assert.Equal("median 100.0 ms, p95 190.0, p99 198.0, max 200.0 (200 calls)", times.ToString());
        Assert.Equal(0, LoadTimes.Of([]).Count);
    }
}
