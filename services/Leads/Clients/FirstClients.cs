using System.Text.Json;
using CallCenterCrm.ServiceDefaults.Migrations;
using CallCenterCrm.ServiceDefaults.PhoneNumbers;
using CallCenterCrm.ServiceDefaults.Settings;
using Npgsql;

namespace CallCenterCrm.Leads.Clients;

/// <summary>Brings the clients of a file into the database: the demo's, or those with whom a company begins.</summary>
internal sealed partial class FirstClients(
    IReadOnlyList<Client> clients, ServiceDatabase database, ClientStore store, TimeProvider time, ILogger<FirstClients> logger) : BackgroundService
{
    private static readonly TimeSpan Retry = TimeSpan.FromSeconds(1);

    /// <summary>Reads the file and notes every mistake in it, by its row.</summary>
    public static IReadOnlyList<Client> Read(SettingsReader settings)
    {
        if (settings.Optional("SeedFile") is not { } file)
        {
            return [];
        }

        try
        {
            var rows = JsonSerializer.Deserialize<Row?[]>(File.ReadAllText(file), JsonSerializerOptions.Web) ?? [];
            return [.. rows.Select((row, index) => Read(row, index + 1, settings)).OfType<Client>()];
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or JsonException)
        {
            settings.Fail("SeedFile", $"cannot be read ({fault.Message})", "correct the path or the file, or leave it out");
            return [];
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await database.Migrated.WaitAsync(stoppingToken);
        while (clients.Count > 0)
        {
            try
            {
                if (await store.AddAsync(clients, stoppingToken) is > 0 and var made)
                {
                    Made(logger, made);
                }

                return;
            }
            catch (NpgsqlException fault) when (fault.IsTransient)
            {
                await Task.Delay(Retry, time, stoppingToken);
            }
        }
    }

    private static Client? Read(Row? row, int number, SettingsReader settings)
    {
        var place = string.Create(System.Globalization.CultureInfo.InvariantCulture, $"SeedFile, client {number}");
        if (row is null)
        {
            settings.Fail(place, "is null", "write a client, or nothing");
            return null;
        }

        var numbers = new List<PhoneNumber>();
        foreach (var text in row.Numbers ?? [])
        {
            if (PhoneNumber.TryParse(text, out var parsed))
            {
                numbers.Add(parsed);
            }
            else
            {
                settings.Fail(place, "has a number that is none", "write it with country code, for example +7 916 123-45-67");
            }
        }

        if (string.IsNullOrWhiteSpace(row.Name) || row.Name.Length > 200)
        {
            settings.Fail(place, "has no name, or one of more than 200 letters", "give a name");
            return null;
        }

        if (row.Id is null || row.Kind is not ("organisation" or "person"))
        {
            settings.Fail(place, "lacks an id or a kind", "give a UUID, and organisation or person");
            return null;
        }

        return new Client(row.Id.Value, row.Kind, row.Name, row.ResponsibleId, numbers);
    }

    [LoggerMessage(400, LogLevel.Information, "Made the first {Count} clients")]
    private static partial void Made(ILogger logger, int count);

    private sealed record Row(Guid? Id, string? Kind, string? Name, Guid? ResponsibleId, string[]? Numbers);
}
