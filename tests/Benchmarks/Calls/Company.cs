using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json;
using CallCenterCrm.Benchmarks;

namespace CallsBench;

/// <summary>A company large enough for the load: one number, phones that share it, clients each with a manager of his own.</summary>
internal static class Company
{
    /// <summary>At 50 calls a second of 1.2 s some 60 talk at once: everybody finds a phone that is free.</summary>
    public const int Phones = 120;

    public const int Clients = 1000;

    public static Office Office { get; } = new(Phones);

    /// <summary>Who places a call of the load: every other one is a client, the rest are strangers who never called before.</summary>
    public static string Caller(int call) => call % 2 == 0 ? ClientNumber(call / 2 % Clients) : Text($"7926{call:0000000}");

    public static string FirstClients() => JsonSerializer.Serialize(Enumerable.Range(0, Clients).Select(client => new
    {
        id = Office.ClientId(client),
        kind = "person",
        name = Text($"Клиент {client:0000}"),
        responsibleId = Office.EmployeeId(1 + (client % Phones)),
        numbers = new[] { "+" + ClientNumber(client) },
    }));

    private static string ClientNumber(int client) => Text($"7916000{client:0000}");

    private static string Text(ref DefaultInterpolatedStringHandler text) => string.Create(CultureInfo.InvariantCulture, ref text);
}
