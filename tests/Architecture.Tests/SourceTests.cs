using System.Text.RegularExpressions;
using CallCenterCrm.Servers;
using Xunit;

namespace CallCenterCrm.Architecture.Tests;

public sealed partial class SourceTests
{
    private const int MostLines = 500;
    private const int MostProgramLines = 29;

    [Fact]
    public void No_source_file_is_longer_than_five_hundred_lines() =>
        Assert.All(Clone.Sources, path => Assert.True(Lines(path) <= MostLines, $"{path} has {Lines(path)} lines"));

    [Fact]
    public void A_service_starts_in_fewer_than_thirty_lines()
    {
        var programs = Clone.Sources.Where(path => path.StartsWith("services/", StringComparison.Ordinal) && path.EndsWith("/Program.cs", StringComparison.Ordinal)).ToList();
        Assert.NotEmpty(programs);
        Assert.All(programs, path => Assert.True(Lines(path) <= MostProgramLines, $"{path} has {Lines(path)} lines"));
    }

    [Fact]
    public void No_service_asks_the_machine_for_the_time_past_its_TimeProvider() => Assert.Empty(
        Clone.Sources.Where(path => path.StartsWith("services/", StringComparison.Ordinal))
            .SelectMany(path => MachineClock().Matches(Clone.Text(path)).Select(match => $"{path}: {match.Value}")));

    [Fact]
    public void Every_project_is_in_the_solution_and_the_solution_names_no_other()
    {
        var named = SolutionProject().Matches(Clone.Text("CallCenterCrm.sln")).Select(match => match.Groups["path"].Value.Replace('\\', '/'));
        Assert.Equal(Clone.Projects.Select(project => project.Path), named.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void No_project_is_empty() => Assert.All(Clone.Projects, project => Assert.Contains(
        Clone.Sources, path => path.StartsWith(project.Directory + "/", StringComparison.Ordinal) && Code().IsMatch(Clone.Text(path))));

    [Fact]
    public void Every_project_has_its_lock_file() =>
        Assert.All(Clone.Projects, project => Assert.True(File.Exists(Path.Combine(Repository.Root, project.Directory, "packages.lock.json")), project.Path));

    private static int Lines(string path) => Clone.Text(path).Count(letter => letter == '\n');

    [GeneratedRegex(@"\bDateTime(Offset)?\.(UtcNow|Now|Today)\b|\bStopwatch\.|\bThread\.Sleep\b|\bEnvironment\.TickCount", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex MachineClock();

    [GeneratedRegex(
        @"^(public |internal |sealed |static |partial |abstract )*(class|record|struct|enum|interface) |^return |^await ",
        RegexOptions.Multiline | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Code();

    [GeneratedRegex("\"(?<path>[^\"]+\\.csproj)\"", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex SolutionProject();
}
