using System.Diagnostics;
using System.Text;

namespace CallCenterCrm.Servers;

/// <summary>One of our services, run as the program that it is.</summary>
public sealed class ServiceProcess : IAsyncDisposable
{
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(60);
    private readonly Process _process;
    private readonly StringBuilder _output = new();
    private readonly StringBuilder _errors = new();

    private ServiceProcess(Process process)
    {
        _process = process;
        process.OutputDataReceived += (_, line) => Add(_output, line.Data);
        process.ErrorDataReceived += (_, line) => Add(_errors, line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    /// <summary>What it wrote to its standard output so far: its log.</summary>
    public string Output => Text(_output);

    /// <summary>What it wrote to its standard error so far.</summary>
    public string Errors => Text(_errors);

    /// <summary>Whether it has ended.</summary>
    public bool HasExited => _process.HasExited;

    /// <summary>Starts a service.</summary>
    /// <param name="project">Its project below services/.</param>
    /// <param name="configurationFile">What CRM_CONFIG names; null for none.</param>
    /// <param name="arguments">Its command line, for example <c>--Http:Url=http://127.0.0.1:8101</c>.</param>
    public static ServiceProcess Start(string project, string? configurationFile, params IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo("dotnet", [Repository.ProgramOf(project), .. arguments])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardOutputEncoding = Encoding.UTF8,
            StandardErrorEncoding = Encoding.UTF8,
        };
        foreach (var name in start.Environment.Keys.Where(name => name.StartsWith("CRM_", StringComparison.OrdinalIgnoreCase)).ToList())
        {
            start.Environment.Remove(name);
        }

        if (configurationFile is not null)
        {
            start.Environment["CRM_CONFIG"] = configurationFile;
        }

        return new ServiceProcess(Process.Start(start)!);
    }

    /// <summary>kill -9.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    /// <summary>Waits for its end.</summary>
    /// <returns>The exit code.</returns>
    /// <exception cref="TimeoutException">It goes on running.</exception>
    public async Task<int> ExitAsync(TimeSpan limit)
    {
        using var source = new CancellationTokenSource(limit);
        try
        {
            await _process.WaitForExitAsync(source.Token);
        }
        catch (OperationCanceledException late)
        {
            throw new TimeoutException($"The service still runs after {limit}:\n{Output}{Errors}", late);
        }

        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            using var terminate = Process.Start("kill", ["-TERM", _process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
            using var limit = new CancellationTokenSource(StopLimit);
            try
            {
                await _process.WaitForExitAsync(limit.Token);
            }
            finally
            {
                if (!_process.HasExited)
                {
                    _process.Kill();
                }
            }
        }

        _process.Dispose();
    }

    private static void Add(StringBuilder text, string? line)
    {
        if (line is not null)
        {
            lock (text)
            {
                text.AppendLine(line);
            }
        }
    }

    private static string Text(StringBuilder text)
    {
        lock (text)
        {
            return text.ToString();
        }
    }
}
