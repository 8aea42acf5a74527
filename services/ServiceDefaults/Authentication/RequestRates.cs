using System.Collections.Concurrent;

namespace CallCenterCrm.ServiceDefaults.Authentication;

/// <summary>
/// Counts requests against a rate, by key: a bucket that holds a minute's worth and fills evenly. It lies in the memory of
/// this instance: n instances together let through n times the rate.
/// </summary>
public sealed class RequestRates(TimeProvider time)
{
    private const int SweepAbove = 1000;
    private readonly ConcurrentDictionary<Guid, Bucket> _buckets = new();

    /// <summary>Takes one request out of the bucket of a key.</summary>
    /// <returns>Zero when it was there, else after how long it will be.</returns>
    public TimeSpan Take(Guid key, int perMinute)
    {
        var now = time.GetTimestamp();
        var bucket = _buckets.GetOrAdd(key, _ => new Bucket { Filled = perMinute, At = now });
        TimeSpan wait;
        lock (bucket)
        {
            var minutes = time.GetElapsedTime(bucket.At, now).TotalMinutes;
            bucket.Filled = Math.Min(perMinute, bucket.Filled + (minutes * perMinute));
            bucket.At = now;
            if (bucket.Filled >= 1)
            {
                bucket.Filled--;
                wait = TimeSpan.Zero;
            }
            else
            {
                wait = TimeSpan.FromMinutes((1 - bucket.Filled) / perMinute);
            }
        }

        if (_buckets.Count > SweepAbove)
        {
            Sweep(now);
        }

        return wait;
    }

    // A bucket that nobody has touched for a minute is full again, and so is one that is made anew.
    private void Sweep(long now)
    {
        foreach (var (key, bucket) in _buckets)
        {
            if (time.GetElapsedTime(bucket.At, now) > TimeSpan.FromMinutes(1))
            {
                _buckets.TryRemove(key, out _);
            }
        }
    }

    private sealed class Bucket
    {
        public double Filled { get; set; }

        public long At { get; set; }
    }
}
