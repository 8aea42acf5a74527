using System.Security.Cryptography;

namespace CallCenterCrm.Telephony.Asterisk;

/// <summary>Where reading of the channel event log stands.</summary>
/// <param name="Head">Which file: a digest of its first line, which holds a time and an id that no other file begins with.</param>
/// <param name="Position">Bytes of it that need not be read again.</param>
internal sealed record CelPosition(string Head, long Position);

/// <summary>
/// Reads the channel event log as Asterisk writes it, and goes on with the new file when it was rotated (renamed and made
/// anew) or truncated. A last line without its end waits for it.
/// </summary>
internal sealed class CelLog(string path) : IDisposable
{
    private const int ChunkBytes = 256 * 1024;
    private const int MostHeadBytes = 4096;
    private const int MostLineBytes = 1024 * 1024;
    private readonly byte[] _chunk = new byte[ChunkBytes];
    private readonly List<byte> _partial = [];
    private FileStream? _file;

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
        foreach (var file in Rotated())
        {
            if (HeadOf(file) == position.Head)
            {
                Open(file, position.Position);
                return;
            }
        }

        // The file is gone (deleted, or compressed): the oldest that is there is the best there is.
        Gaps++;
        if (Rotated().FirstOrDefault() is { } oldest)
        {
            Open(oldest, 0);
        }
    }

    /// <summary>The next whole lines, without their ends; none when the end of the log is reached for now.</summary>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be read.</exception>
    public IReadOnlyList<byte[]> Read()
    {
        if (_file is null)
        {
            if (!File.Exists(path) || HeadOf(path) is null)
            {
                return [];
            }

            Open(path, 0);
        }

        if (_file!.Length < _file.Position)
        {
            // Truncated in place (copytruncate): what is in it now is new.
            Gaps++;
            Before += Position;
            Open(path, 0);
        }

        while (_file!.Read(_chunk) is > 0 and var read)
        {
            if (Lines(_chunk.AsSpan(0, read)) is { Count: > 0 } lines)
            {
                return lines;
            }
        }

        return NextFile() is { } next ? Continue(next) : [];
    }

    public void Dispose() => _file?.Dispose();

    private IReadOnlyList<byte[]> Continue(string next)
    {
        if (_partial.Count > 0)
        {
            Gaps++;
        }

        Before += Position;
        Open(next, 0);
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

    private string? NextFile()
    {
        var files = Rotated().ToList();
        var here = files.FindIndex(file => HeadOf(file) == Head);
        return here >= 0 && here + 1 < files.Count ? files[here + 1] : null;
    }

    // cel.json.2, cel.json.1, cel.json: oldest first, by the time of their last line. Empty and compressed ones are no logs.
    private IEnumerable<string> Rotated()
    {
        var directory = Path.GetDirectoryName(Path.GetFullPath(path))!;
        return !Directory.Exists(directory) ? [] : Directory.EnumerateFiles(directory, Path.GetFileName(path) + "*")
            .Where(file => HeadOf(file) is not null)
            .OrderBy(file => file.Length == path.Length)
            .ThenBy(File.GetLastWriteTimeUtc)
            .ThenByDescending(file => file, StringComparer.Ordinal);
    }

    private void Open(string file, long position)
    {
        _file?.Dispose();
        _file = null;
        _partial.Clear();
        Head = HeadOf(file);
        _file = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 1);
        _file.Position = Math.Min(position, _file.Length);
        Position = _file.Position;
    }

    private static string? HeadOf(string file)
    {
        try
        {
            using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 1);
            var bytes = new byte[MostHeadBytes];
            var read = stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
            var head = bytes.AsSpan(0, read);
            var end = head.IndexOf((byte)'\n');
            if (read == 0 || head[0] != (byte)'{' || (end < 0 && read < bytes.Length))
            {
                // Empty, compressed, or its first line is still being written.
                return null;
            }

            return Convert.ToHexStringLower(SHA256.HashData(end < 0 ? head : head[..end]))[..32];
        }
        catch (FileNotFoundException)
        {
            // Rotated away between the listing and the look.
            return null;
        }
    }
}
