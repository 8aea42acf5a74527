using System.Globalization;
using CallCenterCrm.TestStack;

namespace CallsBench;

/// <summary>Processor seconds used so far by each part, its children included, and by the whole machine.</summary>
internal sealed record ProcessorTime(IReadOnlyDictionary<string, double> Parts, double Machine)
{
    public const string Asterisk = "asterisk";
    public const string Load = "load";

    /// <summary>What belongs to the CRM, in the order of the table.</summary>
    public static IReadOnlyList<string> Crm { get; } = ["gateway", "leads", "staff", "api", "console", "postgres", "rabbitmq", "redis"];

    // USER_HZ, which Linux fixes at 100 for /proc on every machine this runs on.
    private const double TicksPerSecond = 100;

    public static async Task<Func<ProcessorTime>> MeterAsync(CrmStack stack)
    {
        var roots = new Dictionary<string, int>(StringComparer.Ordinal) { [Load] = Environment.ProcessId };
        foreach (var part in Crm.Append(Asterisk))
        {
            roots[part] = await stack.PidAsync(part);
        }

        return () => Now(roots);
    }

    public ProcessorTime Since(ProcessorTime earlier) =>
        new(Parts.ToDictionary(pair => pair.Key, pair => pair.Value - earlier.Parts[pair.Key], StringComparer.Ordinal), Machine - earlier.Machine);

    private static ProcessorTime Now(Dictionary<string, int> roots)
    {
        var processes = Processes();
        var children = processes.ToLookup(process => process.Value.Parent, process => process.Key);
        return new ProcessorTime(roots.ToDictionary(pair => pair.Key, pair => Sum(pair.Value) / TicksPerSecond, StringComparer.Ordinal), MachineTime());

        // A child's time goes over to its parent when it ends, so the sum of all that live loses nothing.
        long Sum(int pid) => (processes.TryGetValue(pid, out var process) ? process.Ticks : 0) + children[pid].Sum(Sum);
    }

    private static Dictionary<int, (int Parent, long Ticks)> Processes()
    {
        var processes = new Dictionary<int, (int, long)>();
        foreach (var directory in Directory.EnumerateDirectories("/proc"))
        {
            if (!int.TryParse(Path.GetFileName(directory), CultureInfo.InvariantCulture, out var pid))
            {
                continue;
            }

            try
            {
                // proc(5), counted from behind the name in parentheses: 4 ppid, 14 utime, 15 stime, 16 cutime, 17 cstime.
                var stat = File.ReadAllText(Path.Combine(directory, "stat"));
                var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
                processes[pid] = (Number(fields[1]), fields[11..15].Sum(text => (long)Number(text)));
            }
            catch (IOException)
            {
                // It ended between the listing and the look.
                processes.Remove(pid);
            }
        }

        return processes;
    }

    // All but idle and iowait (fields 4 and 5) of the first line of /proc/stat.
    private static double MachineTime()
    {
        var fields = File.ReadLines("/proc/stat").First().Split(' ', StringSplitOptions.RemoveEmptyEntries)[1..9];
        return fields.Where((_, index) => index is not (3 or 4)).Sum(text => long.Parse(text, CultureInfo.InvariantCulture)) / TicksPerSecond;
    }

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);
}
