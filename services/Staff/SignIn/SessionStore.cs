using CallCenterCrm.ServiceDefaults.Authentication;
using CallCenterCrm.ServiceDefaults.Input;
using CallCenterCrm.Staff.Audit;
using CallCenterCrm.Staff.Employees;
using CallCenterCrm.Staff.Tokens;
using Dapper;
using Npgsql;

namespace CallCenterCrm.Staff.SignIn;

/// <summary>What somebody has who is signed in.</summary>
/// <param name="SessionId">The session.</param>
/// <param name="Employee">Who it is.</param>
/// <param name="RefreshToken">Gives the next pair of tokens, once.</param>
/// <param name="AccessToken">What the services check.</param>
internal sealed record SessionGrant(Guid SessionId, Employee Employee, string RefreshToken, AccessToken AccessToken);

/// <summary>A session as its owner sees it.</summary>
internal sealed class Session
{
    /// <summary>Its identity.</summary>
    public Guid Id { get; init; }

    /// <summary>Whose it is.</summary>
    public Guid EmployeeId { get; init; }

    /// <summary>IP address of its last use.</summary>
    public string Address { get; init; } = "";

    /// <summary>What the browser or program said about itself.</summary>
    public string Device { get; init; } = "";

    /// <summary>When it began, UTC.</summary>
    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it was last renewed, UTC.</summary>
    public DateTimeOffset LastUsedAt { get; init; }

    /// <summary>When it ends without being used, UTC.</summary>
    public DateTimeOffset IdleUntil { get; init; }

    /// <summary>When it ends in any case, UTC.</summary>
    public DateTimeOffset EndsAt { get; init; }
}

/// <summary>
/// Sessions. A session is renewed with its refresh token, which is good for one renewal; one that is shown a second time
/// was copied, and since nobody can tell by whom, the session ends. A renewal whose answer was lost ends it likewise.
/// </summary>
internal sealed class SessionStore(NpgsqlDataSource dataSource, StaffSettings settings, AccessTokens tokens, AuditLog audit, TimeProvider time)
{
    private const int MostShown = 100;

    /// <summary>Begins a session, in the transaction of the sign-in.</summary>
    public async Task<SessionGrant> BeginAsync(
        Employee employee, string address, string device, NpgsqlConnection connection, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var id = Guid.NewGuid();
        await connection.ExecuteAsync(new CommandDefinition(
            """
            INSERT INTO sessions (id, employee_id, address, device, created_at, last_used_at, idle_until, ends_at)
            VALUES (@id, @employeeId, @address, @device, @now, @now, @idle, @end)
            """,
            new { id, employeeId = employee.Id, address, device, now, idle = now + settings.SessionIdle, end = now + settings.SessionLife },
            transaction, cancellationToken: cancellationToken));
        return await GrantAsync(id, employee, connection, transaction, cancellationToken);
    }

