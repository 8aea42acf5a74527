using System.Diagnostics.Metrics;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using CallCenterCrm.ServiceDefaults.Input;
using Dapper;
using Npgsql;

namespace CallCenterCrm.Staff.SignIn;

/// <summary>What is guessed at: each is counted by itself.</summary>
internal enum GuessedThing
{
    /// <summary>A password.</summary>
    Password,

    /// <summary>A code of the second factor.</summary>
    Code,
}

/// <summary>
/// Bounds how fast passwords and codes can be guessed, and does not let guessing shut out the right person.
/// <list type="bullet">
/// <item>A pair of account and address: five failures, then a pause that doubles with each further one, up to 15 minutes.</item>
/// <item>An account, from all addresses that never signed in to it: 20 guesses at once, and 10 an hour. From an address
/// that did sign in before, only that address' own pauses count, so strangers cannot shut its owner out.</item>
/// <item>An address, over all accounts: 30 guesses at once, and 3 a minute.</item>
/// </list>
/// A guess is counted before it is looked at, with the rows locked: however many come at once, no more are looked at. One
/// that turns out right is given back.
/// </summary>
internal sealed class GuessLimits(NpgsqlDataSource dataSource, TimeProvider time)
{
    /// <summary>Failures of a pair before the first pause.</summary>
    public const int FreeFailures = 5;

    /// <summary>The first pause of a pair.</summary>
    public static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(30);

    /// <summary>The longest pause of a pair.</summary>
    public static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(15);

    /// <summary>After so long a row that nobody touched says the same as none.</summary>
    public static readonly TimeSpan Forget = TimeSpan.FromDays(1);

    /// <summary>Guesses at an account from addresses that are strange to it.</summary>
    public static readonly Rate Account = new("account", 20, 10 / TimeSpan.FromHours(1).TotalSeconds);

    /// <summary>Guesses from an address.</summary>
    public static readonly Rate Address = new("address", 30, 3 / TimeSpan.FromMinutes(1).TotalSeconds);

    private static readonly Meter Meter = new("CallCenterCrm.Staff");
    private static readonly Counter<long> Refused = Meter.CreateCounter<long>("sign_in.guesses_refused");

    /// <summary>Counts a guess.</summary>
    /// <param name="account">What names the account, whether or not there is one of that name.</param>
    /// <param name="address">From where, as text; what is no IP address counts as one common address.</param>
    /// <param name="isKnown">Whether the account was signed in to from that address before.</param>
    /// <exception cref="TooOftenException">It may not be looked at.</exception>
    public async Task<Guess> TakeAsync(GuessedThing thing, string account, string address, bool isKnown, CancellationToken cancellationToken)
    {
        var network = NetworkOf(address);
        var guess = new Guess(
            KeyOf($"{thing}\n{account}\n{network}"), isKnown ? null : KeyOf($"{thing}\n{account}"), KeyOf($"{thing}\n{network}"));
        var now = time.GetUtcNow();
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);

        // Always in this order, so that two guesses never wait for each other.
        var pair = await LockAsync("pair", guess.Pair, now, connection, transaction, cancellationToken);
        if (pair.BlockedUntil > now)
        {
            throw Refuse(pair.BlockedUntil.Value - now);
        }

        foreach (var (rate, key) in guess.Buckets)
        {
            var row = await LockAsync(rate.Scope, key, now, connection, transaction, cancellationToken);
            var filled = rate.FilledAt(row, now);
            if (filled < 1)
            {
                throw Refuse(TimeSpan.FromSeconds((1 - filled) / rate.PerSecond));
            }

            await connection.ExecuteAsync(new CommandDefinition(
                "UPDATE guess_limits SET filled = @filled, touched_at = @now WHERE scope = @Scope AND key = @key",
                new { filled = filled - 1, now, rate.Scope, key }, transaction, cancellationToken: cancellationToken));
        }

