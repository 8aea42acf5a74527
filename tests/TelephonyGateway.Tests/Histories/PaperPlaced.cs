using CallCenterCrm.Contracts.Telephony.V1;

namespace CallCenterCrm.Telephony.Tests.Histories;

/// <summary>Calls that one of ours places: out, by hand or by a click, and to a colleague.</summary>
internal sealed partial class PaperOffice
{
    private (PaperCall Call, PaperDial Dial, DialEnd End) Internal(string phone, string to, double patience)
    {
        var startedAt = _pbx.Now;
        var root = _pbx.Arrive(phone, phone, to, "from-phones");
        var call = Begun(new PaperCall(root, CallDirection.Internal, startedAt) { Number = to, PlacedBy = phone });
        Record(call, root);
        _pbx.Say(root, "CrmInternal", $"Call: {root.Id},Target: {to},Phone: {phone}", "CRM_INTERNAL", to);
        var dial = new PaperDial(_pbx, call, root, startedAt.AddSeconds(patience), _random);
        return (call, dial, dial.Run([new Target(to, SomeHabit(alone: true), Seconds(0.3, 4))], 10, step: null));
    }

    private void FinishInternal(PaperCall call, PaperDial dial, DialEnd end)
    {
        if (end.CallerLeft)
        {
            Leave(call, call.Anchor, dial, "internal", 0);
        }
        else if (end.Answered is { } answered)
        {
            _pbx.Wait(Seconds(0.3, 5));
            Holds(call, call.Anchor, answered);
            Farewell(call, call.Anchor, answered, end.Bridge!, end.BridgedAt, "internal", 0);
        }
        else
        {
            End(call, call.Anchor, "internal", 0, end.Status switch { "BUSY" => 17, "CHANUNAVAIL" => 20, _ => 16 }, "");
        }
    }

    private void Outgoing(bool clicked)
    {
        const string Number = "79161234567";
        var phone = Phone();
        var startedAt = _pbx.Now;
        var root = clicked ? Clicked(phone, Number) : _pbx.Arrive(phone, phone, Number, "from-phones");
        var own = new PaperLeg(root, phone, null, startedAt) { Rang = clicked, AnsweredAt = clicked ? _pbx.Now : null };
        var call = Begun(new PaperCall(root, CallDirection.Out, startedAt) { Number = Number, PlacedBy = phone });
        _pbx.Say(root, "CrmOutgoing", $"Call: {root.Id},Num: {Number},Phone: {phone}", "CRM_OUTGOING", Number);
        var dial = new PaperDial(_pbx, call, root, _pbx.Now.AddSeconds(Chance(0.25) ? Seconds(0.05, 10) : 3600), _random);
        var habit = OneOf(Habit.Answers, Habit.Answers, Habit.RingsOut, Habit.Busy, Habit.DeclinesAsBusy, Habit.Unregistered);
        var end = dial.Run([new Target(Number, habit, Seconds(0.5, 5), Outside: true)], 20, step: null, prepare: client =>
        {
            Record(call, client);
            client.Application = ("AppDial", "(Outgoing Line)");
        });
        if (end.CallerLeft)
        {
            Leave(call, root, dial, "out", 0);
        }
        else if (end.Answered is not null)
        {
            call.PartyAnswered = true;
            own.AnsweredAt ??= end.BridgedAt;
            _pbx.Wait(Seconds(0.3, 8));
            Holds(call, root, end.Answered);
            Farewell(call, root, end.Answered, end.Bridge!, end.BridgedAt, "out", 0);
        }
        else
        {
            End(call, root, "out", 0, end.Status switch { "BUSY" => 17, "CHANUNAVAIL" => 20, _ => 16 }, "");
        }

        Reverse(call, own);
    }

    // In a call out the one who was dialled is the party, and the phone that placed it is the leg.
    private static void Reverse(PaperCall call, PaperLeg own)
    {
        own.EndedAt = call.EndedAt;
        if (call.Legs is [var client])
        {
            call.Party = client.Channel;
            call.PartyCause = client.Result switch { LegResult.Talked => 16, LegResult.Busy => 17, LegResult.CallerLeft => 127, _ => 0 };
            call.PartyHungUp = client.Channel!.HangupSource == client.Channel.Name;
        }
        else
        {
            call.PartyHungUp = false;
        }

        if (call.Talks is [var talk])
        {
            call.EndedAt = call.Legs[0].EndedAt;
            call.Talks[0] = talk with { Phone = own.Phone };
            own.Result = LegResult.Talked;
        }

        call.Legs.Clear();
        call.Legs.Add(own);
    }

    // The gateway rings a manager's phone, and when he lifts sends him to dial (16).
    private PaperChannel Clicked(string phone, string number)
    {
        var channel = _pbx.Make(phone, null, $"pbx-{new Guid(Enumerable.Range(0, 16).Select(_ => (byte)_random.Next(256)).ToArray()):N}");
        _pbx.DialBegin(null, channel, phone);
        _pbx.Ring(null, channel);
        _pbx.Wait(Seconds(0.3, 3));
        _pbx.Answer(channel);
        _pbx.Both(() => _pbx.DialEnd(null, channel, "ANSWER"), () => _pbx.OriginateResponse(channel, success: true, number));
        channel.Exten = number;
        channel.Application = ("", "");
        return channel;
    }
}
