using System.Text.Json;
using CallCenterCrm.ServiceDefaults.PhoneNumbers;
using CallCenterCrm.ServiceDefaults.Redis;
using CallCenterCrm.Telephony.Routing;

namespace CallCenterCrm.Telephony.Callers;

/// <summary>
/// Finds out who calls: Redis, then our own projection of the clients' numbers. Whatever is too slow or away makes the
/// caller unknown; the call rings all the same.
/// </summary>
internal sealed partial class CallerLookup(
    GatewaySettings settings, RedisCache cache, KnownClients clients, TimeProvider time, ILogger<CallerLookup> logger)
{
    // A number that means nobody is remembered too, for a shorter time.
    private const string Nobody = "-";
    private static readonly TimeSpan KeepKnown = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan KeepNobody = TimeSpan.FromSeconds(30);

    /// <summary>The client with this number, if one is found in time.</summary>
    public async Task<Caller?> FindAsync(string rawNumber, CancellationToken cancellationToken)
    {
        if (!PhoneNumber.TryParse(rawNumber, out var number))
        {
            return null;
        }

        using var limit = new CancellationTokenSource(settings.LookupLimit, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);
        try
        {
            // A third for the cache, so that a hanging one leaves time for the database.
            if (await cache.GetAsync(KeyOf(number), settings.LookupLimit / 3, both.Token) is { } known)
            {
                return known == Nobody ? null : JsonSerializer.Deserialize<Caller>(known);
            }

            var caller = await clients.FindAsync(number, both.Token).WaitAsync(both.Token);

            // The phones ring meanwhile: it ends by its own limit, and fails silently as all that has to do with the cache.
            _ = cache.SetAsync(KeyOf(number), caller is null ? Nobody : JsonSerializer.Serialize(caller),
                caller is null ? KeepNobody : KeepKnown, settings.LookupLimit, CancellationToken.None);
            return caller;
        }
        catch (Exception fault) when (fault is OperationCanceledException or Npgsql.NpgsqlException && !cancellationToken.IsCancellationRequested)
        {
            NotInTime(logger, fault.Message);
            return null;
        }
    }

    /// <summary>Under which key a number is remembered.</summary>
    public static string KeyOf(PhoneNumber number) => $"caller:{number.Digits}";

    [LoggerMessage(331, LogLevel.Warning, "A caller was not found out in time, and rings as unknown: {Reason}")]
    private static partial void NotInTime(ILogger logger, string reason);
}
