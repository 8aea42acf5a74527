using System.Text.Json.Serialization;

namespace CallCenterCrm.Contracts.Staff.V1;

/// <summary>
/// An employee was made, changed or dismissed. Carries the whole of what others need, and a version: a consumer keeps the
/// highest version of each <see cref="EmployeeId"/>.
/// </summary>
/// <remarks>Published by Staff.</remarks>
public sealed record EmployeeChanged
{
    /// <summary>The employee's identity.</summary>
    public required Guid EmployeeId { get; init; }

    /// <summary>Grows by one with every change of this employee, from 1.</summary>
    public required long Version { get; init; }

    /// <summary>Name as colleagues see it; at most 200 characters.</summary>
    public required string Name { get; init; }

    /// <summary>What he is: manager, head_of_sales, owner, marketing, administrator, integration. More words may come.</summary>
    public required IReadOnlyList<string> Roles { get; init; }

    /// <summary>The team whose clients he may see with visibility <c>team</c>; null when he has none.</summary>
    public string? Team { get; init; }

    /// <summary>His phone, for example <c>101</c>; no two employees have the same. Null when he has none.</summary>
    public string? Extension { get; init; }

    /// <summary>His mobile, E.164 without plus; null when none is known.</summary>
    public string? Mobile { get; init; }

    /// <summary>Whose clients, leads, calls and deals he sees: own, team, all.</summary>
    public required string Visibility { get; init; }

    /// <summary>IANA time zone in which his hours and days of absence are meant.</summary>
    public required string TimeZone { get; init; }

    /// <summary>When he works; empty when that is not limited.</summary>
    public required IReadOnlyList<WorkingSpan> WorkingHours { get; init; }

    /// <summary>The ring groups in which he stands («Группы приёма звонков»).</summary>
    public required IReadOnlyList<RingGroupPlace> RingGroups { get; init; }

    /// <summary>When he is away. Routing passes him over meanwhile.</summary>
    public required IReadOnlyList<Absence> Absences { get; init; }

    /// <summary>True once he works here no longer; his extension and mobile no longer mean him.</summary>
    public bool Dismissed { get; init; }
}

/// <summary>A stretch of a weekday in which an employee works.</summary>
public sealed record WorkingSpan
{
    /// <summary>ISO 8601: 1 is Monday, 7 Sunday.</summary>
    public required int Weekday { get; init; }

    /// <summary>Start, minutes after local midnight, 0 to 1439.</summary>
    public required int OpensMinute { get; init; }

    /// <summary>The first minute that is no longer worked, 1 to 1440 (the end of the day).</summary>
    public required int ClosesMinute { get; init; }
}

/// <summary>An employee's place in a ring group.</summary>
public sealed record RingGroupPlace
{
    /// <summary>The group, which telephony's routing owns.</summary>
    public required Guid GroupId { get; init; }

    /// <summary>Smaller rings earlier, from 1; of equal ones the smaller extension.</summary>
    public required int Position { get; init; }
}

/// <summary>Days on which an employee is away.</summary>
public sealed record Absence
{
    /// <summary>Why.</summary>
    public required AbsenceKind Kind { get; init; }

    /// <summary>First day, in the employee's time zone.</summary>
    public required DateOnly FirstDay { get; init; }

    /// <summary>Last day, inclusive.</summary>
    public required DateOnly LastDay { get; init; }
}

/// <summary>Why an employee is away.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<AbsenceKind>))]
public enum AbsenceKind
{
    /// <summary>«Отпуск».</summary>
    Holiday,

    /// <summary>«Больничный».</summary>
    Sick,
}

/// <summary>Asks Staff to publish <see cref="EmployeeChanged"/> for every employee again, so that a projection can be rebuilt.</summary>
public sealed record EmployeesRequested
{
    /// <summary>Who asks, for the log.</summary>
    public required string RequestedBy { get; init; }
}
