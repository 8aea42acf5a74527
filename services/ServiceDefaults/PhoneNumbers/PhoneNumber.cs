using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace CallCenterCrm.ServiceDefaults.PhoneNumbers;

/// <summary>
/// A telephone number in E.164 (ITU-T E.164), kept as digits without the plus: the one form in which numbers are
/// stored, compared and sent. What a person typed or a trunk showed becomes one of these at the edge, or is no number.
/// </summary>
public readonly record struct PhoneNumber
{
    private const int MostDigits = 15;
    private const int LeastDigits = 8;

    private PhoneNumber(string digits) => Digits = digits;

    /// <summary>Country code and national number, digits only, for example <c>79161234567</c>.</summary>
    public string Digits { get; }

    /// <summary>
    /// Reads a number as people in Russia type it and as trunks show it: with or without plus, 8 or 7 in front,
    /// ten digits alone, brackets, dashes, spaces, <c>tel:</c>, an extension behind it (which is dropped), and the
    /// prefixes 8~10 and 00 for abroad.
    /// </summary>
    /// <returns>False when it is no complete number: too short, too long, an unknown country, words.</returns>
    public static bool TryParse(string? text, out PhoneNumber number)
    {
        number = default;
        if (!TryStrip(text, out var digits, out var international))
        {
            return false;
        }

        if (international)
        {
            // "+8 916 …" is what people write who know that a plus belongs there; no country has the code 89.
            return IsRussianNational(digits[1..]) && digits is ['8', _, ..] && CountryCodes.LengthOf(digits) == 0
                ? Make('7' + digits[1..], out number)
                : Make(digits, out number);
        }

        return digits switch
        {
            ['8', '1', '0', .. var abroad] when digits.Length > 11 => Make(abroad, out number),
            ['0', '0', .. var abroad] => Make(abroad, out number),
            ['8', .. var national] when IsRussianNational(national) => Make('7' + national, out number),
            _ when IsRussianNational(digits) => Make('7' + digits, out number),
            _ => Make(digits, out number),
        };
    }

    /// <summary>The digits.</summary>
    public override string ToString() => Digits;

    private static bool Make(string digits, out PhoneNumber number)
    {
        number = default;
        var code = CountryCodes.LengthOf(digits);
        if (code == 0 || digits.Length is < LeastDigits or > MostDigits || (digits[0] == '7' && !IsRussianNational(digits[1..])))
        {
            return false;
        }

        number = new PhoneNumber(digits);
        return true;
    }

    // The numbering plan of +7: ten digits, the area code never begins with 0, 1, 2 or 5 (6 and 7 are Kazakhstan).
    private static bool IsRussianNational(string digits) => digits is [('3' or '4' or '6' or '7' or '8' or '9'), ..] && digits.Length == 10;

    private static bool TryStrip(string? text, [NotNullWhen(true)] out string? digits, out bool international)
    {
        digits = null;
        international = false;
        if (string.IsNullOrWhiteSpace(text) || text.Length > 80)
        {
            return false;
        }

        var rest = text.AsSpan().Trim();
        if (rest.StartsWith("tel:", StringComparison.OrdinalIgnoreCase))
        {
            rest = rest[4..];
        }

        var kept = new StringBuilder(MostDigits);
        for (var i = 0; i < rest.Length; i++)
        {
            var letter = rest[i];
            switch (letter)
            {
                case >= '0' and <= '9':
                    kept.Append(letter);
                    break;
                case '+' when kept.Length == 0 && !international:
                    international = true;
                    break;
                case '(' or ')' or '-' or '.' or '/' or '‐' or '‑' or '–':
                case var space when char.IsWhiteSpace(space):
                    break;
                default:
                    if (kept.Length < LeastDigits || !IsExtension(rest[i..]))
                    {
                        return false;
                    }

                    i = rest.Length;
                    break;
            }
        }

        digits = kept.ToString();
        return digits.Length >= LeastDigits;
    }

    private static bool IsExtension(ReadOnlySpan<char> text)
    {
        foreach (var mark in (ReadOnlySpan<string>)[";ext=", ";", "доб", "ext", "x", "х", "#", ",", "вн"])
        {
            if (text.StartsWith(mark, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }
}
