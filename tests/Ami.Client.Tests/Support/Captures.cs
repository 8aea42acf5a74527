using System.Text;
using Ami.Client.Framing;
using Ami.Client.Recording;
using Ami.Client.Trust;

namespace Ami.Client.Tests.Support;

/// <summary>The recorded streams and short ways to read them.</summary>
internal static class Captures
{
    private static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "captures");

    public static IReadOnlyList<string> All { get; } =
        [.. Directory.GetFiles(Folder, "*.ami").Select(file => Path.GetFileNameWithoutExtension(file)).Order(StringComparer.Ordinal)];

    public static TheoryData<string> Names => [.. All];

    public static byte[] Bytes(string name) => File.ReadAllBytes(Path.Combine(Folder, name + ".ami"));

    /// <summary>The items of a stream, fed in pieces of the given sizes, over and over.</summary>
    public static (List<AmiItem> Items, AmiRecording Recording) Read(ReadOnlySpan<byte> bytes, AmiEventPolicy? policy = null, params int[] pieces)
    {
        var recording = new AmiRecording(policy ?? AmiEventPolicy.Learning());
        var items = new List<AmiItem>();
        ForEachPiece(bytes, pieces, piece => recording.Feed(piece, items));
        return (items, recording);
    }

    /// <summary>All frames of a stream as plain text, key and value of each line.</summary>
    public static List<string> Frames(ReadOnlySpan<byte> bytes, AmiFrameLimits? limits = null, params int[] pieces)
    {
        var reader = new AmiFrameReader(limits);
        var frames = new List<string>();
        ForEachPiece(
            bytes,
            pieces,
            piece =>
            {
                while (!piece.IsEmpty)
                {
                    piece = piece[reader.Append(piece)..];
                    while (reader.TryRead(out var frame))
                        frames.Add(Text(frame));
                }
            });
        return frames;
    }

    public static string Text(AmiFrame frame) =>
        string.Concat(frame.Lines().Select(line => $"{line.Key}|{line.Value}\n"));

    public static byte[] Utf8(string text) => Encoding.UTF8.GetBytes(text.ReplaceLineEndings("\r\n"));

    public static AmiFrame OneFrame(string text, AmiFrameLimits? limits = null)
    {
        var reader = new AmiFrameReader(limits);
        reader.Append(Utf8(text + "\n\n"));
        Assert.True(reader.TryRead(out var frame));
        return frame;
    }

    private delegate void Use(ReadOnlySpan<byte> piece);

    private static void ForEachPiece(ReadOnlySpan<byte> bytes, int[] pieces, Use use)
    {
        if (pieces.Length == 0) pieces = [int.MaxValue];
        for (var i = 0; !bytes.IsEmpty; i++)
        {
            var size = Math.Min(pieces[i % pieces.Length], bytes.Length);
            use(bytes[..size]);
            bytes = bytes[size..];
        }
    }
}
