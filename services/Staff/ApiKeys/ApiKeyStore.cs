using System.Security.Cryptography;
using CallCenterCrm.ServiceDefaults.Authentication;
using CallCenterCrm.ServiceDefaults.Input;
using CallCenterCrm.Staff.Audit;
using CallCenterCrm.Staff.SignIn;
using CallCenterCrm.Staff.Tokens;
using Dapper;
using Npgsql;

namespace CallCenterCrm.Staff.ApiKeys;

/// <summary>What is asked for when a key is made.</summary>
/// <param name="Name">What it is for, as people read it; at most 100 characters.</param>
/// <param name="Permissions">What its holder may do; none that its maker may not.</param>
/// <param name="RequestsPerMinute">How often its holder may ask, from 1 to 60,000 a minute.</param>
/// <param name="ExpiresAt">When it ends, UTC; at most 400 days ahead. Must be given.</param>
internal sealed record ApiKeyRequest(string Name, IReadOnlyList<string> Permissions, int RequestsPerMinute, DateTimeOffset? ExpiresAt);

/// <summary>A key of another system; its secret nobody knows but its holder.</summary>
internal sealed class ApiKey
{
    /// <summary>Its identity, the middle part of the key.</summary>
    public Guid Id { get; init; }

    /// <summary>Grows by one with every change, from 1; being used is no change.</summary>
    public long Version { get; init; }

    /// <summary>What it is for.</summary>
    public string Name { get; init; } = "";

    /// <summary>What its holder may do.</summary>
    public string[] Permissions { get; init; } = [];

    /// <summary>How often its holder may ask.</summary>
    public int RequestsPerMinute { get; init; }

    /// <summary>Who made it; null when it was made on the machine itself.</summary>
    public Guid? CreatedBy { get; init; }

    /// <summary>When it was made, UTC.</summary>
    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it ends, UTC.</summary>
    public DateTimeOffset ExpiresAt { get; init; }

    /// <summary>When it was revoked, UTC; null while it was not.</summary>
    public DateTimeOffset? RevokedAt { get; init; }

    /// <summary>When a token was last got with it, UTC, to the minute; null when never.</summary>
    public DateTimeOffset? LastUsedAt { get; init; }

    /// <summary>From which IP address that was.</summary>
    public string? LastAddress { get; init; }
}

/// <summary>A key that was made.</summary>
/// <param name="Key">The key.</param>
/// <param name="Text">What its holder shows, <c>ccrm_…</c>: shown this once. Null when the request was a repetition.</param>
internal sealed record MadeApiKey(ApiKey Key, string? Text);

/// <summary>Keys, and where the next page begins; null when there is none.</summary>
internal sealed record ApiKeyPage(IReadOnlyList<ApiKey> Keys, string? NextPageToken);

/// <summary>
/// API keys for other systems. A service never sees one: the endpoint at which a system calls changes it here for an
/// access token of a few minutes, keeps that, and passes it on; so all services check one kind of token alone.
/// </summary>
internal sealed class ApiKeyStore(NpgsqlDataSource dataSource, AccessTokens tokens, AuditLog audit, TimeProvider time)
{
    private const string Prefix = "ccrm_";
    private const int MostRequests = 60_000;
    private static readonly TimeSpan LongestLife = TimeSpan.FromDays(400);

    // A key is changed for a token once in some minutes; more often is a fault of its holder.
    private const int ExchangesPerMinute = 60;
    private const string Columns =
        """
        id, version, name, permissions, requests_per_minute, created_by, created_at, expires_at, revoked_at, last_used_at, last_address
        """;

    // Not the rates of calls, which are counted by the same identity.
    private readonly RequestRates _exchanges = new(time);

