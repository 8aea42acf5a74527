namespace CallCenterCrm.Servers;

/// <summary>The clone that the tests belong to.</summary>
public static class Repository
{
    /// <summary>Its top folder.</summary>
    public static string Root { get; } = Find();

    /// <summary>The program of a service as it was built together with these tests.</summary>
    /// <param name="project">Name of its project, which is that of its folder and its program.</param>
    public static string ProgramOf(string project)
    {
        // …/bin/Debug/net10.0/
        var framework = new DirectoryInfo(Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory));
        return Path.Combine(Root, "services", project, "bin", framework.Parent!.Name, framework.Name, project + ".dll");
    }

    private static string Find()
    {
        var directory = new DirectoryInfo(AppContext.BaseDirectory);
        while (directory is not null && !File.Exists(Path.Combine(directory.FullName, "CallCenterCrm.sln")))
        {
            directory = directory.Parent;
        }

        return directory?.FullName ?? throw new InvalidOperationException("The tests do not run inside the repository");
    }
}
