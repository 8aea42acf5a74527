using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;
using Grpc.Core;

namespace CallCenterCrm.GrpcInterop.Standins;

/// <summary>
/// The stand-ins have everything that those who were compiled against the genuine packages refer to. What is missing would
/// otherwise show only when the one method that needs it runs (deploy/docs/adr/0010-grpc-standins.md).
/// </summary>
public sealed class ResolutionTests
{
    private static readonly string[] Standins = ["Grpc.Core.Api", "Grpc.Net.Common"];
    private static readonly Type[] AnyTypes = [.. Enumerable.Repeat(typeof(object), 8)];

    public static TheoryData<string> Dependents => new("Grpc.AspNetCore.Server", "Grpc.Net.Client", "CallCenterCrm.ServiceDefaults", "Grpc.Interop");

    [Theory]
    [MemberData(nameof(Dependents))]
    public void Every_type_and_member_referred_to_resolves(string dependent)
    {
        var module = Assembly.Load(dependent).ManifestModule;
        using var file = new PEReader(File.OpenRead(module.FullyQualifiedName));
        var metadata = file.GetMetadataReader();
        var failures = new List<string>();
        var seen = 0;
        void Resolve(EntityHandle handle, string name, Func<int, object?> resolve)
        {
            seen++;
            try
            {
                Assert.NotNull(resolve(MetadataTokens.GetToken(handle)));
            }
            catch (Exception missing) when (missing is TypeLoadException or MissingMemberException or FileNotFoundException)
            {
                failures.Add($"{name}: {missing.Message}");
            }
        }

        foreach (var handle in metadata.TypeReferences.Where(handle => IsStandin(metadata, handle)))
        {
            Resolve(handle, Name(metadata, handle), token => module.ResolveType(token));
        }

        foreach (var handle in metadata.MemberReferences)
        {
            var member = metadata.GetMemberReference(handle);
            if (Parent(metadata, member) is { IsNil: false } parent && IsStandin(metadata, parent))
            {
                Resolve(
                    handle, $"{Name(metadata, parent)}.{metadata.GetString(member.Name)}",
                    token => module.ResolveMember(token, AnyTypes, AnyTypes));
            }
        }

        Assert.Empty(failures);
        Assert.True(seen > 40, $"{dependent} refers to {seen} only: the walk has missed them");
    }

    [Theory]
    [InlineData("Grpc.AspNetCore.Server")]
    [InlineData("Grpc.Net.Client")]
    public void Every_type_loads_and_every_override_overrides(string dependent)
    {
        // An override whose base has another signature would be a method of its own, which nobody calls.
        var derived = Assembly.Load(dependent).GetTypes().Where(type => type.BaseType is { } parent && IsStandin(parent)).ToList();
        var alone = derived
            .SelectMany(type => type.GetMethods(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly))
            .Where(method => method.IsVirtual && !method.Attributes.HasFlag(MethodAttributes.NewSlot) && method.GetBaseDefinition().DeclaringType == method.DeclaringType)
            .Select(method => $"{method.DeclaringType}.{method}");
        Assert.NotEmpty(derived);
        Assert.Empty(alone);
    }

    [Fact]
    public void The_stand_ins_have_the_names_that_the_genuine_assemblies_ask_for()
    {
        var asked = new[] { "Grpc.AspNetCore.Server", "Grpc.Net.Client" }
            .SelectMany(name => Assembly.Load(name).GetReferencedAssemblies())
            .Where(name => Standins.Contains(name.Name))
            .Select(name => name.FullName)
            .Distinct()
            .Order();
        Assert.Equal(asked, Standins.Select(name => Assembly.Load(name).GetName().FullName).Order());
    }

    [Fact]
    public void The_status_codes_have_the_numbers_of_the_protocol()
    {
        // github.com/grpc/grpc, doc/statuscodes.md
        string[] names =
        [
            "OK", "CANCELLED", "UNKNOWN", "INVALID_ARGUMENT", "DEADLINE_EXCEEDED", "NOT_FOUND", "ALREADY_EXISTS", "PERMISSION_DENIED",
            "RESOURCE_EXHAUSTED", "FAILED_PRECONDITION", "ABORTED", "OUT_OF_RANGE", "UNIMPLEMENTED", "INTERNAL", "UNAVAILABLE",
            "DATA_LOSS", "UNAUTHENTICATED",
        ];
        Assert.Equal(names.Length, Enum.GetValues<StatusCode>().Length);
        Assert.All(names, (name, number) =>
            Assert.Equal((StatusCode)number, Enum.Parse<StatusCode>(name.Replace("_", "", StringComparison.Ordinal), ignoreCase: true)));
    }

    private static bool IsStandin(Type type) => Standins.Contains(type.Assembly.GetName().Name);

    private static bool IsStandin(MetadataReader metadata, TypeReferenceHandle handle)
    {
        var scope = metadata.GetTypeReference(handle).ResolutionScope;
        return scope.Kind switch
        {
            HandleKind.AssemblyReference => Standins.Contains(metadata.GetString(metadata.GetAssemblyReference((AssemblyReferenceHandle)scope).Name)),
            HandleKind.TypeReference => IsStandin(metadata, (TypeReferenceHandle)scope),
            _ => false,
        };
    }

    // Of a member of a generic type, the parent is a signature (ECMA-335, II.23.2.14) that names the type.
    private static TypeReferenceHandle Parent(MetadataReader metadata, MemberReference member)
    {
        if (member.Parent.Kind == HandleKind.TypeReference)
        {
            return (TypeReferenceHandle)member.Parent;
        }

        if (member.Parent.Kind != HandleKind.TypeSpecification)
        {
            return default;
        }

        var signature = metadata.GetBlobReader(metadata.GetTypeSpecification((TypeSpecificationHandle)member.Parent).Signature);
        if (signature.ReadSignatureTypeCode() != SignatureTypeCode.GenericTypeInstance)
        {
            return default;
        }

        signature.ReadSignatureTypeCode();
        var type = signature.ReadTypeHandle();
        return type.Kind == HandleKind.TypeReference ? (TypeReferenceHandle)type : default;
    }

    private static string Name(MetadataReader metadata, TypeReferenceHandle handle)
    {
        var type = metadata.GetTypeReference(handle);
        return $"{metadata.GetString(type.Namespace)}.{metadata.GetString(type.Name)}";
    }
}
