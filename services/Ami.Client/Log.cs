using Microsoft.Extensions.Logging;

namespace Ami.Client;

/// <summary>What the client says. Never a secret, never anything that a caller wrote.</summary>
internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Information, "{Pbx}: session started")]
    public static partial void SessionStarted(ILogger logger, string pbx);

    [LoggerMessage(2, LogLevel.Warning, "{Pbx}: connection broken: {Reason}")]
    public static partial void Broken(ILogger logger, string pbx, string reason);

    [LoggerMessage(3, LogLevel.Error, "{Pbx}: login refused, {Count} in a row: {Reason}")]
    public static partial void LoginRefused(ILogger logger, string pbx, int count, string reason);

    [LoggerMessage(4, LogLevel.Information, "{Pbx}: stopped")]
    public static partial void Stopped(ILogger logger, string pbx);

    [LoggerMessage(5, LogLevel.Error, "{Pbx}: the consumer of events is late: oldest {Age}, {Count} waiting")]
    public static partial void QueueLate(ILogger logger, string pbx, TimeSpan age, int count);

    [LoggerMessage(6, LogLevel.Warning, "{Pbx}: {Count} frames were not believed; so far: {Reasons}")]
    public static partial void FramesRefused(ILogger logger, string pbx, long count, string reasons);

    [LoggerMessage(7, LogLevel.Warning, "{Pbx}: no SystemName is set, so whoever can call can forge events")]
    public static partial void Unsafe(ILogger logger, string pbx);
}
