using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Runtime.Versioning;
using Xunit;

namespace CallCenterCrm.Sip.Asterisk;

/// <summary>
/// A real Asterisk 22 with the product's dialplan, without root and chroot, started for these tests and stopped after them.
/// Its installed root is CRM_ASTERISK_ROOT, or /var/cache/callcentercrm/asterisk-22.
/// </summary>
[UnsupportedOSPlatform("windows")]
public sealed class AsteriskServer : IAsyncLifetime
{
    internal const string Password = "only-for-tests";
    private const string UsualRoot = "/var/cache/callcentercrm/asterisk-22";

    // Asterisk ends with the test run, however that ends: it is stopped when the pipe to this shell breaks.
    private const string Shell = "ulimit -n 65536 2>/dev/null; \"$@\" >\"$LOG\" 2>&1 & pid=$!; read _; kill -TERM $pid 2>/dev/null; wait $pid";

    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(120);
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(60);

    private Process? _process;
    private string _root = "";
    private string _home = "";

    internal static IPEndPoint Pbx { get; } = new(IPAddress.Loopback, 15260);

    internal static IPEndPoint Provider { get; } = new(IPAddress.Parse("127.0.2.1"), Pbx.Port);

    internal CelFile Cel => new(Path.Combine(_home, "run/log/cel-custom/cel.json"));

    internal string Recording(string uniqueid) => Path.Combine(_home, "run/spool/monitor", uniqueid + ".wav");

    public async Task InitializeAsync()
    {
        _root = Environment.GetEnvironmentVariable("CRM_ASTERISK_ROOT") ?? UsualRoot;
        if (!File.Exists(Path.Combine(_root, "usr/sbin/asterisk")))
        {
            throw new InvalidOperationException(
                $"These tests need Asterisk 22, and {_root}/usr/sbin/asterisk does not exist: set CRM_ASTERISK_ROOT to the root that it is installed in.");
        }
        using (var free = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp))
            free.Bind(Pbx); // says at once that the port is taken; Asterisk would say so only in its log
        _home = Directory.CreateTempSubdirectory("sip-agent-asterisk-").FullName;
        Render();
        Start();
        await BootedAsync();
    }

    public async Task DisposeAsync()
    {
        if (_process is null)
            return;
        _process.StandardInput.Close();
        using var limit = new CancellationTokenSource(StopLimit);
        try
        {
            await _process.WaitForExitAsync(limit.Token);
        }
        finally
        {
            if (!_process.HasExited)
                _process.Kill(entireProcessTree: true);
            _process.Dispose();
        }
        Directory.Delete(_home, recursive: true);
    }

    private void Render()
    {
        var run = Path.Combine(_home, "run");
        foreach (var folder in new[] { "cache", "lib", "db", "keys", "run", "spool/monitor", "log/cel-custom", "data/sounds" })
            Directory.CreateDirectory(Path.Combine(run, folder));
        // The root's own link to the English prompts is absolute, and so leads out of the root.
        File.CreateSymbolicLink(Path.Combine(run, "data/documentation"), Path.Combine(_root, "usr/share/asterisk/documentation"));
        File.CreateSymbolicLink(Path.Combine(run, "data/sounds/en"), Path.Combine(_root, "usr/share/asterisk/sounds/en_US_f_Allison"));

        var etc = Directory.CreateDirectory(Path.Combine(_home, "etc")).FullName;
        foreach (var file in Directory.EnumerateFiles(Path.Combine(AppContext.BaseDirectory, "Asterisk/etc"), "*.conf"))
        {
            var text = File.ReadAllText(file)
                .Replace("$RTP_FIRST", "24000", StringComparison.Ordinal)
                .Replace("$RTP_LAST", "24999", StringComparison.Ordinal)
                .Replace("$ROOT", _root, StringComparison.Ordinal)
                .Replace("$RUN", run, StringComparison.Ordinal)
                .Replace("$ETC", etc, StringComparison.Ordinal)
                .Replace("$PBX", Pbx.ToString(), StringComparison.Ordinal)
                .Replace("$TRUNK", Provider.ToString(), StringComparison.Ordinal)
                .Replace("$PASSWORD", Password, StringComparison.Ordinal);
            File.WriteAllText(Path.Combine(etc, Path.GetFileName(file)), text);
        }
        // Whoever runs the tests, Asterisk runs as nobody and must be able to write here.
        foreach (var folder in Directory.EnumerateDirectories(run, "*", SearchOption.AllDirectories).Append(run).Append(_home))
            File.SetUnixFileMode(folder, (UnixFileMode)0b111_111_111);
    }

    private void Start()
    {
        var start = new ProcessStartInfo("/bin/sh")
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            Environment = { ["LOG"] = Path.Combine(_home, "console") },
        };
        string[] unprivileged = Environment.UserName == "root" ? ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"] : [];
        foreach (var argument in (string[])["-c", Shell, "sh", .. unprivileged, .. Command(), "-f"])
            start.ArgumentList.Add(argument);
        _process = Process.Start(start)!;
    }

    /// <summary>Its own loader and libraries, since the root is of a newer system than the one it runs on.</summary>
    private string[] Command()
    {
        var libraries = Path.Combine(_root, "usr/lib/x86_64-linux-gnu");
        return
        [
            Path.Combine(_root, "lib64/ld-linux-x86-64.so.2"), "--library-path", $"{libraries}:{libraries}/asterisk",
            Path.Combine(_root, "usr/sbin/asterisk"), "-C", Path.Combine(_home, "etc/asterisk.conf"),
        ];
    }

    private async Task BootedAsync()
    {
        using var limit = new CancellationTokenSource(StartLimit);
        while (!await AskAsync("core waitfullybooted", limit.Token))
        {
            if (limit.IsCancellationRequested || _process!.HasExited)
                throw new InvalidOperationException("Asterisk did not start:\n" + await File.ReadAllTextAsync(Path.Combine(_home, "console"), CancellationToken.None));
            await Task.Delay(50, CancellationToken.None);
        }
    }

    private async Task<bool> AskAsync(string command, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(Command()[0]) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in (string[])[.. Command()[1..], "-rx", command])
            start.ArgumentList.Add(argument);
        using var process = Process.Start(start)!;
        try
        {
            await process.WaitForExitAsync(cancellationToken);
            return process.ExitCode == 0;
        }
        catch (OperationCanceledException)
        {
            process.Kill();
            return false;
        }
    }
}

[UnsupportedOSPlatform("windows")]
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class AsteriskTests : ICollectionFixture<AsteriskServer>
{
    public const string Name = "Asterisk";
}
