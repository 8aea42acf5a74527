using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace CallCenterCrm.ServiceDefaults.Input;

/// <summary>
/// Where the next page of a list begins, as the text that its reader hands back. It belongs to one list with one filter;
/// with another it is refused instead of giving a page of nobody knows what. It is no secret and protects nothing.
/// </summary>
public static class PageToken
{
    private const int MarkLength = 8;
    private const int Longest = 2000;

    /// <summary>Writes a token.</summary>
    /// <param name="list">The list and everything that filters or orders it, but not the size of the page.</param>
    /// <param name="position">What the last entry of this page is ordered by.</param>
    public static string Write<TList, TPosition>(TList list, TPosition position) =>
        Base64Url.EncodeToString([.. Mark(list), .. JsonSerializer.SerializeToUtf8Bytes(position)]);

    /// <summary>Reads a token; a wrong one is noted for the field <c>page_token</c>.</summary>
    /// <returns>The position; null at the beginning of the list, and for a wrong token.</returns>
    public static TPosition? Read<TList, TPosition>(string? token, TList list, Violations violations)
        where TPosition : class
    {
        if (string.IsNullOrEmpty(token))
        {
            return null;
        }

        if (token.Length <= Longest && Base64Url.IsValid(token)
            && Base64Url.DecodeFromChars(token) is var bytes && bytes.AsSpan().StartsWith(Mark(list)))
        {
            try
            {
                if (JsonSerializer.Deserialize<TPosition>(bytes.AsSpan(MarkLength)) is { } position)
                {
                    return position;
                }
            }
            catch (JsonException)
            {
                // Noted below like any other wrong token.
            }
        }

        violations.Add("page_token", ViolationKey.WrongPageToken);
        return null;
    }

    private static byte[] Mark<TList>(TList list) =>
        SHA256.HashData(Encoding.UTF8.GetBytes($"{typeof(TList).FullName} {JsonSerializer.Serialize(list)}"))[..MarkLength];
}
