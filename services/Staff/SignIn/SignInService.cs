using CallCenterCrm.ServiceDefaults.Input;
using CallCenterCrm.Staff.Audit;
using CallCenterCrm.Staff.Employees;
using Npgsql;

namespace CallCenterCrm.Staff.SignIn;

/// <summary>How far a sign-in has come: either it is done, or a challenge says what it still lacks.</summary>
/// <param name="Grant">The session; null while something is lacking.</param>
/// <param name="Lacks">What it lacks; null when it is done.</param>
/// <param name="Challenge">Stands for the sign-in in the next request; null when it is done.</param>
internal sealed record SignInStep(SessionGrant? Grant, Stage? Lacks, string? Challenge);

/// <summary>
/// Signing in: password, then the second factor if there is one, then a password of one's own if it was a one-time one.
/// Nobody learns whether a name exists: an unknown one takes as long, is counted alike and is refused in the same words.
/// </summary>
internal sealed class SignInService(
    NpgsqlDataSource dataSource, Passwords passwords, GuessLimits limits, SecondFactor secondFactor, SessionStore sessions, AuditLog audit,
    TimeProvider time)
{
    private const int LongestName = 200;
    private const int LongestPassword = 200;
    private const int LongestDevice = 200;
    private static readonly TimeSpan ChallengeLife = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan OneTimeLife = TimeSpan.FromDays(3);

    /// <summary>Signs in with a password.</summary>
    /// <param name="address">The person's IP address, not that of the console through which he signs in.</param>
    /// <param name="device">What his browser or program says about itself, for the list of his sessions.</param>
    /// <exception cref="NotSignedInException">The name or the password is wrong.</exception>
    /// <exception cref="TooOftenException">Too many wrong ones were tried; this one was not looked at.</exception>
    /// <exception cref="InputException">Something is missing or too long.</exception>
    public async Task<SignInStep> SignInAsync(string name, string password, string address, string device, CancellationToken cancellationToken)
    {
        var violations = new Violations();
        violations.Text("sign_in_name", name, LongestName);
        if (password.Length is 0 or > LongestPassword)
        {
            violations.Add("password", password.Length == 0 ? ViolationKey.Required : ViolationKey.TooLong, LongestPassword);
        }

        violations.ThrowIfAny();
        // No connection is held while another is asked for or a password is hashed: a flood of guesses must not empty the pool.
        var folded = EmployeeCheck.Fold(name);
        var account = await dataSource.OnConnectionAsync(connection => AccountRows.FindAsync(folded, address, connection, cancellationToken), cancellationToken);
        var guess = await limits.TakeAsync(GuessedThing.Password, folded, address, account?.KnowsAddress == true, cancellationToken);
        if (!passwords.Verify(account, password) || account!.OneTimeUntil <= time.GetUtcNow())
        {
            await RefuseAsync("sign_in.refused", account?.EmployeeId, address, cancellationToken);
            throw new NotSignedInException("The name or the password is wrong");
        }

        var step = await dataSource.InTransactionAsync(
            async (connection, transaction) =>
            {
                await NeedUnchangedAsync(account.EmployeeId, account.PasswordHash, address, connection, transaction, cancellationToken);
                return account switch
                {
                    { TotpConfirmed: true } => await LackAsync(Stage.SecondFactor, account, device, connection, transaction, cancellationToken),
                    { OneTime: true } => await LackAsync(Stage.NewPassword, account, device, connection, transaction, cancellationToken),
                    _ => await FinishAsync(account.EmployeeId, address, device, connection, transaction, cancellationToken),
                };
            }, cancellationToken);
        await limits.ForgiveAsync(guess, cancellationToken);
        return step;
    }

    /// <summary>Goes on with a code of the authenticator, or a recovery code.</summary>
    /// <exception cref="NotSignedInException">The code is wrong or was used, or the sign-in has ended.</exception>
    /// <exception cref="TooOftenException">Too many wrong ones were tried; this one was not looked at.</exception>
    public async Task<SignInStep> AnswerSecondFactorAsync(string challenge, string code, string address, CancellationToken cancellationToken)
    {
        var (found, account) = await FindAsync(challenge, Stage.SecondFactor, address, cancellationToken);
        var guess = await limits.TakeAsync(GuessedThing.Code, account.EmployeeId.ToString(), address, account.KnowsAddress, cancellationToken);
        var step = await dataSource.InTransactionAsync(
            async (connection, transaction) =>
            {
                await NeedUnchangedAsync(account.EmployeeId, found.PasswordHash, address, connection, transaction, cancellationToken);
                if (!await secondFactor.CheckAsync(account, code, connection, transaction, cancellationToken))
                {
                    return null;
                }

                await EndAsync(found, connection, transaction, cancellationToken);
                return account.OneTime
                    ? await LackAsync(Stage.NewPassword, account, found.Device, connection, transaction, cancellationToken)
                    : await FinishAsync(account.EmployeeId, address, found.Device, connection, transaction, cancellationToken);
            }, cancellationToken);
        if (step is null)
        {
            await RefuseAsync("second_factor.refused", account.EmployeeId, address, cancellationToken);
            throw new NotSignedInException("The code is wrong");
        }

        await limits.ForgiveAsync(guess, cancellationToken);
        return step;
    }

    /// <summary>Goes on with a password of one's own in place of the one-time password.</summary>
    /// <exception cref="NotSignedInException">The sign-in has ended.</exception>
    /// <exception cref="InputException">The password breaks rules.</exception>
    public async Task<SignInStep> ChooseNewPasswordAsync(string challenge, string newPassword, string address, CancellationToken cancellationToken)
    {
        var (found, account) = await FindAsync(challenge, Stage.NewPassword, address, cancellationToken);
        await CheckNewAsync(account, newPassword, cancellationToken);
        var hash = passwords.Hash(newPassword);
        return await dataSource.InTransactionAsync(
            async (connection, transaction) =>
            {
                await NeedUnchangedAsync(account.EmployeeId, found.PasswordHash, address, connection, transaction, cancellationToken);
                await EndAsync(found, connection, transaction, cancellationToken);
                await ReplaceAsync(account.EmployeeId, hash, except: null, new Requester(null, address), connection, transaction, cancellationToken);
                return await FinishAsync(account.EmployeeId, address, found.Device, connection, transaction, cancellationToken);
            }, cancellationToken);
    }

    /// <summary>Changes the caller's password; his other sessions end.</summary>
    /// <exception cref="InputException">The current password is wrong, or the new one breaks rules.</exception>
    /// <exception cref="TooOftenException">Too many wrong ones were tried; this one was not looked at.</exception>
    public async Task ChangePasswordAsync(string current, string newPassword, Requester by, CancellationToken cancellationToken)
    {
        var (id, address) = (by.Caller!.Id, by.Address ?? "");
        var account = await FindAsync(id, address, cancellationToken) ?? throw new NotFoundException("account", id.ToString());
        var guess = await limits.TakeAsync(GuessedThing.Password, account.SignInName, address, account.KnowsAddress, cancellationToken);
        if (current.Length > LongestPassword || !passwords.Verify(account, current))
        {
            await RefuseAsync("password.refused", id, address, cancellationToken);
            throw new InputException(new Violation("current_password", ViolationKey.WrongPassword));
        }

        await limits.ForgiveAsync(guess, cancellationToken);
        await CheckNewAsync(account, newPassword, cancellationToken);
        var hash = passwords.Hash(newPassword);
        await dataSource.InTransactionAsync(
            async (connection, transaction) =>
            {
                await NeedUnchangedAsync(id, account.PasswordHash, address, connection, transaction, cancellationToken);
                await ReplaceAsync(id, hash, by.Caller.SessionId, by, connection, transaction, cancellationToken);
                return true;
            }, cancellationToken);
    }

    /// <summary>Gives somebody a one-time password, good for three days; his sessions end.</summary>
    /// <param name="removeSecondFactor">Whether his second factor goes, too: his telephone is lost.</param>
    /// <returns>The password, shown once.</returns>
    /// <exception cref="NotFoundException">There is no such employee, or he is dismissed.</exception>
    /// <exception cref="InputException">He has no sign-in name.</exception>
    /// <exception cref="PermissionDeniedException">He may do something that the one who asks may not.</exception>
    public async Task<string> ResetAccessAsync(Guid employeeId, bool removeSecondFactor, Requester by, CancellationToken cancellationToken)
    {
        var password = OneTimeSecret.Password();
        var hash = passwords.Hash(password);
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var employee = (await EmployeeRows.LoadAsync([employeeId], connection, transaction, cancellationToken)).SingleOrDefault(one => !one.Dismissed)
            ?? throw new NotFoundException("employee", employeeId.ToString());
        EmployeeStore.NeedAllOf(by, employee.Profile.Roles);
        if (employee.Profile.SignInName is null)
        {
            throw new InputException(new Violation("employee_id", ViolationKey.NoSignInName));
        }

        await AccountRows.SetPasswordAsync(employeeId, hash, oneTime: true, time.GetUtcNow() + OneTimeLife, connection, transaction, cancellationToken);
        if (removeSecondFactor)
        {
            await SecondFactor.ClearAsync(employeeId, connection, transaction, cancellationToken);
        }

        await SessionStore.RevokeAllAsync(employeeId, "access_reset", except: null, time.GetUtcNow(), connection, transaction, cancellationToken);
        await audit.WriteAsync(by, new Act("access.reset", "employee", employeeId), connection, transaction, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return password;
    }

    /// <summary>Gives an employee of the first run his one-time password, which does not end.</summary>
    public async Task<string> FirstPasswordAsync(
        Guid employeeId, NpgsqlConnection connection, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        var password = OneTimeSecret.Password();
        await AccountRows.SetPasswordAsync(employeeId, passwords.Hash(password), oneTime: true, until: null, connection, transaction, cancellationToken);
        return password;
    }

    private Task<Account?> FindAsync(Guid employeeId, string address, CancellationToken cancellationToken) => dataSource.OnConnectionAsync(
        connection => AccountRows.FindAsync(employeeId, address, connection, transaction: null, cancellationToken), cancellationToken);

    private async Task<(Challenge Challenge, Account Account)> FindAsync(string token, Stage stage, string address, CancellationToken cancellationToken)
    {
        var found = await dataSource.OnConnectionAsync(
            connection => Challenge.FindAsync(token, stage, time.GetUtcNow(), connection, cancellationToken), cancellationToken);
        var account = found is null ? null : await FindAsync(found.EmployeeId, address, cancellationToken);
        return found is not null && account?.PasswordHash == found.PasswordHash
            ? (found, account)
            : throw new NotSignedInException("The sign-in has ended");
    }

    private async Task<SignInStep> LackAsync(
        Stage stage, Account account, string device, NpgsqlConnection connection, NpgsqlTransaction transaction, CancellationToken cancellationToken) =>
        new(null, stage, await Challenge.BeginAsync(
            account.EmployeeId, stage, Cut(device), account.PasswordHash, time.GetUtcNow() + ChallengeLife, connection, transaction, cancellationToken));

    private async Task<SignInStep> FinishAsync(
        Guid employeeId, string address, string device, NpgsqlConnection connection, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        var employee = (await EmployeeRows.LoadAsync([employeeId], connection, transaction, cancellationToken)).Single();
        var grant = await sessions.BeginAsync(employee, address, Cut(device), connection, transaction, cancellationToken);
        await AccountRows.KnowAddressAsync(employeeId, address, time.GetUtcNow(), connection, transaction, cancellationToken);
        await audit.WriteAsync(
            new Requester(null, address), new Act("sign_in.done", "employee", employeeId), connection, transaction, cancellationToken);
        return new(grant, null, null);
    }

    // Whoever was dismissed, or got another password, between the look at the password and now is not let in. Locks the
    // account first of all, so that two changes of one access wait for each other and never in a circle.
    private static async Task NeedUnchangedAsync(
        Guid employeeId, string passwordHash, string address, NpgsqlConnection connection, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        if ((await AccountRows.FindAsync(employeeId, address, connection, transaction, cancellationToken))?.PasswordHash != passwordHash)
        {
            throw new NotSignedInException("The access was changed meanwhile");
        }
    }

    private static async Task EndAsync(Challenge challenge, NpgsqlConnection connection, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        if (!await challenge.EndAsync(connection, transaction, cancellationToken))
        {
            throw new NotSignedInException("The sign-in has ended");
        }
    }

    private async Task CheckNewAsync(Account account, string newPassword, CancellationToken cancellationToken)
    {
        var violations = new Violations();
        var employees = await dataSource.OnConnectionAsync(
            connection => EmployeeRows.LoadAsync([account.EmployeeId], connection, transaction: null, cancellationToken), cancellationToken);
        PasswordRules.Check("new_password", newPassword, employees.Single().Profile, violations);
        if (violations.Found.Count == 0 && passwords.Verify(account, newPassword))
        {
            violations.Add("new_password", ViolationKey.SamePassword);
        }

        violations.ThrowIfAny();
    }

    private async Task ReplaceAsync(
        Guid employeeId, string hash, Guid? except, Requester by, NpgsqlConnection connection, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        await AccountRows.SetPasswordAsync(employeeId, hash, oneTime: false, until: null, connection, transaction, cancellationToken);
        await SessionStore.RevokeAllAsync(employeeId, "password_changed", except, time.GetUtcNow(), connection, transaction, cancellationToken);
        await audit.WriteAsync(by, new Act("password.changed", "employee", employeeId), connection, transaction, cancellationToken);
    }

    private Task RefuseAsync(string action, Guid? employeeId, string address, CancellationToken cancellationToken) => audit.WriteAsync(
        new Requester(null, address), new Act(action, "employee", employeeId) { Refused = true }, cancellationToken);

    private static string Cut(string device)
    {
        var clean = string.Concat(device.Where(letter => !char.IsControl(letter)));
        return clean.Length <= LongestDevice ? clean : clean[..LongestDevice];
    }
}
