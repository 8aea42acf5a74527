using System.Globalization;
using System.Text.Json;

namespace CallCenterCrm.Benchmarks;

/// <summary>A company for a load: one number, open at all hours, whose managers of one group share it, and an owner behind them.</summary>
/// <param name="managers">How many there are; each has a phone.</param>
internal sealed class Office(int managers)
{
    public const string Did = "74951000001";
    private const string Owner = "79035550001";

    public IEnumerable<string> Extensions => Enumerable.Range(1, managers).Select(ExtensionOf);

    public static Guid GroupId { get; } = Id(2, 1);

    /// <summary>The extension of a manager, who are counted from 1.</summary>
    public static string ExtensionOf(int manager) => string.Create(CultureInfo.InvariantCulture, $"2{manager:000}");

    public static Guid EmployeeId(int manager) => Id(1, manager);

    public static Guid ClientId(int client) => Id(5, client);

    /// <summary>The settings of the PBX, as deploy reads them.</summary>
    public string Pbx() => $"""
        PHONES="{string.Join(' ', Extensions)}"
        DIDS="{Did}"
        COMPANY={Did}
        OWNER={Owner}
        PLAN_WAIT=2
        FALLBACK_PLAN="{ExtensionOf(1)}-{ExtensionOf(2)}@20_m{Owner}@25"
        OPEN_HOURS="*,*,*,*"
        INTERNATIONAL=no
        """;

    /// <summary>The gateway's first tables.</summary>
    public string Telephony()
    {
        var all = Enumerable.Range(1, managers).ToArray();
        return JsonSerializer.Serialize(new
        {
            employees = all.Select(manager => (object)new { id = EmployeeId(manager), name = $"Manager {ExtensionOf(manager)}", extension = ExtensionOf(manager) })
                .Append(new { id = EmployeeId(0), name = "Owner", mobile = Owner }),
            groups = new[] { new { id = GroupId, name = "Sales", pick = "LongestIdle", members = all.Select(EmployeeId) } },
            hours = new[]
            {
                new
                {
                    id = Id(3, 1),
                    name = "Always",
                    timeZone = "Europe/Moscow",
                    spans = Enumerable.Range(1, 7).Select(day => new { weekday = day, opens = "00:00", closes = "24:00" }),
                    holidays = Array.Empty<object>(),
                },
            },
            rules = new[]
            {
                new
                {
                    id = Id(4, 1),
                    name = "Responsible, next, owner",
                    ringSeconds = 5,
                    groupId = GroupId,
                    steps = new object[]
                    {
                        new { target = "responsible", rings = 3 },
                        new { target = "next", rings = 2 },
                        new { target = "mobile", employeeId = EmployeeId(0), rings = 5 },
                    },
                },
            },
            numbers = new[] { new { number = Did, name = "Office", ruleId = Id(4, 1), hoursId = Id(3, 1) } },
        });
    }

    private static Guid Id(int kind, int number) => new(string.Create(CultureInfo.InvariantCulture, $"{kind:00000000}-0000-4000-8000-{number:000000000000}"));
}
