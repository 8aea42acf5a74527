using System.Security.Cryptography;
using CallCenterCrm.ServiceDefaults.Input;
using CallCenterCrm.Staff.Audit;
using Dapper;
using Npgsql;

namespace CallCenterCrm.Staff.SignIn;

/// <summary>What an authenticator is set up with: shown once.</summary>
/// <param name="Secret">For typing: base 32.</param>
/// <param name="Uri">For a QR code.</param>
internal sealed record Enrolment(string Secret, Uri Uri);

/// <summary>
/// The second factor: codes of an authenticator (RFC 6238), each good once, and recovery codes for its loss. It counts
/// from the moment that its owner has shown the first code.
/// </summary>
internal sealed class SecondFactor(NpgsqlDataSource dataSource, SecretBox box, GuessLimits limits, AuditLog audit, TimeProvider time)
{
    private const int RecoveryCodes = 10;
    private const string Issuer = "CallCenterCrm";

    /// <summary>Gives the caller a new secret, in place of one that was never confirmed.</summary>
    /// <exception cref="InputException">His second factor is set already: it must be removed first.</exception>
    public async Task<Enrolment> BeginAsync(Requester by, CancellationToken cancellationToken)
    {
        var id = by.Caller!.Id;
        var secret = RandomNumberGenerator.GetBytes(Totp.SecretLength);
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        var name = await connection.QuerySingleOrDefaultAsync<string>(new CommandDefinition(
            """
            UPDATE accounts SET totp_secret = @closed FROM employees
            WHERE employee_id = @id AND NOT totp_confirmed AND employees.id = employee_id RETURNING coalesce(sign_in_name, '')
            """, new { id, closed = box.Close(secret, PlaceOf(id)) }, cancellationToken: cancellationToken))
            ?? throw new InputException(new Violation("second_factor", ViolationKey.AlreadySet));
        return new(Totp.Base32(secret), Totp.Uri(secret, Issuer, name));
    }

    /// <summary>Puts the caller's second factor into force by its first code.</summary>
    /// <returns>His recovery codes, which are shown once.</returns>
    /// <exception cref="InputException">The code is wrong, or nothing is waiting for one.</exception>
    public async Task<IReadOnlyList<string>> ConfirmAsync(string code, Requester by, CancellationToken cancellationToken)
    {
        var id = by.Caller!.Id;
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var account = await AccountRows.FindAsync(id, by.Address ?? "", connection, transaction, cancellationToken);
        if (account is not { TotpSecret: { } closed, TotpConfirmed: false })
        {
            throw new InputException(new Violation("second_factor", ViolationKey.AlreadySet));
        }

        var step = Totp.Find(box.Open(closed, PlaceOf(id)), Plain(code), time.GetUtcNow())
            ?? throw new InputException(new Violation("code", ViolationKey.WrongCode));
        var codes = Enumerable.Range(0, RecoveryCodes).Select(_ => OneTimeSecret.RecoveryCode()).ToList();
        await connection.ExecuteAsync(new CommandDefinition(
            """
            UPDATE accounts SET totp_confirmed = true, totp_last_step = @step WHERE employee_id = @id;
            DELETE FROM recovery_codes WHERE employee_id = @id;
            INSERT INTO recovery_codes (employee_id, code_hash) SELECT @id, unnest(@hashes)
            """, new { id, step, hashes = codes.Select(OneTimeSecret.Hash).ToArray() }, transaction, cancellationToken: cancellationToken));
        await audit.WriteAsync(by, new Act("second_factor.confirmed", "employee", id), connection, transaction, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return [.. codes.Select(Grouped)];
    }

    /// <summary>Removes the caller's second factor by a code of it.</summary>
    /// <exception cref="InputException">The code is wrong, or there is none to remove.</exception>
    /// <exception cref="TooOftenException">Too many wrong codes.</exception>
    public async Task RemoveAsync(string code, Requester by, CancellationToken cancellationToken)
    {
        var (id, address) = (by.Caller!.Id, by.Address ?? "");
        var account = await dataSource.OnConnectionAsync(
            connection => AccountRows.FindAsync(id, address, connection, transaction: null, cancellationToken), cancellationToken);
        var guess = await limits.TakeAsync(GuessedThing.Code, id.ToString(), address, account?.KnowsAddress == true, cancellationToken);
        await dataSource.InTransactionAsync(
            async (connection, transaction) =>
            {
                if (account is null || !await CheckAsync(account, code, connection, transaction, cancellationToken))
                {
                    throw new InputException(new Violation("code", ViolationKey.WrongCode));
                }

                await ClearAsync(id, connection, transaction, cancellationToken);
                await audit.WriteAsync(by, new Act("second_factor.removed", "employee", id), connection, transaction, cancellationToken);
                return true;
            }, cancellationToken);
        await limits.ForgiveAsync(guess, cancellationToken);
    }

    /// <summary>Whether a code is good now: of the authenticator, or a recovery code. It is used up with the transaction.</summary>
    public async Task<bool> CheckAsync(
        Account account, string code, NpgsqlConnection connection, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        if (account is not { TotpConfirmed: true, TotpSecret: { } closed })
        {
            return false;
        }

        var id = account.EmployeeId;
        var plain = Plain(code);
        var used = Totp.Find(box.Open(closed, PlaceOf(id)), plain, time.GetUtcNow()) is { } step
            ? await connection.ExecuteAsync(new CommandDefinition(
                "UPDATE accounts SET totp_last_step = @step WHERE employee_id = @id AND totp_last_step < @step",
                new { id, step }, transaction, cancellationToken: cancellationToken))
            : await connection.ExecuteAsync(new CommandDefinition(
                "DELETE FROM recovery_codes WHERE employee_id = @id AND code_hash = @hash",
                new { id, hash = OneTimeSecret.Hash(plain) }, transaction, cancellationToken: cancellationToken));
        return used > 0;
    }

    /// <summary>Removes somebody's second factor.</summary>
    public static Task ClearAsync(Guid employeeId, NpgsqlConnection connection, NpgsqlTransaction transaction, CancellationToken cancellationToken) =>
        connection.ExecuteAsync(new CommandDefinition(
            """
            UPDATE accounts SET totp_secret = NULL, totp_confirmed = false WHERE employee_id = @employeeId;
            DELETE FROM recovery_codes WHERE employee_id = @employeeId
            """, new { employeeId }, transaction, cancellationToken: cancellationToken));

    private static string PlaceOf(Guid employeeId) => $"accounts {employeeId}";

    // Authenticators show codes with a gap, and people copy recovery codes with their dashes.
    private static string Plain(string code) => code.Replace(" ", "", StringComparison.Ordinal).Replace("-", "", StringComparison.Ordinal).ToLowerInvariant();

    private static string Grouped(string code) => string.Join('-', code.Chunk(4).Select(group => new string(group)));
}
