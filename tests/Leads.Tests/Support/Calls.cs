using CallCenterCrm.Contracts.Telephony.V1;

namespace CallCenterCrm.Leads.Tests.Support;

/// <summary>Calls as the gateway tells of them.</summary>
internal static class Calls
{
    private static readonly DateTimeOffset Start = new(2026, 3, 2, 9, 15, 30, TimeSpan.Zero);

    /// <summary>A call that rings.</summary>
    public static CallChanged Ringing(
        string? number, PartyKind party = PartyKind.Outside, CallDirection direction = CallDirection.In, DateTimeOffset? at = null) => new()
        {
            CallId = Guid.NewGuid(),
            Version = 1,
            PbxId = "office",
            Direction = direction,
            State = CallState.Ringing,
            Settled = false,
            OwnNumber = "74951000001",
            Party = party,
            PartyNumber = number,
            PartyNumberAsShown = number,
            StartedAt = at ?? Start,
            Legs = [],
            Talks = [],
        };

    /// <summary>A call that nobody answered, from its beginning to its end.</summary>
    public static CallChanged Missed(string? number, PartyKind party = PartyKind.Outside) => Ringing(number, party).Missed();

    /// <summary>The same call, ended unanswered.</summary>
    public static CallChanged Missed(this CallChanged call) => call with
    {
        Version = call.Version + 1,
        State = CallState.Ended,
        Settled = true,
        Result = CallResult.Missed,
        MissReason = MissReason.NoAnswer,
        EndedAt = call.StartedAt.AddSeconds(50),
    };

    /// <summary>The same call, whose caller left a message; its recording is not looked for yet.</summary>
    public static CallChanged WithMessage(this CallChanged call) => call with { MissReason = MissReason.MessageLeft };

    /// <summary>The same call, answered and ended.</summary>
    public static CallChanged Answered(this CallChanged call) => call with
    {
        Version = call.Version + 1,
        State = CallState.Ended,
        Settled = true,
        Result = CallResult.Answered,
        AnsweredAt = call.StartedAt.AddSeconds(8),
        AnsweredBy = "101",
        EndedAt = call.StartedAt.AddSeconds(68),
    };

    /// <summary>A call in that nobody answered, ended at a moment.</summary>
    public static CallChanged MissedAt(string number, DateTimeOffset at) => Ringing(number, at: at.AddSeconds(-50)).Missed();

    /// <summary>A call in or out in which 101 talked, ended at a moment.</summary>
    public static CallChanged TalkedUntil(string number, DateTimeOffset at, double seconds = 60, CallDirection direction = CallDirection.In)
    {
        var ringing = Ringing(number, direction: direction, at: at.AddSeconds(-seconds - 8));
        return ringing with
        {
            Version = 2,
            State = CallState.Ended,
            Settled = true,
            Result = CallResult.Answered,
            PlacedBy = direction == CallDirection.Out ? "101" : null,
            AnsweredAt = at.AddSeconds(-seconds),
            AnsweredBy = "101",
            EndedAt = at,
            Talks = [new CallTalk { Phone = "101", From = at.AddSeconds(-seconds), Until = at }],
        };
    }

    /// <summary>A call out that nobody answered, from a phone, begun at a moment and ended 30 s later.</summary>
    public static CallChanged InVain(string number, DateTimeOffset at, string placedBy = "101") => Ringing(number, direction: CallDirection.Out, at: at) with
    {
        Version = 2,
        State = CallState.Ended,
        Settled = true,
        Result = CallResult.NotAnswered,
        PlacedBy = placedBy,
        EndedAt = at.AddSeconds(30),
    };

    /// <summary>The same call, once its recording was looked for.</summary>
    public static CallChanged Recorded(this CallChanged call, RecordingState state = RecordingState.NothingToRecord, double? seconds = null) => call with
    {
        Version = call.Version + 1,
        Recording = new CallRecording { State = state, Seconds = seconds },
    };
}
