using System.Buffers;
using Ami.Client.Actions;

namespace Ami.Client.Connection;

/// <summary>Writes actions one after the other; those that are added while a write is under way go out together in the next one.</summary>
internal sealed class ActionWriter(Stream stream, TimeSpan writeTimeout, TimeProvider timeProvider, Action<Exception> failed)
{
    private readonly Lock _gate = new();
    private ArrayBufferWriter<byte> _next = new();
    private ArrayBufferWriter<byte> _underWay = new();
    private bool _isWriting;

    /// <summary>Adds actions and returns; how writing goes shows in the answers, or in a broken connection.</summary>
    public void Add(ReadOnlySpan<AmiAction> actions)
    {
        lock (_gate)
        {
            foreach (var action in actions)
                action.WriteTo(_next);
            if (_isWriting) return;
            _isWriting = true;
        }

        _ = WriteAllAsync();
    }

    /// <summary>Never throws: whatever goes wrong breaks the connection.</summary>
    private async Task WriteAllAsync()
    {
        try
        {
            while (TakeNext() is { } bytes)
            {
                using var timeout = new CancellationTokenSource(writeTimeout, timeProvider);
                await stream.WriteAsync(bytes, timeout.Token).ConfigureAwait(false);
                await stream.FlushAsync(timeout.Token).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException)
        {
            failed(new AmiConnectionLostException("The PBX does not read what is written to it."));
        }
        catch (Exception e)
        {
            failed(new AmiConnectionLostException("Writing to the PBX failed.", e));
        }
    }

    private ReadOnlyMemory<byte>? TakeNext()
    {
        lock (_gate)
        {
            if (_next.WrittenCount == 0)
            {
                _isWriting = false;
                return null;
            }

            (_underWay, _next) = (_next, _underWay);
            _next.ResetWrittenCount();
            return _underWay.WrittenMemory;
        }
    }
}
