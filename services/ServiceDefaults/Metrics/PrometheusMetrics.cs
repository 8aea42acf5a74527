using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Globalization;
using System.Text;

namespace CallCenterCrm.ServiceDefaults.Metrics;

/// <summary>
/// Keeps the current value of every counter and gauge of our meters, and the count, sum and maximum of every histogram,
/// and writes them in the Prometheus text format (prometheus.io, "Exposition formats", 0.0.4).
/// </summary>
/// <remarks>At most 1,000 label sets are kept: labels made from outside data must not fill the memory.</remarks>
public sealed class PrometheusMetrics : IDisposable
{
    private const int MostSeries = 1000;
    private readonly MeterListener _listener = new();
    private readonly ConcurrentDictionary<string, Series> _series = new(StringComparer.Ordinal);

    /// <summary>Starts to listen to meters whose name begins with one of the given words.</summary>
    public PrometheusMetrics(params IReadOnlyList<string> meters)
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (meters.Any(name => instrument.Meter.Name.StartsWith(name, StringComparison.Ordinal)))
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Record(instrument, value, tags));
        _listener.SetMeasurementEventCallback<int>((instrument, value, tags, _) => Record(instrument, value, tags));
        _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Record(instrument, value, tags));
        _listener.Start();
    }

    /// <summary>Everything known now, as text.</summary>
    public string Write()
    {
        _listener.RecordObservableInstruments();
        var text = new StringBuilder();
        foreach (var (name, series) in _series.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            series.Write(text, name);
        }

        return text.ToString();
    }

    /// <inheritdoc/>
    public void Dispose() => _listener.Dispose();

    private void Record(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var name = new StringBuilder(instrument.Name.Replace('.', '_').Replace('-', '_'));
        if (tags.Length > 0)
        {
            name.Append('{');
            foreach (var (key, label) in tags)
            {
                name.Append(key).Append("=\"").Append(Convert.ToString(label, CultureInfo.InvariantCulture)?
                    .Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)
                    .ReplaceLineEndings(" ")).Append("\",");
            }

            name[^1] = '}';
        }

        var id = name.ToString();
        if (!_series.TryGetValue(id, out var series))
        {
            if (_series.Count >= MostSeries)
            {
                return;
            }

            series = _series.GetOrAdd(id, new Series());
        }

        series.Add(instrument, value);
    }

    private sealed class Series
    {
        private readonly Lock _lock = new();
        private bool _histogram;
        private double _value;
        private double _max;
        private long _count;

        public void Add(Instrument instrument, double value)
        {
            lock (_lock)
            {
                _histogram = instrument is Histogram<double> or Histogram<long> or Histogram<int>;
                _count++;
                _max = Math.Max(_max, value);
                _value = instrument.IsObservable ? value : _value + value;
            }
        }

        public void Write(StringBuilder text, string name)
        {
            lock (_lock)
            {
                if (_histogram)
                {
                    Line(text, name, "_count", _count);
                    Line(text, name, "_sum", _value);
                    Line(text, name, "_max", _max);
                }
                else
                {
                    Line(text, name, "", _value);
                }
            }
        }

        private static void Line(StringBuilder text, string name, string suffix, double value)
        {
            var labels = name.IndexOf('{', StringComparison.Ordinal);
            text.Append(labels < 0 ? name : name[..labels]).Append(suffix).Append(labels < 0 ? "" : name[labels..])
                .Append(' ').Append(value.ToString("R", CultureInfo.InvariantCulture)).Append('\n');
        }
    }
}
