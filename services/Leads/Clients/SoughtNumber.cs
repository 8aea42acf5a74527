using CallCenterCrm.ServiceDefaults.PhoneNumbers;

namespace CallCenterCrm.Leads.Clients;

/// <summary>What somebody typed into a search, taken for a number or a part of one.</summary>
internal static class SoughtNumber
{
    private const int LeastDigits = 3;

    /// <summary>Patterns of LIKE for numbers as they are stored; none when the text cannot mean a number.</summary>
    public static string[] Patterns(string text)
    {
        var patterns = new List<string>();
        if (PhoneNumber.TryParse(text, out var whole))
        {
            patterns.Add(whole.Digits);
        }

        var digits = string.Concat(text.Where(char.IsAsciiDigit));
        if (digits.Length >= LeastDigits && text.All(IsSignOfNumber))
        {
            // Behind a plus, or the 8 that stands for it in Russia, is the beginning of a number; other digits stand anywhere in it.
            patterns.Add(text.TrimStart().StartsWith('+') ? $"{digits}%" : $"%{digits}%");
            if (digits[0] == '8')
            {
                patterns.Add($"7{digits[1..]}%");
            }
        }

        return [.. patterns];
    }

    private static bool IsSignOfNumber(char sign) =>
        char.IsAsciiDigit(sign) || char.IsWhiteSpace(sign) || sign is '+' or '(' or ')' or '-' or '.' or '/' or '‐' or '‑' or '–';
}
