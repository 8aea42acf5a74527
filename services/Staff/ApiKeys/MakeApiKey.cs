using System.Globalization;
using CallCenterCrm.ServiceDefaults;
using CallCenterCrm.ServiceDefaults.Input;
using Npgsql;

namespace CallCenterCrm.Staff.ApiKeys;

/// <summary>
/// The command <c>make-api-key NAME PERMISSION...</c>, for whoever sets the product up: he may read the service's
/// configuration, so that he may everything already. The key goes to standard output, once, and nothing else does.
/// </summary>
internal static class MakeApiKey
{
    /// <summary>The first word of the command line.</summary>
    public const string Word = "make-api-key";

    // sysexits.h: EX_USAGE, EX_TEMPFAIL.
    private const int WrongUse = 64;
    private const int NotNow = 75;
    private const int RequestsPerMinute = 600;
    private static readonly TimeSpan Life = TimeSpan.FromDays(365);

    /// <summary>Makes the key, and writes into the audit log that the service itself did it.</summary>
    /// <returns>The exit code: 0, 64 when the name or a permission is wrong, 75 when the database is away or still empty.</returns>
    public static Task<int> RunAsync(IReadOnlyList<string> words) => CrmService.CommandAsync("staff", (builder, settings) => builder.AddStaff(settings), async parts =>
    {
        var time = parts.GetRequiredService<TimeProvider>();
        var request = new ApiKeyRequest(words.Count > 0 ? words[0] : "", [.. words.Skip(1)], RequestsPerMinute, time.GetUtcNow() + Life);
        try
        {
            var made = await parts.GetRequiredService<ApiKeyStore>().CreateAsync(request, Guid.NewGuid().ToString(), Requester.Service, CancellationToken.None);
            await Console.Out.WriteLineAsync(made.Text);
            return 0;
        }
        catch (InputException wrong)
        {
            foreach (var violation in wrong.Violations)
            {
                await Console.Error.WriteLineAsync($"{violation.Field}: {violation.Text(CultureInfo.InvariantCulture)}");
            }

            return WrongUse;
        }
        catch (NpgsqlException fault)
        {
            await Console.Error.WriteLineAsync($"the database of staff cannot be used now: {fault.Message}");
            return NotNow;
        }
    });
}
