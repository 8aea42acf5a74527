using System.Text.Json;
using CallCenterCrm.ServiceDefaults.Input;

namespace CallCenterCrm.Leads;

/// <summary>A contract's enumeration as the database's words: TRY_RESULT_ASKED_LATER is asked_later.</summary>
internal static class Words
{
    /// <summary>The database's word; null for the one that says nothing. An unknown one is noted.</summary>
    public static string? Word<T>(this Violations violations, string field, T given)
        where T : struct, Enum
    {
        if (EqualityComparer<T>.Default.Equals(given, default))
        {
            return null;
        }

        if (!Enum.IsDefined(given))
        {
            violations.Add(field, ViolationKey.UnknownWord, string.Join(", ", Enum.GetValues<T>().Skip(1).Select(Of)));
            return null;
        }

        return Of(given);
    }

    /// <summary>The database's word.</summary>
    public static string Of<T>(T word)
        where T : struct, Enum => JsonNamingPolicy.SnakeCaseLower.ConvertName(word.ToString());

    /// <summary>What a word of the database means.</summary>
    /// <exception cref="KeyNotFoundException">The contract has no such word.</exception>
    public static T Read<T>(string word)
        where T : struct, Enum => Known<T>.ByWord[word];

    private static class Known<T>
        where T : struct, Enum
    {
        public static readonly Dictionary<string, T> ByWord = Enum.GetValues<T>().ToDictionary(Of, StringComparer.Ordinal);
    }
}
