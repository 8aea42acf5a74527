using System.Globalization;
using Microsoft.Net.Http.Headers;

namespace CallCenterCrm.ServiceDefaults.Input;

/// <summary>In which of our languages somebody wants to be answered.</summary>
public static class AcceptedLanguage
{
    private static readonly CultureInfo Russian = CultureInfo.GetCultureInfo("ru");
    private static readonly CultureInfo English = CultureInfo.GetCultureInfo("en");

    /// <summary>What is wanted most by <c>accept-language</c> (RFC 9110, 12.5.4) of Russian and English; English when it does not say.</summary>
    public static CultureInfo Of(string? accepted)
    {
        if (string.IsNullOrEmpty(accepted) || !StringWithQualityHeaderValue.TryParseList([accepted], out var wanted))
        {
            return English;
        }

        foreach (var language in wanted.OrderByDescending(language => language.Quality ?? 1))
        {
            var tag = language.Value.AsSpan();
            var primary = tag.IndexOf('-') is > 0 and var end ? tag[..end] : tag;
            if (language.Quality is 0)
            {
                break;
            }

            if (primary.Equals("ru", StringComparison.OrdinalIgnoreCase))
            {
                return Russian;
            }

            if (primary.Equals("en", StringComparison.OrdinalIgnoreCase))
            {
                return English;
            }
        }

        return English;
    }
}
