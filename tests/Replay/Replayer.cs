using Ami.Client;
using Ami.Client.Events;
using Ami.Client.Recording;
using Ami.Client.Trust;
using CallCenterCrm.Telephony.Asterisk;
using CallCenterCrm.Telephony.Calls;

namespace CallCenterCrm.Replay;

/// <summary>Runs recorded streams through the call tracker.</summary>
/// <param name="systemName">The PBX's system name; null takes it from the recording itself.</param>
internal sealed class Replayer(string? systemName)
{
    private readonly CallTracker _tracker = new(IsTrunk);
    private readonly Dictionary<string, TrackedCall> _calls = new(StringComparer.Ordinal);

    /// <summary>Records of CEL that are no valid JSON or could not be read at all.</summary>
    public long BrokenRecords { get; private set; }

    /// <summary>Events that were not believed.</summary>
    public long RefusedEvents { get; private set; }

    /// <summary>Every call, in the order in which they began.</summary>
    public IReadOnlyList<TrackedCall> Calls()
    {
        Take();
        return [.. _calls.Values.OrderBy(call => call.StartedAt).ThenBy(call => call.AnchorId, StringComparer.Ordinal)];
    }

    /// <summary>Runs a stream of AMI, handed over in pieces of the given size.</summary>
    public void Ami(ReadOnlySpan<byte> stream, int pieces = int.MaxValue, int repeats = 1)
    {
        var recording = new AmiRecording(systemName is null ? AmiEventPolicy.Learning() : new AmiEventPolicy(systemName));
        var lists = new List<AmiEvent>();
        var items = new List<AmiItem>();
        while (!stream.IsEmpty)
        {
            var piece = stream[..Math.Min(pieces, stream.Length)];
            stream = stream[piece.Length..];
            recording.Feed(piece, items);
            foreach (var item in items.OfType<AmiEvent>())
            {
                for (var i = 0; i < repeats; i++)
                {
                    Tell(item, lists);
                    Take();
                }
            }

            items.Clear();
        }

        RefusedEvents += recording.RefusedFrames.Sum(pair => pair.Value);
    }

    /// <summary>Runs a channel event log.</summary>
    public void Cel(byte[] log)
    {
        var splitter = new CelSplitter(systemName);
        foreach (var line in Lines(log))
        {
            foreach (var record in splitter.Line(line))
            {
                _tracker.Tell(record);
                Take();
            }
        }

        foreach (var record in splitter.Flush())
        {
            _tracker.Tell(record);
        }

        BrokenRecords += splitter.Broken + splitter.Unreadable;
    }

    // Items of a list carry no time: they are told as of just before the first event that does.
    private void Tell(AmiEvent item, List<AmiEvent> lists)
    {
        if (item.IsListItem)
        {
            lists.Add(item);
            return;
        }

        if (item.Timestamp is { } at)
        {
            foreach (var listed in lists)
            {
                switch (listed)
                {
                    case CoreShowChannelEvent channel:
                        _tracker.Tell(channel, at.AddMilliseconds(-1));
                        break;
                    case StatusEvent status:
                        _tracker.Tell(status, at.AddMilliseconds(-1));
                        break;
                }
            }

            lists.Clear();
        }

        _tracker.Tell(item);
    }

    private void Take()
    {
        foreach (var call in _tracker.TakeChanged())
        {
            _calls[call.AnchorId] = call;
        }
    }

    // In the recordings' configuration phones are named by their extension, and trunks by a word.
    private static bool IsTrunk(string endpoint) => !endpoint.All(char.IsAsciiDigit);

    private static IEnumerable<byte[]> Lines(byte[] log)
    {
        var start = 0;
        while (start < log.Length)
        {
            var end = Array.IndexOf(log, (byte)'\n', start);
            end = end < 0 ? log.Length : end;
            yield return log[start..end];
            start = end + 1;
        }
    }
}
