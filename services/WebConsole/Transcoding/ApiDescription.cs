using System.Text.Json.Nodes;
using Google.Protobuf.Reflection;
using Google.Protobuf.WellKnownTypes;

namespace CallCenterCrm.WebConsole.Transcoding;

/// <summary>What <see cref="JsonCalls"/> serves as an OpenAPI 3.1 document, made from the contracts; the pages' types are made from it.</summary>
internal static class ApiDescription
{
    /// <summary>The document.</summary>
    public static string Json { get; } = Write();

    private static string Write()
    {
        var schemas = new SortedDictionary<string, JsonNode?>(StringComparer.Ordinal) { ["Refusal"] = Refused() };
        var paths = new JsonObject();
        foreach (var (name, served) in ServedMethods.All.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            paths[$"/api/{name}"] = new JsonObject
            {
                ["post"] = new JsonObject
                {
                    ["operationId"] = name.Replace('/', '.'),
                    ["requestBody"] = new JsonObject { ["required"] = true, ["content"] = Content(Schema(served.Descriptor.InputType, schemas)) },
                    ["responses"] = new JsonObject
                    {
                        ["200"] = new JsonObject { ["description"] = "The answer.", ["content"] = Content(Schema(served.Descriptor.OutputType, schemas)) },
                        ["default"] = new JsonObject { ["description"] = "Why not.", ["content"] = Content(Reference("Refusal")) },
                    },
                },
            };
        }

        return new JsonObject
        {
            ["openapi"] = "3.1.0",
            ["info"] = new JsonObject { ["title"] = "CallCenterCrm, console", ["version"] = "1" },
            ["paths"] = paths,
            ["components"] = new JsonObject { ["schemas"] = new JsonObject(schemas) },
        }.ToJsonString(new() { WriteIndented = true });
    }

    private static JsonObject Content(JsonNode schema) => new() { ["application/json"] = new JsonObject { ["schema"] = schema } };

    private static JsonObject Reference(string name) => new() { ["$ref"] = "#/components/schemas/" + name };

    private static JsonObject Text(string? format = null) => format is null ? new() { ["type"] = "string" } : new() { ["type"] = "string", ["format"] = format };

    private static JsonObject Refused() => new()
    {
        ["type"] = "object",
        ["required"] = new JsonArray("code", "message"),
        ["properties"] = new JsonObject
        {
            ["code"] = Text(),
            ["message"] = Text(),
            ["reason"] = Text(),
            ["details"] = new JsonObject { ["type"] = "object", ["additionalProperties"] = Text() },
            ["fields"] = new JsonObject
            {
                ["type"] = "array",
                ["items"] = new JsonObject { ["type"] = "object", ["properties"] = new JsonObject { ["field"] = Text(), ["description"] = Text() } },
            },
            ["retryAfterSeconds"] = new JsonObject { ["type"] = "number" },
        },
    };

    private static JsonObject Schema(MessageDescriptor message, SortedDictionary<string, JsonNode?> schemas)
    {
        if (message.FullName == Timestamp.Descriptor.FullName)
        {
            return Text("date-time");
        }

        if (message.FullName == Duration.Descriptor.FullName || message.FullName == FieldMask.Descriptor.FullName)
        {
            return Text();
        }

        if (schemas.TryAdd(message.FullName, null))
        {
            var properties = new JsonObject();
            var required = new JsonArray();
            foreach (var field in message.Fields.InDeclarationOrder())
            {
                properties[field.JsonName] = Schema(field, schemas);
                if (!field.HasPresence)
                {
                    required.Add(field.JsonName);
                }
            }

            schemas[message.FullName] = new JsonObject { ["type"] = "object", ["properties"] = properties, ["required"] = required };
        }

        return Reference(message.FullName);
    }

    private static JsonObject Schema(FieldDescriptor field, SortedDictionary<string, JsonNode?> schemas)
    {
        if (field.IsMap)
        {
            return new JsonObject { ["type"] = "object", ["additionalProperties"] = Schema(field.MessageType.FindFieldByNumber(2), schemas) };
        }

        var one = field.FieldType switch
        {
            FieldType.Message => Schema(field.MessageType, schemas),
            FieldType.Enum => Schema(field.EnumType, schemas),
            FieldType.Bool => new JsonObject { ["type"] = "boolean" },
            FieldType.String => Text(),
            FieldType.Bytes => Text("byte"),
            FieldType.Int32 or FieldType.UInt32 or FieldType.SInt32 or FieldType.Double or FieldType.Float => new JsonObject { ["type"] = "number" },

            // 64 bits are more than a number of JavaScript holds.
            FieldType.Int64 or FieldType.UInt64 or FieldType.SInt64 => Text("int64"),
            _ => throw new NotSupportedException($"{field.FullName} is of a type that no contract had so far"),
        };
        return field.IsRepeated ? new JsonObject { ["type"] = "array", ["items"] = one } : one;
    }

    private static JsonObject Schema(EnumDescriptor type, SortedDictionary<string, JsonNode?> schemas)
    {
        schemas.TryAdd(type.FullName, new JsonObject
        {
            ["type"] = "string",
            ["enum"] = new JsonArray([.. type.Values.Select(value => (JsonNode)value.Name)]),
        });
        return Reference(type.FullName);
    }
}
