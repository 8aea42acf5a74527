using System.Collections.Frozen;
using CallCenterCrm.Contracts.Telephony.V1;
using Google.Protobuf.WellKnownTypes;
using Wire = CallCenterCrm.Calls.V1;

namespace CallCenterCrm.Telephony.Calls;

/// <summary>Writes calls as protos/callcenter/calls/v1 has them.</summary>
internal static class CallMessages
{
    public static Wire.Call Write(CallChanged call)
    {
        var message = new Wire.Call
        {
            Id = call.CallId.ToString(),
            Version = call.Version,
            Direction = SameName<CallDirection, Wire.Direction>.Of(call.Direction),
            State = SameName<CallState, Wire.State>.Of(call.State),
            Settled = call.Settled,
            Result = SameName<CallResult, Wire.Result>.Of(call.Result),
            MissReason = SameName<MissReason, Wire.MissReason>.Of(call.MissReason),
            OwnNumber = call.OwnNumber ?? "",
            Party = SameName<PartyKind, Wire.Party>.Of(call.Party),
            PartyNumber = call.PartyNumber ?? "",
            PartyNumberAsShown = call.PartyNumberAsShown ?? "",
            ClientId = call.ClientId?.ToString() ?? "",
            ClientName = call.ClientName ?? "",
            PlacedBy = call.PlacedBy ?? "",
            StartedAt = call.StartedAt.ToTimestamp(),
            AnsweredAt = call.AnsweredAt?.ToTimestamp(),
            EndedAt = call.EndedAt?.ToTimestamp(),
            AnsweredBy = call.AnsweredBy ?? "",
            Recording = call.Recording is { } recording ? Write(recording) : null,
            Menu = call.Menu is { } menu ? Write(menu, call.EndedAt) : null,
            Holds = call.Holds is { } holds ? Write(holds) : null,
        };
        message.Legs.AddRange(call.Legs.Select(Write));
        message.Talks.AddRange(call.Talks.Select(talk => new Wire.Talk
        {
            Phone = talk.Phone,
            From = talk.From.ToTimestamp(),
            Until = talk.Until?.ToTimestamp(),
        }));
        message.Transfers.AddRange(call.Transfers.Select(transfer => new Wire.Transfer
        {
            At = transfer.At.ToTimestamp(),
            Blind = transfer.Blind,
            By = transfer.By,
            To = transfer.To,
        }));
        message.Recorded.AddRange(call.Recorded.Select(stretch => new Wire.Stretch { From = stretch.From.ToTimestamp(), Until = stretch.Until?.ToTimestamp() }));
        return message;
    }

    private static Wire.Holds Write(IReadOnlyList<CallHold> holds)
    {
        var message = new Wire.Holds();
        message.Holds_.AddRange(holds.Select(hold => new Wire.Hold
        {
            Phone = hold.Phone ?? "",
            From = hold.From.ToTimestamp(),
            Until = hold.Until?.ToTimestamp(),
        }));
        return message;
    }

    private static Wire.Leg Write(CallLeg leg)
    {
        var message = new Wire.Leg
        {
            Phone = leg.Phone,
            Step = leg.Step ?? 0,
            DialledAt = leg.DialledAt?.ToTimestamp(),
            AnsweredAt = leg.AnsweredAt?.ToTimestamp(),
            EndedAt = leg.EndedAt?.ToTimestamp(),
            Result = SameName<LegResult, Wire.LegResult>.Of(leg.Result),
        };
        if (leg.Rang is { } rang)
        {
            message.Rang = rang;
        }

        return message;
    }

    private static Wire.Menu Write(CallMenu menu, DateTimeOffset? callEndedAt) => new()
    {
        Path = menu.Path,
        Depth = menu.Depth,
        EnteredAt = menu.EnteredAt.ToTimestamp(),
        LeftAt = menu.LeftAt?.ToTimestamp(),
        Duration = ((menu.LeftAt ?? callEndedAt) - menu.EnteredAt)?.ToDuration(),
    };

    private static Wire.Recording Write(CallRecording recording) => new()
    {
        State = SameName<RecordingState, Wire.RecordingState>.Of(recording.State),
        Bytes = recording.Bytes ?? 0,
        Length = recording.Seconds is { } seconds ? TimeSpan.FromMilliseconds(Math.Round(seconds * 1000)).ToDuration() : null,
        Sha256 = recording.Sha256 ?? "",
    };

    // The contract and the message have the same words; the message has one more, for "not said", which is its zero.
    private static class SameName<TFrom, TTo>
        where TFrom : struct, System.Enum
        where TTo : struct, System.Enum
    {
        private static readonly FrozenDictionary<TFrom, TTo> Pairs =
            System.Enum.GetValues<TFrom>().ToFrozenDictionary(value => value, value => System.Enum.Parse<TTo>(value.ToString()));

        public static TTo Of(TFrom? value) => value is { } known ? Pairs[known] : default;
    }
}
