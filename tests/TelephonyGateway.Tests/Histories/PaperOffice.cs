using CallCenterCrm.Contracts.Telephony.V1;

namespace CallCenterCrm.Telephony.Tests.Histories;

/// <summary>
/// Makes up calls of an office and writes them down twice: as the PBX's two witnesses would tell them, and as they truly were.
/// What happens in a call follows from the seed alone.
/// </summary>
internal sealed partial class PaperOffice
{
    private static readonly string[] Phones = ["101", "102", "103"];
    private readonly Random _random;
    private readonly PaperPbx _pbx;
    private readonly List<PaperCall> _calls = [];

    private PaperOffice(int seed, int mark, DateTimeOffset start)
    {
        _random = new Random(seed);
        _pbx = new PaperPbx(mark, start, _random);
    }

    /// <summary>One call, or two where somebody consults a colleague.</summary>
    /// <param name="mark">Sets it apart from calls that run at the same time.</param>
    public static History Call(int seed, int mark, DateTimeOffset start)
    {
        var office = new PaperOffice(seed, mark, start);
        var kind = office._random.Next(10) switch
        {
            < 7 => "in",
            7 => "out",
            8 => "click",
            _ => "internal",
        };
        switch (kind)
        {
            case "in":
                office.Incoming();
                break;
            case "internal":
                var (call, dial, end) = office.Internal("101", office.Phone("101"), office.Seconds(0.05, 40));
                office.FinishInternal(call, dial, end);
                break;
            default:
                office.Outgoing(clicked: kind == "click");
                break;
        }

        var history = office._pbx.Written($"{kind} {seed}");
        history.Truth = [.. office._calls.Select(paper => paper.True())];
        return history;
    }

    private bool Chance(double share) => _random.NextDouble() < share;

    private double Seconds(double from, double until) => from + ((until - from) * _random.NextDouble());

    private T OneOf<T>(params ReadOnlySpan<T> some) => some[_random.Next(some.Length)];

    private string Phone(params string[] but)
    {
        var free = Phones.Except(but).ToArray();
        return free[_random.Next(free.Length)];
    }

    private PaperCall Begun(PaperCall call)
    {
        _calls.Add(call);
        return call;
    }

    private void Incoming()
    {
        const string Number = "79161234567";
        var withheld = Chance(0.1);
        var startedAt = _pbx.Now;
        var caller = _pbx.Arrive("trunk", Number, "74951000001", "from-trunk", rawNumber: _random.Next(8) switch
        {
            0 => "7916\"1234567",
            1 => "7916\n{\"forged\":\"",
            _ => null,
        });
        var call = Begun(new PaperCall(caller, CallDirection.In, startedAt) { Did = "74951000001", Number = Number, Withheld = withheld });
        var leavesAt = startedAt.AddSeconds(Chance(0.4) ? Seconds(0.02, 30) : 3600);
        Record(call, caller);
        var presentation = withheld ? "prohib_passed_screen" : "allowed_not_screened";
        _pbx.Both(
            () => _pbx.Say(caller, "CrmIncoming", $"Call: {caller.Id},Did: 74951000001,Num: {Number},Pres: {presentation}"),
            () => _pbx.Say(caller, null, "", "CRM_INCOMING", $"74951000001-{presentation}"));

        var way = _random.Next(10) switch { 0 => "closed", 1 => "fallback", _ => "plan" };
        if (!Wait(way == "fallback" ? 2 : Seconds(0.02, 0.3), leavesAt))
        {
            Leave(call, caller, null, "", 0);
        }
        else if (way == "closed")
        {
            Closed(call, caller, leavesAt);
        }
        else
        {
            Steps(call, caller, leavesAt, way);
        }
    }

    private bool Wait(double seconds, DateTimeOffset leavesAt)
    {
        var until = _pbx.Now.AddSeconds(seconds);
        _pbx.WaitUntil(leavesAt < until ? leavesAt : until);
        return leavesAt >= until;
    }

    private void Closed(PaperCall call, PaperChannel caller, DateTimeOffset leavesAt)
    {
        call.OutOfHours = true;
        _pbx.Say(caller, "CrmClosed", $"Call: {caller.Id}", "CRM_CLOSED");
        if (!Wait(6, leavesAt))
        {
            Leave(call, caller, null, "closed", 0);
            call.MissReason = MissReason.OutOfHours;
            return;
        }

        End(call, caller, "closed", 0, 21, "480");
        call.MissReason = MissReason.OutOfHours;
    }

