using System.Globalization;
using Ami.Client;
using Ami.Client.Actions;
using Ami.Client.Events;
using Microsoft.Extensions.Logging.Abstractions;

namespace AmiBench;

/// <summary>The whole way of an event through Ami.Client, from the socket to a consumer that looks at its type and its Uniqueid.</summary>
internal static class OurClient
{
    public static async Task RunAsync(int port, int loops, int runs)
    {
        using var client = new AmiClient(
            new AmiClientOptions
            {
                Host = "127.0.0.1",
                Port = port,
                Username = "bench",
                Secret = "bench",
                SystemName = "rig",
                OwnChannelIdPrefixes = ["crm-", "take-"],
                // The server plays and does not answer pings meanwhile.
                PingInterval = TimeSpan.FromMinutes(10),
                QueueCapacity = 10_000_000,
                QueueCapacityBytes = 4L * 1024 * 1024 * 1024,
            },
            TimeProvider.System,
            NullLogger<AmiClient>.Instance);
        using var stop = new CancellationTokenSource();
        var running = client.RunAsync(stop.Token);

        await SkipToSessionAsync(client);
        for (var run = 0; run <= runs; run++)
        {
            var lap = new Lap();
            var answer = await client.SendAsync(
                new AmiAction("Events").With("EventMask", "on").With("Loops", loops.ToString(CultureInfo.InvariantCulture)),
                CancellationToken.None);
            var expected = answer["Count"].ToInt64() ?? throw new InvalidOperationException("The server did not tell a count.");
            var tally = new Tally();
            var longest = 0;
            while (tally.Events < expected)
            {
                var batch = await client.ReadBatchAsync(CancellationToken.None);
                longest = Math.Max(longest, batch.Count);
                tally.Add(batch);
            }

            // The first run warms up.
            if (run > 0)
            {
                lap.Print(
                    expected,
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"longest_batch={longest} heap_MB={GC.GetTotalMemory(forceFullCollection: true) / 1e6:F1} rss_MB={Environment.WorkingSet / 1e6:F0} refused={client.State.RefusedFrames.Values.Sum()} {tally}"));
            }
        }

        await stop.CancelAsync();
        await running;
    }

    private static async Task SkipToSessionAsync(AmiClient client)
    {
        while (true)
        {
            var batch = await client.ReadBatchAsync(CancellationToken.None);
            // FullyBooted, which waited for the snapshot, may come in the same batch or the next.
            if (batch.Any(item => item is FullyBootedEvent)) return;
        }
    }

    private struct Tally
    {
        private long _newchannels;
        private long _hangups;
        private long _idBytes;

        public long Events { get; private set; }

        public void Add(IReadOnlyList<AmiItem> batch)
        {
            for (var i = 0; i < batch.Count; i++)
            {
                switch (batch[i])
                {
                    case NewchannelEvent:
                        _newchannels++;
                        break;
                    case HangupEvent:
                        _hangups++;
                        break;
                }

                if (batch[i] is AmiChannelEvent channelEvent) _idBytes += channelEvent.Uniqueid.Utf8.Length;
                if (batch[i] is AmiEvent) Events++;
            }
        }

        public override readonly string ToString() =>
            string.Create(CultureInfo.InvariantCulture, $"newchannels={_newchannels} hangups={_hangups} id_bytes={_idBytes}");
    }
}
