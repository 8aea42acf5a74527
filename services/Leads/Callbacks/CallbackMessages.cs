using CallCenterCrm.Callbacks.V1;
using Google.Protobuf.WellKnownTypes;
using Wire = CallCenterCrm.Callbacks.V1;

namespace CallCenterCrm.Leads.Callbacks;

/// <summary>Writes callbacks as protos/callcenter/callbacks/v1 has them.</summary>
internal static class CallbackMessages
{
    /// <summary>A callback as it stands at a moment, for the one for whom it was scored.</summary>
    public static Wire.Callback Write(Callback callback, DateTimeOffset now)
    {
        var message = new Wire.Callback
        {
            Id = callback.Id.ToString(),
            Version = callback.Version,
            ClientId = Text(callback.ClientId),
            ClientName = callback.ClientName ?? "",
            Number = callback.Number,
            ResponsibleId = Text(callback.ResponsibleId),
            ResponsibleName = callback.ResponsibleName ?? "",
            AssignedTo = Text(callback.AssignedTo),
            Source = Words.Read<Source>(callback.Source),
            OpenedAt = callback.OpenedAt.ToTimestamp(),
            State = StateOf(callback, now),
            Lease = callback.LeaseNumber == 0 ? null : new Lease
            {
                Number = callback.LeaseNumber,
                EmployeeId = Text(callback.LeaseBy),
                EmployeeName = callback.LeaseName ?? "",
                TakenAt = callback.LeasedAt?.ToTimestamp(),
                Until = callback.LeaseUntil?.ToTimestamp(),
            },
            DueAt = callback.DueAt.ToTimestamp(),
            Note = callback.Note ?? "",
            Outcome = callback.Outcome is null ? Outcome.Unspecified : Words.Read<Outcome>(callback.Outcome),
            ClosedAt = callback.ClosedAt?.ToTimestamp(),
            EvidenceCallId = Text(callback.EvidenceCallId),
            MergedInto = Text(callback.MergedInto),
        };
        message.Misses.AddRange(callback.Misses.Select(miss => new Miss
        {
            CallId = miss.CallId.ToString(),
            At = miss.MissedAt.ToTimestamp(),
            Reason = Words.Read<MissReason>(miss.Reason),
            Message = miss.Reason == Callback.MessageLeft ? Message(miss) : null,
        }));
        message.Requests.AddRange(callback.Requests.Select(request => new CallbackAsk
        {
            Number = request.Number,
            Source = Words.Read<Source>(request.Source),
            At = request.AskedAt.ToTimestamp(),
            AskedBy = Text(request.AskedBy),
            Text = request.Text ?? "",
            Name = request.Name ?? "",
            Kind = request.Kind ?? "",
            FromCallId = Text(request.FromCall),
        }));
        message.Tries.AddRange(callback.Tries.Select(attempt => new Try
        {
            At = attempt.At.ToTimestamp(),
            EmployeeId = Text(attempt.By),
            EmployeeName = attempt.Name ?? "",
            CallId = Text(attempt.CallId),
            Result = Words.Read<TryResult>(attempt.Result),
            Note = attempt.Note ?? "",
            NextAt = attempt.NextAt.ToTimestamp(),
        }));
        if (callback.ClosedAt is null)
        {
            message.Escalated = callback.Escalated > 0;
            message.ScoreParts.AddRange(
            [
                Part(ScoreReason.UnpaidInvoice, 0), Part(ScoreReason.OpenDeal, 0), Part(ScoreReason.OwnClient, callback.Own),
                Part(ScoreReason.Waiting, callback.Waiting), Part(ScoreReason.Escalated, callback.Escalated), Part(ScoreReason.Tries, callback.Tried),
            ]);
            message.Score = message.ScoreParts.Sum(part => part.Points);
        }

        return message;
    }

    private static State StateOf(Callback callback, DateTimeOffset now) =>
        callback.ClosedAt is not null ? State.Closed
        : callback.LeaseUntil > now ? State.Leased
        : callback.DueAt > now ? State.Postponed
        : State.Open;

    private static LeftMessage Message(Callback.Miss miss) => new()
    {
        State = miss.MessageState switch { null => MessageState.Unspecified, "ready" => MessageState.Ready, _ => MessageState.Lost },
        Length = miss.MessageSeconds is { } seconds ? TimeSpan.FromMilliseconds(Math.Round(seconds * 1000)).ToDuration() : null,
    };

    private static ScorePart Part(ScoreReason reason, int points) => new() { Reason = reason, Points = points };

    private static string Text(Guid? id) => id?.ToString() ?? "";
}
