using System.Globalization;
using System.Runtime.InteropServices;
using CallCenterCrm.Demo;

using var interrupted = new CancellationTokenSource();
void Interrupt(PosixSignalContext signal)
{
    signal.Cancel = true;
    interrupted.Cancel();
}

// Not Console.CancelKeyPress, which would switch the terminal's mode.
using var byKey = PosixSignalRegistration.Create(PosixSignal.SIGINT, Interrupt);
using var byKill = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Interrupt);
try
{
    var options = DemoOptions.Parse(args);
    CultureInfo.CurrentCulture = CultureInfo.CurrentUICulture = options.Language;
    return await new Demonstration(options).RunAsync(interrupted.Token) ? 0 : 1;
}
catch (CannotStartException fault)
{
    await Console.Error.WriteLineAsync(fault.Message);
    return 2;
}
catch (OperationCanceledException) when (interrupted.IsCancellationRequested)
{
    Console.WriteLine(); // a row may have been begun
    return 130;
}
