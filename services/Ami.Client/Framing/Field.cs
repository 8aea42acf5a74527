namespace Ami.Client.Framing;

/// <summary>Where one line of a frame lies, counted from the frame's first byte.</summary>
/// <param name="KeyStart">First byte of the line.</param>
/// <param name="ValueLength">Bytes of the value.</param>
/// <param name="KeyLength">Bytes before the colon; 0 for a line without a key.</param>
/// <param name="Gap">Bytes between key and value: colon and one space.</param>
/// <param name="Key">Its <see cref="HeaderKey"/>.</param>
internal readonly record struct Field(int KeyStart, int ValueLength, ushort KeyLength, byte Gap, byte Key)
{
    public int ValueStart => KeyStart + KeyLength + Gap;
}
