namespace CallCenterCrm.Messaging;

/// <summary>
/// Follows the change log for one reader, from a place or from a beginning that he is told. What he has not taken yet stays in
/// the database: nothing is read before the last message has gone out.
/// </summary>
public sealed class ChangeFollower<T>(ChangeTail<T> changes, ChangeSignal signal, TimeProvider time)
    where T : class
{
    // The longest silence.
    private static readonly TimeSpan HeartbeatPeriod = TimeSpan.FromSeconds(15);

    // While a transaction runs that is older than what was written last, nothing tells when it ends.
    internal static readonly TimeSpan ShortestHold = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan LongestHold = TimeSpan.FromSeconds(1);
    private const int Batch = 100;

    /// <summary>Runs until it is cancelled.</summary>
    /// <param name="position">Behind what the reader knows; null when he begins.</param>
    /// <param name="begin">Tells the reader how things stand, and gives the place from which to go on; also when his place is too old.</param>
    /// <param name="tell">Tells him of a change; false when it is not for him.</param>
    /// <param name="beat">Tells him that the stream lives, and up to where he knows all.</param>
    public async Task RunAsync(
        ChangePosition? position, Func<Task<ChangePosition>> begin, Func<Change<T>, Task<bool>> tell, Func<ChangePosition, Task> beat, CancellationToken cancellationToken)
    {
        var told = time.GetTimestamp();
        var hold = ShortestHold;
        while (true)
        {
            if (position is null)
            {
                position = await begin();
                told = time.GetTimestamp();
            }

            var written = signal.Written;
            if (await changes.ReadAsync(position, Batch, cancellationToken) is not { } batch)
            {
                position = null;
                continue;
            }

            foreach (var change in batch.Changes)
            {
                if (await tell(change))
                {
                    told = time.GetTimestamp();
                }
            }

            position = batch.Position;
            if (time.GetElapsedTime(told) >= HeartbeatPeriod)
            {
                await beat(position);
                told = time.GetTimestamp();
            }

            if (!batch.More)
            {
                hold = batch.Held && batch.Changes.Count == 0 ? TimeSpan.FromTicks(Math.Min(hold.Ticks * 2, LongestHold.Ticks)) : ShortestHold;
                var silence = HeartbeatPeriod - time.GetElapsedTime(told);
                var most = batch.Held && hold < silence ? hold : silence;
                await written.WaitAsync(most > TimeSpan.Zero ? most : TimeSpan.Zero, time, cancellationToken)
                    .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                cancellationToken.ThrowIfCancellationRequested();
            }
        }
    }
}
