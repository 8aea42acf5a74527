using Microsoft.Extensions.Time.Testing;

namespace Ami.Client.Tests.Support;

/// <summary>Waits for conditions. Whatever has not come about after a generous time never will, and the test fails.</summary>
internal static class Patience
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

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
    /// <remarks>Small steps leave the other side, which runs in real time, time to answer.</remarks>
    public static Task RunUntilAsync(this FakeTimeProvider time, Func<bool> condition, string what, int stepMilliseconds = 20) =>
        UntilAsync(
            () =>
            {
                if (condition()) return true;
                time.Advance(TimeSpan.FromMilliseconds(stepMilliseconds));
                return false;
            },
            what);
}
