using CallCenterCrm.ServiceDefaults.Settings;
using Microsoft.Extensions.Configuration;

namespace CallCenterCrm.Telephony.Stores.Tests.Support;

/// <summary>Settings of a gateway that works in a temporary folder and reaches nobody.</summary>
internal static class TestSettings
{
    public static GatewaySettings Make()
    {
        var directory = Directory.CreateTempSubdirectory("crm-test-gateway-").FullName;
        return GatewaySettings.Read(new SettingsReader(new ConfigurationBuilder().AddInMemoryCollection(
        [
            new("Pbx:Id", "office"),
            new("Pbx:CelFile", Path.Combine(directory, "cel.json")),
            new("Pbx:CdrFile", Path.Combine(directory, "cdr.json")),
            new("Pbx:RecordingsDirectory", Directory.CreateDirectory(Path.Combine(directory, "recordings")).FullName),
            new("StateDirectory", Path.Combine(directory, "state")),
            new("Redis:Endpoint", "127.0.0.1:1"),
            new("Ami:Host", "127.0.0.1"),
            new("Ami:Username", "gateway"),
            new("Ami:Secret", "secret"),
            new("Ami:SystemName", "a1b2c3d4e5f60718"),
        ]).Build()));
    }

    /// <summary>Removes the folder.</summary>
    public static void Remove(GatewaySettings settings) => Directory.Delete(Path.GetDirectoryName(settings.StateDirectory)!, recursive: true);
}
