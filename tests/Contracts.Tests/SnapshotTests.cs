using System.Text.RegularExpressions;
using CallCenterCrm.Servers;
using Xunit;

namespace CallCenterCrm.Contracts.Tests;

public sealed partial class SnapshotTests
{
    private static readonly string Folder = Path.Combine(Repository.Root, "tests/Contracts.Tests/Snapshots");

    public static TheoryData<string> Events => [.. Shape.Events.Select(Shape.NameOf)];

    [Theory]
    [MemberData(nameof(Events))]
    public void The_shape_of_an_event_is_the_committed_one(string name)
    {
        var frozen = File.Exists(FileOf(name)) ? Sections(name).Shape : [];
        var fault = Comparison.Fault(name, frozen, Shape.Of(Named(name)));
        Assert.True(fault is null, $"{fault}\nThe new snapshot is {Written(name)}; its place is {FileOf(name)}");
    }

    [Theory]
    [MemberData(nameof(Events))]
    public void An_event_is_written_by_MassTransit_as_the_committed_one(string name) => Assert.Equal(Sections(name).Message, Wire.Message(Example(name)));

    [Theory]
    [MemberData(nameof(Events))]
    public void The_example_of_an_event_gives_every_member(string name)
    {
        var written = Wire.Message(Example(name));
        Assert.All(
            Shape.Of(Named(name)).Where(line => line.Contains(": ", StringComparison.Ordinal)).Select(line => line[(line.IndexOf('.') + 1)..line.IndexOf(':')]),
            member => Assert.Matches($"\"{member}\": (?!null)", written));
    }

    [Fact]
    public void Every_event_has_its_snapshot_and_every_snapshot_its_event() => Assert.Equal(
        Shape.Events.Select(Shape.NameOf), Directory.EnumerateFiles(Folder, "*.snap").Select(file => Path.GetFileNameWithoutExtension(file)).Order(StringComparer.Ordinal));

    [Fact]
    public void Every_contract_stands_in_a_numbered_version() => Assert.All(
        typeof(Telephony.V1.CallChanged).Assembly.GetExportedTypes(), type => Assert.Matches(Versioned(), type.FullName));

    private static string FileOf(string name) => Path.Combine(Folder, name + ".snap");

    private static Type Named(string name) => Shape.Events.Single(type => Shape.NameOf(type) == name);

    private static object Example(string name) => Examples.All.Single(example => example.GetType() == Named(name));

    private static (string[] Shape, string Message) Sections(string name)
    {
        var text = File.ReadAllText(FileOf(name));
        var gap = text.IndexOf("\n\n", StringComparison.Ordinal);
        return (text[..gap].Split('\n'), text[(gap + 2)..].TrimEnd('\n'));
    }

    // Beside the tests' program, from where it is taken over by hand: a snapshot never changes by itself.
    private static string Written(string name)
    {
        var file = Path.Combine(AppContext.BaseDirectory, name + ".snap");
        File.WriteAllText(file, $"{string.Join('\n', Shape.Of(Named(name)))}\n\n{Wire.Message(Example(name))}\n");
        return file;
    }

    [GeneratedRegex(@"^CallCenterCrm\.Contracts\.[A-Z][A-Za-z]+\.V[1-9][0-9]*\.[A-Z][A-Za-z]+$", RegexOptions.None, 1000)]
    private static partial Regex Versioned();
}
