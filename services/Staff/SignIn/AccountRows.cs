using Dapper;
using Npgsql;

namespace CallCenterCrm.Staff.SignIn;

/// <summary>What an employee signs in with.</summary>
internal sealed class Account
{
    public Guid EmployeeId { get; init; }

    public string SignInName { get; init; } = "";

    public string PasswordHash { get; init; } = "";

    /// <summary>The password is good for nothing but choosing another.</summary>
    public bool OneTime { get; init; }

    /// <summary>When a one-time password ends; null when it does not.</summary>
    public DateTimeOffset? OneTimeUntil { get; init; }

    /// <summary>Encrypted; null when there is none.</summary>
    public byte[]? TotpSecret { get; init; }

    /// <summary>Whether a code must be shown at sign-in.</summary>
    public bool TotpConfirmed { get; init; }

    /// <summary>Whether it was signed in to from the asking address before.</summary>
    public bool KnowsAddress { get; init; }
}

/// <summary>How accounts and unfinished sign-ins lie in the database.</summary>
internal static class AccountRows
{
    private const string Columns =
        """
        SELECT employee_id, coalesce(sign_in_name, '') AS sign_in_name, password_hash, one_time, one_time_until, totp_secret, totp_confirmed,
               EXISTS (SELECT FROM known_addresses known WHERE known.employee_id = accounts.employee_id AND known.address = @address) AS knows_address
        FROM accounts JOIN employees ON employees.id = employee_id
        """;

    /// <summary>The account of a sign-in name, unless its employee is dismissed.</summary>
    public static Task<Account?> FindAsync(string signInName, string address, NpgsqlConnection connection, CancellationToken cancellationToken) =>
        connection.QuerySingleOrDefaultAsync<Account>(new CommandDefinition(
            $"{Columns} WHERE sign_in_name = @signInName AND NOT dismissed",
            new { signInName, address = GuessLimits.NetworkOf(address) }, cancellationToken: cancellationToken));

    /// <summary>
    /// The account of an employee, unless he is dismissed; with a transaction neither it nor the employee changes until that ends.
    /// </summary>
    public static Task<Account?> FindAsync(
        Guid employeeId, string address, NpgsqlConnection connection, NpgsqlTransaction? transaction, CancellationToken cancellationToken) =>
        connection.QuerySingleOrDefaultAsync<Account>(new CommandDefinition(
            $"{Columns} WHERE employee_id = @employeeId AND NOT dismissed {(transaction is null ? "" : "FOR UPDATE OF accounts, employees")}",
            new { employeeId, address = GuessLimits.NetworkOf(address) }, transaction, cancellationToken: cancellationToken));

    /// <summary>Sets a password; makes the account if there is none.</summary>
    public static Task SetPasswordAsync(
        Guid employeeId, string hash, bool oneTime, DateTimeOffset? until, NpgsqlConnection connection, NpgsqlTransaction transaction,
        CancellationToken cancellationToken) =>
        connection.ExecuteAsync(new CommandDefinition(
            """
            INSERT INTO accounts (employee_id, password_hash, one_time, one_time_until) VALUES (@employeeId, @hash, @oneTime, @until)
            ON CONFLICT (employee_id) DO UPDATE SET
                password_hash = excluded.password_hash, one_time = excluded.one_time, one_time_until = excluded.one_time_until;
            DELETE FROM sign_in_challenges WHERE employee_id = @employeeId
            """, new { employeeId, hash, oneTime, until }, transaction, cancellationToken: cancellationToken));

    /// <summary>Remembers that the employee signed in from an address.</summary>
    public static Task KnowAddressAsync(
        Guid employeeId, string address, DateTimeOffset now, NpgsqlConnection connection, NpgsqlTransaction transaction, CancellationToken cancellationToken) =>
        connection.ExecuteAsync(new CommandDefinition(
            """
            INSERT INTO known_addresses (employee_id, address, seen_at) VALUES (@employeeId, @address, @now)
            ON CONFLICT (employee_id, address) DO UPDATE SET seen_at = excluded.seen_at
            """, new { employeeId, address = GuessLimits.NetworkOf(address), now }, transaction, cancellationToken: cancellationToken));
}

/// <summary>What an unfinished sign-in still lacks.</summary>
internal enum Stage
{
    /// <summary>A code of the second factor.</summary>
    SecondFactor,

    /// <summary>A password of the person's own in place of the one-time password.</summary>
    NewPassword,
}

/// <summary>A sign-in whose password was right and that still lacks something.</summary>
internal sealed class Challenge
{
    public byte[] TokenHash { get; init; } = [];

    public Guid EmployeeId { get; init; }

    public string Device { get; init; } = "";

    public string PasswordHash { get; init; } = "";

    /// <summary>Begins one.</summary>
    /// <returns>The token that stands for it.</returns>
    public static async Task<string> BeginAsync(
        Guid employeeId, Stage stage, string device, string passwordHash, DateTimeOffset until, NpgsqlConnection connection,
        NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        var token = OneTimeSecret.Token();
        await connection.ExecuteAsync(new CommandDefinition(
            """
            INSERT INTO sign_in_challenges (token_hash, employee_id, device, stage, password_hash, expires_at)
            VALUES (@hash, @employeeId, @device, @stage, @passwordHash, @until)
            """, new { hash = OneTimeSecret.Hash(token), employeeId, device, stage = Word(stage), passwordHash, until },
            transaction, cancellationToken: cancellationToken));
        return token;
    }

    /// <summary>Finds one that has not ended.</summary>
    public static Task<Challenge?> FindAsync(
        string token, Stage stage, DateTimeOffset now, NpgsqlConnection connection, CancellationToken cancellationToken) =>
        connection.QuerySingleOrDefaultAsync<Challenge>(new CommandDefinition(
            """
            SELECT token_hash, employee_id, device, password_hash FROM sign_in_challenges
            WHERE token_hash = @hash AND stage = @stage AND expires_at > @now
            """, new { hash = OneTimeSecret.Hash(token), stage = Word(stage), now }, cancellationToken: cancellationToken));

    /// <summary>Ends it.</summary>
    /// <returns>False when somebody else has ended it meanwhile.</returns>
    public async Task<bool> EndAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, CancellationToken cancellationToken) =>
        await connection.ExecuteAsync(new CommandDefinition(
            "DELETE FROM sign_in_challenges WHERE token_hash = @TokenHash", new { TokenHash }, transaction, cancellationToken: cancellationToken)) > 0;

    private static string Word(Stage stage) => stage == Stage.SecondFactor ? "second_factor" : "new_password";
}
