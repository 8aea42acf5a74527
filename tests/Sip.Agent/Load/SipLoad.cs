namespace CallCenterCrm.Sip;

/// <summary>Places the calls of a <see cref="LoadPlan"/>; what answers them are the PBX and the scripts of phones.</summary>
public static class SipLoad
{
    /// <summary>Runs the plan to its end, or until it is cancelled.</summary>
    /// <param name="trunk">Best made with <see cref="SipAgentOptions.Media"/> false.</param>
    /// <param name="plan">What to place.</param>
    /// <param name="cancellationToken">Ends the run; calls under way are hung up when the trunk is closed.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number of the plan is out of its range.</exception>
    public static async Task<LoadReport> RunAsync(SipTrunk trunk, LoadPlan plan, CancellationToken cancellationToken = default)
    {
        if (plan.Calls < 1 || plan.MostAtOnce < 1 || !(plan.CallsPerSecond > 0))
            throw new ArgumentOutOfRangeException(nameof(plan), "Calls and MostAtOnce are at least 1, CallsPerSecond is more than 0.");
        using var places = new SemaphoreSlim(plan.MostAtOnce);
        var running = new List<Task<Sample>>(plan.Calls);
        var time = trunk.Time;
        var started = time.GetTimestamp();
        var most = 0;
        for (var number = 0; number < plan.Calls; number++)
        {
            var early = TimeSpan.FromSeconds(number / plan.CallsPerSecond) - time.GetElapsedTime(started);
            if (early > TimeSpan.Zero)
                await Task.Delay(early, time, cancellationToken);
            await places.WaitAsync(cancellationToken);
            most = Math.Max(most, plan.MostAtOnce - places.CurrentCount);
            running.Add(PlaceAsync(trunk, plan, number, places, cancellationToken));
        }
        return Report(await Task.WhenAll(running), most, time.GetElapsedTime(started));
    }

    private static async Task<Sample> PlaceAsync(
        SipTrunk trunk, LoadPlan plan, int number, SemaphoreSlim places, CancellationToken cancellationToken)
    {
        try
        {
            var call = trunk.Call(new() { Did = plan.Did, From = plan.Caller(number) });
            var (abandoned, confirmed) = (false, true);
            try
            {
                await call.WaitForAsync(CallState.Answered, plan.Patience, cancellationToken);
                await call.DelayAsync(plan.Talk, cancellationToken);
                await call.HangUpAsync(cancellationToken);
            }
            catch (TimeoutException)
            {
                abandoned = true;
                await call.HangUpAsync(cancellationToken);
            }
            catch (SipRefusedException)
            {
                confirmed = false;
            }
            catch (SipCallEndedException)
            {
                // refused: its final code says how
            }
            return Measure(call, abandoned && !call.WasAnswered, confirmed);
        }
        finally
        {
            places.Release();
        }
    }

    private static Sample Measure(SipCall call, bool abandoned, bool confirmed)
    {
        var invite = call.TimeOf(CallEventKind.Invite);
        return new(
            call.FinalCode,
            call.WasAnswered,
            abandoned,
            confirmed,
            call.Find(CallEventKind.Provisional)?.At - invite,
            call.Find(CallEventKind.Answer)?.At - invite);
    }

    private static LoadReport Report(Sample[] samples, int most, TimeSpan elapsed)
    {
        var refused = samples.Where(sample => !sample.Answered && !sample.Abandoned)
            .CountBy(sample => sample.Code)
            .ToDictionary(pair => pair.Key, pair => pair.Value);
        return new(
            samples.Length,
            samples.Count(sample => sample.Answered),
            samples.Count(sample => sample.Abandoned),
            refused,
            samples.Count(sample => !sample.Confirmed),
            most,
            elapsed,
            LoadTimes.Of(samples.Select(sample => sample.ToRinging).OfType<TimeSpan>()),
            LoadTimes.Of(samples.Select(sample => sample.ToAnswer).OfType<TimeSpan>()));
    }

    private readonly record struct Sample(int Code, bool Answered, bool Abandoned, bool Confirmed, TimeSpan? ToRinging, TimeSpan? ToAnswer);
}
