using CallCenterCrm.Contracts.Staff.V1;
using CallCenterCrm.ServiceDefaults.Authentication;

namespace CallCenterCrm.Staff.Employees;

/// <summary>What is said about an employee and can be changed.</summary>
internal sealed record EmployeeProfile
{
    /// <summary>As colleagues see it; at most 200 characters.</summary>
    public string Name { get; init; } = "";

    /// <summary>What he signs in with, lower case; null when he does not sign in.</summary>
    public string? SignInName { get; init; }

    /// <summary>Some of <see cref="ServiceDefaults.Authentication.Roles"/>.</summary>
    public IReadOnlyList<string> Roles { get; init; } = [];

    /// <summary>Whose clients he sees with <see cref="Visibility.Team"/>.</summary>
    public string? Team { get; init; }

    /// <summary>His phone, two to six digits.</summary>
    public string? Extension { get; init; }

    /// <summary>E.164 without plus.</summary>
    public string? Mobile { get; init; }

    /// <summary>Whose clients, leads, calls and deals he sees.</summary>
    public Visibility Visibility { get; init; }

    /// <summary>IANA name of the zone in which his hours and absences are meant.</summary>
    public string TimeZone { get; init; } = "";

    /// <summary>When he works; empty when that is not limited.</summary>
    public IReadOnlyList<WorkingSpan> WorkingHours { get; init; } = [];

    /// <summary>His places in ring groups.</summary>
    public IReadOnlyList<RingGroupPlace> RingGroups { get; init; } = [];

    /// <summary>When he is away.</summary>
    public IReadOnlyList<Absence> Absences { get; init; } = [];
}

/// <summary>One of ours.</summary>
internal sealed record Employee
{
    /// <summary>His identity, the same in every service.</summary>
    public required Guid Id { get; init; }

    /// <summary>Grows by one with every change, from 1.</summary>
    public required long Version { get; init; }

    /// <summary>What is said about him.</summary>
    public required EmployeeProfile Profile { get; init; }

    /// <summary>True once he works here no longer.</summary>
    public required bool Dismissed { get; init; }

    /// <summary>When he was entered, UTC.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>What others are told of him.</summary>
    public EmployeeChanged Changed() => new()
    {
        EmployeeId = Id,
        Version = Version,
        Name = Profile.Name,
        Roles = Profile.Roles,
        Team = Profile.Team,
        Extension = Profile.Extension,
        Mobile = Profile.Mobile,
        Visibility = TokenFormat.Word(Profile.Visibility),
        TimeZone = Profile.TimeZone,
        WorkingHours = Profile.WorkingHours,
        RingGroups = Profile.RingGroups,
        Absences = Profile.Absences,
        Dismissed = Dismissed,
    };

    /// <summary>The absence that covers a moment, in the employee's time zone; null when he is not away.</summary>
    public Absence? AbsenceAt(DateTimeOffset at)
    {
        var day = DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(at, TimeZoneInfo.FindSystemTimeZoneById(Profile.TimeZone)).DateTime);
        return Profile.Absences.FirstOrDefault(absence => absence.FirstDay <= day && day <= absence.LastDay);
    }
}
