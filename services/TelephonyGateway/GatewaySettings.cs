using System.Text.Json;
using Ami.Client;
using CallCenterCrm.ServiceDefaults.Settings;
using CallCenterCrm.Telephony.Routing;

namespace CallCenterCrm.Telephony;

/// <summary>Everything that is set about the gateway and its PBX.</summary>
internal sealed record GatewaySettings
{
    /// <summary>Our name of the PBX; every telephony key starts with it.</summary>
    public required string PbxId { get; init; }

    /// <summary>Asterisk's channel event log (cel_custom, JSON lines).</summary>
    public required string CelFile { get; init; }

    /// <summary>Asterisk's call detail records (cdr_custom, JSON lines).</summary>
    public required string CdrFile { get; init; }

    /// <summary>Where MixMonitor writes.</summary>
    public required string RecordingsDirectory { get; init; }

    /// <summary>Where the gateway keeps what it needs when its database is away.</summary>
    public required string StateDirectory { get; init; }

    /// <summary>First values of the routing tables for an empty database; null leaves it empty.</summary>
    public required RoutingTables? FirstTables { get; init; }

    /// <summary>The most that finding out who calls may take.</summary>
    public required TimeSpan LookupLimit { get; init; }

    /// <summary>The PBX's manager interface.</summary>
    public required AmiClientOptions Ami { get; init; }

    /// <summary>The secret system name, with which the PBX begins every id.</summary>
    public required string SystemName { get; init; }

    public static GatewaySettings Read(SettingsReader settings)
    {
        var systemName = settings.Required("Ami:SystemName", "give the systemname of the PBX's asterisk.conf; long and unguessable, letters and digits");
        if (systemName.Length > 0 && (systemName.Length < 16 || !systemName.All(char.IsAsciiLetterOrDigit)))
        {
            settings.Fail("Ami:SystemName", "is too short or holds signs", "make one of at least 16 letters and digits: whoever guesses it can forge events");
        }

        var read = new GatewaySettings
        {
            PbxId = settings.Required("Pbx:Id", "give the PBX a short name, for example office"),
            CelFile = settings.Required("Pbx:CelFile", "give the path of the PBX's cel.json"),
            CdrFile = settings.Required("Pbx:CdrFile", "give the path of the PBX's cdr.json"),
            RecordingsDirectory = settings.Required("Pbx:RecordingsDirectory", "give the folder into which MixMonitor writes"),
            StateDirectory = settings.Required("StateDirectory", "give a folder of the gateway's own that it can write to"),
            FirstTables = ReadFirstTables(settings),
            LookupLimit = settings.Seconds("Lookup:LimitSeconds", 0.3, 0.05, 1.5),
            SystemName = systemName,
            Ami = new AmiClientOptions
            {
                Name = settings.Optional("Pbx:Id") ?? "pbx",
                Host = settings.Required("Ami:Host", "give the address of the PBX's manager interface"),
                Port = settings.Number("Ami:Port", 5038, 1, 65535),
                Username = settings.Required("Ami:Username", "give the user from manager.conf"),
                Secret = settings.Required("Ami:Secret", "give that user's secret from manager.conf"),
                UseTls = settings.Flag("Ami:Tls", fallback: false),
                SystemName = systemName.Length > 0 ? systemName : null,
                OwnChannelIdPrefixes = systemName.Length > 0 ? [systemName + "-"] : null,
                StatusVariables = ["CRM_CALL", "CRM_MODE"],
            },
        };
        settings.RefuseUnknown("Pbx", "Ami", "Lookup");
        return read;
    }

    private static RoutingTables? ReadFirstTables(SettingsReader settings)
    {
        if (settings.Optional("SeedFile") is not { } file)
        {
            return null;
        }

        try
        {
            var tables = RoutingData.ReadFile(file);

            // A file that names employees must name all that it needs; one that leaves them to Staff cannot.
            var hasEmployees = tables.Employees.Count > 0 || tables.Groups.Any(group => group.Members.Count > 0);
            foreach (var error in RoutingCheck.Mistakes(tables).Where(mistake => hasEmployees || !mistake.OfStaff).Select(mistake => mistake.AsSetting()))
            {
                settings.Fail($"SeedFile, {error.Key}", error.Fault, error.Cure);
            }

            return tables;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or JsonException)
        {
            settings.Fail("SeedFile", $"cannot be read ({fault.Message})", "correct the path or the file, or leave it out");
            return null;
        }
    }
}
