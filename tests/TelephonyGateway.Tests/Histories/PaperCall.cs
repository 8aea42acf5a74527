using CallCenterCrm.Contracts.Telephony.V1;
using CallCenterCrm.Telephony.Calls;

namespace CallCenterCrm.Telephony.Tests.Histories;

/// <summary>A phone of a call on paper, and what truly became of it.</summary>
internal sealed class PaperLeg(PaperChannel? channel, string phone, int? step, DateTimeOffset? dialledAt)
{
    public PaperChannel? Channel => channel;

    public string Phone => phone;

    public bool Rang { get; set; }

    public DateTimeOffset? AnsweredAt { get; set; }

    public DateTimeOffset? EndedAt { get; set; }

    public LegResult? Result { get; set; }

    public TrackedLeg True() => new(channel?.Id, phone, step, dialledAt, Rang, AnsweredAt, EndedAt, Result);
}

/// <summary>A call on paper: what the people did in it, put down while it is written, and never read from the witnesses.</summary>
internal sealed class PaperCall(PaperChannel anchor, CallDirection direction, DateTimeOffset startedAt)
{
    public PaperChannel Anchor => anchor;

    public CallDirection Direction => direction;

    public string? Did { get; init; }

    public required string Number { get; init; }

    public bool Withheld { get; init; }

    public string? PlacedBy { get; init; }

    public PaperChannel? Party { get; set; }

    public int? PartyCause { get; set; }

    public bool PartyAnswered { get; set; }

    public bool PartyHungUp { get; set; }

    public bool OutOfHours { get; set; }

    public bool Fallback { get; set; }

    public bool TakenOver { get; set; }

    /// <summary>The channel that is recorded; null when none is.</summary>
    public PaperChannel? RecordedOn { get; set; }

    public MissReason? MissReason { get; set; }

    public DateTimeOffset? EndedAt { get; set; }

    public List<PaperLeg> Legs { get; } = [];

    public List<TrackedTalk> Talks { get; } = [];

    public List<Transfer> Transfers { get; } = [];

    public List<TrackedHold> Holds { get; } = [];

    /// <summary>A hold that only the end of the talk ends.</summary>
    public DateTimeOffset? HeldSince { get; set; }

    /// <summary>A talk is over.</summary>
    public void Talked(PaperLeg leg, DateTimeOffset from, DateTimeOffset until)
    {
        leg.Result = LegResult.Talked;
        if (HeldSince is { } since)
        {
            Holds.Add(new TrackedHold(leg.Phone, since, until));
            HeldSince = null;
        }

        Talks.Add(new TrackedTalk(leg.Phone, from, until));
    }

    /// <summary>The truth.</summary>
    public TrackedCall True()
    {
        var lost = Transfers is [.., { Blind: true } last] && !Talks.Exists(talk => talk.From >= last.At);
        return new TrackedCall
        {
            AnchorId = anchor.Id,
            Direction = direction,
            State = CallState.Ended,
            Settled = true,
            Did = Did,
            RawNumber = Number,
            Withheld = Withheld,
            PlacedBy = PlacedBy,
            PartyDialled = Party is not null,
            PartyAnswered = PartyAnswered,
            PartyCause = PartyCause,
            StartedAt = startedAt,
            AnsweredAt = Talks.Count > 0 ? Talks[0].From : null,
            EndedAt = EndedAt,
            AnsweredBy = Talks.Count > 0 ? Talks[0].Phone : null,
            Result = (Talks.Count, direction) switch
            {
                (0, CallDirection.In) => CallResult.Missed,
                (0, _) => CallResult.NotAnswered,
                _ => lost ? CallResult.LostInTransfer : CallResult.Answered,
            },
            MissReason = Talks.Count == 0 && direction == CallDirection.In ? MissReason : null,
            PartyHungUp = PartyHungUp,
            OutOfHours = OutOfHours,
            Fallback = Fallback,
            TakenOver = TakenOver,
            Legs = [.. Legs.Select(leg => leg.True())],
            Talks = [.. Talks],
            Transfers = [.. Transfers],
            Holds = [.. Holds],
            RecordingFile = RecordedOn is null ? null : $"{anchor.Id}.wav",
            Recorded = [.. Stretches()],
        };
    }

    // To change bridges takes no time that could be heard.
    private List<RecordedStretch> Stretches()
    {
        var stretches = new List<RecordedStretch>();
        foreach (var (from, until) in RecordedOn?.Bridged ?? [])
        {
            var goesOn = stretches is [.., { Until: { } last }] && from - last < TimeSpan.FromMilliseconds(50);
            if (goesOn)
            {
                stretches[^1] = stretches[^1] with { Until = until };
            }
            else
            {
                stretches.Add(new RecordedStretch(from, until));
            }
        }

        return stretches;
    }
}
