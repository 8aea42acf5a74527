using System.Text.Json;
using CallCenterCrm.ServiceDefaults;
using CallCenterCrm.ServiceDefaults.Migrations;
using CallCenterCrm.ServiceDefaults.Settings;
using Dapper;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Npgsql;

namespace CallCenterCrm.Telephony.Routing;

/// <summary>
/// The routing tables as they stand, at hand for every call: read from the database, read again whenever they change,
/// and kept in a file, so that a gateway which starts while the database is away plans by the last known ones.
/// </summary>
internal sealed partial class RoutingData(
    GatewaySettings settings, RoutingStore store, ServiceDatabase database, NpgsqlDataSource dataSource,
    IHostApplicationLifetime lifetime, TimeProvider time, ILogger<RoutingData> logger)
    : BackgroundService, IHealthCheck
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true, RespectNullableAnnotations = true };
    private static readonly TimeSpan Reread = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Retry = TimeSpan.FromSeconds(1);
    private readonly string _file = Path.Combine(settings.StateDirectory, "routing.json");
    private volatile RoutingTables _tables = RoutingTables.Empty;
    private volatile string? _fault = "not read yet";
    private IReadOnlyList<RoutingMistake> _ofStaff = [];
    private readonly SemaphoreSlim _reading = new(1);

    /// <summary>What is in force now.</summary>
    public RoutingTables Tables => _tables;

    /// <summary>Reads tables from a file in which they were written.</summary>
    /// <exception cref="JsonException">It is no such file.</exception>
    public static RoutingTables ReadFile(string file)
    {
        var tables = JsonSerializer.Deserialize<RoutingTables>(File.ReadAllText(file), Json) ?? throw new JsonException("The file holds nothing");

        // The reader refuses null where a member must be, but not where an element of a list must be.
        IEnumerable<object?>[] lists =
        [
            tables.Employees, tables.Groups, tables.Hours, tables.Rules, tables.Numbers,
            .. tables.Rules.OfType<EscalationRule>().Select(rule => rule.Steps),
            .. tables.Employees.OfType<Employee>().SelectMany(employee => new IEnumerable<object?>[] { employee.WorkingHours, employee.Absences }),
        ];
        return lists.Any(list => list.Contains(null)) ? throw new JsonException("An element of a list is null") : tables;
    }

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(_fault is null ? HealthCheckResult.Healthy() : HealthCheckResult.Unhealthy(_fault));

    public override Task StartAsync(CancellationToken cancellationToken)
    {
        if (File.Exists(_file))
        {
            try
            {
                _tables = ReadFile(_file);
                _fault = "by the last known tables; the database has not been read yet";
            }
            catch (Exception fault) when (fault is JsonException or IOException)
            {
                CannotReadFile(logger, fault.Message);
            }
        }

        return base.StartAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var first = true;
        while (true)
        {
            try
            {
                await database.Migrated.WaitAsync(stoppingToken);
                await using var connection = await dataSource.OpenConnectionAsync(stoppingToken);
                await connection.ExecuteAsync("LISTEN routing");
                if (first && settings.FirstTables is { } seed && await store.SeedAsync(seed, stoppingToken))
                {
                    Seeded(logger);
                }

                while (true)
                {
                    await ReadAsync(first, stoppingToken);
                    first = false;
                    await connection.WaitAsync(Reread, stoppingToken);
                }
            }
            catch (SettingsException wrong)
            {
                foreach (var error in wrong.Errors)
                {
                    Wrong(logger, error.Key, error.Fault, error.Cure);
                }

                Environment.ExitCode = CrmService.WrongConfiguration;
                lifetime.StopApplication();
                return;
            }
            catch (NpgsqlException fault)
            {
                if (!string.Equals(_fault, fault.Message, StringComparison.Ordinal))
                {
                    Failed(logger, fault.Message);
                }

                _fault = $"by the last known tables: {fault.Message}";
            }

            await Task.Delay(Retry, time, stoppingToken);
        }
    }

    /// <summary>Takes over what was just changed, so that it is in force when its author hears that it is done.</summary>
    public async Task RefreshAsync(CancellationToken cancellationToken)
    {
        try
        {
            await ReadAsync(first: false, cancellationToken);
        }
        catch (NpgsqlException fault)
        {
            // It is stored; the loop above reads it as soon as that is possible.
            Failed(logger, fault.Message);
        }
    }

    private async Task ReadAsync(bool first, CancellationToken cancellationToken)
    {
        await _reading.WaitAsync(cancellationToken);
        try
        {
            Take(await store.LoadAsync(cancellationToken), first);
        }
        finally
        {
            _reading.Release();
        }
    }

    private void Take(RoutingTables tables, bool first)
    {
        var found = RoutingCheck.Mistakes(tables).ToLookup(mistake => mistake.OfStaff);
        var mistakes = found[false].ToArray();
        if (mistakes.Length > 0)
        {
            if (first)
            {
                throw new SettingsException([.. mistakes.Select(mistake => mistake.AsSetting())]);
            }

            // Whoever wrote them past the checks is told; calls go on by the tables that were sound.
            _fault = "the changed tables are wrong, the earlier ones stay in force: "
                + string.Join("; ", mistakes.Select(mistake => mistake.AsSetting()).Select(error => $"{error.Key}: {error.Cure}"));
            return;
        }

        foreach (var error in found[true].Except(_ofStaff).Select(mistake => mistake.AsSetting()))
        {
            LeftOut(logger, error.Key, error.Cure);
        }

        _ofStaff = [.. found[true]];
        _tables = tables;
        _fault = FaultOf(tables);
        Directory.CreateDirectory(settings.StateDirectory);
        var draft = _file + ".new";
        File.WriteAllText(draft, JsonSerializer.Serialize(tables, Json));
        File.Move(draft, _file, overwrite: true);
    }

    // A step that rings nobody is left out of its rule's plans; a rule of such steps alone leaves its numbers to the PBX.
    private static string? FaultOf(RoutingTables tables)
    {
        var rules = string.Join(", ", RoutingCheck.Unattended(tables).Select(rule => $"'{rule.Name}'"));
        return rules.Length == 0
            ? null
            : tables.Employees.Any(employee => employee.Version > 0)
                ? $"nobody is left whom these rules could ring, so the PBX rings its fallback: {rules}"
                : $"waits for Staff's employees, and until then the PBX rings its fallback for the rules {rules}";
    }

    [LoggerMessage(320, LogLevel.Warning, "The kept routing tables cannot be read: {Reason}")]
    private static partial void CannotReadFile(ILogger logger, string reason);

    [LoggerMessage(321, LogLevel.Information, "Wrote the first values of the routing tables")]
    private static partial void Seeded(ILogger logger);

    [LoggerMessage(322, LogLevel.Critical, "The routing tables are wrong, so the gateway does not start: {Key} {Fault}: {Cure}")]
    private static partial void Wrong(ILogger logger, string key, string fault, string cure);

    [LoggerMessage(324, LogLevel.Warning, "By what Staff tells of the employees, {Key} rings nobody or names nobody: {Cure}")]
    private static partial void LeftOut(ILogger logger, string key, string cure);

    [LoggerMessage(323, LogLevel.Warning, "The routing tables stay as last known: {Reason}")]
    private static partial void Failed(ILogger logger, string reason);
}
