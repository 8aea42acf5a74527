using System.Diagnostics;

namespace CallCenterCrm.Servers;

/// <summary>Waiting for what happens in another process.</summary>
public static class Until
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    /// <summary>Waits for a condition.</summary>
    /// <param name="what">What is waited for, for the error.</param>
    /// <param name="state">What to show beside it when it does not come.</param>
    /// <param name="limit">Two minutes when it is not given: a busy machine starts a service in one.</param>
    /// <exception cref="TimeoutException">It did not come in that time.</exception>
    public static async Task TrueAsync(string what, Func<Task<bool>> condition, Func<Task<string>>? state = null, TimeSpan? limit = null)
    {
        var watch = Stopwatch.StartNew();
        while (!await condition())
        {
            if (watch.Elapsed > (limit ?? Patience))
            {
                throw new TimeoutException($"In vain waited for: {what}\n{(state is null ? "" : await state())}");
            }

            await Task.Delay(25);
        }
    }
}
