using System.Collections.Frozen;
using System.Reflection;
using Google.Protobuf.Reflection;
using Grpc.AspNetCore.Server;
using Grpc.Core;
using Microsoft.AspNetCore.Routing;

namespace CallCenterCrm.ServiceDefaults.Grpc;

/// <summary>What the mapped gRPC services say about themselves: their names, files and symbols.</summary>
internal sealed class ServedContracts(EndpointDataSource endpoints)
{
    private readonly Lazy<Index> _index = new(() => new Index(endpoints));

    /// <summary>Full names of the services, in alphabetical order.</summary>
    public IReadOnlyList<string> Names => _index.Value.Names;

    /// <summary>The file of this name; null when there is none.</summary>
    public FileDescriptor? File(string name) => _index.Value.Files.GetValueOrDefault(name);

    /// <summary>The file that declares a symbol; null when there is none.</summary>
    public FileDescriptor? FileOf(string symbol) => _index.Value.Symbols.GetValueOrDefault(symbol);

    /// <summary>The message of this full name; null when there is none.</summary>
    public MessageDescriptor? Message(string name) => _index.Value.Messages.GetValueOrDefault(name);

    /// <summary>All extensions of a message that the files declare.</summary>
    public IEnumerable<FieldDescriptor> Extensions(MessageDescriptor message) =>
        _index.Value.Extensions.Where(extension => extension.ExtendeeType == message);

    /// <summary>The contract that a class serves. Generated: its base class names the class that holds it.</summary>
    public static ServiceDescriptor Contract(Type service)
    {
        var bind = service.GetCustomAttribute<BindServiceMethodAttribute>(inherit: true)
            ?? throw new InvalidOperationException($"{service} is not made from a contract");
        return (ServiceDescriptor)bind.BindType.GetProperty("Descriptor", BindingFlags.Public | BindingFlags.Static)!.GetValue(null)!;
    }

    private sealed class Index
    {
        private readonly Dictionary<string, FileDescriptor> _symbols = new(StringComparer.Ordinal);
        private readonly Dictionary<string, MessageDescriptor> _messages = new(StringComparer.Ordinal);
        private readonly List<FieldDescriptor> _extensions = [];

        public Index(EndpointDataSource endpoints)
        {
            var services = endpoints.Endpoints
                .Select(endpoint => endpoint.Metadata.GetMetadata<GrpcMethodMetadata>()?.ServiceType)
                .OfType<Type>()
                .Distinct()
                .Select(Contract)
                .ToList();
            Names = [.. services.Select(service => service.FullName).Order(StringComparer.Ordinal)];
            Files = WithImports(services.Select(service => service.File)).ToFrozenDictionary(file => file.Name, StringComparer.Ordinal);
            foreach (var file in Files.Values)
            {
                Add(file);
            }

            Symbols = _symbols.ToFrozenDictionary(StringComparer.Ordinal);
            Messages = _messages.ToFrozenDictionary(StringComparer.Ordinal);
        }

        public IReadOnlyList<string> Names { get; }

        public FrozenDictionary<string, FileDescriptor> Files { get; }

        public FrozenDictionary<string, FileDescriptor> Symbols { get; }

        public FrozenDictionary<string, MessageDescriptor> Messages { get; }

        public IReadOnlyList<FieldDescriptor> Extensions => _extensions;

        private void Add(FileDescriptor file)
        {
            foreach (var service in file.Services)
            {
                _symbols[service.FullName] = file;
                foreach (var method in service.Methods)
                {
                    _symbols[method.FullName] = file;
                }
            }

            AddEnums(file.EnumTypes);
            AddExtensions(file.Extensions);
            foreach (var message in file.MessageTypes)
            {
                Add(message);
            }
        }

        private void Add(MessageDescriptor message)
        {
            _symbols[message.FullName] = message.File;
            _messages[message.FullName] = message;
            foreach (var field in message.Fields.InDeclarationOrder())
            {
                _symbols[field.FullName] = message.File;
            }

            foreach (var oneof in message.Oneofs)
            {
                _symbols[oneof.FullName] = message.File;
            }

            AddEnums(message.EnumTypes);
            AddExtensions(message.Extensions);
            foreach (var nested in message.NestedTypes)
            {
                Add(nested);
            }
        }

        private void AddEnums(IEnumerable<EnumDescriptor> enums)
        {
            foreach (var type in enums)
            {
                _symbols[type.FullName] = type.File;

                // By C++'s rule, which protobuf follows, a value is named beside its enumeration, not inside.
                var scope = type.FullName[..^type.Name.Length];
                foreach (var value in type.Values)
                {
                    _symbols[scope + value.Name] = type.File;
                }
            }
        }

        private void AddExtensions(ExtensionCollection extensions)
        {
            foreach (var extension in extensions.UnorderedExtensions)
            {
                _symbols[extension.FullName] = extension.File;
                _extensions.Add(extension);
            }
        }
    }

    /// <summary>The files and all that they import, each once, importers first.</summary>
    public static IEnumerable<FileDescriptor> WithImports(IEnumerable<FileDescriptor> files)
    {
        var waiting = new Queue<FileDescriptor>(files);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        while (waiting.TryDequeue(out var file))
        {
            if (seen.Add(file.Name))
            {
                yield return file;
                foreach (var import in file.Dependencies)
                {
                    waiting.Enqueue(import);
                }
            }
        }
    }
}
