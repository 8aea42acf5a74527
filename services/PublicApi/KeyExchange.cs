using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using CallCenterCrm.Staff.V1;
using Grpc.Core;

namespace CallCenterCrm.PublicApi;

/// <summary>
/// Changes API keys for access tokens at Staff, and keeps each token while it lives. So a key that is revoked works for as
/// long as its last token lives, at most five minutes, and calls go on for as long while Staff is down.
/// </summary>
internal sealed class KeyExchange(ApiKeys.ApiKeysClient staff, TimeProvider time)
{
    private const string Scheme = "Bearer ";
    private const string Prefix = "ccrm_";
    private const int LongestKey = 200;
    private const int MostKept = 10_000;

    // A key that was refused, or whose exchange failed, is not asked about again at once.
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);
    private readonly ConcurrentDictionary<string, Known> _known = new(StringComparer.Ordinal);

    /// <summary>The API key in the header Authorization; null when there is something else, or nothing.</summary>
    public static string? KeyIn(string? authorization) =>
        authorization?.StartsWith(Scheme + Prefix, StringComparison.OrdinalIgnoreCase) == true && authorization.Length <= LongestKey
            ? authorization[Scheme.Length..].Trim()
            : null;

    /// <summary>An access token for a key.</summary>
    /// <param name="address">The IP address from which it was shown.</param>
    /// <exception cref="RpcException">Staff refuses the key; or it cannot be reached, and no token of the key's lives.</exception>
    public async Task<string> TokenForAsync(string key, string address, CancellationToken cancellationToken)
    {
        // Of a key only its digest stays in memory.
        var name = Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(key)));
        if (_known.Count >= MostKept)
        {
            Sweep();
        }

        var known = _known.GetOrAdd(name, _ => new Known());
        Task<Token> exchange;
        lock (known)
        {
            var now = time.GetUtcNow();
            if (known.Token is { } token && now < token.RenewAt)
            {
                return token.Text;
            }

            if (known.Exchange is null || (known.Exchange.IsCompleted && now >= known.RetryAt))
            {
                known.RetryAt = now + Pause;
                known.Exchange = ExchangeAsync(known, key, address);
            }

            exchange = known.Exchange;
        }

        try
        {
            // One caller who goes away does not end the exchange for the others.
            return (await exchange.WaitAsync(cancellationToken)).Text;
        }
        catch (RpcException) when (known.Token is { } last && time.GetUtcNow() < last.Until)
        {
            return last.Text;
        }
    }

    private async Task<Token> ExchangeAsync(Known known, string key, string address)
    {
        ExchangeApiKeyResponse got;
        try
        {
            got = await staff.ExchangeApiKeyAsync(new ExchangeApiKeyRequest { Key = key, ClientAddress = address });
        }
        catch (RpcException refusal) when (refusal.StatusCode == StatusCode.Unauthenticated)
        {
            known.Token = null;
            throw;
        }

        var (now, until) = (time.GetUtcNow(), got.ExpiresAt.ToDateTimeOffset());
        var token = new Token(got.AccessToken, now + ((until - now) * 0.75), until);
        known.Token = token;
        return token;
    }

    // Ten thousand keys are no company's systems but somebody who guesses; those that once were good stay.
    private void Sweep()
    {
        var now = time.GetUtcNow();
        foreach (var pair in _known.Where(pair => pair.Value.Token is not { } token || token.Until <= now))
        {
            _known.TryRemove(pair);
        }
    }

    /// <summary>What is known of a key.</summary>
    private sealed class Known
    {
        private volatile Token? _token;

        /// <summary>The last that was got with it.</summary>
        public Token? Token
        {
            get => _token;
            set => _token = value;
        }

        /// <summary>The last exchange, which may still go on.</summary>
        public Task<Token>? Exchange { get; set; }

        /// <summary>From when on another may be begun.</summary>
        public DateTimeOffset RetryAt { get; set; }
    }

    /// <summary>An access token.</summary>
    /// <param name="Text">It.</param>
    /// <param name="RenewAt">From when on a new one is got, so that a call that begins with it gets something of its life.</param>
    /// <param name="Until">When it ends.</param>
    private sealed record Token(string Text, DateTimeOffset RenewAt, DateTimeOffset Until);
}
