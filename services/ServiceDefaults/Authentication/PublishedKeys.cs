using System.Collections.Frozen;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.IdentityModel.Tokens;

namespace CallCenterCrm.ServiceDefaults.Authentication;

/// <summary>
/// The keys that Staff signs with, as it publishes them (RFC 7517): fetched in the background and when a token names one
/// that is not known, kept in memory and in a file, so that a service checks tokens while Staff is down and after a restart.
/// </summary>
public sealed partial class PublishedKeys(
    AuthenticationSettings settings, HttpMessageInvoker http, TimeProvider time, ILogger<PublishedKeys> logger)
    : BackgroundService, IHealthCheck, ITokenKeys
{
    /// <summary>How often they are fetched; Staff publishes a key for longer than this before it signs with it.</summary>
    public static readonly TimeSpan Refresh = TimeSpan.FromMinutes(5);

    /// <summary>How often at most, however many tokens name unknown keys.</summary>
    public static readonly TimeSpan Floor = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan Retry = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(3);
    private const int LargestAnswer = 64 * 1024;
    private readonly SemaphoreSlim _fetching = new(1);
    private volatile FrozenDictionary<string, JsonWebKey> _keys = FrozenDictionary<string, JsonWebKey>.Empty;
    private DateTimeOffset _tried = DateTimeOffset.MinValue;
    private volatile string? _fault = "not fetched yet";

    /// <inheritdoc/>
    public async Task<SecurityKey?> FindAsync(string? kid, CancellationToken cancellationToken)
    {
        if (string.IsNullOrEmpty(kid))
        {
            return null;
        }

        if (!_keys.TryGetValue(kid, out var key))
        {
            await FetchAsync(Floor, cancellationToken);
            _keys.TryGetValue(kid, out key);
        }

        return key;
    }

    /// <summary>Fetches the keys unless that was tried less than the given time ago.</summary>
    /// <returns>Whether what is known now came from Staff.</returns>
    public async Task<bool> FetchAsync(TimeSpan notBefore, CancellationToken cancellationToken)
    {
        await _fetching.WaitAsync(cancellationToken);
        try
        {
            var now = time.GetUtcNow();
            if (now - _tried < notBefore)
            {
                return _fault is null;
            }

            _tried = now;
            using var limit = new CancellationTokenSource(Limit, time);
            using var both = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);
            using var request = new HttpRequestMessage(HttpMethod.Get, settings.KeysUrl);
            using var answer = await http.SendAsync(request, both.Token);
            answer.EnsureSuccessStatusCode();
            await answer.Content.LoadIntoBufferAsync(LargestAnswer, both.Token);
            var text = await answer.Content.ReadAsStringAsync(both.Token);
            Take(text);
            await KeepAsync(text, cancellationToken);
            _fault = null;
            return true;
        }
        catch (Exception fault) when (fault is HttpRequestException or ArgumentException or IOException
            || (fault is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            if (_fault != fault.Message)
            {
                CannotFetch(logger, fault.Message);
            }

            _fault = fault.Message;
            return false;
        }
        finally
        {
            _fetching.Release();
        }
    }

    /// <inheritdoc/>
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(_keys.Count > 0 ? HealthCheckResult.Healthy() : HealthCheckResult.Unhealthy($"no keys to check tokens with: {_fault}"));

    /// <inheritdoc/>
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        if (File.Exists(settings.CacheFile))
        {
            try
            {
                Take(await File.ReadAllTextAsync(settings.CacheFile, cancellationToken));
            }
            catch (Exception fault) when (fault is IOException or ArgumentException)
            {
                CannotReadFile(logger, fault.Message);
            }
        }

        await base.StartAsync(cancellationToken);
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        _fetching.Dispose();
        base.Dispose();
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (true)
        {
            var fetched = await FetchAsync(TimeSpan.Zero, stoppingToken);
            await Task.Delay(fetched ? Refresh : Retry, time, stoppingToken);
        }
    }

    // Only what can be meant for checking our tokens: a published key of another kind is not even looked at.
    private void Take(string text) => _keys = new JsonWebKeySet(text).Keys
        .Where(key => key is { Kty: "EC", Crv: "P-256", D: null, Kid.Length: > 0 } && key.Alg is null or TokenFormat.Algorithm)
        .DistinctBy(key => key.Kid, StringComparer.Ordinal)
        .ToFrozenDictionary(key => key.Kid, StringComparer.Ordinal);

    private async Task KeepAsync(string text, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(settings.CacheFile)!);
        var draft = settings.CacheFile + ".new";
        await File.WriteAllTextAsync(draft, text, cancellationToken);
        File.Move(draft, settings.CacheFile, overwrite: true);
    }

    [LoggerMessage(120, LogLevel.Warning, "The keys of Staff could not be fetched, those known stay in force: {Reason}")]
    private static partial void CannotFetch(ILogger logger, string reason);

    [LoggerMessage(121, LogLevel.Warning, "The kept keys of Staff cannot be read: {Reason}")]
    private static partial void CannotReadFile(ILogger logger, string reason);
}
