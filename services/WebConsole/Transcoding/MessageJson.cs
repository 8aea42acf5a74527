using System.Text.Json;
using System.Text.Json.Serialization;
using Google.Protobuf;

namespace CallCenterCrm.WebConsole.Transcoding;

/// <summary>Messages of the contracts as JSON: the mapping that protobuf itself defines (protobuf.dev, ProtoJSON), with every default written out.</summary>
internal sealed class MessageJson : JsonConverter<IMessage>
{
    private static readonly JsonFormatter Formatter = new(JsonFormatter.Settings.Default.WithFormatDefaultValues(true));
    private static readonly JsonParser Parser = new(JsonParser.Settings.Default);

    /// <summary>Writes a message.</summary>
    public static string Write(IMessage message) => Formatter.Format(message);

    /// <summary>Reads a message.</summary>
    /// <exception cref="InvalidProtocolBufferException">It names an unknown field, or a value is none of its field.</exception>
    /// <exception cref="InvalidJsonException">It is no JSON.</exception>
    public static IMessage Read(string json, Google.Protobuf.Reflection.MessageDescriptor descriptor) => Parser.Parse(json, descriptor);

    /// <inheritdoc/>
    public override bool CanConvert(Type typeToConvert) => typeof(IMessage).IsAssignableFrom(typeToConvert);

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, IMessage value, JsonSerializerOptions options) => writer.WriteRawValue(Write(value), skipInputValidation: true);

    /// <inheritdoc/>
    public override IMessage Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        throw new NotSupportedException("Messages are read where their type is known.");
}
