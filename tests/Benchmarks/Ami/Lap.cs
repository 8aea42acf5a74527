using System.Diagnostics;
using System.Globalization;

namespace AmiBench;

/// <summary>Measures one run by the wall clock and by the processor time of this process, and prints the line that run.sh reads.</summary>
internal sealed class Lap
{
    private readonly Stopwatch _watch = Stopwatch.StartNew();
    private readonly TimeSpan _cpu = Environment.CpuUsage.TotalTime;

    public void Print(long events, string more = "")
    {
        var wall = _watch.Elapsed;
        var cpu = Environment.CpuUsage.TotalTime - _cpu;
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"run {events} {events / wall.TotalSeconds:F0} {events / cpu.TotalSeconds:F0} {more}"));
    }
}
