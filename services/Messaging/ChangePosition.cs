using System.Buffers.Binary;
using System.Buffers.Text;

namespace CallCenterCrm.Messaging;

/// <summary>A place in a service's change log, behind which a reader goes on.</summary>
/// <param name="Epoch">Which store it is; a store put back from a backup has another.</param>
/// <param name="Tx">The transaction that wrote the row.</param>
/// <param name="Seq">The row within it.</param>
public sealed record ChangePosition(Guid Epoch, ulong Tx, long Seq)
{
    private const int Length = 32;

    /// <summary>The position as a token for readers, who are not to look into it.</summary>
    public override string ToString()
    {
        Span<byte> bytes = stackalloc byte[Length];
        Epoch.TryWriteBytes(bytes);
        BinaryPrimitives.WriteUInt64BigEndian(bytes[16..], Tx);
        BinaryPrimitives.WriteInt64BigEndian(bytes[24..], Seq);
        return Base64Url.EncodeToString(bytes);
    }

    /// <summary>Reads a token.</summary>
    /// <returns>Null when it is none.</returns>
    public static ChangePosition? Parse(string token)
    {
        Span<byte> bytes = stackalloc byte[Length];
        return Base64Url.IsValid(token, out var length) && length == Length && Base64Url.TryDecodeFromChars(token, bytes, out var written) && written == Length
            ? new ChangePosition(new Guid(bytes[..16]), BinaryPrimitives.ReadUInt64BigEndian(bytes[16..]), BinaryPrimitives.ReadInt64BigEndian(bytes[24..]))
            : null;
    }
}
