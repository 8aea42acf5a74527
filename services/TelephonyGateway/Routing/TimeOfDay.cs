using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace CallCenterCrm.Telephony.Routing;

/// <summary>Times of day as people and PostgreSQL write them: 09:00, and 24:00 for the end of the day (ISO 8601).</summary>
internal static class TimeOfDay
{
    public static string Write(TimeSpan time) =>
        string.Create(CultureInfo.InvariantCulture, $"{(int)time.TotalHours:00}:{time.Minutes:00}");

    /// <exception cref="FormatException">It is no time of day.</exception>
    public static TimeSpan Read(string text) =>
        TryRead(text, out var time) ? time : throw new FormatException($"'{text}' is no time of day such as 09:00 or 24:00");

    public static bool TryRead(string text, out TimeSpan time)
    {
        var parts = text.Split(':');
        time = default;
        if (parts.Length is not (2 or 3)
            || !int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var hours)
            || !int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var minutes)
            || minutes > 59 || hours > 24 || (hours == 24 && minutes > 0))
        {
            return false;
        }

        time = new TimeSpan(hours, minutes, 0);
        return true;
    }
}

/// <summary>Reads and writes a time of day in a file of routing tables.</summary>
internal sealed class TimeOfDayJson : JsonConverter<TimeSpan>
{
    public override TimeSpan Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        try
        {
            return TimeOfDay.Read(reader.GetString() ?? "");
        }
        catch (FormatException fault)
        {
            throw new JsonException(fault.Message, fault);
        }
    }

    public override void Write(Utf8JsonWriter writer, TimeSpan value, JsonSerializerOptions options) => writer.WriteStringValue(TimeOfDay.Write(value));
}
