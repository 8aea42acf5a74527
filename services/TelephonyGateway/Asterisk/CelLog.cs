using System.Security.Cryptography;

namespace CallCenterCrm.Telephony.Asterisk;

/// <summary>Where reading of the channel event log stands.</summary>
/// <param name="Head">Which file: a digest of its first line, which holds a time and an id that no other file begins with.</param>
/// <param name="Position">Bytes of it that need not be read again.</param>
internal sealed record CelPosition(string Head, long Position);

/// <summary>
/// Reads one of Asterisk's logs of JSON lines (the channel event log, the CDRs) as Asterisk writes it, and goes on with the
/// new file when it was rotated (renamed and made anew) or truncated. A last line without its end waits for it.
/// </summary>
internal sealed class CelLog(string path) : IDisposable
{
    private const int ChunkBytes = 256 * 1024;
    private const int MostHeadBytes = 4096;
    private const int MostLineBytes = 1024 * 1024;
    private readonly byte[] _chunk = new byte[ChunkBytes];
    private readonly List<byte> _partial = [];
    private FileStream? _file;
    private bool _nothingYet;

    /// <summary>Digest of the first line of the file being read; null while there is none.</summary>
    public string? Head { get; private set; }

    /// <summary>Where the next unread line begins.</summary>
    public long Position { get; private set; }

    /// <summary>Bytes of the files before this one that this reader has read: with <see cref="Position"/> a place that only grows.</summary>
    public long Before { get; private set; }

    /// <summary>How often the log was cut, or went on in a place from which lines are missing.</summary>
    public long Gaps { get; private set; }

    /// <summary>Goes to where an earlier reader stood, in whichever of the rotated files that is.</summary>
    public void Seek(CelPosition position)
    {
        Before += Position;
        Position = 0;
        while (true)
        {
            var files = Files();
            var there = files.FindIndex(file => file.Head == position.Head);
            if (there >= 0 ? TryOpen(files[there], position.Position) : files.Count > 0 && TryOpen(files[0], 0))
            {
                // When the file is gone (deleted, or compressed), the oldest that is there is the best there is.
                Gaps += there < 0 ? 1 : 0;
                return;
            }

            if (files.Count == 0)
            {
                Gaps++;
                _nothingYet = true;
                return;
            }
        }
    }

    /// <summary>The next whole lines, without their ends; none when the end of the log is reached for now.</summary>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be read.</exception>
    public IReadOnlyList<byte[]> Read()
    {
        if (_file is null && !TryBegin())
        {
            return [];
        }

        if (_file!.Length < _file.Position)
        {
            // Truncated in place (copytruncate): what is in it now is new.
            Gaps++;
            Before += Position;
            Position = 0;
            _partial.Clear();
            _file.Position = 0;
            Head = null;
        }

        Head ??= HeadOf(_file);
        if (ReadOn() is { Count: > 0 } lines)
        {
            return lines;
        }

        if (HeadOf(path) == Head || NextFile() is not { } next)
        {
            return [];
        }

        // Now that there is a next file, nothing is added to this one any more; but it may have been since the last look.
        return ReadOn() is { Count: > 0 } last ? last : Continue(next.File, isGap: next.IsGap || _partial.Count > 0);
    }

    public void Dispose() => _file?.Dispose();

    // Whoever looked when there was nothing misses nothing of what came since, even when it was renamed before he looks again.
    private bool TryBegin()
    {
        if (_nothingYet)
        {
            return Files() is [var oldest, ..] && TryOpen(oldest, 0);
        }

        var head = File.Exists(path) ? HeadOf(path) : null;
        _nothingYet = head is null;
        return head is not null && TryOpen((path, head), 0);
    }

    private List<byte[]> ReadOn()
    {
        while (_file!.Read(_chunk) is > 0 and var read)
        {
            if (Lines(_chunk.AsSpan(0, read)) is { Count: > 0 } lines)
            {
                return lines;
            }
        }

        return [];
    }

