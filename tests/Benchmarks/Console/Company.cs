using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json;
using CallCenterCrm.Benchmarks;

namespace ConsoleBench;

/// <summary>
/// Thirty managers at one number, and clients of whom every sixth call is one of the first manager's: he is the one who is watched,
/// and rung so often that a minute tells something of him.
/// </summary>
internal static class Company
{
    public const int Managers = 30;
    private const int ClientsEach = 300;
    private const int Watched = 6;

    public static Office Office { get; } = new(Managers);

    public static string SignInNameOf(int manager) => "m" + Office.ExtensionOf(manager);

    /// <summary>Whether a call of the load is for the manager who is watched.</summary>
    public static bool IsWatched(int call) => call % Watched == 0;

    /// <summary>Who places a call of the load: no client calls twice within a run, so that a number stands for its call.</summary>
    public static string Caller(int call) => IsWatched(call)
        ? Number(1, call / Watched % ClientsEach)
        : Number(2 + (call % (Managers - 1)), call / Watched % ClientsEach);

    /// <summary>The name of the client with a number.</summary>
    public static string NameOf(string number) => "Клиент " + number;

    public static string Employees() => JsonSerializer.Serialize(Enumerable.Range(1, Managers).Select(manager => new
    {
        id = Office.EmployeeId(manager),
        name = $"Manager {Office.ExtensionOf(manager)}",
        signInName = SignInNameOf(manager),
        roles = new[] { "manager" },
        extension = Office.ExtensionOf(manager),
        visibility = "own",
        ringGroups = new[] { new { groupId = Office.GroupId, position = manager } },
    }));

    public static string FirstClients() => JsonSerializer.Serialize(Enumerable.Range(1, Managers).SelectMany(manager => Enumerable.Range(0, ClientsEach).Select(client => new
    {
        id = Office.ClientId((manager * ClientsEach) + client),
        kind = "person",
        name = NameOf(Number(manager, client)),
        responsibleId = Office.EmployeeId(manager),
        numbers = new[] { "+" + Number(manager, client) },
    })));

    public static int Clients => Managers * ClientsEach;

    private static string Number(int manager, int client) => Text($"7916{manager:000}{client:0000}");

    private static string Text(ref DefaultInterpolatedStringHandler text) => string.Create(CultureInfo.InvariantCulture, ref text);
}