        var failures = (now - pair.TouchedAt > Forget ? 0 : pair.Failures) + 1;
        await connection.ExecuteAsync(new CommandDefinition(
            "UPDATE guess_limits SET failures = @failures, blocked_until = @until, touched_at = @now WHERE scope = 'pair' AND key = @Pair",
            new { failures, until = PauseAfter(failures) is { } pause ? now + pause : (DateTimeOffset?)null, now, guess.Pair },
            transaction, cancellationToken: cancellationToken));
        await transaction.CommitAsync(cancellationToken);
        return guess;
    }

    /// <summary>Takes back what was counted, since the guess was right.</summary>
    public async Task ForgiveAsync(Guess guess, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await connection.ExecuteAsync(new CommandDefinition(
            "DELETE FROM guess_limits WHERE scope = 'pair' AND key = @Pair", guess, transaction, cancellationToken: cancellationToken));
        foreach (var (rate, key) in guess.Buckets)
        {
            await connection.ExecuteAsync(new CommandDefinition(
                "UPDATE guess_limits SET filled = least(filled + 1, @Capacity) WHERE scope = @Scope AND key = @key",
                new { rate.Capacity, rate.Scope, key }, transaction, cancellationToken: cancellationToken));
        }

        await transaction.CommitAsync(cancellationToken);
    }

    /// <summary>The address whose guesses are counted together: an IPv4 address, or the /64 that one IPv6 line has.</summary>
    public static string NetworkOf(string address)
    {
        if (!IPAddress.TryParse(address, out var parsed))
        {
            return "";
        }

        if (parsed.IsIPv4MappedToIPv6)
        {
            parsed = parsed.MapToIPv4();
        }

        return parsed.AddressFamily == AddressFamily.InterNetworkV6
            ? new IPNetwork(new IPAddress([.. parsed.GetAddressBytes()[..8], 0, 0, 0, 0, 0, 0, 0, 0]), 64).ToString()
            : parsed.ToString();
    }

    private static TimeSpan? PauseAfter(int failures) => failures < FreeFailures
        ? null
        : TimeSpan.FromTicks(Math.Min(LongestPause.Ticks, FirstPause.Ticks << Math.Min(failures - FreeFailures, 10)));

    private static TooOftenException Refuse(TimeSpan wait)
    {
        Refused.Add(1);
        return new TooOftenException(wait);
    }

    private static byte[] KeyOf(string text) => SHA256.HashData(Encoding.UTF8.GetBytes(text));

    // Makes the row if need be, and keeps others from it until the transaction ends.
    private static Task<LimitRow> LockAsync(
        string scope, byte[] key, DateTimeOffset now, NpgsqlConnection connection, NpgsqlTransaction transaction, CancellationToken cancellationToken) =>
        connection.QuerySingleAsync<LimitRow>(new CommandDefinition(
            """
            INSERT INTO guess_limits (scope, key, touched_at) VALUES (@scope, @key, @now)
            ON CONFLICT (scope, key) DO UPDATE SET touched_at = guess_limits.touched_at
            RETURNING filled, failures, blocked_until, touched_at
            """, new { scope, key, now }, transaction, cancellationToken: cancellationToken));
}

/// <summary>How many guesses at once, and how fast more are allowed.</summary>
internal sealed record Rate(string Scope, double Capacity, double PerSecond)
{
    /// <summary>How many are left at a moment.</summary>
    public double FilledAt(LimitRow row, DateTimeOffset now) => row.Filled is { } filled
        ? Math.Min(Capacity, filled + (Math.Max(0, (now - row.TouchedAt).TotalSeconds) * PerSecond))
        : Capacity;
}

/// <summary>What was counted for a guess.</summary>
/// <param name="Pair">The account and the address.</param>
/// <param name="Account">The account; null from an address that is known to it.</param>
/// <param name="Address">The address.</param>
internal sealed record Guess(byte[] Pair, byte[]? Account, byte[] Address)
{
    public IEnumerable<(Rate Rate, byte[] Key)> Buckets => Account is null
        ? [(GuessLimits.Address, Address)]
        : [(GuessLimits.Account, Account), (GuessLimits.Address, Address)];
}

/// <summary>A row of guess_limits.</summary>
internal sealed class LimitRow
{
    public double? Filled { get; init; }

    public int Failures { get; init; }

    public DateTimeOffset? BlockedUntil { get; init; }

    public DateTimeOffset TouchedAt { get; init; }
}
