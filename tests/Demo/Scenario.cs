using System.Globalization;
using System.Security.Cryptography;

namespace CallCenterCrm.Demo;

/// <summary>A phone that is to ring in a scenario, and how its owner behaves.</summary>
/// <param name="Number">Extension or mobile number.</param>
/// <param name="Rings">How often it is to ring.</param>
/// <param name="Answers">Whether it is answered in the last of these rings, or rings until the PBX gives up.</param>
internal sealed record Ringing(string Number, int Rings, bool Answers = false);

/// <summary>A call of the demo as it is told: who calls whom, who is to ring, and what the CRM is to make of it.</summary>
/// <param name="Key">Its name for <c>--only</c> and for its title in the texts.</param>
/// <param name="Caller">Number of the caller, digits alone.</param>
/// <param name="Did">Our number that is called.</param>
/// <param name="Client">Name of the client to whom the number belongs; null when it is nobody's.</param>
/// <param name="Phones">Who rings, in order.</param>
/// <param name="MissReason">Why the call is missed, in the word of the calls table; null when it is answered.</param>
internal sealed record Scenario(string Key, string Caller, string Did, string? Client, IReadOnlyList<Ringing> Phones, string? MissReason = null)
{
    /// <summary>The national ring cadence, by which rings are counted.</summary>
    public static readonly TimeSpan Ring = TimeSpan.FromSeconds(5);

    /// <summary>How long the two talk when somebody answers.</summary>
    public static readonly TimeSpan Talk = TimeSpan.FromSeconds(5);

    // The demo's company: deploy/company.
    public const string OwnersMobile = "79035550001";
    public static readonly IReadOnlyList<string> Extensions = ["101", "102", "103"];
    private const string Office = "74951000001";
    private const string OfficeClosed = "74951000002";

    /// <summary>The scenarios' keys, in the order in which they are played.</summary>
    public static IReadOnlyList<string> Keys { get; } = ["known", "unknown", "second", "silent", "closed"];

    /// <summary>All scenarios, with numbers that nobody has called from yet where the caller is to be a stranger.</summary>
    public static IReadOnlyList<Scenario> All() =>
    [
        new("known", "79161234567", Office, "Иванов Пётр", [new("101", 2, Answers: true)]),
        new("unknown", Stranger(), Office, null, [new("101", 1, Answers: true)]),
        new("second", "79037001122", Office, "ООО «Ромашка»", [new("102", 3), new("101", 2, Answers: true)]),
        new("silent", "79853210055", Office, "Кузнецова Мария", [new("102", 3), new("101", 2), new(OwnersMobile, 5)], "no_answer"),
        new("closed", Stranger(), OfficeClosed, null, [], "out_of_hours"),
    ];

    private static string Stranger() => "7958" + RandomNumberGenerator.GetInt32(10_000_000).ToString("0000000", CultureInfo.InvariantCulture);
}
