using System.Globalization;
using System.Text;
using System.Text.Json;

namespace CallCenterCrm.Telephony.Asterisk;

/// <summary>
/// One record of Asterisk's channel event log as cel_custom writes it: a JSON object on a line, which is not always
/// JSON. A quote in a caller's name, or a line break that a caller smuggled into his number, is written raw.
/// </summary>
internal sealed record CelRecord
{
    public required string UniqueId { get; init; }

    public required string EventType { get; init; }

    public required DateTimeOffset Time { get; init; }

    public string LinkedId { get; init; } = "";

    public string ChannelName { get; init; } = "";

    public string Number { get; init; } = "";

    public string Exten { get; init; } = "";

    public string AppName { get; init; } = "";

    public string AppData { get; init; } = "";

    public string Peer { get; init; } = "";

    public string Extra { get; init; } = "";

    /// <summary>The line is no valid JSON; what stands here was read from its sound part.</summary>
    public bool Broken { get; init; }

    /// <summary>Reads a record.</summary>
    /// <param name="text">One line, or several when a line break was smuggled into a value.</param>
    /// <returns>Null when not even the head can be read.</returns>
    public static CelRecord? Parse(ReadOnlySpan<byte> text)
    {
        var fields = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        var broken = !TryReadFields(text, fields);
        if (broken && !fields.ContainsKey("uniqueid"))
        {
            // A log with the ids behind the caller's name and number: what follows the last of them is Asterisk's own.
            ReadTail(Encoding.UTF8.GetString(text), fields);
        }

        if (!fields.TryGetValue("uniqueid", out var id) || id.Length == 0
            || !fields.TryGetValue("eventtype", out var type)
            || !fields.TryGetValue("eventtime", out var seconds) || ParseTime(seconds) is not { } time)
        {
            return null;
        }

        return new CelRecord
        {
            UniqueId = id,
            EventType = type,
            Time = time,
            LinkedId = Field("linkedid"),
            ChannelName = Field("channame"),
            Number = Field("num"),
            Exten = Field("exten"),
            AppName = Field("appname"),
            AppData = Field("appdata"),
            Peer = Field("peer"),
            Extra = Field("eventextra"),
            Broken = broken,
        };

        string Field(string name) => fields.GetValueOrDefault(name, "");
    }

    /// <summary>
    /// Reads what is left of a record whose beginning is lost: whose channel it was, not what happened.
    /// Only for recorded files with the ids at the end; a live log names them first.
    /// </summary>
    public static CelRecord? ParseTail(ReadOnlySpan<byte> text, DateTimeOffset time)
    {
        var fields = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        ReadTail(Encoding.UTF8.GetString(text), fields);
        return fields.TryGetValue("uniqueid", out var id) && id.Length > 0
            ? new CelRecord
            {
                UniqueId = id,
                EventType = "",
                Time = time,
                LinkedId = fields.GetValueOrDefault("linkedid", ""),
                ChannelName = fields.GetValueOrDefault("channame", ""),
                Peer = fields.GetValueOrDefault("peer", ""),
                Broken = true,
            }
            : null;
    }

    /// <summary>Reads the fields of a line of one of Asterisk's logs up to where it is no JSON any more.</summary>
    /// <returns>Whether all of it is JSON.</returns>
    public static bool TryReadFields(ReadOnlySpan<byte> text, Dictionary<string, string> fields)
    {
        try
        {
            var reader = new Utf8JsonReader(text);
            string? name = null;
            while (reader.Read())
            {
                switch (reader.TokenType)
                {
                    case JsonTokenType.PropertyName:
                        name = reader.GetString();
                        break;
                    case JsonTokenType.String when name is not null:
                        fields.TryAdd(name, reader.GetString()!);
                        break;
                    case JsonTokenType.Number when name is not null:
                        fields.TryAdd(name, Encoding.UTF8.GetString(reader.ValueSpan));
                        break;
                    case JsonTokenType.EndObject:
                        return true;
                }
            }

            return false;
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException)
        {
            return false;
        }
    }

    private static void ReadTail(string text, Dictionary<string, string> fields)
    {
        foreach (var name in (ReadOnlySpan<string>)["exten", "channame", "appname", "appdata", "uniqueid", "linkedid", "peer"])
        {
            var mark = $"\"{name}\":\"";
            var start = text.LastIndexOf(mark, StringComparison.Ordinal);
            if (start >= 0 && text.IndexOf('"', start + mark.Length) is var end and >= 0)
            {
                fields.TryAdd(name, text[(start + mark.Length)..end]);
            }
        }
    }

    /// <summary>A time as Asterisk's logs have it: seconds since 1970 with a fraction; null when it is none.</summary>
    public static DateTimeOffset? ParseTime(string seconds) =>
        decimal.TryParse(seconds, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value) && value < 100_000_000_000m
            ? DateTimeOffset.UnixEpoch.AddTicks((long)(value * TimeSpan.TicksPerSecond))
            : null;
}
