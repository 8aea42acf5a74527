using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace Ami.Client.Tests.Support;

/// <summary>A client that runs in virtual time against a fake PBX, and a consumer that keeps what it is given.</summary>
internal sealed class ClientRun : IAsyncDisposable
{
    private readonly CancellationTokenSource _stopping = new();
    private readonly ConcurrentQueue<AmiItem> _items = new();
    private readonly TaskCompletionSource _consume = new();
    private readonly Task _running;
    private readonly Task _consuming;

    public ClientRun(FakePbx pbx, bool consume = true)
        : this(Options.Of(pbx.Port), consume)
    {
    }

    public ClientRun(AmiClientOptions options, bool consume = true)
    {
        Client = new AmiClient(options, Time, new Logger(Logged));
        _running = Client.RunAsync(_stopping.Token);
        if (consume) Consume();
        _consuming = ConsumeAsync();
    }

    public FakeTimeProvider Time { get; } = new(DateTimeOffset.FromUnixTimeSeconds(1_800_000_000));

    public AmiClient Client { get; }

    public ConcurrentQueue<string> Logged { get; } = new();

    public IReadOnlyList<AmiItem> Items => [.. _items];

    public void Consume() => _consume.TrySetResult();

    /// <summary>Waits until so many items of a kind have come, while virtual time stands still.</summary>
    public async Task<T> ItemAsync<T>(int number = 1)
        where T : AmiItem
    {
        await Patience.UntilAsync(() => _items.OfType<T>().Count() >= number, $"{typeof(T).Name} number {number}");
        return _items.OfType<T>().ElementAt(number - 1);
    }

    /// <summary>The same, while virtual time runs.</summary>
    public async Task<T> ItemInTimeAsync<T>(int number = 1)
        where T : AmiItem
    {
        await Time.RunUntilAsync(() => _items.OfType<T>().Count() >= number, $"{typeof(T).Name} number {number}");
        return _items.OfType<T>().ElementAt(number - 1);
    }

    public async Task StopAsync()
    {
        await _stopping.CancelAsync();
        await Time.RunUntilAsync(() => _running.IsCompleted, "the end of the client");
        Consume();
        await _running;
        await _consuming.Within();
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        Client.Dispose();
        _stopping.Dispose();
    }

    private async Task ConsumeAsync()
    {
        await _consume.Task;
        while (await Client.ReadBatchAsync(CancellationToken.None) is { Count: > 0 } batch)
        {
            foreach (var item in batch)
                _items.Enqueue(item);
        }
    }

    private sealed class Logger(ConcurrentQueue<string> lines) : ILogger<AmiClient>
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            lines.Enqueue($"{logLevel} {eventId.Id} {formatter(state, exception)}");
    }
}
