using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using Ami.Client.Actions;
using Ami.Client.Framing;
using Ami.Client.Trust;

namespace Ami.Client.Recording;

/// <summary>Reads a recorded stream of AMI through the same frames, the same policy and the same events as a live one.</summary>
/// <remarks>
/// Nobody asked for the lists of a recording, so list items are believed when they follow a response with <c>EventList: start</c> and
/// carry its ActionID; <c>FullyBooted</c> is believed once. For one pass over one stream.
/// </remarks>
public sealed class AmiRecording
{
    private readonly AmiFrameReader _reader;
    private readonly EventIntake _intake;
    private readonly RefusalRecord _refusals;
    private readonly HashSet<AmiText> _openLists = [];

    /// <summary>A pass over one recorded stream.</summary>
    /// <param name="policy">Whom to believe; see <see cref="AmiEventPolicy.Learning"/>.</param>
    /// <param name="limits">Limits of lines and frames.</param>
    /// <param name="timeProvider">Dates the refused frames; the system's clock when null.</param>
    public AmiRecording(AmiEventPolicy policy, AmiFrameLimits? limits = null, TimeProvider? timeProvider = null)
    {
        _reader = new AmiFrameReader(limits);
        _refusals = new RefusalRecord(timeProvider ?? TimeProvider.System);
        _intake = new EventIntake(policy, _refusals, _openLists.Contains) { AwaitsFullyBooted = true };
    }

    /// <summary>The greeting, null until it was read.</summary>
    public string? Banner => _reader.Banner;

    /// <summary>How many frames were refused, by reason.</summary>
    public IReadOnlyDictionary<AmiRefusal, long> RefusedFrames => _refusals.Counts;

    /// <summary>The newest refused frames, at most 32.</summary>
    public IReadOnlyList<AmiRefusedFrame> NewestRefusedFrames => _refusals.Newest;

    /// <summary>The items of a whole stream in their order, in batches as the bytes came. A frame that is cut by the end is left out.</summary>
    /// <exception cref="AmiProtocolException">A line or a frame is longer than the limits.</exception>
    public async IAsyncEnumerable<IReadOnlyList<AmiItem>> ReadAsync(Stream stream, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var pipe = PipeReader.Create(stream, new StreamPipeReaderOptions(bufferSize: 32 * 1024, leaveOpen: true));
        await foreach (var batch in ReadAsync(pipe, cancellationToken).ConfigureAwait(false))
            yield return batch;

        await pipe.CompleteAsync().ConfigureAwait(false);
    }

    /// <inheritdoc cref="ReadAsync(Stream, CancellationToken)"/>
    public async IAsyncEnumerable<IReadOnlyList<AmiItem>> ReadAsync(PipeReader pipe, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        while (true)
        {
            var result = await pipe.ReadAsync(cancellationToken).ConfigureAwait(false);
            var batch = new List<AmiItem>();
            foreach (var segment in result.Buffer)
                Feed(segment.Span, batch);

            pipe.AdvanceTo(result.Buffer.End);
            if (batch.Count > 0) yield return batch;
            if (result.IsCompleted) yield break;
        }
    }

    /// <summary>Takes the next bytes of the stream, however it is split, and adds the items that became whole by them.</summary>
    /// <exception cref="AmiProtocolException">A line or a frame is longer than the limits.</exception>
    public void Feed(ReadOnlySpan<byte> bytes, ICollection<AmiItem> items)
    {
        while (!bytes.IsEmpty)
        {
            bytes = bytes[_reader.Append(bytes)..];
            while (_reader.TryRead(out var frame))
            {
                if (ItemOf(in frame) is { } item) items.Add(item);
            }
        }
    }

    private AmiItem? ItemOf(in AmiFrame frame)
    {
        if (frame.Kind == AmiFrameKind.Response)
        {
            var response = new AmiResponse(in frame);
            if (response.BeginsList && response.ActionId.IsPresent) _openLists.Add(response.ActionId);
            return response;
        }

        var item = _intake.Accept(in frame);
        if (item is { IsListItem: true } && EventIntake.IsEndOfList(in frame)) _openLists.Remove(item.ActionId);
        return item;
    }
}
