namespace Ami.Client.Framing;

/// <summary>What one line and one frame may weigh. Whoever exceeds it is not speaking AMI, and the connection is broken.</summary>
public sealed class AmiFrameLimits
{
    /// <summary>Limits that every event of Asterisk 22 keeps by far: 16 KiB a line, 256 KiB a frame.</summary>
    public static AmiFrameLimits Default { get; } = new();

    /// <summary>Bytes of one line without its end; 64 to 65,535.</summary>
    public int MaxLineBytes
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 64);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(value, ushort.MaxValue);
            field = value;
        }
    } = 16 * 1024;

    /// <summary>Bytes of one frame with all its line ends; 64 to 16 MiB.</summary>
    public int MaxFrameBytes
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 64);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(value, 16 * 1024 * 1024);
            field = value;
        }
    } = 256 * 1024;

    /// <summary>
    /// Reads the output of commands as Asterisk before 14 wrote it (<c>Response: Follows</c>, raw lines, <c>--END COMMAND--</c>).
    /// </summary>
    /// <remarks>
    /// Off, because a caller who can smuggle a line break into an event could begin such an answer and hide the events that follow it.
    /// Newer versions write each line as <c>Output:</c>, which needs no special reading.
    /// </remarks>
    public bool LegacyCommandOutput { get; init; }
}
