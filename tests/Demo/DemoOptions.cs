using System.Globalization;

namespace CallCenterCrm.Demo;

/// <summary>The demo cannot place its calls; the message is for the person who started it, and names the cure.</summary>
internal sealed class CannotStartException(string message, Exception? cause = null) : Exception(message, cause);

/// <summary>What was asked for on the command line.</summary>
/// <param name="Run">The stack's run directory; deploy/demo gives it.</param>
/// <param name="Language">Of everything that is printed.</param>
/// <param name="Only">Keys of the scenarios to play, in the order of the demo; all when empty.</param>
internal sealed record DemoOptions(string Run, CultureInfo Language, IReadOnlySet<string> Only)
{
    private static readonly string[] Languages = ["en", "ru"];

    /// <summary>Reads <c>--run DIR --lang en|ru --only KEY[,KEY...]</c>; the last of a kind counts.</summary>
    /// <exception cref="CannotStartException">Something cannot be understood; every mistake is told.</exception>
    public static DemoOptions Parse(IReadOnlyList<string> arguments)
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal) { ["--run"] = "", ["--lang"] = "en", ["--only"] = "" };
        var mistakes = new List<string>();
        for (var at = 0; at < arguments.Count; at++)
        {
            var (option, value) = arguments[at].Split('=', 2) is [var name, var given] ? (name, given) : (arguments[at], null);
            if (!values.ContainsKey(option))
            {
                mistakes.Add($"'{arguments[at]}' is no option of the demo; there are --only and --lang");
            }
            else if (value is null && at + 1 == arguments.Count)
            {
                mistakes.Add($"{option} needs a value");
            }
            else
            {
                values[option] = value ?? arguments[++at];
            }
        }

        if (!Languages.Contains(values["--lang"], StringComparer.Ordinal))
        {
            mistakes.Add($"--lang '{values["--lang"]}': give one of {string.Join(", ", Languages)}");
        }

        var only = values["--only"].Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).ToHashSet(StringComparer.Ordinal);
        mistakes.AddRange(only.Except(Scenario.Keys, StringComparer.Ordinal).Select(key => $"--only '{key}': there are {string.Join(", ", Scenario.Keys)}"));
        return mistakes.Count == 0
            ? new DemoOptions(values["--run"], CultureInfo.GetCultureInfo(values["--lang"]), only)
            : throw new CannotStartException("error: " + string.Join("\n       ", mistakes));
    }
}
