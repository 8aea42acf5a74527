using System.Security.Cryptography;
using CallCenterCrm.ServiceDefaults;
using CallCenterCrm.ServiceDefaults.Authentication;
using CallCenterCrm.ServiceDefaults.Input;
using CallCenterCrm.ServiceDefaults.Migrations;
using CallCenterCrm.Staff.SignIn;
using Dapper;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.IdentityModel.Tokens;
using Npgsql;

namespace CallCenterCrm.Staff.Tokens;

/// <summary>
/// The keys that access tokens are signed with, the same for all instances. Each signs for 30 days; the next is published
/// a day before it signs, so that every service knows it by then, and the last one until no token of its is alive.
/// </summary>
internal sealed partial class KeyRing(
    NpgsqlDataSource dataSource, ServiceDatabase database, SecretBox box, IHostApplicationLifetime lifetime, TimeProvider time, ILogger<KeyRing> logger)
    : BackgroundService, IHealthCheck, ITokenKeys
{
    /// <summary>How long a key signs.</summary>
    public static readonly TimeSpan Signs = TimeSpan.FromDays(30);

    /// <summary>How long it is published before: much longer than services take to fetch the keys anew.</summary>
    public static readonly TimeSpan Ahead = TimeSpan.FromDays(1);

    /// <summary>How long it is published after: longer than a token lives.</summary>
    public static readonly TimeSpan After = TimeSpan.FromHours(1);

    private const long LockKey = 0x43524D4B455953;
    private static readonly TimeSpan Reread = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Retry = TimeSpan.FromSeconds(1);
    private volatile IReadOnlyList<Key> _keys = [];

    /// <summary>The key to sign with now.</summary>
    /// <exception cref="NotNowException">The keys have not been read yet.</exception>
    public SecurityKey Signing
    {
        get
        {
            var now = time.GetUtcNow();
            return _keys.Where(key => key.SignsFrom <= now && now < key.SignsUntil).MaxBy(key => key.SignsFrom)?.Private ?? throw new NotNowException("there is no key to sign with yet");
        }
    }

    /// <summary>All keys that a token may be signed with, now or soon, as RFC 7517 writes them.</summary>
    public PublishedKeySet Published
    {
        get
        {
            var now = time.GetUtcNow();
            return new([.. _keys.Where(key => now < key.PublishedUntil).OrderBy(key => key.SignsFrom).Select(key => key.Public)]);
        }
    }

    /// <summary>For Staff's own gRPC calls: it need not ask itself for its keys.</summary>
    public Task<SecurityKey?> FindAsync(string? kid, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        return Task.FromResult(_keys.FirstOrDefault(key => key.Kid == kid && now < key.PublishedUntil)?.Private);
    }

    /// <summary>Makes the next key when it is time, drops the outlived ones, and reads them all.</summary>
    public async Task RereadAsync(CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await connection.ExecuteAsync(new CommandDefinition(
            "SELECT pg_advisory_xact_lock(@LockKey); DELETE FROM signing_keys WHERE published_until <= @now",
            new { LockKey, now }, transaction, cancellationToken: cancellationToken));
        var end = await connection.ExecuteScalarAsync<DateTimeOffset?>(new CommandDefinition(
            "SELECT max(signs_until) FROM signing_keys", transaction: transaction, cancellationToken: cancellationToken));
        if (end is null || end <= now + Ahead)
        {
            await MakeAsync(end > now ? end.Value : now, connection, transaction, cancellationToken);
        }

        var rows = (await connection.QueryAsync<Row>(new CommandDefinition(
            "SELECT kid, private_key, signs_from, signs_until, published_until FROM signing_keys",
            transaction: transaction, cancellationToken: cancellationToken))).AsList();
        await transaction.CommitAsync(cancellationToken);
        var known = _keys;
        _keys = [.. rows.Select(row => known.FirstOrDefault(key => key.Kid == row.Kid) ?? Open(row))];
    }

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var now = time.GetUtcNow();
        return Task.FromResult(_keys.Any(key => key.SignsFrom <= now && now < key.SignsUntil)
            ? HealthCheckResult.Healthy()
            : HealthCheckResult.Unhealthy("no key to sign access tokens with"));
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await database.Migrated.WaitAsync(stoppingToken);
        while (true)
        {
            var pause = Reread;
            try
            {
                await RereadAsync(stoppingToken);
            }
            catch (NpgsqlException fault)
            {
                CannotRead(logger, fault.Message);
                pause = Retry;
            }
            catch (CryptographicException)
            {
                WrongSecret(logger);
                Environment.ExitCode = CrmService.WrongConfiguration;
                lifetime.StopApplication();
                return;
            }

            await Task.Delay(pause, time, stoppingToken);
        }
    }

    private async Task MakeAsync(DateTimeOffset from, NpgsqlConnection connection, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var kid = Guid.NewGuid().ToString("N");
        await connection.ExecuteAsync(new CommandDefinition(
            """
            INSERT INTO signing_keys (kid, private_key, signs_from, signs_until, published_until)
            VALUES (@kid, @closed, @from, @until, @published)
            """,
            new
            {
                kid,
                closed = box.Close(key.ExportPkcs8PrivateKey(), PlaceOf(kid)),
                from,
                until = from + Signs,
                published = from + Signs + After,
            }, transaction, cancellationToken: cancellationToken));
        Made(logger, kid, from);
    }

    private Key Open(Row row)
    {
        // Lives as long as the process, since signatures may be under way with it.
        var key = ECDsa.Create();
        key.ImportPkcs8PrivateKey(box.Open(row.PrivateKey, PlaceOf(row.Kid)), out _);
        var point = key.ExportParameters(includePrivateParameters: false).Q;
        return new(row.Kid, row.SignsFrom, row.SignsUntil, row.PublishedUntil, new ECDsaSecurityKey(key) { KeyId = row.Kid },
            new(row.Kid, Base64UrlEncoder.Encode(point.X), Base64UrlEncoder.Encode(point.Y)));
    }

    private static string PlaceOf(string kid) => $"signing_keys {kid}";

    [LoggerMessage(501, LogLevel.Information, "Made the key {Kid}, which signs from {From:O}")]
    private static partial void Made(ILogger logger, string kid, DateTimeOffset from);

    [LoggerMessage(502, LogLevel.Warning, "The signing keys could not be read, those known stay in force: {Reason}")]
    private static partial void CannotRead(ILogger logger, string reason);

    [LoggerMessage(503, LogLevel.Critical, "EncryptionSecret is not the one that this database was encrypted with, so the service does not start: give the earlier one")]
    private static partial void WrongSecret(ILogger logger);

    private sealed record Key(
        string Kid, DateTimeOffset SignsFrom, DateTimeOffset SignsUntil, DateTimeOffset PublishedUntil, SecurityKey Private, PublishedKey Public);

    private sealed class Row
    {
        public string Kid { get; init; } = "";

        public byte[] PrivateKey { get; init; } = [];

        public DateTimeOffset SignsFrom { get; init; }

        public DateTimeOffset SignsUntil { get; init; }

        public DateTimeOffset PublishedUntil { get; init; }
    }
}

/// <summary>A JSON Web Key Set (RFC 7517).</summary>
internal sealed record PublishedKeySet(IReadOnlyList<PublishedKey> Keys);

/// <summary>The public half of a key (RFC 7518, section 6.2).</summary>
internal sealed record PublishedKey(
    string Kid, string X, string Y, string Kty = "EC", string Crv = "P-256", string Use = "sig", string Alg = TokenFormat.Algorithm);
