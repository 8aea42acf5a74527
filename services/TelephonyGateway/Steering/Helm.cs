using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using CallCenterCrm.ServiceDefaults;
using CallCenterCrm.ServiceDefaults.Migrations;
using Dapper;
using Grpc.Core;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Npgsql;

namespace CallCenterCrm.Telephony.Steering;

/// <summary>
/// Whether this gateway steers the PBX and writes its calls, or stands by: of several with one database only the one that
/// holds its lock. A single gateway always does.
/// </summary>
/// <remarks>
/// A gateway that was frozen does not know it. So it steers only by a confirmation of the lock that is younger, by the
/// monotonic clock, than the time after which another one may take the lock from it; and what it writes is checked
/// against the term in the transaction of the write.
/// </remarks>
internal sealed partial class Helm(
    GatewaySettings settings, NpgsqlDataSource dataSource, ServiceDatabase database, TimeProvider time, ILogger<Helm> logger)
    : BackgroundService, IHealthCheck
{
    private static readonly TimeSpan Beat = TimeSpan.FromMilliseconds(500);

    // The database may be busy; it is held for away when it has not answered by then.
    private static readonly TimeSpan AnswerLimit = TimeSpan.FromSeconds(1);

    // Shorter than the silence after which the lock is taken from a holder.
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan MostSilence = TimeSpan.FromSeconds(3);

    // A caller waits two seconds for his plan.
    private static readonly TimeSpan ConfirmLimit = TimeSpan.FromSeconds(1.5);

    private readonly long _lockKey = LockKeyOf(settings.PbxId);
    private readonly string _mark = Path.Combine(settings.StateDirectory, "at-the-helm");
    private readonly Lock _lock = new();
    private long? _ownTerm;
    private Standing _standing = new(Role.Unknown, null, null);
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private enum Role
    {
        /// <summary>Not found out since the start.</summary>
        Unknown,

        /// <summary>Holds the lock.</summary>
        Active,

        /// <summary>Held the lock last, and the database cannot be reached, so that nobody can have taken it since.</summary>
        Last,

        /// <summary>Somebody else holds the lock, or may.</summary>
        Standby,
    }

    /// <summary>The term in which this gateway writes calls; null when it stands by. It may be over without its knowing.</summary>
    public long? Term => Now().Standing.Term;

    /// <summary>Whether this gateway stands by.</summary>
    public bool IsStandby => Now().Standing.Role == Role.Standby;

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var (role, term, _) = Now().Standing;
        return Task.FromResult(role switch
        {
            Role.Active => Noted(string.Create(CultureInfo.InvariantCulture, $"active, term {term}")),
            Role.Standby => Noted("standby"),
            Role.Last => HealthCheckResult.Unhealthy("gives plans as the last one that steered; the database cannot be asked"),
            _ => HealthCheckResult.Unhealthy("not known yet whether this gateway steers"),
        });

        static HealthCheckResult Noted(string note) => HealthCheckResult.Healthy(data: new Dictionary<string, object> { ["note"] = note });
    }

    /// <summary>Waits until this gateway writes calls.</summary>
    /// <returns>The term in which it does.</returns>
    public async Task<long> HeldAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var (standing, changed) = Now();
            if (standing is { Role: Role.Active, Term: { } term })
            {
                return term;
            }

            await changed.WaitAsync(cancellationToken);
        }
    }

    /// <summary>
    /// Whether this gateway may tell the PBX now whom to ring. While the database is away the last one that held the lock
    /// may: a plan that is given twice does no harm, and one that comes late is not looked at.
    /// </summary>
    public async Task<bool> MayPlanAsync(CancellationToken cancellationToken) =>
        await ConfirmedAsync(cancellationToken) is Role.Active or Role.Last;

    /// <summary>Makes sure that this gateway may let the PBX call somebody now.</summary>
    /// <exception cref="RpcException">UNAVAILABLE: it stands by, or it cannot be found out; another gateway may do it.</exception>
    public async Task RequireAsync(CancellationToken cancellationToken)
    {
        if (await ConfirmedAsync(cancellationToken) != Role.Active)
        {
            throw new RpcException(new Status(StatusCode.Unavailable, "This gateway does not steer the PBX now; try again in a few seconds."));
        }
    }

    /// <summary>Lets a write of calls happen only in the term that this gateway holds. The term cannot end before the transaction does.</summary>
    /// <exception cref="NotAtTheHelmException">This gateway stands by, or another one has taken the lock meanwhile.</exception>
    public async Task FenceAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        // FOR KEY SHARE lets beats pass, and holds up whoever takes the next term.
        if (Term is not { } term || !await connection.ExecuteScalarAsync<bool>(new CommandDefinition(
                "SELECT true FROM gateway_term WHERE pbx = @PbxId AND term = @term FOR KEY SHARE",
                new { settings.PbxId, term }, transaction, cancellationToken: cancellationToken)))
        {
            throw new NotAtTheHelmException();
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // Started while the database is away, the one that held the lock when it ended goes on as the last one.
        var wasLast = File.Exists(_mark);
        while (true)
        {
            var asked = time.GetTimestamp();
            try
            {
                await using var connection = await WithinAsync(limit => dataSource.OpenConnectionAsync(limit).AsTask(), stoppingToken);
                await database.Migrated.WaitAsync(AnswerLimit, time, stoppingToken);
                while (true)
                {
                    asked = time.GetTimestamp();
                    await using var held = await WithinAsync(limit => SessionLock.TryTakeAsync(connection, _lockKey, limit), stoppingToken);
                    if (held is not null)
                    {
                        await HoldAsync(connection, asked, stoppingToken);
                    }

                    StandBy(asked);
                    await WithinAsync(limit => UnseatAsync(connection, limit), stoppingToken);
                    await Task.Delay(Beat, time, stoppingToken);
                }
            }
            catch (LostException lost)
            {
                // The session that held the lock is gone. Whether somebody else has it is for the next one to say, and at once.
                wasLast = true;
                Lost(logger, lost.InnerException!.Message);
                continue;
            }
            catch (Exception fault) when (IsAway(fault, stoppingToken))
            {
                wasLast = IsStandby ? false : wasLast || Term is not null;
                Take(wasLast ? new Standing(Role.Last, Term, asked) : new Standing(Role.Standby, null, asked));
            }

            await Task.Delay(Beat, time, stoppingToken);
        }
    }

    private async Task HoldAsync(NpgsqlConnection connection, long asked, CancellationToken cancellationToken)
    {
        try
        {
            var (term, silence) = await WithinAsync(limit => NextTermAsync(connection, limit), cancellationToken);
            if (silence < Lease && term - 1 != _ownTerm)
            {
                // The one before may have lost nothing but its session, and steers by its last confirmation till then.
                await Task.Delay(Lease - silence.Value, time, cancellationToken);
            }

            _ownTerm = term;
            Mark(held: true);
            Taken(logger, term);
            do
            {
                Take(new Standing(Role.Active, term, asked));
                await Task.Delay(Beat, time, cancellationToken);
                asked = time.GetTimestamp();
            }
            while (await WithinAsync(limit => BeatAsync(connection, term, limit), cancellationToken));
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // An orderly end: the next one need not wait.
            await WithinAsync(limit => EndAsync(connection, limit), CancellationToken.None);
            throw;
        }
        catch (Exception fault) when (IsAway(fault, cancellationToken))
        {
            throw new LostException(fault);
        }
    }

    private async Task<(long Term, TimeSpan? Silence)> NextTermAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);

        // Waits for writes of the term before, which hold the row's key.
        var silence = await connection.ExecuteScalarAsync<TimeSpan?>(new CommandDefinition(
            "SELECT clock_timestamp() - beat_at FROM gateway_term WHERE pbx = @PbxId FOR UPDATE", new { settings.PbxId }, transaction,
            cancellationToken: cancellationToken));
        var term = await connection.ExecuteScalarAsync<long>(new CommandDefinition(
            """
            INSERT INTO gateway_term AS known (pbx, term, beat_at) VALUES (@PbxId, 1, clock_timestamp())
            ON CONFLICT (pbx) DO UPDATE SET term = known.term + 1, beat_at = excluded.beat_at RETURNING term
            """, new { settings.PbxId }, transaction, cancellationToken: cancellationToken));
        await transaction.CommitAsync(cancellationToken);
        return (term, silence);
    }

    private Task<int> EndAsync(NpgsqlConnection connection, CancellationToken cancellationToken) => connection.ExecuteAsync(new CommandDefinition(
        "UPDATE gateway_term SET beat_at = 'epoch' WHERE pbx = @PbxId AND term = @_ownTerm", new { settings.PbxId, _ownTerm },
        cancellationToken: cancellationToken));

    private async Task<bool> BeatAsync(NpgsqlConnection connection, long term, CancellationToken cancellationToken) =>
        await connection.ExecuteAsync(new CommandDefinition(
            "UPDATE gateway_term SET beat_at = clock_timestamp() WHERE pbx = @PbxId AND term = @term", new { settings.PbxId, term },
            cancellationToken: cancellationToken)) == 1;

    // A frozen process keeps its sessions, and with them every lock: the one of the helm, of a transaction it was in, of its
    // publisher. The server ends them all, so that nothing of it is left when it wakes up. Of a session of our own that broke
    // without the server's noticing, only that one.
    private async Task<long> UnseatAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var ended = await connection.ExecuteScalarAsync<long>(new CommandDefinition(
            """
            WITH holder AS (
                SELECT pid, application_name FROM pg_locks JOIN pg_stat_activity USING (pid)
                WHERE locktype = 'advisory' AND granted AND objsubid = 1 AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
                    AND classid = (@_lockKey::bigint >> 32)::oid AND objid = (@_lockKey::bigint & 4294967295)::oid
                    AND pid <> pg_backend_pid() AND state_change < clock_timestamp() - @MostSilence::interval
                    AND EXISTS (SELECT FROM gateway_term WHERE pbx = @PbxId AND beat_at < clock_timestamp() - @MostSilence::interval)
            )
            SELECT count(pg_terminate_backend(session.pid)) FROM pg_stat_activity AS session, holder
            WHERE session.datname = current_database() AND (session.pid = holder.pid
                OR (session.application_name = holder.application_name AND holder.application_name <> current_setting('application_name')))
            """, new { _lockKey, settings.PbxId, MostSilence }, cancellationToken: cancellationToken));
        if (ended > 0)
        {
            Unseated(logger, MostSilence.TotalSeconds, ended);
        }

        return ended;
    }

    private void StandBy(long asked)
    {
        if (!IsStandby)
        {
            Mark(held: false);
            StandsBy(logger);
        }

        Take(new Standing(Role.Standby, null, asked));
    }

    private void Mark(bool held)
    {
        try
        {
            Directory.CreateDirectory(settings.StateDirectory);
            if (held)
            {
                File.WriteAllText(_mark, "");
            }
            else
            {
                File.Delete(_mark);
            }
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            CannotMark(logger, fault.Message);
        }
    }

    private async Task<Role> ConfirmedAsync(CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(ConfirmLimit);
        while (true)
        {
            var (standing, changed) = Now();
            if (standing.At is { } at && time.GetElapsedTime(at) < Lease)
            {
                return standing.Role;
            }

            try
            {
                await changed.WaitAsync(limit.Token);
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                return Role.Unknown;
            }
        }
    }

    private void Take(Standing standing)
    {
        TaskCompletionSource changed;
        lock (_lock)
        {
            _standing = standing;
            (changed, _changed) = (_changed, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        }

        changed.SetResult();
    }

    private (Standing Standing, Task Changed) Now()
    {
        lock (_lock)
        {
            return (_standing, _changed.Task);
        }
    }

    private static async Task<T> WithinAsync<T>(Func<CancellationToken, Task<T>> ask, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(AnswerLimit);
        return await ask(limit.Token);
    }

    private static bool IsAway(Exception fault, CancellationToken stopping) =>
        fault is NpgsqlException || (fault is OperationCanceledException or TimeoutException && !stopping.IsCancellationRequested);

    // Of our own kind in the database, where every PBX has a number of its own.
    private static long LockKeyOf(string pbx) => 0x43524D48_00000000 | BitConverter.ToUInt32(SHA256.HashData(Encoding.UTF8.GetBytes(pbx)));

    [LoggerMessage(380, LogLevel.Information, "This gateway steers the PBX, in term {Term}")]
    private static partial void Taken(ILogger logger, long term);

    [LoggerMessage(381, LogLevel.Information, "This gateway stands by: another one steers the PBX")]
    private static partial void StandsBy(ILogger logger);

    [LoggerMessage(382, LogLevel.Warning, "The gateway that steered the PBX was silent for {Seconds} s; its {Sessions} sessions were ended")]
    private static partial void Unseated(ILogger logger, double seconds, long sessions);

    [LoggerMessage(383, LogLevel.Warning, "The session that holds the helm is lost: {Reason}")]
    private static partial void Lost(ILogger logger, string reason);

    [LoggerMessage(384, LogLevel.Warning, "Whether this gateway steers cannot be kept for a start without the database: {Reason}")]
    private static partial void CannotMark(ILogger logger, string reason);

    /// <param name="At">When the question was asked whose answer this is, monotonic; null before the first.</param>
    private sealed record Standing(Role Role, long? Term, long? At);

    private sealed class LostException(Exception inner) : Exception(inner.Message, inner);
}

/// <summary>This gateway does not write calls now: another one does.</summary>
internal sealed class NotAtTheHelmException() : Exception("another gateway steers the PBX");
