using System.Diagnostics;
using System.Reflection;

namespace CallCenterCrm.GrpcInterop.Support;

/// <summary>The clients and the server of other makers, made once for all tests (tests/Grpc.Interop/install, build).</summary>
internal static class ForeignTools
{
    private static readonly Lazy<Task<string>> Built = new(BuildAsync);

    /// <summary>Runs one case of a client and waits for its good end.</summary>
    public static async Task RunAsync(string client, Uri server, string @case)
    {
        var directory = await Built.Value;
        var start = client switch
        {
            "python" => new ProcessStartInfo("/usr/bin/python3", [Path.Combine(directory, "python", "interop.py"), server.Authority, @case]),
            "go" => new ProcessStartInfo(Path.Combine(directory, "go-client"), [server.Authority, @case]),
            "node" => new ProcessStartInfo("node", [Path.Combine(directory, "interop.cjs"), Path.Combine(directory, "protos"), server.Authority, @case]),
            _ => throw new ArgumentOutOfRangeException(nameof(client)),
        };
        await EndWellAsync(start, TimeSpan.FromSeconds(120));
    }

    /// <summary>Starts grpc-go's test server.</summary>
    public static async Task<ForeignServer> StartServerAsync()
    {
        var portFile = Path.Combine(Path.GetTempPath(), $"crm-grpc-{Guid.NewGuid():N}");
        var process = Process.Start(new ProcessStartInfo(Path.Combine(await Built.Value, "go-server"), [portFile]) { RedirectStandardInput = true, UseShellExecute = false })!;
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (!File.Exists(portFile))
        {
            await Task.Delay(20, patience.Token);
        }

        var port = await File.ReadAllTextAsync(portFile);
        File.Delete(portFile);
        return new ForeignServer(process, new Uri($"http://127.0.0.1:{port}"));
    }

    private static async Task<string> BuildAsync()
    {
        var project = typeof(ForeignTools).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(entry => entry.Key == "ProjectDirectory").Value!;
        var directory = Path.Combine(AppContext.BaseDirectory, "foreign");
        await EndWellAsync(new ProcessStartInfo(Path.Combine(project, "build"), [directory]), TimeSpan.FromMinutes(15));
        return directory;
    }

    private static async Task EndWellAsync(ProcessStartInfo start, TimeSpan limit)
    {
        start.UseShellExecute = false;
        start.RedirectStandardOutput = start.RedirectStandardError = true;
        using var process = Process.Start(start)!;
        using var patience = new CancellationTokenSource(limit);
        var output = process.StandardOutput.ReadToEndAsync(CancellationToken.None);
        var errors = process.StandardError.ReadToEndAsync(CancellationToken.None);
        try
        {
            await process.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            Assert.Fail($"{start.FileName} did not end in {limit}: {await output} {await errors}");
        }

        Assert.True(process.ExitCode == 0, $"{start.FileName} ended with {process.ExitCode}: {await output} {await errors}");
    }
}

/// <summary>A server of another maker; it ends when its standard input does, so never outlives the tests.</summary>
internal sealed class ForeignServer(Process process, Uri address) : IAsyncDisposable
{
    public Uri Address => address;

    public async ValueTask DisposeAsync()
    {
        process.StandardInput.Close();
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        await process.WaitForExitAsync(patience.Token);
        process.Dispose();
    }
}
