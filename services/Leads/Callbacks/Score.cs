using CallCenterCrm.ServiceDefaults.Authentication;

namespace CallCenterCrm.Leads.Callbacks;

/// <summary>
/// In which order callbacks are best worked off, as terms of a query of the table callbacks, so that what is shown is what was
/// ordered by. Their parameters are those of an object of this class.
/// </summary>
/// <param name="At">As of when.</param>
/// <param name="Me">For whom; nobody's own clients count when it is null.</param>
/// <param name="EscalatedBefore">What has waited since before then is for the head to look at.</param>
internal sealed record Score(DateTimeOffset At, Guid? Me, DateTimeOffset EscalatedBefore)
{
    /// <summary>Who is to ring: to whom it was passed, else who is responsible for the client.</summary>
    public const string Ringer = "coalesce(assigned_to, responsible_id)";

    /// <summary>He who asks is to ring.</summary>
    public const string Own = $"CASE WHEN {Ringer} = @Me THEN 30 ELSE 0 END";

    /// <summary>Minutes since somebody asked first. It ends, so that an old one does not outweigh everything for ever.</summary>
    public const string Waiting = "CASE WHEN opened_at <= @FullSince THEN 120 ELSE greatest(0, floor(date_part('epoch', @At - opened_at) / 60)::int) END";

    /// <summary>It has waited so long that it is for the head to look at.</summary>
    public const string Escalated = "CASE WHEN opened_at <= @EscalatedBefore THEN 50 ELSE 0 END";

    /// <summary>Whoever did not lift so often is likely not to lift now.</summary>
    public const string Tried = "-10 * tries";

    /// <summary>
    /// All of it. Among callbacks that are equally often tried and equally one's own it falls as they are younger; the page
    /// relies on that.
    /// </summary>
    public const string Sum = $"({Own} + {Waiting} + {Escalated} + {Tried})";

    /// <summary>What waits since then has all the points that waiting gives: most do, and need not be reckoned.</summary>
    public DateTimeOffset FullSince { get; } = At.AddMinutes(-120);

    /// <summary>As of a moment, for the one who asks.</summary>
    public static Score Of(CallbackSettings settings, DateTimeOffset at, Caller caller) => new(at, caller.Id, at - settings.EscalateAfter);
}
