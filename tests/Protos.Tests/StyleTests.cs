using System.Text.RegularExpressions;
using CallCenterCrm.ServiceDefaults.Authentication;
using Google.Protobuf.Reflection;
using FieldType = Google.Protobuf.Reflection.FieldDescriptorProto.Types.Type;

namespace CallCenterCrm.Protos.Tests;

/// <summary>Contracts that whoever reads them can build on: commented, named alike, and with the same shapes for the same things.</summary>
public sealed partial class StyleTests
{
    private static readonly Parts All = new(Contracts.Current);

    [Fact]
    public void There_are_contracts_to_look_at()
    {
        Assert.Contains(All.Services, service => service.Name == "callcenter.calls.v1.Calls");
        Assert.Contains(All.Services, service => service.Name == "callcenter.routing.v1.Routing");
        Assert.True(All.Fields.Count > 100 && All.Values.Count > 30 && All.Methods.Count > 15);
    }

    [Fact]
    public void Every_message_field_enumeration_value_service_and_method_has_a_comment() =>
        Assert.Empty(All.All.Where(part => part.Comment.Length == 0).Select(part => part.Name));

    [Fact]
    public void Every_file_says_what_it_is_about() => Assert.Empty(Contracts.Current.File
        .Where(file => !file.SourceCodeInfo.Location.Any(
            place => place.Path.SequenceEqual([FileDescriptorProto.SyntaxFieldNumber]) && (place.LeadingComments.Length > 0 || place.LeadingDetachedComments.Count > 0)))
        .Select(file => file.Name));

    [Fact]
    public void Files_packages_and_namespaces_tell_the_same_area_and_version()
    {
        foreach (var file in Contracts.Current.File)
        {
            var match = FilePath().Match(file.Name);
            Assert.True(match.Success, $"{file.Name} is no callcenter/AREA/vN/NAME.proto");
            var (area, version) = (match.Groups["area"].Value, match.Groups["version"].Value);
            Assert.Equal(("proto3", $"callcenter.{area}.v{version}"), (file.Syntax, file.Package));
            Assert.Equal($"CallCenterCrm.{Pascal(area)}.V{version}", file.Options.CsharpNamespace);
        }
    }

    [Fact]
    public void Names_follow_one_style() => Assert.Empty(
        All.Messages.Where(part => !PascalName().IsMatch(part.Descriptor.Name)).Select(part => part.Name)
            .Concat(All.Enums.Where(part => !PascalName().IsMatch(part.Descriptor.Name)).Select(part => part.Name))
            .Concat(All.Services.Where(part => !PascalName().IsMatch(part.Descriptor.Name)).Select(part => part.Name))
            .Concat(All.Methods.Where(part => !PascalName().IsMatch(part.Descriptor.Name)).Select(part => part.Name))
            .Concat(All.Fields.Where(part => !SnakeName().IsMatch(part.Descriptor.Name)).Select(part => part.Name))
            .Concat(All.Values.Where(part => !UpperName().IsMatch(part.Descriptor.Name)
                || !part.Descriptor.Name.StartsWith(Upper(((EnumDescriptorProto)part.Owner!).Name) + "_", StringComparison.Ordinal)).Select(part => part.Name)));

    [Fact]
    public void The_zero_of_every_enumeration_says_nothing() => Assert.Empty(
        All.Enums.Where(part => part.Descriptor.Value[0] is not { Number: 0 } zero || zero.Name != Upper(part.Descriptor.Name) + "_UNSPECIFIED").Select(part => part.Name));

    [Fact]
    public void Every_method_has_a_request_and_a_response_of_its_own_name() => Assert.Empty(All.Methods
        .Where(part => part.Descriptor.InputType != $".{part.File.Package}.{part.Descriptor.Name}Request" || part.Descriptor.OutputType != $".{part.File.Package}.{part.Descriptor.Name}Response")
        .Select(part => part.Name));

    [Fact]
    public void Every_method_names_a_permission_that_somebody_can_have() => Assert.Empty(All.Methods
        .Where(part => Contracts.PermissionOf(part.Descriptor) is var permission
            && permission is not (Permissions.Anonymous or Permissions.SignedIn) && !Permissions.All.Contains(permission))
        .Select(part => $"{part.Name} '{Contracts.PermissionOf(part.Descriptor)}'"));

    [Fact]
    public void A_list_comes_in_pages_or_says_how_long_it_can_be() => Assert.Empty(Named("List")
        .Where(method => !(Has(method, "Request", "page_size", FieldType.Int32) && Has(method, "Request", "page_token", FieldType.String)
                && Has(method, "Response", "next_page_token", FieldType.String))
            && !All.Fields.Any(field => IsOf(field, method, "Response") && field.Descriptor.Label == FieldDescriptorProto.Types.Label.Repeated && Limit().IsMatch(field.Comment)))
        .Select(method => method.Name));

    [Fact]
    public void What_creates_can_be_sent_twice() => Assert.Empty(
        Named("Create").Where(method => !Has(method, "Request", "idempotency_key", FieldType.String)).Select(method => method.Name));

    [Fact]
    public void What_updates_names_the_fields_and_the_version_that_it_was_made_on() => Assert.Empty(Named("Update")
        .Where(method => All.Fields.SingleOrDefault(field => IsOf(field, method, "Request") && field.Descriptor.Name == "update_mask")?.Descriptor.TypeName != ".google.protobuf.FieldMask"
            || !All.Fields.Any(field => IsOf(field, method, "Request") && All.Messages.Any(
                message => "." + message.Name == field.Descriptor.TypeName && message.Descriptor.Field.Any(inner => inner is { Name: "version", Type: FieldType.Int64 }))))
        .Select(method => method.Name));

    [Fact]
    public void What_removes_names_the_version_that_was_seen() => Assert.Empty(
        Named("Delete").Where(method => !Has(method, "Request", "version", FieldType.Int64)).Select(method => method.Name));

    private static Part<MethodDescriptorProto>[] Named(string verb)
    {
        var found = All.Methods.Where(part => part.Descriptor.Name.StartsWith(verb, StringComparison.Ordinal)).ToArray();
        Assert.NotEmpty(found);
        return found;
    }

    private static bool Has(Part<MethodDescriptorProto> method, string suffix, string name, FieldType type) =>
        All.Fields.Any(field => IsOf(field, method, suffix) && field.Descriptor.Name == name && field.Descriptor.Type == type);

    private static bool IsOf(Part<FieldDescriptorProto> field, Part<MethodDescriptorProto> method, string suffix) =>
        ReferenceEquals(field.File, method.File) && field.Owner is DescriptorProto message && message.Name == method.Descriptor.Name + suffix;

    private static string Pascal(string snake) => string.Concat(snake.Split('_').Select(word => char.ToUpperInvariant(word[0]) + word[1..]));

    private static string Upper(string pascal) => WordEnd().Replace(pascal, "_").ToUpperInvariant();

    [GeneratedRegex("^callcenter/(?<area>[a-z][a-z_]*)/v(?<version>[1-9][0-9]*)/[a-z][a-z_]*[.]proto$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex FilePath();

    [GeneratedRegex("^([A-Z][a-z0-9]+)+$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex PascalName();

    [GeneratedRegex("^[a-z][a-z0-9]*(_[a-z0-9]+)*$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex SnakeName();

    [GeneratedRegex("^[A-Z][A-Z0-9]*(_[A-Z0-9]+)*$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex UpperName();

    [GeneratedRegex("(?<=[a-z0-9])(?=[A-Z])", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex WordEnd();

    [GeneratedRegex("[Aa]t most [0-9]+", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Limit();
}
