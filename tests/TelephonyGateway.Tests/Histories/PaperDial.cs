using CallCenterCrm.Contracts.Telephony.V1;

namespace CallCenterCrm.Telephony.Tests.Histories;

/// <summary>What a phone that is dialled does.</summary>
internal enum Habit
{
    RingsOut,

    /// <summary>It is registered, but nothing comes back from it: no ringing and no refusal.</summary>
    Silent,
    Busy,
    DoNotDisturb,

    /// <summary>It rings, and its owner sends the caller away: some phones say "declined" then, others "busy".</summary>
    Declines,
    DeclinesAsBusy,
    Unregistered,
    Answers,

    /// <summary>A mobile's voicemail box: it lifts and presses no key.</summary>
    Voicemail,
}

/// <summary>Whom to dial, what he does, and when.</summary>
/// <param name="Outside">He is reached over the trunk.</param>
/// <param name="Confirms">He is asked to press 1 before he is put through.</param>
internal sealed record Target(string Phone, Habit Habit, double After, bool Outside = false, bool Confirms = false)
{
    public string Endpoint => Outside ? "trunk" : Phone;

    public string Dialled => Outside ? $"{Phone}@trunk" : Phone;
}

/// <summary>A colleague who takes the call from his screen.</summary>
internal sealed record Taker(string Phone, double After, double Lifts);

/// <summary>How a dial came out; <see cref="Answered"/> is null when nobody answered.</summary>
internal sealed record DialEnd(PaperLeg? Answered, string? Bridge, DateTimeOffset BridgedAt, bool CallerLeft, string Status);

/// <summary>The Dial application on paper: rings phones for a caller until one answers, all refuse, the time is over or the caller leaves.</summary>
/// <param name="leavesAt">When the caller has had enough.</param>
internal sealed class PaperDial(PaperPbx pbx, PaperCall call, PaperChannel caller, DateTimeOffset leavesAt, Random random)
{
    private readonly List<PaperLeg> _ringing = [];
    private readonly PriorityQueue<Action, DateTimeOffset> _agenda = new();
    private DialEnd? _end;
    private PaperChannel? _taker;
    private string _status = "CHANUNAVAIL";

    /// <param name="told">Whether CEL tells that it began: of a Dial that follows another one at once it does not.</param>
    /// <param name="prepare">What the dialplan does with each channel before it is dialled.</param>
    public DialEnd Run(IReadOnlyList<Target> targets, double seconds, int? step, Taker? taker = null, bool told = true, Action<PaperChannel>? prepare = null)
    {
        pbx.Begin(caller, "Dial", $"{string.Join('&', targets.Select(target => $"PJSIP/{target.Dialled}"))},{seconds}", told);
        var began = pbx.Now;
        foreach (var target in targets.Where(target => target.Habit != Habit.Unregistered))
        {
            var channel = pbx.Make(target.Endpoint, caller);
            prepare?.Invoke(channel);
            var leg = new PaperLeg(channel, target.Phone, step, pbx.Now);
            call.Legs.Add(leg);
            _ringing.Add(leg);
            pbx.DialBegin(caller, channel, target.Dialled);
            Plan(leg, target);
        }

        if (taker is not null)
        {
            At(began.AddSeconds(taker.After), () => Take(taker, step));
        }

        At(began.AddSeconds(seconds), () => Stop("NOANSWER", 0, LegResult.NoAnswer));
        while (_ringing.Count > 0 && _end is null && _agenda.TryDequeue(out var next, out var at))
        {
            if (leavesAt < at)
            {
                pbx.WaitUntil(leavesAt);
                return new DialEnd(null, null, default, CallerLeft: true, "CANCEL");
            }

            pbx.WaitUntil(at);
            next();
        }

        if (_end is not null)
        {
            return _end;
        }

        pbx.End(caller);
        return new DialEnd(null, null, default, CallerLeft: false, _status);
    }

    /// <summary>The caller has left: whatever rings stops.</summary>
    public void Cancel()
    {
        Stop("CANCEL", 127, LegResult.CallerLeft);
        if (_taker is not null)
        {
            // Nothing tells that this phone had to do with the call: it is no leg of it.
            pbx.OriginateResponse(_taker, success: false, "s");
            pbx.DialEnd(null, _taker, "NOANSWER");
            pbx.Hangup(_taker, 0, last: true);
        }
    }

    private void At(DateTimeOffset at, Action action) => _agenda.Enqueue(action, at);

    private void Plan(PaperLeg leg, Target target)
    {
        var now = pbx.Now;
        if (target.Habit is not (Habit.Silent or Habit.Busy or Habit.DoNotDisturb))
        {
            At(now.AddMilliseconds(2), () => IfRings(leg, () =>
            {
                leg.Rang = true;
                pbx.Ring(caller, leg.Channel!);
            }));
        }

        var later = now.AddSeconds(target.After);
        switch (target.Habit)
        {
            case Habit.Busy:
                At(now.AddMilliseconds(2), () => Refuse(leg, 17, "486", "BUSY", "BUSY", LegResult.Busy));
                break;
            case Habit.DoNotDisturb:
                At(now.AddMilliseconds(2), () => Refuse(leg, 19, "480", "NOANSWER", "NOANSWER", LegResult.Declined));
                break;
            case Habit.Declines:
                At(later, () => Refuse(leg, 21, "603", "NOANSWER", "CHANUNAVAIL", LegResult.Declined));
                break;
            case Habit.DeclinesAsBusy:
                At(later, () => Refuse(leg, 17, "486", "BUSY", "BUSY", LegResult.Busy));
                break;
            case Habit.Answers:
                At(later, () => IfRings(leg, () => Lift(leg, target.Confirms)));
                break;
            case Habit.Voicemail:
                At(later, () => IfRings(leg, () => Voicemail(leg)));
                break;
        }
    }

