using System.Collections.Frozen;

namespace CallCenterCrm.ServiceDefaults.Authentication;

/// <summary>Who is behind a request, as his access token says.</summary>
public sealed record Caller
{
    /// <summary>A person, or another system with an API key.</summary>
    public required CallerKind Kind { get; init; }

    /// <summary>The employee, or the API key.</summary>
    public required Guid Id { get; init; }

    /// <summary>The session in which an employee works; null for a system.</summary>
    public Guid? SessionId { get; init; }

    /// <summary>The employee's team; null when he has none, and for a system.</summary>
    public string? Team { get; init; }

    /// <summary>Whose clients, leads, calls and deals he sees.</summary>
    public required Visibility Visibility { get; init; }

    /// <summary>What he may do.</summary>
    public required FrozenSet<string> Permissions { get; init; }

    /// <summary>How many requests a minute a system may make; null for a person, who is not counted.</summary>
    public int? RequestsPerMinute { get; init; }

    /// <summary>Whether he may call a method that names this permission (or <see cref="Authentication.Permissions.SignedIn"/>).</summary>
    public bool May(string permission) =>
        permission is Authentication.Permissions.SignedIn or Authentication.Permissions.Anonymous || Permissions.Contains(permission);

    /// <summary>Ends the handling of a request that he may not make.</summary>
    /// <exception cref="Input.PermissionDeniedException">The permission is missing.</exception>
    public void Need(string permission)
    {
        if (!May(permission))
        {
            throw new Input.PermissionDeniedException(permission);
        }
    }
}

/// <summary>What kind of caller.</summary>
public enum CallerKind
{
    /// <summary>A person.</summary>
    Employee,

    /// <summary>Another system, known by its API key.</summary>
    System,
}
