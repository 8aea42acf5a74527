namespace ConsoleBench;

/// <summary>What a window cost.</summary>
/// <param name="Cores">Processor of each part, 1 for a whole core; the load is the browser, the phones and the onlookers.</param>
/// <param name="Memory">Resident memory of the console, MiB, at its end.</param>
/// <param name="Pushed">To the onlookers, KiB a second.</param>
internal sealed record Cost(IReadOnlyDictionary<string, double> Cores, double Memory, double Pushed)
{
    /// <summary>The console's.</summary>
    public double Processor => Cores["console"];
}
