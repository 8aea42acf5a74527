using CallCenterCrm.Contracts.Clients.V1;
using CallCenterCrm.Messaging;
using CallCenterCrm.ServiceDefaults.PhoneNumbers;
using CallCenterCrm.ServiceDefaults.Redis;
using Npgsql;

namespace CallCenterCrm.Telephony.Callers;

/// <summary>Keeps the projection of the clients' numbers.</summary>
internal sealed class ClientChangedConsumer(NpgsqlDataSource dataSource, RedisCache cache) : InboxConsumer<ClientChanged>(dataSource)
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(1);

    protected override async Task ConsumeAsync(
        ClientChanged message, NpgsqlConnection connection, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        var numbers = await KnownClients.ApplyAsync(message, connection, transaction, cancellationToken);

        // Before the commit a lookup may bring the old meaning back for as long as it is remembered; the phone then
        // shows an old name for some minutes, and nothing worse.
        await cache.ForgetAsync(
            numbers.Select(text => PhoneNumber.TryParse(text, out var number) ? CallerLookup.KeyOf(number) : null).OfType<string>(), Limit, cancellationToken);
    }
}