    private IReadOnlyList<byte[]> Continue((string Path, string Head) next, bool isGap)
    {
        var read = Position;
        if (!TryOpen(next, 0))
        {
            return [];
        }

        Gaps += isGap ? 1 : 0;
        Before += read;
        return Read();
    }

    private List<byte[]> Lines(ReadOnlySpan<byte> bytes)
    {
        var lines = new List<byte[]>();
        while (!bytes.IsEmpty)
        {
            var end = bytes.IndexOf((byte)'\n');
            if (end < 0)
            {
                if (_partial.Count + bytes.Length > MostLineBytes)
                {
                    Gaps++;
                    Position += _partial.Count + bytes.Length;
                    _partial.Clear();
                }
                else
                {
                    _partial.AddRange(bytes);
                }

                break;
            }

            _partial.AddRange(bytes[..end]);
            bytes = bytes[(end + 1)..];
            Position += _partial.Count + 1;
            if (_partial.Count > 0 && _partial[^1] == (byte)'\r')
            {
                _partial.RemoveAt(_partial.Count - 1);
            }

            lines.Add([.. _partial]);
            _partial.Clear();
        }

        return lines;
    }

    private ((string Path, string Head) File, bool IsGap)? NextFile()
    {
        var files = Files();
        var here = files.FindIndex(file => file.Head == Head);
        if (here >= 0)
        {
            return here + 1 < files.Count ? (files[here + 1], false) : null;
        }

        // Deleted, or compressed, while it was read: the next one is the first that was written later.
        var written = File.GetLastWriteTimeUtc(_file!.SafeFileHandle);
        var later = files.FindIndex(file => File.GetLastWriteTimeUtc(file.Path) >= written);
        return later >= 0 ? (files[later], true) : null;
    }

    // cel.json.2, cel.json.1, cel.json: oldest first, by the time of their last line. Empty and compressed ones are no logs.
    // One that is renamed between the listing and the look would hide another: what is seen twice alike is believed.
    private List<(string Path, string Head)> Files()
    {
        var seen = Look();
        while (true)
        {
            var again = Look();
            if (again.SequenceEqual(seen))
            {
                return again;
            }

            seen = again;
        }
    }

    private List<(string Path, string Head)> Look()
    {
        var directory = Path.GetDirectoryName(Path.GetFullPath(path))!;
        return !Directory.Exists(directory) ? [] : [.. Directory.EnumerateFiles(directory, Path.GetFileName(path) + "*")
            .Select(file => (Path: file, Head: HeadOf(file)!))
            .Where(file => file.Head is not null)
            .OrderBy(file => file.Path.Length == path.Length)
            .ThenBy(file => File.GetLastWriteTimeUtc(file.Path))
            .ThenByDescending(file => file.Path, StringComparer.Ordinal)];
    }

    // False when another file has come into its place meanwhile.
    private bool TryOpen((string Path, string Head) file, long position)
    {
        FileStream opened;
        try
        {
            opened = new FileStream(file.Path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 1);
        }
        catch (FileNotFoundException)
        {
            return false;
        }

        if (HeadOf(opened) != file.Head)
        {
            opened.Dispose();
            return false;
        }

        _file?.Dispose();
        _file = opened;
        _partial.Clear();
        Head = file.Head;
        _file.Position = Math.Min(position, _file.Length);
        Position = _file.Position;
        return true;
    }

    private static string? HeadOf(string file)
    {
        try
        {
            using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 1);
            return HeadOf(stream);
        }
        catch (FileNotFoundException)
        {
            // Rotated away between the listing and the look.
            return null;
        }
    }

    // Null when it is empty, compressed, or its first line is still being written.
    private static string? HeadOf(FileStream stream)
    {
        var bytes = new byte[MostHeadBytes];
        var here = stream.Position;
        stream.Position = 0;
        var read = stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
        stream.Position = here;
        var head = bytes.AsSpan(0, read);
        var end = head.IndexOf((byte)'\n');
        return read == 0 || head[0] != (byte)'{' || (end < 0 && read < bytes.Length)
            ? null
            : Convert.ToHexStringLower(SHA256.HashData(end < 0 ? head : head[..end]))[..32];
    }
}
