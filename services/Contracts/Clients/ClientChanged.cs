namespace CallCenterCrm.Contracts.Clients.V1;

/// <summary>
/// A client was made, changed or removed. Carries the whole of what others need to recognise a caller, and a version:
/// a consumer keeps the highest version of each <see cref="ClientId"/>.
/// </summary>
/// <remarks>Published by Leads.</remarks>
public sealed record ClientChanged
{
    /// <summary>The client's identity.</summary>
    public required Guid ClientId { get; init; }

    /// <summary>Grows by one with every change of this client, from 1.</summary>
    public required long Version { get; init; }

    /// <summary>Name as a manager should see it on a ringing phone; at most 200 characters.</summary>
    public required string Name { get; init; }

    /// <summary>Every number of the client and of its contact persons, E.164 without plus.</summary>
    public required IReadOnlyList<string> Numbers { get; init; }

    /// <summary>The employee who is responsible for the client; null when nobody is.</summary>
    public Guid? ResponsibleId { get; init; }

    /// <summary>True once the client is removed; its numbers no longer mean anybody.</summary>
    public bool Removed { get; init; }
}

/// <summary>Asks Leads to publish <see cref="ClientChanged"/> for every client again, so that a projection can be rebuilt.</summary>
public sealed record ClientsRequested
{
    /// <summary>Who asks, for the log.</summary>
    public required string RequestedBy { get; init; }
}
