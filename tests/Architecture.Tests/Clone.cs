using System.Xml.Linq;
using CallCenterCrm.Servers;

namespace CallCenterCrm.Architecture.Tests;

/// <summary>A project as its file tells of it.</summary>
/// <param name="Path">From the top of the clone, with slashes.</param>
/// <param name="References">Names of the projects that it references itself.</param>
/// <param name="Packages">Names of the packages that it references itself.</param>
internal sealed record Project(string Name, string Path, IReadOnlyList<string> References, IReadOnlyList<string> Packages)
{
    public bool IsTest => Path.StartsWith("tests/", StringComparison.Ordinal);

    public string Directory => Path[..Path.LastIndexOf('/')];
}

/// <summary>What is in the clone: sources and projects, without what is built.</summary>
internal static class Clone
{
    private static readonly string[] Top = ["services", "tests", "deploy"];

    public static IReadOnlyList<string> Sources { get; } = [.. Files("*.cs")];

    public static IReadOnlyList<Project> Projects { get; } = [.. Files("*.csproj").Select(Read)];

    public static IReadOnlyList<Project> Services { get; } = [.. Projects.Where(project => !project.IsTest)];

    public static string Text(string path) => File.ReadAllText(Path.Combine(Repository.Root, path));

    public static Project Named(string name) => Projects.Single(project => project.Name == name);

    /// <summary>Everything that a project gets by its references, and theirs.</summary>
    public static IReadOnlySet<string> ReachedFrom(Project project)
    {
        var reached = new HashSet<string>(StringComparer.Ordinal);
        var open = new Stack<string>(project.References);
        while (open.TryPop(out var name))
        {
            if (reached.Add(name))
            {
                foreach (var next in Named(name).References)
                {
                    open.Push(next);
                }
            }
        }

        return reached;
    }

    private static IEnumerable<string> Files(string pattern) => Top
        .SelectMany(folder => Directory.EnumerateFiles(Path.Combine(Repository.Root, folder), pattern, SearchOption.AllDirectories))
        .Select(file => Path.GetRelativePath(Repository.Root, file).Replace('\\', '/'))
        .Where(path => !path.Split('/').Any(part => part is "bin" or "obj" or "node_modules"))
        .Order(StringComparer.Ordinal);

    // A reference may hold stars, as MSBuild reads them: here only for whole names of folders and for the file's name.
    private static IEnumerable<string> Named(string path, string reference)
    {
        var folders = new[] { Path.GetDirectoryName(Path.Combine(Repository.Root, path))! };
        var parts = reference.Replace('\\', '/').Split('/');
        foreach (var part in parts[..^1])
        {
            folders = [.. folders.SelectMany(folder => part.Contains('*', StringComparison.Ordinal) ? Directory.GetDirectories(folder, part) : [Path.Combine(folder, part)])];
        }

        return folders.SelectMany(folder => Directory.GetFiles(folder, parts[^1])).Select(file => Path.GetFileNameWithoutExtension(file));
    }

    private static Project Read(string path)
    {
        var items = XDocument.Parse(Text(path)).Descendants().ToLookup(element => element.Name.LocalName, element => (string?)element.Attribute("Include"));
        return new Project(
            Path.GetFileNameWithoutExtension(path), path,
            [.. items["ProjectReference"].OfType<string>().SelectMany(reference => Named(path, reference))],
            [.. items["PackageReference"].OfType<string>()]);
    }
}
