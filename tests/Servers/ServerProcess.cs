using System.Diagnostics;
using System.Globalization;

namespace CallCenterCrm.Servers;

/// <summary>
/// A server that runs for a test: without root's rights, in a folder of its own, and never longer than the test run,
/// however that ends.
/// </summary>
internal sealed class ServerProcess : IAsyncDisposable
{
    // The server is ended when the pipe to this shell breaks.
    private const string Shell = "\"$@\" >>\"$LOG\" 2>&1 </dev/null & pid=$!; echo $pid; read _; kill -$SIGNAL $pid 2>/dev/null; wait $pid";

    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(60);
    private readonly Process _shell;
    private readonly int _pid;

    private ServerProcess(Process shell, int pid) => (_shell, _pid) = (shell, pid);

    public bool HasExited => _shell.HasExited || !Directory.Exists($"/proc/{_pid}") || IsZombie();

    /// <summary>Starts a server.</summary>
    /// <param name="log">File to which its output is added.</param>
    /// <param name="stopSignal">Signal for an orderly end, for example <c>TERM</c>.</param>
    public static async Task<ServerProcess> StartAsync(
        string log, string stopSignal, IEnumerable<string> command, IReadOnlyDictionary<string, string>? environment = null)
    {
        var start = new ProcessStartInfo("/bin/sh", ["-c", Shell, "sh", .. Unprivileged, .. command])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            WorkingDirectory = Path.GetDirectoryName(log)!,
        };
        start.Environment["LOG"] = log;
        start.Environment["SIGNAL"] = stopSignal;
        foreach (var (name, value) in environment ?? new Dictionary<string, string>(StringComparer.Ordinal))
        {
            start.Environment[name] = value;
        }

        var shell = Process.Start(start)!;
        var line = await shell.StandardOutput.ReadLineAsync();
        return new ServerProcess(shell, int.Parse(line!, CultureInfo.InvariantCulture));
    }

    /// <summary>Runs a command to its end with the rights that the servers have.</summary>
    /// <exception cref="InvalidOperationException">It failed; the message holds what it said.</exception>
    public static Task RunAsync(string directory, string input, params string[] command) => RunToEndAsync(directory, input, command);

    /// <summary>Runs a command to its end with the rights that the servers have, and gives what it wrote.</summary>
    /// <exception cref="InvalidOperationException">It failed; the message holds what it said.</exception>
    public static async Task<string> AskAsync(string directory, params string[] command) => (await RunToEndAsync(directory, "", command)).Trim();

    private static async Task<string> RunToEndAsync(string directory, string input, string[] command)
    {
        string[] all = [.. Unprivileged, .. command];
        var start = new ProcessStartInfo(all[0], all[1..])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = directory,
        };
        using var process = Process.Start(start)!;
        await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"{string.Join(' ', command)} failed:\n{await output}{await errors}");
        }

        return await output;
    }

    /// <summary>A folder that the servers can write to.</summary>
    public static string MakeDirectory(string name)
    {
        var directory = Directory.CreateTempSubdirectory($"crm-test-{name}-").FullName;
        File.SetUnixFileMode(directory, (UnixFileMode)0b111_111_111);
        return directory;
    }

    /// <summary>Waits until a server answers; fails at once when it has ended.</summary>
    /// <param name="log">What is shown when it does not.</param>
    public async Task ReadyAsync(string name, string log, TimeSpan limit, Func<Task<bool>> answers)
    {
        var watch = Stopwatch.StartNew();
        while (!await answers())
        {
            if (HasExited || watch.Elapsed > limit)
            {
                throw new InvalidOperationException($"{name} did not start:\n{await File.ReadAllTextAsync(log)}");
            }

            await Task.Delay(50);
        }
    }

    /// <summary>kill -9.</summary>
    public async Task KillAsync()
    {
        using var process = Process.GetProcessById(_pid);
        process.Kill();
        await DisposeAsync();
    }

    /// <summary>Ends it in an orderly way.</summary>
    public async ValueTask DisposeAsync()
    {
        _shell.StandardInput.Close();
        using var limit = new CancellationTokenSource(StopLimit);
        try
        {
            await _shell.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            _shell.Kill(entireProcessTree: true);
            throw;
        }
        finally
        {
            _shell.Dispose();
        }
    }

    // As nobody, whoever runs the tests: PostgreSQL refuses to be root.
    private static string[] Unprivileged =>
        Environment.UserName == "root" ? ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--no-new-privs"] : [];

    private bool IsZombie()
    {
        try
        {
            return File.ReadAllText($"/proc/{_pid}/stat").Split(") ")[^1].StartsWith('Z');
        }
        catch (IOException)
        {
            // It has ended just now.
            return true;
        }
    }
}
