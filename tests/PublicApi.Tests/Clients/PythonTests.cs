using System.Collections.Concurrent;
using System.Diagnostics;
using CallCenterCrm.PublicApi.Tests.Support;
using CallCenterCrm.Servers;
using CallCenterCrm.Telephony.Api.Tests.Support;

namespace CallCenterCrm.PublicApi.Tests.Clients;

/// <summary>The client of the README, made from protos/ alone.</summary>
[Collection(SharedStack.Name)]
public sealed class PythonTests(Stack stack)
{
    [Fact]
    public async Task The_README_s_client_lists_todays_calls_and_follows_what_comes()
    {
        var directory = Directory.CreateTempSubdirectory("crm-test-python-").FullName;
        var protos = Path.Combine(Repository.Root, "protos");
        using (var protoc = Process.Start("protoc",
            ["-I", protos, $"--python_out={directory}", $"--grpc_out={directory}", "--plugin=protoc-gen-grpc=/usr/bin/grpc_python_plugin",
                Path.Combine(protos, "callcenter/calls/v1/calls.proto"), Path.Combine(protos, "callcenter/options/v1/permission.proto")]))
        {
            await protoc.WaitForExitAsync();
            Assert.Equal(0, protoc.ExitCode);
        }

        var before = StoredCalls.Answered(DateTimeOffset.UtcNow);
        await StoredCalls.SaveAsync(stack.Calls, before);
        var start = new ProcessStartInfo("/usr/bin/python3", [Path.Combine(Repository.Root, "deploy/docs/examples/today.py"), new Uri(stack.Grpc).Authority])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        start.Environment["PYTHONPATH"] = directory;
        start.Environment["CRM_API_KEY"] = await stack.KeyAsync("calls.read");
        var lines = new ConcurrentQueue<string?>();
        using var client = new Process { StartInfo = start };
        client.OutputDataReceived += (_, line) => lines.Enqueue(line.Data);
        client.ErrorDataReceived += (_, line) => lines.Enqueue(line.Data);
        client.Start();
        client.BeginOutputReadLine();
        client.BeginErrorReadLine();
        try
        {
            await SeenAsync($"{before.CallId} STATE_ENDED 7");
            var after = StoredCalls.Ringing(DateTimeOffset.UtcNow);
            await StoredCalls.SaveAsync(stack.Calls, after);
            await SeenAsync($"{after.CallId} STATE_RINGING 7");

            // It goes on by itself where it was, whoever restarts.
            await stack.KillGatewayAsync();
            await StoredCalls.SaveAsync(stack.Calls, before with { Version = before.Version + 1, PartyNumber = "78005553535" });
            await stack.StartGatewayAsync();
            await SeenAsync($"{before.CallId} STATE_ENDED 78005553535");
        }
        finally
        {
            client.Kill();
            await client.WaitForExitAsync();
            Directory.Delete(directory, recursive: true);
        }

        Task SeenAsync(string begin) => Until.TrueAsync(
            $"the client prints {begin}", () => Task.FromResult(lines.Any(line => line?.StartsWith(begin, StringComparison.Ordinal) == true)),
            () => Task.FromResult(string.Join('\n', lines)));
    }
}
