using System.Diagnostics.Metrics;
using Ami.Client.Trust;

namespace Ami.Client.Connection;

/// <summary>The meter <c>Ami.Client</c>. Every measure bears the PBX's name as <c>pbx</c>; no other label grows with use.</summary>
internal sealed class AmiMetrics : IDisposable
{
    private readonly Meter _meter;
    private readonly KeyValuePair<string, object?> _pbx;
    private readonly Counter<long> _events;
    private readonly Counter<long> _refused;
    private readonly Counter<long> _unexpectedResponses;
    private readonly Counter<long> _breaks;
    private long _unexpectedResponseCount;
    private readonly Counter<long> _overflows;

    public AmiMetrics(string pbx, ItemQueue queue)
    {
        _meter = new Meter("Ami.Client");
        _pbx = new("pbx", pbx);
        _events = _meter.CreateCounter<long>("ami.events", description: "Events that were believed.");
        _refused = _meter.CreateCounter<long>("ami.refused_frames", description: "Frames that were not believed, by reason.");
        _unexpectedResponses = _meter.CreateCounter<long>("ami.unexpected_responses", description: "Answers that came too late or twice.");
        _breaks = _meter.CreateCounter<long>("ami.breaks", description: "Sessions or attempts that failed.");
        _overflows = _meter.CreateCounter<long>("ami.queue.overflows", description: "Connections broken because the consumer was too slow.");
        _meter.CreateObservableGauge("ami.queue.length", () => new Measurement<int>(queue.Count, _pbx), description: "Items that wait for the consumer.");
        _meter.CreateObservableGauge("ami.queue.age", () => new Measurement<double>(queue.OldestAge.TotalSeconds, _pbx), "s", "Age of the oldest of them.");
    }

    public long UnexpectedResponses => Interlocked.Read(ref _unexpectedResponseCount);

    public void EventsRead(int count) => _events.Add(count, _pbx);

    public void Refused(AmiRefusal reason) => _refused.Add(1, _pbx, new("reason", reason.ToString()));

    public void UnexpectedResponse()
    {
        Interlocked.Increment(ref _unexpectedResponseCount);
        _unexpectedResponses.Add(1, _pbx);
    }

    public void Broke() => _breaks.Add(1, _pbx);

    public void Overflowed() => _overflows.Add(1, _pbx);

    public void Dispose() => _meter.Dispose();
}