    /// <summary>Makes a key. A request that is repeated makes none; the text of the first time is not shown again.</summary>
    /// <exception cref="InputException">Something in the request is wrong, or more than its maker may give.</exception>
    public async Task<MadeApiKey> CreateAsync(ApiKeyRequest request, string idempotencyKey, Requester by, CancellationToken cancellationToken)
    {
        var violations = new Violations();
        CreatedOnce.Check(idempotencyKey, violations);
        var checkedRequest = Check(request, by, violations);
        violations.ThrowIfAny();
        var secret = OneTimeSecret.Token();
        var id = Guid.NewGuid();
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        if (await CreatedOnce.TakeAsync(connection, transaction, by.Name, idempotencyKey, checkedRequest, id, time.GetUtcNow(), cancellationToken) is { } made)
        {
            return new(await OneAsync(made, connection, transaction, cancellationToken), null);
        }

        await connection.ExecuteAsync(new CommandDefinition(
            """
            INSERT INTO api_keys (id, name, secret_hash, permissions, requests_per_minute, created_by, created_at, expires_at)
            VALUES (@id, @Name, @hash, @permissions, @RequestsPerMinute, @by, @now, @ExpiresAt)
            """,
            new
            {
                id,
                checkedRequest.Name,
                hash = OneTimeSecret.Hash(secret),
                permissions = checkedRequest.Permissions.ToArray(),
                checkedRequest.RequestsPerMinute,
                by = by.Caller?.Id,
                now = time.GetUtcNow(),
                checkedRequest.ExpiresAt,
            }, transaction, cancellationToken: cancellationToken));
        var act = new Act("api_key.created", "api_key", id)
        {
            Details = new Dictionary<string, string>(StringComparer.Ordinal) { ["permissions"] = string.Join(' ', checkedRequest.Permissions) },
        };
        await audit.WriteAsync(by, act, connection, transaction, cancellationToken);
        var key = await OneAsync(id, connection, transaction, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return new(key, $"{Prefix}{id:N}_{secret}");
    }

    /// <summary>Lists keys, the newest first.</summary>
    /// <param name="withEnded">Whether revoked and expired ones are listed, too.</param>
    /// <exception cref="InputException">The size or the token is wrong.</exception>
    public async Task<ApiKeyPage> ListAsync(bool withEnded, int pageSize, string? pageToken, CancellationToken cancellationToken)
    {
        var violations = new Violations();
        var size = PageSize.Read(pageSize, violations);
        var before = PageToken.Read<bool, Position>(pageToken, withEnded, violations);
        violations.ThrowIfAny();
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        var rows = (await connection.QueryAsync<ApiKey>(new CommandDefinition(
            $"""
            SELECT {Columns} FROM api_keys
            WHERE (@withEnded OR (revoked_at IS NULL AND expires_at > @now)) AND (@at::timestamptz IS NULL OR (created_at, id) < (@at, @id))
            ORDER BY created_at DESC, id DESC LIMIT @limit
            """, new { withEnded, now = time.GetUtcNow(), at = before?.At, id = before?.Id, limit = size + 1 },
            cancellationToken: cancellationToken))).AsList();
        var page = rows.Take(size).ToList();
        return new(page, rows.Count > size ? PageToken.Write(withEnded, new Position(page[^1].CreatedAt, page[^1].Id)) : null);
    }

    /// <summary>
    /// Ends a key. Tokens that were got with it are good for at most <see cref="StaffSettings.TokenLife"/> longer.
    /// </summary>
    /// <exception cref="NotFoundException">There is no such key.</exception>
    /// <exception cref="StaleVersionException">Somebody else changed it since.</exception>
    public async Task<ApiKey> RevokeAsync(Guid id, long version, Requester by, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await connection.ExecuteAsync(new CommandDefinition(
            "SELECT FROM api_keys WHERE id = @id FOR UPDATE", new { id }, transaction, cancellationToken: cancellationToken));
        var known = await OneAsync(id, connection, transaction, cancellationToken);
        if (known.Version != version)
        {
            throw new StaleVersionException(known.Version);
        }

        await connection.ExecuteAsync(new CommandDefinition(
            "UPDATE api_keys SET revoked_at = coalesce(revoked_at, @now), version = version + 1 WHERE id = @id",
            new { id, now = time.GetUtcNow() }, transaction, cancellationToken: cancellationToken));
        await audit.WriteAsync(by, new Act("api_key.revoked", "api_key", id), connection, transaction, cancellationToken);
        var revoked = await OneAsync(id, connection, transaction, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return revoked;
    }

    /// <summary>Changes a key for an access token.</summary>
    /// <param name="text">The whole key as its holder shows it.</param>
    /// <param name="address">The IP address from which he asks.</param>
    /// <exception cref="NotSignedInException">The key is unknown, revoked or expired.</exception>
    /// <exception cref="TooOftenException">It is changed more often than makes sense.</exception>
    public async Task<AccessToken> ExchangeAsync(string text, string address, CancellationToken cancellationToken)
    {
        if (!TryRead(text, out var id, out var secret))
        {
            throw new NotSignedInException("That is no API key");
        }

        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        var hash = await connection.QuerySingleOrDefaultAsync<byte[]>(new CommandDefinition(
            "SELECT secret_hash FROM api_keys WHERE id = @id", new { id }, cancellationToken: cancellationToken));
        if (hash is null || !CryptographicOperations.FixedTimeEquals(hash, OneTimeSecret.Hash(secret)))
        {
            throw new NotSignedInException("The API key is unknown");
        }

        if (_exchanges.Take(id, ExchangesPerMinute) is { Ticks: > 0 } wait)
        {
            throw new TooOftenException(wait);
        }

        var now = time.GetUtcNow();
        var key = await OneAsync(id, connection, transaction: null, cancellationToken);
        if (key.RevokedAt is not null || key.ExpiresAt <= now)
        {
            await audit.WriteAsync(
                new Requester(null, address), new Act("api_key.refused", "api_key", id) { Refused = true }, connection, transaction: null, cancellationToken);
            throw new NotSignedInException("The API key has ended");
        }

        await connection.ExecuteAsync(new CommandDefinition(
            """
            UPDATE api_keys SET last_used_at = @now, last_address = @address
            WHERE id = @id AND (last_used_at IS NULL OR last_used_at < @now - interval '1 minute' OR last_address IS DISTINCT FROM @address)
            """, new { id, now, address }, cancellationToken: cancellationToken));
        return tokens.Make(key);
    }

    private ApiKeyRequest Check(ApiKeyRequest request, Requester by, Violations violations)
    {
        var name = violations.Text("api_key.name", request.Name, 100);
        if (request.Permissions.Count == 0)
        {
            violations.Add("api_key.permissions", ViolationKey.Required);
        }

        for (var i = 0; i < request.Permissions.Count; i++)
        {
            var field = string.Create(System.Globalization.CultureInfo.InvariantCulture, $"api_key.permissions[{i}]");
            if (!Permissions.All.Contains(request.Permissions[i]))
            {
                violations.Add(field, ViolationKey.UnknownWord, string.Join(", ", Permissions.All.Order(StringComparer.Ordinal)));
            }
            else if (!by.May(request.Permissions[i]))
            {
                violations.Add(field, ViolationKey.NotYoursToGive, request.Permissions[i]);
            }
        }

        if (request.RequestsPerMinute is < 1 or > MostRequests)
        {
            violations.Add("api_key.requests_per_minute", ViolationKey.OutOfRange, 1, MostRequests);
        }

        var now = time.GetUtcNow();
        if (request.ExpiresAt is null)
        {
            violations.Add("api_key.expires_at", ViolationKey.Required);
        }
        else if (request.ExpiresAt <= now)
        {
            violations.Add("api_key.expires_at", ViolationKey.InThePast);
        }
        else if (request.ExpiresAt > now + LongestLife)
        {
            violations.Add("api_key.expires_at", ViolationKey.OutOfRange, now.ToString("u", System.Globalization.CultureInfo.InvariantCulture),
                (now + LongestLife).ToString("u", System.Globalization.CultureInfo.InvariantCulture));
        }

        return request with
        {
            Name = name,
            Permissions = [.. request.Permissions.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)],
            ExpiresAt = request.ExpiresAt?.ToUniversalTime(),
        };
    }

    private static bool TryRead(string text, out Guid id, out string secret)
    {
        var rest = text.AsSpan();
        secret = "";
        id = default;
        if (text.Length > 200 || !rest.StartsWith(Prefix, StringComparison.Ordinal))
        {
            return false;
        }

        rest = rest[Prefix.Length..];
        var cut = rest.IndexOf('_');
        if (cut < 0 || !Guid.TryParseExact(rest[..cut], "N", out id))
        {
            return false;
        }

        secret = rest[(cut + 1)..].ToString();
        return secret.Length > 0;
    }

    private static async Task<ApiKey> OneAsync(Guid id, NpgsqlConnection connection, NpgsqlTransaction? transaction, CancellationToken cancellationToken) =>
        await connection.QuerySingleOrDefaultAsync<ApiKey>(new CommandDefinition(
            $"SELECT {Columns} FROM api_keys WHERE id = @id", new { id }, transaction, cancellationToken: cancellationToken))
        ?? throw new NotFoundException("API key", id.ToString());

    private sealed record Position(DateTimeOffset At, Guid Id);
}
