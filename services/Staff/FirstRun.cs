using System.Text;
using System.Text.Json;
using CallCenterCrm.Contracts.Staff.V1;
using CallCenterCrm.ServiceDefaults.Authentication;
using CallCenterCrm.ServiceDefaults.Input;
using CallCenterCrm.ServiceDefaults.Migrations;
using CallCenterCrm.ServiceDefaults.Settings;
using CallCenterCrm.Staff.Employees;
using CallCenterCrm.Staff.SignIn;
using Dapper;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Npgsql;

namespace CallCenterCrm.Staff;

/// <summary>
/// Enters the first employees into an empty database: those of a file, and in any case an owner. Each who has a sign-in
/// name gets a random one-time password; they stand once in a file that only the service's own user and root can read.
/// </summary>
internal sealed partial class FirstRun(
    StaffSettings settings, ServiceDatabase database, NpgsqlDataSource dataSource, EmployeeStore employees, SignInService signIn, TimeProvider time,
    ILogger<FirstRun> logger) : BackgroundService, IHealthCheck
{
    /// <summary>Name of the file below <see cref="StaffSettings.StateDirectory"/>.</summary>
    public const string PasswordsFile = "first-passwords.json";

    private static readonly TimeSpan Retry = TimeSpan.FromSeconds(1);
    private static readonly JsonSerializerOptions Readable = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    private static readonly EmployeeProfile Owner = new()
    {
        Name = "Владелец",
        SignInName = "owner",
        Roles = [Roles.Owner],
        Visibility = Visibility.All,
        TimeZone = "Europe/Moscow",
    };

    private volatile bool _done;

    /// <summary>Reads the file and notes every mistake in it, by its row.</summary>
    public static IReadOnlyList<(Guid Id, EmployeeProfile Profile)> Read(SettingsReader settings)
    {
        if (settings.Optional("SeedFile") is not { } file)
        {
            return [];
        }

        try
        {
            var rows = JsonSerializer.Deserialize<Row[]>(File.ReadAllText(file), JsonSerializerOptions.Web) ?? [];
            return [.. rows.Select((row, index) => Read(row, index + 1, settings))];
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or JsonException)
        {
            settings.Fail("SeedFile", $"cannot be read ({fault.Message})", "correct the path or the file, or leave it out");
            return [];
        }
    }

    /// <summary>Enters them unless somebody is there already.</summary>
    /// <returns>Whether they were entered.</returns>
    public async Task<bool> EnterAsync(CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await connection.ExecuteAsync(new CommandDefinition(
            "LOCK TABLE employees IN SHARE ROW EXCLUSIVE MODE", transaction: transaction, cancellationToken: cancellationToken));
        if (await connection.ExecuteScalarAsync<bool>(new CommandDefinition(
                "SELECT EXISTS (SELECT FROM employees)", transaction: transaction, cancellationToken: cancellationToken)))
        {
            return false;
        }

        var first = settings.FirstEmployees.ToList();
        if (!first.Any(one => one.Profile.Roles.Contains(Roles.Owner)))
        {
            first.Add((Guid.CreateVersion7(time.GetUtcNow()), Owner));
        }

        await employees.SeedAsync(first, connection, transaction, cancellationToken);
        var passwords = new List<object>();
        foreach (var (id, profile) in first.Where(one => one.Profile.SignInName is not null))
        {
            var password = await signIn.FirstPasswordAsync(id, connection, transaction, cancellationToken);
            passwords.Add(new { profile.SignInName, profile.Name, profile.Roles, OneTimePassword = password });
        }

        // Before the commit: accounts whose passwords nobody has would be worse than passwords without accounts.
        await KeepAsync(JsonSerializer.Serialize(passwords, Readable), cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        Entered(logger, first.Count, Path.Combine(settings.StateDirectory, PasswordsFile));
        return true;
    }

    // Whoever waits for the service to be ready finds the passwords.
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(_done ? HealthCheckResult.Healthy() : HealthCheckResult.Unhealthy("not entered yet"));

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await database.Migrated.WaitAsync(stoppingToken);
        while (true)
        {
            try
            {
                await EnterAsync(stoppingToken);
                _done = true;
                return;
            }
            catch (NpgsqlException fault) when (fault.IsTransient)
            {
                await Task.Delay(Retry, time, stoppingToken);
            }
        }
    }

    private async Task KeepAsync(string text, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(settings.StateDirectory);
        var file = Path.Combine(settings.StateDirectory, PasswordsFile);
        var draft = file + ".new";
        File.Delete(draft);
        await using (var stream = new FileStream(draft, new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        }))
        {
            await stream.WriteAsync(Encoding.UTF8.GetBytes(text + "\n"), cancellationToken);
            stream.Flush(flushToDisk: true);
        }

        File.Move(draft, file, overwrite: true);
    }

    private static (Guid Id, EmployeeProfile Profile) Read(Row row, int number, SettingsReader settings)
    {
        var place = string.Create(System.Globalization.CultureInfo.InvariantCulture, $"SeedFile, employee {number},");
        var violations = new Violations();
        if (row.Id is null)
        {
            violations.Add("employee.id", ViolationKey.Required);
        }

        var profile = EmployeeCheck.Read(
            new EmployeeProfile
            {
                Name = row.Name ?? "",
                SignInName = row.SignInName,
                Roles = row.Roles ?? [],
                Team = row.Team,
                Extension = row.Extension,
                Mobile = row.Mobile,
                Visibility = row.Visibility switch { "all" => Visibility.All, "team" => Visibility.Team, _ => Visibility.Own },
                TimeZone = row.TimeZone ?? "Europe/Moscow",
                WorkingHours = row.WorkingHours ?? [],
                RingGroups = row.RingGroups ?? [],
                Absences = [],
            }, violations);
        if (row.Visibility is not (null or "own" or "team" or "all"))
        {
            violations.Add("employee.visibility", ViolationKey.UnknownWord, "own, team, all");
        }

        foreach (var violation in violations.Found)
        {
            settings.Fail($"{place} {violation.Field}", "is wrong", violation.Text(System.Globalization.CultureInfo.InvariantCulture));
        }

        return (row.Id ?? Guid.Empty, profile);
    }

    [LoggerMessage(510, LogLevel.Information, "Entered the first {Count} employees; their one-time passwords are in {File}")]
    private static partial void Entered(ILogger logger, int count, string file);

    private sealed record Row(
        Guid? Id, string? Name, string? SignInName, string[]? Roles, string? Team, string? Extension, string? Mobile, string? Visibility,
        string? TimeZone, WorkingSpan[]? WorkingHours, RingGroupPlace[]? RingGroups);
}
