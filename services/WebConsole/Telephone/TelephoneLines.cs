using System.Collections.Concurrent;
using System.Net.WebSockets;
using CallCenterCrm.WebConsole.SignIn;
using Grpc.Core;

namespace CallCenterCrm.WebConsole.Telephone;

/// <summary>The telephones in browsers: one for each employee, the one that came last.</summary>
internal sealed partial class TelephoneLines(IHostApplicationLifetime life, TimeProvider time, ILogger<TelephoneLines> logger)
{
    private static readonly TimeSpan AskAgain = TimeSpan.FromSeconds(30);
    private readonly ConcurrentDictionary<Guid, TelephoneLine> _lines = [];

    /// <summary>Passes on between a page and the PBX until one of them leaves, the session ends, or the person may not any more.</summary>
    /// <param name="mayStill">Whether the person may still telephone under this account.</param>
    public async Task RunAsync(ConsoleSession session, WebSocket page, WebSocket pbx, SipGate gate, Func<Task<bool>> mayStill)
    {
        var line = new TelephoneLine(page, pbx, gate, time);
        _lines.AddOrUpdate(session.EmployeeId, line, (_, before) =>
        {
            before.End(LineEnd.Elsewhere);
            return line;
        });
        using var over = new CancellationTokenSource();
        await using var signedOut = session.Ended.UnsafeRegister(_ => line.End(LineEnd.SignedOut), null);
        await using var stopping = life.ApplicationStopping.UnsafeRegister(_ => line.End(LineEnd.Stopping), null);
        var watching = WatchAsync(line, mayStill, over.Token);
        Begun(logger, session.EmployeeId);
        try
        {
            Over(logger, session.EmployeeId, await line.RunAsync());
        }
        finally
        {
            _lines.TryRemove(KeyValuePair.Create(session.EmployeeId, line));
            await over.CancelAsync();
            await watching;
        }
    }

    private async Task WatchAsync(TelephoneLine line, Func<Task<bool>> mayStill, CancellationToken over)
    {
        try
        {
            while (true)
            {
                await Task.Delay(AskAgain, time, over);
                try
                {
                    if (!await mayStill())
                    {
                        line.End(LineEnd.NotAllowed);
                    }
                }
                catch (RpcException refusal) when (refusal.StatusCode is StatusCode.PermissionDenied or StatusCode.NotFound)
                {
                    line.End(LineEnd.NotAllowed);
                }
                catch (RpcException)
                {
                    // Staff is away; a talk does not end for that.
                }
            }
        }
        catch (OperationCanceledException)
        {
            // It is over.
        }
        catch (SessionEndedException)
        {
            line.End(LineEnd.SignedOut);
        }
    }

    [LoggerMessage(930, LogLevel.Information, "Employee {Employee} telephones in the browser")]
    private static partial void Begun(ILogger logger, Guid employee);

    [LoggerMessage(931, LogLevel.Information, "Employee {Employee} no longer telephones in the browser: {Reason}")]
    private static partial void Over(ILogger logger, Guid employee, LineEnd reason);
}
