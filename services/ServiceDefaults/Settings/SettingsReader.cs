using System.Globalization;
using Microsoft.Extensions.Configuration;

namespace CallCenterCrm.ServiceDefaults.Settings;

/// <summary>
/// Reads a service's configuration and collects every mistake instead of stopping at the first,
/// so that whoever sets a service up sees all of them at once, each with its key and its cure.
/// </summary>
public sealed class SettingsReader(IConfiguration configuration)
{
    // Sections that libraries read by themselves.
    private static readonly string[] ReadByOthers = ["Serilog:", "Kestrel:"];
    private readonly List<SettingsError> _errors = [];
    private readonly HashSet<string> _known = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>What was found wrong so far.</summary>
    public IReadOnlyList<SettingsError> Errors => _errors;

    /// <summary>A text that must be given.</summary>
    /// <param name="key">Key with colons, for example <c>Ami:Secret</c>.</param>
    /// <param name="cure">What to write there, for the error.</param>
    public string Required(string key, string cure)
    {
        var value = Raw(key);
        if (string.IsNullOrWhiteSpace(value))
        {
            Fail(key, "is missing", cure);
            return "";
        }

        return value;
    }

    /// <summary>A text that may be left out.</summary>
    public string? Optional(string key) => Raw(key) is { Length: > 0 } value ? value : null;

    /// <summary>A whole number within a range.</summary>
    public int Number(string key, int fallback, int least, int most)
    {
        if (Raw(key) is not { Length: > 0 } value)
        {
            return fallback;
        }

        if (int.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            && number >= least && number <= most)
        {
            return number;
        }

        Fail(key, $"is '{value}'", string.Create(CultureInfo.InvariantCulture, $"give a whole number from {least} to {most}"));
        return fallback;
    }

    /// <summary>A length of time given in seconds, fractions allowed, within a range.</summary>
    public TimeSpan Seconds(string key, double fallback, double least, double most)
    {
        if (Raw(key) is not { Length: > 0 } value)
        {
            return TimeSpan.FromSeconds(fallback);
        }

        if (double.TryParse(value, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)
            && number >= least && number <= most)
        {
            return TimeSpan.FromSeconds(number);
        }

        Fail(key, $"is '{value}'", string.Create(CultureInfo.InvariantCulture, $"give seconds from {least} to {most}"));
        return TimeSpan.FromSeconds(fallback);
    }

    /// <summary>Yes or no.</summary>
    public bool Flag(string key, bool fallback)
    {
        if (Raw(key) is not { Length: > 0 } value)
        {
            return fallback;
        }

        if (bool.TryParse(value, out var flag))
        {
            return flag;
        }

        Fail(key, $"is '{value}'", "write true or false");
        return fallback;
    }

    /// <summary>One of a few words.</summary>
    public string OneOf(string key, string fallback, params ReadOnlySpan<string> words)
    {
        if (Raw(key) is not { Length: > 0 } value)
        {
            return fallback;
        }

        foreach (var word in words)
        {
            if (string.Equals(word, value, StringComparison.OrdinalIgnoreCase))
            {
                return word;
            }
        }

        Fail(key, $"is '{value}'", $"write one of: {string.Join(", ", words!)}");
        return fallback;
    }

    /// <summary>Notes a mistake that only the caller can see.</summary>
    public void Fail(string key, string fault, string cure) => _errors.Add(new(key, fault, cure));

    /// <summary>
    /// Reports keys under the given sections that nobody asked for: most often a misspelling, whose owner believes
    /// that the setting took effect.
    /// </summary>
    public void RefuseUnknown(params ReadOnlySpan<string> sections)
    {
        foreach (var name in sections)
        {
            foreach (var (key, value) in configuration.GetSection(name).AsEnumerable())
            {
                if (value is not null && !_known.Contains(key))
                {
                    Fail(key, "is no setting of this service", "remove it, or correct its spelling");
                }
            }
        }
    }

    /// <summary>
    /// Reports what stands in the service's own file and nobody asked for, whole sections included. In the environment
    /// and on the command line there may be other people's words; in this file there are none.
    /// </summary>
    public void RefuseUnknownIn(IConfiguration file)
    {
        foreach (var (key, value) in file.AsEnumerable())
        {
            if (value is not null && !_known.Contains(key) && !_errors.Exists(error => error.Key == key)
                && !ReadByOthers.Any(section => key.StartsWith(section, StringComparison.OrdinalIgnoreCase)))
            {
                Fail(key, "is no setting of this service", "remove it, or correct its spelling");
            }
        }
    }

    /// <summary>Ends the start of the service when anything was wrong.</summary>
    /// <exception cref="SettingsException">Lists every error.</exception>
    public void ThrowIfWrong()
    {
        if (_errors.Count > 0)
        {
            throw new SettingsException(_errors);
        }
    }

    private string? Raw(string key)
    {
        _known.Add(key);
        return configuration[key]?.Trim();
    }
}

/// <summary>One mistake in the configuration.</summary>
/// <param name="Key">Which setting.</param>
/// <param name="Fault">What is wrong with it; never the value of a secret.</param>
/// <param name="Cure">What to do.</param>
public sealed record SettingsError(string Key, string Fault, string Cure);

/// <summary>The configuration cannot be worked with; the service must not start.</summary>
public sealed class SettingsException(IReadOnlyList<SettingsError> errors)
    : Exception(string.Join(Environment.NewLine, errors.Select(error => $"{error.Key} {error.Fault}: {error.Cure}")))
{
    /// <summary>Every mistake.</summary>
    public IReadOnlyList<SettingsError> Errors => errors;
}
