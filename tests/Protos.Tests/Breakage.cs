using Google.Protobuf.Reflection;
using FieldType = Google.Protobuf.Reflection.FieldDescriptorProto.Types.Type;
using Label = Google.Protobuf.Reflection.FieldDescriptorProto.Types.Label;

namespace CallCenterCrm.Protos.Tests;

/// <summary>Finds what would break clients that were built from an earlier state of the contracts. Additions break nobody.</summary>
internal static class Breakage
{
    /// <summary>Every breakage, in words; none when the later state only adds.</summary>
    public static IReadOnlyList<string> Between(FileDescriptorSet earlier, FileDescriptorSet later)
    {
        var (before, now) = (new Parts(earlier), new Parts(later));
        var found = new List<string>();
        var messages = now.Messages.ToDictionary(part => part.Name, part => part.Descriptor, StringComparer.Ordinal);
        foreach (var (name, message, _, _, _) in before.Messages)
        {
            if (Kept(messages, name, "message", found) is { } kept)
            {
                Fields(name, message, kept, found);
            }
        }

        var extensions = now.Fields.Where(part => part.Owner is null).ToDictionary(part => part.Name, part => part.Descriptor, StringComparer.Ordinal);
        foreach (var (name, extension, _, _, _) in before.Fields.Where(part => part.Owner is null))
        {
            if (Kept(extensions, name, "extension", found) is { } kept && Shape(extension, null) + extension.Number != Shape(kept, null) + kept.Number)
            {
                found.Add($"the extension {name} was {Shape(extension, null)} = {extension.Number} and is {Shape(kept, null)} = {kept.Number}");
            }
        }

        var enums = now.Enums.ToDictionary(part => part.Name, part => part.Descriptor, StringComparer.Ordinal);
        foreach (var (name, type, _, _, _) in before.Enums)
        {
            if (Kept(enums, name, "enumeration", found) is { } kept)
            {
                Values(name, type, kept, found);
            }
        }

        var services = now.Services.ToDictionary(part => part.Name, part => part.Descriptor, StringComparer.Ordinal);
        foreach (var (name, service, _, _, _) in before.Services)
        {
            if (Kept(services, name, "service", found) is { } kept)
            {
                Methods(name, service, kept, found);
            }
        }

        return found;
    }

    private static void Fields(string name, DescriptorProto before, DescriptorProto now, List<string> found)
    {
        foreach (var field in before.Field)
        {
            if (now.Field.FirstOrDefault(other => other.Number == field.Number) is not { } kept)
            {
                var moved = now.Field.FirstOrDefault(other => other.Name == field.Name);
                found.Add(moved is null
                    ? $"{name}.{field.Name} = {field.Number} was removed"
                    : $"{name}.{field.Name} had the number {field.Number} and has {moved.Number}");
            }
            else if (kept.Name != field.Name)
            {
                found.Add($"{name}, field {field.Number}, was called {field.Name} and is called {kept.Name}");
            }
            else if (Shape(field, before) != Shape(kept, now))
            {
                found.Add($"{name}.{field.Name} was {Shape(field, before)} and is {Shape(kept, now)}");
            }
        }
    }

    private static void Values(string name, EnumDescriptorProto before, EnumDescriptorProto now, List<string> found)
    {
        foreach (var value in before.Value)
        {
            if (now.Value.FirstOrDefault(other => other.Name == value.Name) is not { } kept)
            {
                found.Add($"{name}.{value.Name} = {value.Number} was removed");
            }
            else if (kept.Number != value.Number)
            {
                found.Add($"{name}.{value.Name} had the number {value.Number} and has {kept.Number}");
            }
        }
    }

    private static void Methods(string name, ServiceDescriptorProto before, ServiceDescriptorProto now, List<string> found)
    {
        foreach (var method in before.Method)
        {
            if (now.Method.FirstOrDefault(other => other.Name == method.Name) is not { } kept)
            {
                found.Add($"the method {name}.{method.Name} was removed");
                continue;
            }

            if (Shape(method) != Shape(kept))
            {
                found.Add($"the method {name}.{method.Name} was {Shape(method)} and is {Shape(kept)}");
            }

            if (Contracts.PermissionOf(method) != Contracts.PermissionOf(kept))
            {
                found.Add($"the method {name}.{method.Name} needed '{Contracts.PermissionOf(method)}' and needs '{Contracts.PermissionOf(kept)}'");
            }
        }
    }

    // All of it is part of what generated code looks like or of what goes over the wire.
    private static string Shape(FieldDescriptorProto field, DescriptorProto? owner)
    {
        var type = field.Type is FieldType.Message or FieldType.Enum ? field.TypeName : field.Type.ToString().ToLowerInvariant();
        return field switch
        {
            { Label: Label.Repeated } => $"repeated {type}",
            { Proto3Optional: true } => $"optional {type}",
            { HasOneofIndex: true } when owner is not null => $"{type} in oneof {owner.OneofDecl[field.OneofIndex].Name}",
            _ => type,
        };
    }

    private static string Shape(MethodDescriptorProto method) =>
        $"{(method.ClientStreaming ? "stream " : "")}{method.InputType} -> {(method.ServerStreaming ? "stream " : "")}{method.OutputType}";

    private static T? Kept<T>(Dictionary<string, T> now, string name, string what, List<string> found)
        where T : class
    {
        if (now.TryGetValue(name, out var kept))
        {
            return kept;
        }

        found.Add($"the {what} {name} was removed");
        return null;
    }
}
