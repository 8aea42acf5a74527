using CallCenterCrm.Contracts.Telephony.V1;

namespace CallCenterCrm.Leads.Callbacks;

/// <summary>How long ours talked with the other party in a call, and when that was over.</summary>
/// <param name="Length">Altogether; what two of ours talked at the same time counts once.</param>
/// <param name="Until">When the last of them stopped.</param>
internal sealed record Conversation(TimeSpan Length, DateTimeOffset Until)
{
    /// <summary>The conversation of a call; null when nobody talked, or before the call is settled.</summary>
    public static Conversation? Of(CallChanged call)
    {
        if (!call.Settled || call.Talks.Count == 0)
        {
            return null;
        }

        var (length, until) = (TimeSpan.Zero, DateTimeOffset.MinValue);
        foreach (var talk in call.Talks.OrderBy(talk => talk.From))
        {
            var end = talk.Until ?? call.EndedAt ?? talk.From;
            if (end > until)
            {
                length += end - (talk.From > until ? talk.From : until);
                until = end;
            }
        }

        return new Conversation(length, until);
    }
}
