using System.Text;

namespace Ami.Client.Tests.Support;

/// <summary>AMI read in the simplest way that is right for whole files, to compare with. Shares nothing with the library.</summary>
internal static class ReferenceParser
{
    /// <summary>The frames, each as its lines; the greeting is left out, and so is what the end of the file cuts off.</summary>
    public static List<List<(string Key, string Value)>> Frames(byte[] bytes)
    {
        var text = Encoding.Latin1.GetString(bytes).Replace("\r\n", "\n", StringComparison.Ordinal);
        if (text.StartsWith("Asterisk Call Manager", StringComparison.Ordinal)) text = text[(text.IndexOf('\n', StringComparison.Ordinal) + 1)..];
        return [.. text.Split("\n\n")[..^1].Select(block => block.Trim('\n')).Where(block => block.Length > 0)
            .Select(block => block.Split('\n').Select(Line).ToList())];
    }

    public static bool IsEvent(List<(string Key, string Value)> frame) => frame[0].Key == "Event";

    private static (string Key, string Value) Line(string line)
    {
        var colon = line.IndexOf(':', StringComparison.Ordinal);
        if (colon <= 0) return ("", line);
        var value = line[(colon + 1)..];
        return (line[..colon], value.StartsWith(' ') ? value[1..] : value);
    }
}
