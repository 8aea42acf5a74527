using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using StackExchange.Redis;

namespace CallCenterCrm.ServiceDefaults.Redis;

/// <summary>
/// Redis for what may be lost. Every call has a limit in time and may answer "nothing": this client's own calls never
/// time out while the server hangs. After repeated time-outs the connection is replaced; until then, and while Redis is
/// away, everything works without it, slower.
/// </summary>
public sealed partial class RedisCache(RedisSettings settings, TimeProvider time, ILogger<RedisCache> logger)
    : BackgroundService, IHealthCheck
{
    private const int TimeOutsUntilReplaced = 3;
    private static readonly TimeSpan Check = TimeSpan.FromSeconds(1);
    private volatile ConnectionMultiplexer? _redis;
    private volatile string? _fault = "not connected yet";
    private int _timeOuts;

    /// <summary>Reads a value; null when there is none, or Redis did not answer in time.</summary>
    public async Task<string?> GetAsync(string key, TimeSpan limit, CancellationToken cancellationToken) =>
        await TryAsync(database => database.StringGetAsync(key), limit, cancellationToken);

    /// <summary>Writes a value that is forgotten after a while.</summary>
    public async Task SetAsync(string key, string value, TimeSpan keep, TimeSpan limit, CancellationToken cancellationToken) =>
        await TryAsync(async database => await database.StringSetAsync(key, value, keep) ? value : RedisValue.Null, limit, cancellationToken);

    /// <summary>Forgets values; best effort, since they also expire.</summary>
    public async Task ForgetAsync(IEnumerable<string> keys, TimeSpan limit, CancellationToken cancellationToken) =>
        await TryAsync(async database => await database.KeyDeleteAsync([.. keys.Select(key => (RedisKey)key)]), limit, cancellationToken);

    /// <summary>Whether Redis is there.</summary>
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(_fault is null ? HealthCheckResult.Healthy() : HealthCheckResult.Unhealthy(_fault));

    /// <summary>Connects, and looks once a second whether the server still answers.</summary>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (true)
        {
            if (_redis is null || Volatile.Read(ref _timeOuts) >= TimeOutsUntilReplaced)
            {
                await ReplaceAsync();
            }
            else if (await TryAsync(async database => (await database.PingAsync()).Ticks, Check, stoppingToken) != RedisValue.Null)
            {
                _fault = null;
            }

            await Task.Delay(Check, time, stoppingToken);
        }
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        _redis?.Dispose();
        base.Dispose();
    }

    private async Task ReplaceAsync()
    {
        var options = ConfigurationOptions.Parse(settings.Endpoint);
        options.Password = settings.Password;
        options.AbortOnConnectFail = true;
        options.ConnectTimeout = 2000;
        options.ConnectRetry = 1;
        try
        {
            var fresh = await ConnectionMultiplexer.ConnectAsync(options);
            var old = Interlocked.Exchange(ref _redis, fresh);
            Interlocked.Exchange(ref _timeOuts, 0);
            old?.Dispose();
            _fault = null;
        }
        catch (RedisConnectionException fault)
        {
            if (_fault != fault.Message)
            {
                Away(logger, fault.Message);
            }

            _fault = fault.Message;
        }
    }

    private async Task<RedisValue> TryAsync(Func<IDatabase, Task<RedisValue>> ask, TimeSpan limit, CancellationToken cancellationToken)
    {
        if (_redis is not { } redis)
        {
            return RedisValue.Null;
        }

        try
        {
            var value = await ask(redis.GetDatabase()).WaitAsync(limit, time, cancellationToken);
            Interlocked.Exchange(ref _timeOuts, 0);
            return value;
        }
        catch (TimeoutException)
        {
            Interlocked.Increment(ref _timeOuts);
            _fault = "does not answer in time";
            return RedisValue.Null;
        }
        catch (Exception fault) when (fault is RedisException or ObjectDisposedException)
        {
            Interlocked.Increment(ref _timeOuts);
            _fault = fault.Message;
            return RedisValue.Null;
        }
    }

    [LoggerMessage(330, LogLevel.Warning, "Redis is away: {Reason}")]
    private static partial void Away(ILogger logger, string reason);
}