    private void IfRings(PaperLeg leg, Action action)
    {
        if (_ringing.Contains(leg))
        {
            action();
        }
    }

    // What AMI says of one dial and what the dialplan is told of all of them differ: a phone that declines counts as not there (05b).
    private void Refuse(PaperLeg leg, int cause, string techCause, string status, string told, LegResult result) => IfRings(leg, () =>
    {
        _status = _status == "BUSY" || told == "CHANUNAVAIL" ? _status : told;
        pbx.AskHangUp(leg.Channel!, cause, techCause);
        pbx.Both(() => pbx.DialEnd(caller, leg.Channel!, status), () => pbx.Hangup(leg.Channel!, cause, techCause));
        Gone(leg, result);
    });

    private void Lift(PaperLeg leg, bool confirms)
    {
        pbx.Answer(leg.Channel!);
        leg.AnsweredAt = pbx.Now;
        if (confirms && !Prompt(leg, 1 + (4 * random.NextDouble()), accepts: true))
        {
            return;
        }

        StopOthers(leg);
        pbx.DialEnd(caller, leg.Channel!, "ANSWER");
        Connect(leg);
    }

    private void Voicemail(PaperLeg leg)
    {
        pbx.Answer(leg.Channel!);
        leg.AnsweredAt = pbx.Now;
        Prompt(leg, 9.5, accepts: false);
    }

    // The mobile's owner is asked to press 1. A caller who leaves meanwhile is let go only after that (31).
    private bool Prompt(PaperLeg leg, double seconds, bool accepts)
    {
        var over = pbx.Now.AddSeconds(seconds);
        pbx.Say(leg.Channel!, "CrmMobileAnswered", $"Call: {call.Anchor.Id}");
        leg.Channel!.Application = ("Read", "KEY,crm/confirm,1,,2,4");
        var left = leavesAt < over;
        if (left)
        {
            pbx.WaitUntil(leavesAt);
            pbx.AskHangUp(caller, 16, "487");
        }

        pbx.WaitUntil(over);
        leg.Channel.Application = ("AppDial", "(Outgoing Line)");
        if (accepts && !left)
        {
            return true;
        }

        _status = "BUSY";
        pbx.DialEnd(caller, leg.Channel, "BUSY");
        pbx.Hangup(leg.Channel, 16, source: "");
        Gone(leg, LegResult.NotAccepted);
        if (left)
        {
            _end = new DialEnd(null, null, default, CallerLeft: true, "BUSY");
        }

        return false;
    }

    // An Originate rings the colleague's phone; when he lifts, it takes the place of one that rings (07a, 07f).
    private void Take(Taker taker, int? step)
    {
        var channel = pbx.Make(taker.Phone, null, $"pbx-{new Guid(Enumerable.Range(0, 16).Select(_ => (byte)random.Next(256)).ToArray()):N}");
        var leg = new PaperLeg(channel, taker.Phone, step, pbx.Now);
        pbx.DialBegin(null, channel, taker.Phone);
        _taker = channel;
        At(pbx.Now.AddMilliseconds(3), () => pbx.Ring(null, channel));
        At(pbx.Now.AddSeconds(taker.Lifts), () =>
        {
            _taker = null;
            pbx.Answer(channel);
            (leg.Rang, leg.AnsweredAt) = (true, pbx.Now);
            pbx.Both(() => pbx.DialEnd(null, channel, "ANSWER"), () => pbx.OriginateResponse(channel, success: true, "s"));
            pbx.Pickup(_ringing[0].Channel!, channel);
            pbx.DialEnd(caller, channel, "ANSWER");
            call.Legs.Add(leg);
            call.TakenOver = true;
            StopOthers(leg);
            channel.Application = ("AppDial", "(Outgoing Line)");
            Connect(leg);
            pbx.Relink(channel, caller.LinkedId);
        });
    }

    private void Connect(PaperLeg leg)
    {
        _ringing.Remove(leg);
        if (caller.State != PaperState.Up)
        {
            pbx.Answer(caller);
        }

        var bridge = pbx.Bridge();
        pbx.Enter(leg.Channel!, bridge);
        pbx.Enter(caller, bridge, leg.Channel!);
        _end = new DialEnd(leg, bridge, pbx.Now, CallerLeft: false, "ANSWER");
    }

    private void StopOthers(PaperLeg answered)
    {
        foreach (var other in _ringing.Where(other => other != answered).ToList())
        {
            pbx.Both(() => pbx.DialEnd(caller, other.Channel!, "CANCEL"), () => pbx.Hangup(other.Channel!, 26));
            Gone(other, LegResult.AnsweredElsewhere);
        }
    }

    private void Stop(string status, int cause, LegResult result)
    {
        _status = status;
        foreach (var leg in _ringing.ToList())
        {
            pbx.DialEnd(caller, leg.Channel!, status);
            pbx.Hangup(leg.Channel!, cause);
            Gone(leg, result);
        }
    }

    private void Gone(PaperLeg leg, LegResult result)
    {
        (leg.EndedAt, leg.Result) = (pbx.Now, result);
        _ringing.Remove(leg);
    }
}
