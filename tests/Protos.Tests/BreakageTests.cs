using CallCenterCrm.Options.V1;
using Google.Protobuf.Reflection;
using FieldType = Google.Protobuf.Reflection.FieldDescriptorProto.Types.Type;
using Label = Google.Protobuf.Reflection.FieldDescriptorProto.Types.Label;

namespace CallCenterCrm.Protos.Tests;

/// <summary>Whoever built a client from the released contracts can go on using it.</summary>
public sealed class BreakageTests
{
    private static readonly FileDescriptorSet Base = Contracts.Current;

    [Fact]
    public void The_contracts_break_no_client_that_was_built_from_the_released_ones()
    {
        var found = Breakage.Between(Contracts.Released(), Contracts.Current);
        Assert.True(found.Count == 0, $"Put back what was there, or give the area a new version (v2) beside the old one:\n{string.Join('\n', found)}");

        // Set by the script "accept" beside this: what is added from now on is promised, too.
        if (Environment.GetEnvironmentVariable("CRM_ACCEPT_PROTOS") == "1")
        {
            Contracts.Release();
            Assert.Empty(Breakage.Between(Contracts.Current, Contracts.Released()));
        }
    }

    [Fact]
    public void An_addition_breaks_nobody()
    {
        var later = Base.Clone();
        var call = Message(later, "Call");
        call.Field.Add(new FieldDescriptorProto { Name = "mood", Number = 900, Type = FieldType.String, Label = Label.Optional });
        Enum(later, "State").Value.Add(new EnumValueDescriptorProto { Name = "STATE_PARKED", Number = 9 });
        Service(later, "Calls").Method.Add(new MethodDescriptorProto { Name = "Rate", InputType = ".x", OutputType = ".y" });
        later.File.Add(new FileDescriptorProto { Name = "callcenter/new/v1/new.proto", Package = "callcenter.new.v1", MessageType = { new DescriptorProto { Name = "New" } } });
        Assert.Empty(Breakage.Between(Base, later));
        Assert.Empty(Breakage.Between(Base, Base));
    }

    [Fact]
    public void A_removed_field_is_named() => Breaks(
        "callcenter.calls.v1.Call.own_number = 8 was removed", set => Message(set, "Call").Field.Remove(Field(set, "Call", "own_number")));

    [Fact]
    public void A_renumbered_field_is_named() => Breaks(
        "callcenter.calls.v1.Call.own_number had the number 8 and has 900", set => Field(set, "Call", "own_number").Number = 900);

    [Fact]
    public void A_renamed_field_is_named() => Breaks(
        "callcenter.calls.v1.Call, field 8, was called own_number and is called our_number", set => Field(set, "Call", "own_number").Name = "our_number");

    [Fact]
    public void A_field_of_another_type_is_named() => Breaks(
        "callcenter.calls.v1.Call.own_number was string and is int64", set => Field(set, "Call", "own_number").Type = FieldType.Int64);

    [Fact]
    public void A_field_that_points_elsewhere_is_named() => Breaks(
        "callcenter.calls.v1.Call.state was .callcenter.calls.v1.State and is .callcenter.calls.v1.Result",
        set => Field(set, "Call", "state").TypeName = ".callcenter.calls.v1.Result");

    [Fact]
    public void A_field_that_becomes_a_list_is_named() => Breaks(
        "callcenter.calls.v1.Call.own_number was string and is repeated string", set => Field(set, "Call", "own_number").Label = Label.Repeated);

    [Fact]
    public void A_field_that_leaves_its_oneof_is_named() => Breaks(
        "callcenter.calls.v1.WatchResponse.call was .callcenter.calls.v1.Call in oneof event and is .callcenter.calls.v1.Call",
        set => Field(set, "WatchResponse", "call").ClearOneofIndex());

    [Fact]
    public void A_field_that_can_no_longer_be_absent_is_named() => Breaks(
        "callcenter.calls.v1.Leg.rang was optional bool and is bool", set =>
        {
            Field(set, "Leg", "rang").ClearProto3Optional();
            Field(set, "Leg", "rang").ClearOneofIndex();
        });

    [Fact]
    public void A_removed_message_is_named() => Breaks(
        "the message callcenter.calls.v1.Talk was removed", set => File(set).MessageType.Remove(Message(set, "Talk")));

    [Fact]
    public void A_removed_value_is_named() => Breaks(
        "callcenter.calls.v1.State.STATE_ENDED = 3 was removed", set => Enum(set, "State").Value.Remove(Enum(set, "State").Value[3]));

    [Fact]
    public void A_renumbered_value_is_named() => Breaks(
        "callcenter.calls.v1.State.STATE_ENDED had the number 3 and has 7", set => Enum(set, "State").Value[3].Number = 7);

    [Fact]
    public void A_removed_enumeration_is_named() => Breaks(
        "the enumeration callcenter.calls.v1.State was removed", set => File(set).EnumType.Remove(Enum(set, "State")));

    [Fact]
    public void A_removed_method_is_named() => Breaks(
        "the method callcenter.calls.v1.Calls.GetCall was removed", set => Service(set, "Calls").Method.RemoveAt(0));

    [Fact]
    public void A_method_that_no_longer_streams_is_named() => Breaks(
        "the method callcenter.calls.v1.Calls.Watch was .callcenter.calls.v1.WatchRequest -> stream .callcenter.calls.v1.WatchResponse"
        + " and is .callcenter.calls.v1.WatchRequest -> .callcenter.calls.v1.WatchResponse",
        set => Service(set, "Calls").Method.Single(method => method.Name == "Watch").ServerStreaming = false);

    [Fact]
    public void A_method_that_needs_another_permission_is_named() => Breaks(
        "the method callcenter.calls.v1.Calls.GetCall needed 'calls.read' and needs 'calls.listen'",
        set => Service(set, "Calls").Method[0].Options.SetExtension(PermissionExtensions.Permission, "calls.listen"));

    [Fact]
    public void A_removed_service_is_named() => Breaks(
        "the service callcenter.calls.v1.Calls was removed", set => File(set).Service.Clear());

    [Fact]
    public void An_extension_with_another_number_is_named() => Breaks(
        "the extension callcenter.options.v1.permission was string = 50401 and is string = 50402",
        set => set.File.Single(file => file.Package == "callcenter.options.v1").Extension[0].Number = 50402);

    private static void Breaks(string words, Action<FileDescriptorSet> change)
    {
        var later = Base.Clone();
        change(later);
        Assert.Equal(words, Assert.Single(Breakage.Between(Base, later)));
    }

    private static FileDescriptorProto File(FileDescriptorSet set) => set.File.Single(file => file.Name == "callcenter/calls/v1/calls.proto");

    private static DescriptorProto Message(FileDescriptorSet set, string name) => File(set).MessageType.Single(message => message.Name == name);

    private static FieldDescriptorProto Field(FileDescriptorSet set, string message, string name) => Message(set, message).Field.Single(field => field.Name == name);

    private static EnumDescriptorProto Enum(FileDescriptorSet set, string name) => File(set).EnumType.Single(type => type.Name == name);

    private static ServiceDescriptorProto Service(FileDescriptorSet set, string name) => File(set).Service.Single(service => service.Name == name);
}
