using Google.Protobuf.Collections;
using Google.Protobuf.Reflection;

namespace CallCenterCrm.Protos.Tests;

/// <summary>A part of a contract.</summary>
/// <param name="Name">Full name; a field's and an enumeration value's with the name of what it belongs to.</param>
/// <param name="Descriptor">Its descriptor.</param>
/// <param name="Owner">What it belongs to: the message of a field, the enumeration of a value, the service of a method; null for the others.</param>
/// <param name="Comment">What is written before it, without blanks around it.</param>
internal sealed record Part<T>(string Name, T Descriptor, object? Owner, FileDescriptorProto File, string Comment);

/// <summary>Walks through files, to every part with its comment (descriptor.proto, SourceCodeInfo).</summary>
internal sealed class Parts
{
    private readonly List<Part<DescriptorProto>> _messages = [];
    private readonly List<Part<FieldDescriptorProto>> _fields = [];
    private readonly List<Part<EnumDescriptorProto>> _enums = [];
    private readonly List<Part<EnumValueDescriptorProto>> _values = [];
    private readonly List<Part<ServiceDescriptorProto>> _services = [];
    private readonly List<Part<MethodDescriptorProto>> _methods = [];

    public Parts(FileDescriptorSet set)
    {
        foreach (var file in set.File)
        {
            new FileWalk(this, file).Walk();
        }
    }

    public IReadOnlyList<Part<DescriptorProto>> Messages => _messages;

    /// <summary>Extensions too.</summary>
    public IReadOnlyList<Part<FieldDescriptorProto>> Fields => _fields;

    public IReadOnlyList<Part<EnumDescriptorProto>> Enums => _enums;

    public IReadOnlyList<Part<EnumValueDescriptorProto>> Values => _values;

    public IReadOnlyList<Part<ServiceDescriptorProto>> Services => _services;

    public IReadOnlyList<Part<MethodDescriptorProto>> Methods => _methods;

    /// <summary>The name and the comment of every part that somebody wrote: the entries of maps are protoc's.</summary>
    public IEnumerable<(string Name, string Comment)> All => _messages.Where(part => !IsEntry(part.Descriptor)).Select(part => (part.Name, part.Comment))
        .Concat(_fields.Where(part => !(part.Owner is DescriptorProto owner && IsEntry(owner))).Select(part => (part.Name, part.Comment)))
        .Concat(_enums.Select(part => (part.Name, part.Comment)))
        .Concat(_values.Select(part => (part.Name, part.Comment)))
        .Concat(_services.Select(part => (part.Name, part.Comment)))
        .Concat(_methods.Select(part => (part.Name, part.Comment)));

    private static bool IsEntry(DescriptorProto message) => message.Options is { MapEntry: true };

    private sealed class FileWalk(Parts parts, FileDescriptorProto file)
    {
        private readonly Dictionary<string, string> _comments = (file.SourceCodeInfo?.Location ?? [])
            .Where(place => place.LeadingComments.Length > 0)
            .ToDictionary(place => string.Join('.', place.Path), place => place.LeadingComments.Trim(), StringComparer.Ordinal);

        public void Walk()
        {
            Each(file.MessageType, $"{FileDescriptorProto.MessageTypeFieldNumber}", (message, at) => Message(message, file.Package, at));
            Each(file.EnumType, $"{FileDescriptorProto.EnumTypeFieldNumber}", (type, at) => Enum(type, file.Package, at));
            Each(file.Extension, $"{FileDescriptorProto.ExtensionFieldNumber}", (field, at) =>
                parts._fields.Add(new($"{file.Package}.{field.Name}", field, null, file, Comment(at))));
            Each(file.Service, $"{FileDescriptorProto.ServiceFieldNumber}", (service, at) =>
            {
                var name = $"{file.Package}.{service.Name}";
                parts._services.Add(new(name, service, null, file, Comment(at)));
                Each(service.Method, $"{at}.{ServiceDescriptorProto.MethodFieldNumber}", (method, place) =>
                    parts._methods.Add(new($"{name}.{method.Name}", method, service, file, Comment(place))));
            });
        }

        private void Message(DescriptorProto message, string scope, string at)
        {
            var name = $"{scope}.{message.Name}";
            parts._messages.Add(new(name, message, null, file, Comment(at)));
            Each(message.Field, $"{at}.{DescriptorProto.FieldFieldNumber}", (field, place) =>
                parts._fields.Add(new($"{name}.{field.Name}", field, message, file, Comment(place))));
            Each(message.NestedType, $"{at}.{DescriptorProto.NestedTypeFieldNumber}", (nested, place) => Message(nested, name, place));
            Each(message.EnumType, $"{at}.{DescriptorProto.EnumTypeFieldNumber}", (type, place) => Enum(type, name, place));
        }

        private void Enum(EnumDescriptorProto type, string scope, string at)
        {
            var name = $"{scope}.{type.Name}";
            parts._enums.Add(new(name, type, null, file, Comment(at)));
            Each(type.Value, $"{at}.{EnumDescriptorProto.ValueFieldNumber}", (value, place) =>
                parts._values.Add(new($"{name}.{value.Name}", value, type, file, Comment(place))));
        }

        private string Comment(string at) => _comments.GetValueOrDefault(at, "");

        private static void Each<T>(RepeatedField<T> list, string at, Action<T, string> visit)
        {
            for (var i = 0; i < list.Count; i++)
            {
                visit(list[i], $"{at}.{i}");
            }
        }
    }
}
