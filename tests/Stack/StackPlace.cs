using System.Globalization;

namespace CallCenterCrm.TestStack;

/// <summary>Where a stack lives, so that several can run beside each other.</summary>
/// <param name="Name">Of its directory below the system's directory for temporary files.</param>
/// <param name="FirstPort">SIP of Asterisk and of the trunk; the other ports of deploy/ports.env follow it in their order.</param>
/// <param name="FirstRtpPort">First of the ports of the voice.</param>
/// <param name="LastRtpPort">Last of the ports of the voice; every leg takes two.</param>
public sealed record StackPlace(string Name, int FirstPort, int FirstRtpPort, int LastRtpPort)
{
    /// <summary>
    /// Always the same directory, so that what an aborted run left running is found and ended by the next one.
    /// </summary>
    public string Directory => Path.Combine(Path.GetTempPath(), Name);

    /// <summary>The ports file of people with this place's ports in it.</summary>
    /// <param name="peoples">Lines of deploy/ports.env.</param>
    internal IReadOnlyDictionary<string, string> Settings(IEnumerable<string> peoples)
    {
        var next = FirstPort;
        return peoples.Where(line => line.Contains('=', StringComparison.Ordinal) && !line.StartsWith('#'))
            .Select(line => line.Split('=', 2))
            .ToDictionary(pair => pair[0], pair => pair[0] switch
            {
                "SIP_PORT" or "TRUNK_PORT" => Text(FirstPort),
                "RTP_FIRST" => Text(FirstRtpPort),
                "RTP_LAST" => Text(LastRtpPort),
                var name when name.EndsWith("_PORT", StringComparison.Ordinal) => Text(++next),
                _ => pair[1],
            }, StringComparer.Ordinal);
    }

    private static string Text(int port) => port.ToString(CultureInfo.InvariantCulture);
}
