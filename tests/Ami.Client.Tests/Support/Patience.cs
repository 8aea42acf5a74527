using Microsoft.Extensions.Time.Testing;

namespace Ami.Client.Tests.Support;

/// <summary>Waits for conditions. Whatever has not come about after a generous time never will, and the test fails.</summary>
internal static class Patience
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(120);

    public static CancellationToken Token() => new CancellationTokenSource(Limit).Token;

    public static Task<T> Within<T>(this Task<T> task) => task.WaitAsync(Limit);

    public static Task Within(this Task task) => task.WaitAsync(Limit);

    public static async Task UntilAsync(Func<bool> condition, string what)
    {
        var token = Token();
        while (!condition())
        {
            Assert.False(token.IsCancellationRequested, $"never came about: {what}");
            await Task.Delay(1, CancellationToken.None);
        }
    }

    /// <summary>Lets virtual time run until the condition holds.</summary>
    /// <remarks>
    /// The other side runs in real time, and on a busy machine slowly. So time goes on in small steps, and after each only once
    /// what it set off has had its turn: otherwise whatever is waited for would be late by a clock that ran away.
    /// </remarks>
    public static async Task RunUntilAsync(this FakeTimeProvider time, Func<bool> condition, string what, int stepMilliseconds = 20)
    {
        if (condition()) return;
        using var pulse = await Pulse.StartAsync();
        var token = Token();
        while (!condition())
        {
            Assert.False(token.IsCancellationRequested, $"never came about: {what}");
            time.Advance(TimeSpan.FromMilliseconds(stepMilliseconds));
            await pulse.BeatAsync();
            await Task.Delay(1, CancellationToken.None);
        }
    }
}
