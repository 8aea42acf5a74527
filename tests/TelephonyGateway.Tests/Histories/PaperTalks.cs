using CallCenterCrm.Contracts.Telephony.V1;
using CallCenterCrm.Telephony.Calls;

namespace CallCenterCrm.Telephony.Tests.Histories;

/// <summary>Talks, and what comes of them: farewells, and transfers to a colleague.</summary>
internal sealed partial class PaperOffice
{
    private void Talk(PaperCall call, PaperChannel party, DialEnd end, string mode, int step, int transfers = 0)
    {
        var (leg, bridge, from) = (end.Answered!, end.Bridge!, end.BridgedAt);
        _pbx.Wait(Seconds(0.3, 12));
        Holds(call, party, leg);
        switch (transfers < 2 ? _random.Next(8) : 7)
        {
            case 0 or 1 when leg.Channel!.Name.StartsWith("PJSIP/10", StringComparison.Ordinal):
                Blind(call, party, leg, bridge, from, mode, step, transfers);
                break;
            case 2 when leg.Channel!.Name.StartsWith("PJSIP/10", StringComparison.Ordinal):
                Attended(call, party, leg, bridge, from, mode, step, transfers);
                break;
            default:
                Farewell(call, party, leg, bridge, from, mode, step);
                break;
        }
    }

    // Now and then one side keeps the other on hold for a while. A phone may ask for it twice.
    private void Holds(PaperCall call, PaperChannel party, PaperLeg leg)
    {
        while (Chance(0.25))
        {
            var (holder, other) = Chance(0.7) ? (leg.Channel!, party) : (party, leg.Channel!);
            var isLeg = holder == leg.Channel;
            _pbx.Hold(holder, other);
            var since = _pbx.Now;
            _pbx.Wait(Seconds(0.2, 3));
            if (Chance(0.2))
            {
                _pbx.Hold(holder, other);
                _pbx.Wait(Seconds(0.2, 1));
            }

            _pbx.Unhold(holder, other);
            call.Holds.Add(new TrackedHold(
                call.Direction switch { CallDirection.In => isLeg ? leg.Phone : null, CallDirection.Out => isLeg ? null : call.PlacedBy, _ => isLeg ? leg.Phone : call.PlacedBy },
                since, _pbx.Now));
            _pbx.Wait(Seconds(0.2, 2));
        }
    }

    private void Farewell(PaperCall call, PaperChannel party, PaperLeg leg, string bridge, DateTimeOffset from, string mode, int step)
    {
        var (first, second) = Chance(0.6) ? (party, leg.Channel!) : (leg.Channel!, party);
        call.PartyHungUp = first == party;
        _pbx.AskHangUp(first, 16);
        second.HangupSource = first.Name;
        _pbx.Leave(first, bridge, second);
        call.Talked(leg, from, _pbx.Now);
        _pbx.Leave(second, bridge);
        _pbx.End(party);
        void LegGone()
        {
            _pbx.Hangup(leg.Channel!, 16, last: leg.Channel!.LinkedId != party.LinkedId);
            leg.EndedAt = _pbx.Now;
        }

        _pbx.Both(LegGone, () => End(call, party, mode, step, 16, ""));
    }

    private void Blind(PaperCall call, PaperChannel party, PaperLeg leg, string bridge, DateTimeOffset from, string mode, int step, int transfers)
    {
        var to = Phone(leg.Phone);
        _pbx.Noise(leg.Channel!, "Unhold");
        _pbx.Leave(leg.Channel!, bridge, party);
        call.Talked(leg, from, _pbx.Now);
        party.Exten = to;
        _pbx.Leave(party, bridge);
        _pbx.BlindTransfer(leg.Channel!, party, to, bridge);
        call.Transfers.Add(new Transfer(_pbx.Now, Blind: true, leg.Phone, to));
        _pbx.Hangup(leg.Channel!, 16, source: "");
        leg.EndedAt = _pbx.Now;

        var leavesAt = _pbx.Now.AddSeconds(Chance(0.3) ? Seconds(0.05, 6) : 3600);
        var dial = new PaperDial(_pbx, call, party, leavesAt, _random);
        var end = dial.Run([new Target(to, SomeHabit(alone: true), Seconds(0.3, 4))], 8, step: null, told: Chance(0.5));
        if (end.CallerLeft)
        {
            Leave(call, party, dial, mode, step);
        }
        else if (end.Answered is null)
        {
            End(call, party, mode, step, 16, "");
        }
        else
        {
            Talk(call, party, end, mode, step, transfers + 1);
        }
    }

    // Somebody calls a colleague from his second line, which is a call of its own, and joins the two (09).
    private void Attended(PaperCall call, PaperChannel party, PaperLeg leg, string bridge, DateTimeOffset from, string mode, int step, int transfers)
    {
        _pbx.Hold(leg.Channel!, party);
        call.HeldSince = _pbx.Now;
        var (consult, dial, end) = Internal(leg.Phone, Phone(leg.Phone), 3600);
        if (end.Answered is null)
        {
            FinishInternal(consult, dial, end);
            _pbx.Wait(1);
            Farewell(call, party, leg, bridge, from, mode, step);
            return;
        }

        _pbx.Wait(Seconds(0.3, 4));
        var (second, target, secondBridge) = (consult.Anchor, end.Answered, end.Bridge!);
        _pbx.Leave(party, bridge, leg.Channel!);
        call.Talked(leg, from, _pbx.Now);
        _pbx.Leave(second, secondBridge, target.Channel!);
        consult.Talked(target, end.BridgedAt, _pbx.Now);
        _pbx.Enter(party, secondBridge, target.Channel!);
        target.Channel!.LinkedId = party.LinkedId;
        var joinedAt = _pbx.Now;
        _pbx.AttendedTransfer(leg.Channel!, second, party, target.Channel, bridge, secondBridge);
        call.Transfers.Add(new Transfer(_pbx.Now, Blind: false, leg.Phone, target.Phone));
        _pbx.Noise(leg.Channel!, "Unhold");
        _pbx.Noise(second, "Unhold");
        _pbx.Leave(leg.Channel!, bridge);
        _pbx.Hangup(leg.Channel!, 16, source: "");
        leg.EndedAt = _pbx.Now;
        _pbx.End(second);
        End(consult, second, "internal", 0, 16, "");

        // It is one phone with one channel, and a leg of both calls.
        call.Legs.Add(target);
        Talk(call, party, new DialEnd(target, secondBridge, joinedAt, CallerLeft: false, "ANSWER"), mode, step, transfers + 1);
    }
}
