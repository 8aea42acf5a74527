using System.Net;
using CallCenterCrm.ServiceDefaults.Authentication;
using CallCenterCrm.ServiceDefaults.Grpc;
using CallCenterCrm.ServiceDefaults.Settings;
using CallCenterCrm.Staff.Employees;

namespace CallCenterCrm.Staff;

/// <summary>Everything that is set about the service.</summary>
internal sealed record StaffSettings
{
    private const int ShortestSecret = 32;

    /// <summary>Who makes the access tokens, as they say.</summary>
    public required string Issuer { get; init; }

    /// <summary>For whom they are.</summary>
    public required string Audience { get; init; }

    /// <summary>How long an access token lives: for so long a revoked session or key can still act.</summary>
    public required TimeSpan TokenLife { get; init; }

    /// <summary>How long a session lives without being used.</summary>
    public required TimeSpan SessionIdle { get; init; }

    /// <summary>How long a session lives at most.</summary>
    public required TimeSpan SessionLife { get; init; }

    /// <summary>What the secrets in the database are encrypted with.</summary>
    public required string EncryptionSecret { get; init; }

    /// <summary>Where the first passwords are written, for the one who sets the product up.</summary>
    public required string StateDirectory { get; init; }

    /// <summary>At which addresses it is believed for whom somebody asks.</summary>
    public required IReadOnlyList<IPNetwork> TrustedFrontends { get; init; }

    /// <summary>With whom an empty database begins; an owner is added when none of them is one.</summary>
    public required IReadOnlyList<(Guid Id, EmployeeProfile Profile)> FirstEmployees { get; init; }

    public static StaffSettings Read(SettingsReader settings)
    {
        var secret = settings.Required("EncryptionSecret", "make a random text of at least 32 letters and digits, and keep it: without it nobody's second factor works");
        if (secret.Length is > 0 and < ShortestSecret)
        {
            settings.Fail("EncryptionSecret", "is too short", "make a random one of at least 32 letters and digits");
        }

        var read = new StaffSettings
        {
            Issuer = settings.Optional("Tokens:Issuer") ?? "callcentercrm",
            Audience = settings.Optional("Tokens:Audience") ?? "callcentercrm",
            TokenLife = settings.Seconds("Tokens:LifeSeconds", 300, 30, TokenFormat.LongestLife.TotalSeconds),
            SessionIdle = settings.Seconds("Sessions:IdleSeconds", 12 * 3600, 300, 30 * 86400),
            SessionLife = settings.Seconds("Sessions:LifeSeconds", 7 * 86400, 300, 90 * 86400),
            EncryptionSecret = secret,
            StateDirectory = settings.Required("StateDirectory", "give a folder of the service's own that it can write to"),
            TrustedFrontends = ClientAddresses.Read(settings),
            FirstEmployees = FirstRun.Read(settings),
        };
        settings.RefuseUnknown("Tokens", "Sessions");
        return read;
    }
}
