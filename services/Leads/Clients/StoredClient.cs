namespace CallCenterCrm.Leads.Clients;

/// <summary>A client as he stands, for the one who asks. Words are the database's.</summary>
internal sealed class StoredClient
{
    public Guid Id { get; init; }

    public long Version { get; init; }

    public string Kind { get; init; } = "";

    public string Name { get; init; } = "";

    /// <summary>E.164 without plus; none when the one who asks does not see the client.</summary>
    public string[] Numbers { get; init; } = [];

    public Guid? ResponsibleId { get; init; }

    /// <summary>Null when it is not known here.</summary>
    public string? ResponsibleName { get; init; }

    public DateTimeOffset CreatedAt { get; init; }
}
