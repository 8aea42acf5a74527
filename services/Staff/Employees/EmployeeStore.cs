using CallCenterCrm.Messaging;
using CallCenterCrm.ServiceDefaults.Authentication;
using CallCenterCrm.ServiceDefaults.Input;
using CallCenterCrm.Staff.Audit;
using CallCenterCrm.Staff.SignIn;
using Dapper;
using Npgsql;

namespace CallCenterCrm.Staff.Employees;

/// <summary>Which employees to list; what is null does not matter.</summary>
internal sealed record EmployeeFilter(string? Team, string? Role, bool WithDismissed);

/// <summary>Employees, and where the next page begins; null when there is none.</summary>
internal sealed record EmployeePage(IReadOnlyList<Employee> Employees, string? NextPageToken);

/// <summary>
/// Employees: every change is made on a known version, published with the employee's whole state and written into the
/// audit log, all in one transaction.
/// </summary>
internal sealed class EmployeeStore(NpgsqlDataSource dataSource, AuditLog audit, TimeProvider time)
{
    // Held while roles change: two owners who take the role from each other at once must not both succeed.
    private const long OwnersLock = 0x43524D4F574E4552;
    private const int PublishBatch = 500;

    /// <summary>Enters an employee. A request that is repeated with its key enters nobody and gives the one of the first time.</summary>
    /// <param name="violations">What is wrong with the request already.</param>
    /// <exception cref="InputException">Something in the profile is wrong, or belongs to somebody else.</exception>
    /// <exception cref="PermissionDeniedException">The roles hold a permission that the one who asks lacks.</exception>
    public async Task<Employee> CreateAsync(
        EmployeeProfile sent, string idempotencyKey, Requester by, Violations violations, CancellationToken cancellationToken)
    {
        CreatedOnce.Check(idempotencyKey, violations);
        var profile = EmployeeCheck.Read(sent, violations);
        NeedAllOf(by, profile.Roles);
        var employee = New(Guid.CreateVersion7(time.GetUtcNow()), profile);
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        if (violations.Found.Count == 0
            && await CreatedOnce.TakeAsync(connection, transaction, by.Name, idempotencyKey, profile, employee.Id, time.GetUtcNow(), cancellationToken) is { } made)
        {
            return await OneAsync(made, connection, transaction, cancellationToken);
        }

        await FindTakenAsync(employee, violations, connection, transaction, cancellationToken);
        violations.ThrowIfAny();
        await WriteAsync(employee, by, new Act("employee.created", "employee", employee.Id), connection, transaction, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return employee;
    }

    /// <summary>Changes the fields that a mask names.</summary>
    /// <param name="version">The version that the change was decided on.</param>
    /// <param name="violations">What is wrong with the request already.</param>
    /// <exception cref="NotFoundException">There is no such employee.</exception>
    /// <exception cref="StaleVersionException">Somebody else changed him since.</exception>
    /// <exception cref="InputException">The profile would be wrong, or something in it belongs to somebody else.</exception>
    /// <exception cref="PermissionDeniedException">The employee may or would do something that the one who asks may not.</exception>
    public async Task<Employee> UpdateAsync(
        Guid id, long version, EmployeeProfile sent, IReadOnlyCollection<string> mask, Requester by, Violations violations,
        CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var known = await LockAsync(id, version, mask.Contains("roles"), by, connection, transaction, cancellationToken);
        var employee = known with
        {
            Version = known.Version + 1,
            Profile = EmployeeCheck.Read(EmployeeCheck.Merge(known.Profile, sent, mask, violations), violations),
        };
        NeedAllOf(by, employee.Profile.Roles);
        if (known.Profile.Roles.Contains(Roles.Owner) && !employee.Profile.Roles.Contains(Roles.Owner))
        {
            await CheckOtherOwnerAsync(id, "employee.roles", violations, connection, transaction, cancellationToken);
        }

        await FindTakenAsync(employee, violations, connection, transaction, cancellationToken);
        violations.ThrowIfAny();
        var act = new Act("employee.changed", "employee", id)
        {
            Details = new Dictionary<string, string>(StringComparer.Ordinal) { ["fields"] = string.Join(' ', mask.Order(StringComparer.Ordinal)) },
        };
        await WriteAsync(employee, by, act, connection, transaction, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return employee;
    }

    /// <summary>
    /// Ends somebody's work here: he is signed out at once, and his extension, mobile and sign-in name are free for others.
    /// API keys that he made go on: they are the company's.
    /// </summary>
    /// <exception cref="NotFoundException">There is no such employee.</exception>
    /// <exception cref="StaleVersionException">Somebody else changed him since.</exception>
    /// <exception cref="InputException">He is the last owner.</exception>
    /// <exception cref="PermissionDeniedException">The employee may do something that the one who asks may not.</exception>
    public async Task<Employee> DismissAsync(Guid id, long version, Requester by, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var known = await LockAsync(id, version, lockOwners: true, by, connection, transaction, cancellationToken);
        if (known.Dismissed)
        {
            return known;
        }

        var violations = new Violations();
        if (known.Profile.Roles.Contains(Roles.Owner))
        {
            await CheckOtherOwnerAsync(id, "employee_id", violations, connection, transaction, cancellationToken);
        }

        violations.ThrowIfAny();
        var employee = known with { Version = known.Version + 1, Dismissed = true };
        await SessionStore.RevokeAllAsync(id, "dismissed", except: null, time.GetUtcNow(), connection, transaction, cancellationToken);
        await WriteAsync(employee, by, new Act("employee.dismissed", "employee", id), connection, transaction, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return employee;
    }

    /// <summary>One employee.</summary>
    /// <exception cref="NotFoundException">There is no such employee.</exception>
    public async Task<Employee> GetAsync(Guid id, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        return await OneAsync(id, connection, transaction: null, cancellationToken);
    }

    /// <summary>Lists employees by name, as a Russian dictionary would.</summary>
    /// <param name="pageSize">At most so many, up to 500; 0 means 100.</param>
    /// <param name="pageToken">From an earlier page of the same filter; null or empty for the first.</param>
    /// <param name="violations">What is wrong with the request already.</param>
    /// <exception cref="InputException">The size or the token is wrong, or something was before.</exception>
    public async Task<EmployeePage> ListAsync(
        EmployeeFilter filter, int pageSize, string? pageToken, Violations violations, CancellationToken cancellationToken)
    {
        var size = PageSize.Read(pageSize, violations);
        var after = PageToken.Read<EmployeeFilter, Position>(pageToken, filter, violations);
        violations.ThrowIfAny();
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        var rows = (await connection.QueryAsync<(Guid Id, string Name)>(new CommandDefinition(
            """
            SELECT id, name FROM employees
            WHERE (@WithDismissed OR NOT dismissed) AND (@Team::text IS NULL OR team = @Team) AND (@Role::text IS NULL OR @Role = ANY(roles))
              AND (@id::uuid IS NULL OR (name COLLATE "ru-x-icu", id) > (@name, @id))
            ORDER BY name COLLATE "ru-x-icu", id LIMIT @limit
            """,
            new { filter.WithDismissed, filter.Team, filter.Role, id = after?.Id, name = after?.Name, limit = size + 1 },
            cancellationToken: cancellationToken))).AsList();
        var page = rows.Take(size).ToList();
        return new(
            await EmployeeRows.LoadAsync([.. page.Select(row => row.Id)], connection, transaction: null, cancellationToken),
            rows.Count > size ? PageToken.Write(filter, new Position(page[^1].Id, page[^1].Name)) : null);
    }

    /// <summary>Enters employees into a company that has none, in the transaction of the first run.</summary>
    public async Task SeedAsync(
        IReadOnlyList<(Guid Id, EmployeeProfile Profile)> first, NpgsqlConnection connection, NpgsqlTransaction transaction,
        CancellationToken cancellationToken)
    {
        foreach (var (id, profile) in first)
        {
            await WriteAsync(New(id, profile), Requester.Service, new Act("employee.created", "employee", id), connection, transaction, cancellationToken);
        }
    }

    /// <summary>Publishes every employee again, for a projection that is rebuilt.</summary>
    public static async Task PublishAllAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        var ids = await connection.QueryAsync<Guid>(new CommandDefinition(
            "SELECT id FROM employees ORDER BY id", transaction: transaction, cancellationToken: cancellationToken));
        foreach (var batch in ids.Chunk(PublishBatch))
        {
            foreach (var employee in await EmployeeRows.LoadAsync(batch, connection, transaction, cancellationToken))
            {
                await ChangeLog.AppendAsync(connection, transaction, employee.Changed(), cancellationToken);
            }
        }
    }

    /// <summary>Ends the request when it concerns somebody who may more than the one who asks: so nobody rises by another's access.</summary>
    /// <exception cref="PermissionDeniedException">Names what he lacks.</exception>
    public static void NeedAllOf(Requester by, IEnumerable<string> roles)
    {
        foreach (var permission in Permissions.Of(roles.Where(Roles.All.Contains)))
        {
            by.Need(permission);
        }
    }

    private Employee New(Guid id, EmployeeProfile profile)
    {
        // To the microsecond, as the database keeps it: the first answer says the same as every later one.
        var now = time.GetUtcNow();
        return new() { Id = id, Version = 1, Profile = profile, Dismissed = false, CreatedAt = now.AddTicks(-(now.Ticks % TimeSpan.TicksPerMicrosecond)) };
    }

    private static async Task<Employee> LockAsync(
        Guid id, long version, bool lockOwners, Requester by, NpgsqlConnection connection, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        if (lockOwners)
        {
            await connection.ExecuteAsync(new CommandDefinition(
                "SELECT pg_advisory_xact_lock(@OwnersLock)", new { OwnersLock }, transaction, cancellationToken: cancellationToken));
        }

        await connection.ExecuteAsync(new CommandDefinition(
            "SELECT FROM employees WHERE id = @id FOR UPDATE", new { id }, transaction, cancellationToken: cancellationToken));
        var known = await OneAsync(id, connection, transaction, cancellationToken);
        NeedAllOf(by, known.Profile.Roles);
        return known.Version == version ? known : throw new StaleVersionException(known.Version);
    }

    private static async Task<Employee> OneAsync(Guid id, NpgsqlConnection connection, NpgsqlTransaction? transaction, CancellationToken cancellationToken) =>
        (await EmployeeRows.LoadAsync([id], connection, transaction, cancellationToken)).SingleOrDefault()
        ?? throw new NotFoundException("employee", id.ToString());

    private static async Task CheckOtherOwnerAsync(
        Guid id, string field, Violations violations, NpgsqlConnection connection, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        if (!await connection.ExecuteScalarAsync<bool>(new CommandDefinition(
                "SELECT EXISTS (SELECT FROM employees WHERE id <> @id AND NOT dismissed AND @Owner = ANY(roles))",
                new { id, Roles.Owner }, transaction, cancellationToken: cancellationToken)))
        {
            violations.Add(field, ViolationKey.LastOwner);
        }
    }

    // So that all is told at once; who comes at the same moment is told by the unique index.
    private static async Task FindTakenAsync(
        Employee employee, Violations violations, NpgsqlConnection connection, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        var profile = employee.Profile;
        var (name, extension, mobile) = await connection.QuerySingleAsync<(bool Name, bool Extension, bool Mobile)>(new CommandDefinition(
            """
            SELECT coalesce(bool_or(sign_in_name = @SignInName), false) AS name, coalesce(bool_or(extension = @Extension), false) AS extension,
                   coalesce(bool_or(mobile = @Mobile), false) AS mobile
            FROM employees WHERE id <> @Id AND NOT dismissed
            """, new { profile.SignInName, profile.Extension, profile.Mobile, employee.Id }, transaction, cancellationToken: cancellationToken));
        foreach (var (taken, field) in ((bool, string)[])[(name, "sign_in_name"), (extension, "extension"), (mobile, "mobile")])
        {
            if (taken && !employee.Dismissed)
            {
                violations.Add($"employee.{field}", ViolationKey.Taken);
            }
        }
    }

    private async Task WriteAsync(
        Employee employee, Requester by, Act act, NpgsqlConnection connection, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        try
        {
            await EmployeeRows.WriteAsync(employee, connection, transaction, cancellationToken);
        }
        catch (PostgresException fault) when (fault.ConstraintName is "employees_sign_in_name" or "employees_extension" or "employees_mobile")
        {
            throw new InputException(new Violation($"employee.{fault.ConstraintName["employees_".Length..]}", ViolationKey.Taken));
        }

        await ChangeLog.AppendAsync(connection, transaction, employee.Changed(), cancellationToken);
        await audit.WriteAsync(by, act, connection, transaction, cancellationToken);
    }

    private sealed record Position(Guid Id, string Name);
}
