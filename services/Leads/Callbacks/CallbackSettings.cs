using CallCenterCrm.ServiceDefaults.Settings;

namespace CallCenterCrm.Leads.Callbacks;

/// <summary>By what rules the company rings back.</summary>
internal sealed record CallbackSettings
{
    /// <summary>For how long one who takes a callback has it.</summary>
    public required TimeSpan Lease { get; init; }

    /// <summary>How long ours must have talked with the client, so that he counts as rung back.</summary>
    public required TimeSpan Talk { get; init; }

    /// <summary>How long after a call that nobody answered the next one is due.</summary>
    public required TimeSpan Retry { get; init; }

    /// <summary>After how many tries a client is given up as unreachable.</summary>
    public required int MostTries { get; init; }

    /// <summary>After how long without a conversation the head looks at it.</summary>
    public required TimeSpan EscalateAfter { get; init; }

    /// <summary>Reads the section Callbacks.</summary>
    public static CallbackSettings Read(SettingsReader settings)
    {
        const int week = 7 * 24 * 60;
        var read = new CallbackSettings
        {
            Lease = TimeSpan.FromMinutes(settings.Number("Callbacks:LeaseMinutes", 10, 1, 120)),
            Talk = settings.Seconds("Callbacks:TalkSeconds", 20, 1, 600),
            Retry = TimeSpan.FromMinutes(settings.Number("Callbacks:RetryMinutes", 30, 1, week)),
            MostTries = settings.Number("Callbacks:MostTries", 5, 1, 100),
            EscalateAfter = TimeSpan.FromMinutes(settings.Number("Callbacks:EscalateAfterMinutes", 60, 1, week)),
        };
        settings.RefuseUnknown("Callbacks");
        return read;
    }
}
