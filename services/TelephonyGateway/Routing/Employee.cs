using CallCenterCrm.Telephony.People;

namespace CallCenterCrm.Telephony.Routing;

/// <summary>One of ours, as far as telephony is concerned; Staff owns him.</summary>
/// <param name="Extension">His phone, for example <c>101</c>; null when he has none.</param>
/// <param name="Mobile">E.164 without plus; null when none is known.</param>
/// <param name="Team">Whose calls his head sees; null when he is of none.</param>
/// <param name="TimeZone">IANA zone in which his hours and days are meant; null when none is known.</param>
/// <param name="WorkingHours">When he works; empty when that is not limited.</param>
/// <param name="Absences">When he is away.</param>
/// <param name="Dismissed">He works here no longer, and has no phone.</param>
/// <param name="Version">As Staff counts; 0 is a first value of which Staff has not told anything yet.</param>
/// <param name="State">What he said of himself; null when he never said anything, and counts as ready.</param>
internal sealed record Employee(
    Guid Id, string Name, string? Extension, string? Mobile, string? Team = null, string? TimeZone = null,
    IReadOnlyList<OpenSpan> WorkingHours = null!, IReadOnlyList<DaysAway> Absences = null!, bool Dismissed = false, long Version = 0,
    PersonState? State = null)
{
    // A list that a file leaves out is empty.
    public IReadOnlyList<OpenSpan> WorkingHours { get; init; } = WorkingHours ?? [];

    public IReadOnlyList<DaysAway> Absences { get; init; } = Absences ?? [];

    /// <summary>
    /// Whether he is away at a moment, or does not work then. Without a known time zone his days are UTC's, and his hours
    /// say nothing: rather one call too many than a manager who is passed over while he waits for calls.
    /// </summary>
    public bool IsAbsent(DateTimeOffset at)
    {
        var placed = TimeZoneInfo.TryFindSystemTimeZoneById(TimeZone ?? "", out var zone);
        var local = placed ? TimeZoneInfo.ConvertTime(at, zone!) : at.ToUniversalTime();
        var day = DateOnly.FromDateTime(local.DateTime);
        return Absences.Any(days => days.First <= day && day <= days.Last)
            || (placed && WorkingHours.Count > 0 && !WorkingHours.Any(span => span.Holds(local.DateTime)));
    }
}

/// <summary>Days on which an employee is away, in his time zone.</summary>
/// <param name="Last">Inclusive.</param>
internal sealed record DaysAway(DateOnly First, DateOnly Last);
