using System.Text.Json;
using System.Text.Json.Serialization;

namespace CallCenterCrm.Telephony.Calls;

/// <summary>How rows are handed to PostgreSQL: names as its columns have them, words for enumerations.</summary>
internal static class StoredJson
{
    public static JsonSerializerOptions Options { get; } = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower) },
    };
}
