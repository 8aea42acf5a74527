using CallCenterCrm.Options.V1;
using CallCenterCrm.Servers;
using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace CallCenterCrm.Protos.Tests;

/// <summary>Our contracts: as they stand, and as they were last released.</summary>
internal static class Contracts
{
    private static readonly ExtensionRegistry Known = new() { PermissionExtensions.Permission };

    /// <summary>As they stand in protos/, with comments.</summary>
    public static FileDescriptorSet Current { get; } = Read(Path.Combine(AppContext.BaseDirectory, "contracts.binpb"));

    /// <summary>Where the released state is committed.</summary>
    public static string ReleasedFile { get; } = Path.Combine(Repository.Root, "tests/Protos.Tests/Released/contracts.binpb");

    /// <summary>What other systems may have built their clients from.</summary>
    public static FileDescriptorSet Released() => Read(ReleasedFile);

    /// <summary>Makes today's contracts the released ones.</summary>
    public static void Release()
    {
        var bare = Current.Clone();
        foreach (var file in bare.File)
        {
            file.SourceCodeInfo = null;
        }

        File.WriteAllBytes(ReleasedFile, bare.ToByteArray());
    }

    /// <summary>The permission that a method declares; empty when it declares none.</summary>
    public static string PermissionOf(MethodDescriptorProto method) => method.Options?.GetExtension(PermissionExtensions.Permission) ?? "";

    private static FileDescriptorSet Read(string file) => FileDescriptorSet.Parser.WithExtensionRegistry(Known).ParseFrom(File.ReadAllBytes(file));
}
