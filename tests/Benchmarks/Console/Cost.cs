namespace ConsoleBench;

/// <summary>What the console cost in a window.</summary>
/// <param name="Processor">Cores, 1 for a whole one.</param>
/// <param name="Memory">Resident, MiB, at its end.</param>
/// <param name="Pushed">To the onlookers, KiB a second.</param>
internal sealed record Cost(double Processor, double Memory, double Pushed);