    /// <summary>Renews a session.</summary>
    /// <exception cref="NotSignedInException">The token is unknown, used or its session over.</exception>
    public async Task<SessionGrant> RefreshAsync(string refreshToken, string address, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var hash = OneTimeSecret.Hash(refreshToken);
        var found = await connection.QuerySingleOrDefaultAsync<Shown>(new CommandDefinition(
            """
            SELECT token.used, session.id, session.employee_id, session.idle_until, session.ends_at, session.revoked_at
            FROM session_tokens token JOIN sessions session ON session.id = token.session_id
            WHERE token.token_hash = @hash FOR UPDATE
            """, new { hash }, transaction, cancellationToken: cancellationToken));
        if (found is null || found.RevokedAt is not null || found.IdleUntil <= now || found.EndsAt <= now)
        {
            throw new NotSignedInException("The session is over");
        }

        if (found.Used)
        {
            await RevokeAsync(found.Id, "token_reused", now, connection, transaction, cancellationToken);
            await audit.WriteAsync(
                new Requester(null, address), new Act("session.token_reused", "session", found.Id) { Refused = true }, connection, transaction, cancellationToken);
            await transaction.CommitAsync(cancellationToken);
            throw new NotSignedInException("The refresh token was used before, so its session was revoked");
        }

        var employee = (await EmployeeRows.LoadAsync([found.EmployeeId], connection, transaction, cancellationToken)).Single();
        await connection.ExecuteAsync(new CommandDefinition(
            """
            UPDATE session_tokens SET used = true WHERE token_hash = @hash;
            UPDATE sessions SET last_used_at = @now, idle_until = @idle, address = @address WHERE id = @Id
            """, new { hash, now, idle = now + settings.SessionIdle, address, found.Id }, transaction, cancellationToken: cancellationToken));
        var grant = await GrantAsync(found.Id, employee, connection, transaction, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return grant;
    }

    /// <summary>An employee's sessions that are not over, the newest first: one's own, or with staff.read another's.</summary>
    /// <exception cref="PermissionDeniedException">They are another's, and the one who asks may not.</exception>
    public async Task<IReadOnlyList<Session>> ListAsync(Guid employeeId, Requester by, CancellationToken cancellationToken)
    {
        if (by.Caller?.Id != employeeId)
        {
            by.Need(Permissions.StaffRead);
        }

        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        return [.. await connection.QueryAsync<Session>(new CommandDefinition(
            """
            SELECT id, employee_id, address, device, created_at, last_used_at, idle_until, ends_at FROM sessions
            WHERE employee_id = @employeeId AND revoked_at IS NULL AND idle_until > @now AND ends_at > @now
            ORDER BY created_at DESC, id LIMIT @MostShown
            """, new { employeeId, now = time.GetUtcNow(), MostShown }, cancellationToken: cancellationToken))];
    }

    /// <summary>
    /// Ends a session: one's own, or that of somebody who may not more than the one who asks. Its last access token is good
    /// for at most <see cref="StaffSettings.TokenLife"/> longer. One that is over already stays so.
    /// </summary>
    /// <exception cref="NotFoundException">There is no such session.</exception>
    /// <exception cref="PermissionDeniedException">It is another's, and the one who asks may not.</exception>
    public async Task RevokeAsync(Guid sessionId, Requester by, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var owner = await connection.QuerySingleOrDefaultAsync<Guid?>(new CommandDefinition(
            "SELECT employee_id FROM sessions WHERE id = @sessionId FOR UPDATE", new { sessionId }, transaction, cancellationToken: cancellationToken))
            ?? throw new NotFoundException("session", sessionId.ToString());
        if (by.Caller?.Id != owner)
        {
            by.Need(Permissions.StaffWrite);
            EmployeeStore.NeedAllOf(by, (await EmployeeRows.LoadAsync([owner], connection, transaction, cancellationToken)).Single().Profile.Roles);
        }

        var why = by.Caller?.SessionId == sessionId ? "signed_out" : "revoked";
        await RevokeAsync(sessionId, why, time.GetUtcNow(), connection, transaction, cancellationToken);
        await audit.WriteAsync(by, new Act($"session.{why}", "session", sessionId), connection, transaction, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    /// <summary>Ends all sessions of an employee but one.</summary>
    /// <param name="why">One of the words that the table allows.</param>
    public static Task RevokeAllAsync(
        Guid employeeId, string why, Guid? except, DateTimeOffset now, NpgsqlConnection connection, NpgsqlTransaction transaction,
        CancellationToken cancellationToken) =>
        connection.ExecuteAsync(new CommandDefinition(
            """
            UPDATE sessions SET revoked_at = @now, revoked_why = @why
            WHERE employee_id = @employeeId AND revoked_at IS NULL AND id IS DISTINCT FROM @except
            """, new { employeeId, why, except, now }, transaction, cancellationToken: cancellationToken));

    private static Task<int> RevokeAsync(
        Guid id, string why, DateTimeOffset now, NpgsqlConnection connection, NpgsqlTransaction transaction, CancellationToken cancellationToken) =>
        connection.ExecuteAsync(new CommandDefinition(
            "UPDATE sessions SET revoked_at = @now, revoked_why = @why WHERE id = @id AND revoked_at IS NULL",
            new { id, why, now }, transaction, cancellationToken: cancellationToken));

    private async Task<SessionGrant> GrantAsync(
        Guid id, Employee employee, NpgsqlConnection connection, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        var refresh = OneTimeSecret.Token();
        await connection.ExecuteAsync(new CommandDefinition(
            "INSERT INTO session_tokens (token_hash, session_id) VALUES (@hash, @id)",
            new { hash = OneTimeSecret.Hash(refresh), id }, transaction, cancellationToken: cancellationToken));
        return new(id, employee, refresh, tokens.Make(employee, id));
    }

    private sealed class Shown
    {
        public bool Used { get; init; }

        public Guid Id { get; init; }

        public Guid EmployeeId { get; init; }

        public DateTimeOffset IdleUntil { get; init; }

        public DateTimeOffset EndsAt { get; init; }

        public DateTimeOffset? RevokedAt { get; init; }
    }
}