    private void Steps(PaperCall call, PaperChannel caller, DateTimeOffset leavesAt, string mode)
    {
        if (mode == "fallback")
        {
            call.Fallback = true;
            _pbx.Say(caller, "CrmFallback", $"Call: {caller.Id}", "CRM_FALLBACK");
        }

        var steps = _random.Next(1, 4);
        for (var step = 1; step <= steps; step++)
        {
            var mobile = step == steps && Chance(0.4);
            var targets = mobile ? [Mobile()] : Targets();
            var names = string.Join('-', targets.Select(target => (mobile ? "m" : "") + target.Phone));
            var seconds = Chance(0.5) ? 5 : 15;
            _pbx.Say(caller, "CrmStep", $"Call: {caller.Id},Step: {step},Target: {names},Secs: {seconds}");
            var free = mobile ? targets : Free(call, caller, step, targets);
            var status = "PASSED";
            if (free.Count > 0)
            {
                var taker = !mobile && free.All(target => target.Habit == Habit.RingsOut) && Chance(0.25) ? new Taker("104", Seconds(0.1, 2), Seconds(0.5, 2.5)) : null;
                var dial = new PaperDial(_pbx, call, caller, leavesAt, _random);
                var end = dial.Run(free, seconds, step, taker);
                if (end.CallerLeft)
                {
                    Leave(call, caller, dial, mode, step, asked: end.Status == "BUSY");
                    return;
                }

                if (end.Answered is not null)
                {
                    Talk(call, caller, end, mode, step);
                    return;
                }

                status = end.Status;
                if (free is [{ Habit: Habit.Unregistered } only])
                {
                    call.Legs.Add(new PaperLeg(null, only.Phone, step, null) { Result = LegResult.Unregistered });
                }
            }

            _pbx.Both(
                () => _pbx.Say(caller, "CrmStepEnd", $"Call: {caller.Id},Step: {step},Target: {names},DialStatus: {status}"),
                () => _pbx.Say(caller, null, "", "CRM_STEP_END", $"{step}-{names}-{status}"));
        }

        call.MissReason = call.Legs.Exists(leg => leg.Rang || leg.Result is LegResult.NoAnswer or LegResult.NotAccepted) ? MissReason.NoAnswer : MissReason.NobodyAvailable;
        End(call, caller, mode == "plan" ? "exhausted" : mode, steps + 1, 19, "480");
    }

    private Target Mobile() => new(
        "79035550001", OneOf(Habit.RingsOut, Habit.Answers, Habit.Voicemail, Habit.Busy, Habit.Unregistered), Seconds(1, 4), Outside: true, Confirms: true);

    // One phone or two, of which at most one answers, or all of which merely ring for a colleague to take the call.
    private List<Target> Targets()
    {
        var first = Phone();
        var targets = new List<Target> { new(first, SomeHabit(alone: true), Seconds(0.3, 4)) };
        if (Chance(0.3))
        {
            targets = [targets[0] with { Habit = SomeHabit(alone: false) }, new(Phone(first), SomeHabit(alone: false), Seconds(0.3, 4))];
            if (targets.TrueForAll(target => target.Habit == Habit.Answers))
            {
                targets[1] = targets[1] with { Habit = Habit.RingsOut };
            }
        }

        return targets;
    }

    // In a group the dialplan's word for the whole does not tell which phone was not registered: witnesses know nothing of it.
    private Habit SomeHabit(bool alone) => _random.Next(12) switch
    {
        < 4 => Habit.Answers,
        < 7 => Habit.RingsOut,
        7 => Habit.Silent,
        8 => Habit.Busy,
        9 => Habit.DoNotDisturb,
        10 => Chance(0.5) ? Habit.Declines : Habit.DeclinesAsBusy,
        _ => alone ? Habit.Unregistered : Habit.RingsOut,
    };

    // The dialplan's crm-free: a phone that talks or is not registered is passed over.
    private List<Target> Free(PaperCall call, PaperChannel caller, int step, List<Target> targets)
    {
        var free = new List<Target>();
        foreach (var target in targets)
        {
            if (!Chance(0.15))
            {
                free.Add(target);
                continue;
            }

            var busy = Chance(0.5);
            var state = busy ? "INUSE" : "UNAVAILABLE";
            _pbx.Say(caller, "CrmPassed", $"Call: {caller.Id},Step: {step},Target: {target.Phone},State: {state}", "CRM_PASSED", $"{step}-{target.Phone}-{state}");
            call.Legs.Add(new PaperLeg(null, target.Phone, step, null) { Result = busy ? LegResult.Busy : LegResult.Unregistered });
        }

        return free;
    }

    /// <summary>The caller hangs up while nobody talks with him.</summary>
    /// <param name="asked">He did so before, and is only let go now.</param>
    private void Leave(PaperCall call, PaperChannel caller, PaperDial? dial, string mode, int step, bool asked = false)
    {
        call.PartyHungUp = true;
        call.MissReason = MissReason.Abandoned;
        var talked = caller.State == PaperState.Up;
        var cause = asked || talked ? 16 : 127;
        if (!asked)
        {
            _pbx.AskHangUp(caller, cause, talked ? "" : "487");
        }

        if (dial is not null)
        {
            _pbx.Both(dial.Cancel, () => _pbx.End(caller));
        }

        End(call, caller, mode, step, cause, talked ? "" : "487");
    }

    private void End(PaperCall call, PaperChannel caller, string mode, int step, int cause, string techCause)
    {
        _pbx.Noise(caller, "SoftHangupRequest");
        _pbx.Both(
            () => _pbx.Say(caller, "CrmCallEnd", $"Call: {caller.Id},ChanState: {caller.State},Mode: {mode},Step: {step},Cause: {cause}"),
            () => _pbx.Say(caller, null, "", "CRM_END", $"{mode}-{caller.State}-{step}"));
        _pbx.Hangup(caller, cause, techCause, caller.HangupSource.Length > 0 ? null : "dialplan/builtin", last: true);
        call.EndedAt = _pbx.Now;
    }

    // MixMonitor on a channel, into the file of a call.
    private void Record(PaperCall call, PaperChannel channel)
    {
        call.RecordedOn = channel;
        _pbx.Begin(channel, "MixMonitor", $"{call.Anchor.Id}.wav,b");
        _pbx.End(channel);
        _pbx.Noise(channel, "MixMonitorStart");
    }
}
