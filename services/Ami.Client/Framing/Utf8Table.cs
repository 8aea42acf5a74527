using System.Buffers.Binary;
using System.Numerics;
using System.Text;

namespace Ami.Client.Framing;

/// <summary>A fixed set of ASCII names, found by their bytes without regard to case and without a string.</summary>
/// <remarks>Open addressing; built once, read by every thread.</remarks>
internal sealed class Utf8Table
{
    /// <summary>What <see cref="Find"/> gives for a name that is not in the table.</summary>
    public const byte Unknown = byte.MaxValue;

    private readonly Entry[] _entries;
    private readonly int _mask;

    public Utf8Table(IEnumerable<KeyValuePair<string, byte>> names)
    {
        var all = names.ToArray();
        // At least four places for a name keep the chains at one step.
        _entries = new Entry[(int)BitOperations.RoundUpToPowerOf2((uint)all.Length * 4)];
        _mask = _entries.Length - 1;
        foreach (var (name, value) in all)
        {
            var bytes = Encoding.ASCII.GetBytes(name);
            var at = Hash(bytes) & _mask;
            while (_entries[at].Name is not null) at = (at + 1) & _mask;
            _entries[at] = new Entry(bytes, value);
        }
    }

    public byte Find(ReadOnlySpan<byte> name)
    {
        for (var at = Hash(name) & _mask; ; at = (at + 1) & _mask)
        {
            ref readonly var entry = ref _entries[at];
            if (entry.Name is null) return Unknown;
            if (entry.Name.Length == name.Length && (name.SequenceEqual(entry.Name) || Ascii.EqualsIgnoreCase(name, entry.Name)))
                return entry.Value;
        }
    }

    /// <summary>Mixes the length and both ends of the name, which together tell AMI's keys apart; bit 5 (the case of a letter) is left out.</summary>
    private static int Hash(ReadOnlySpan<byte> name)
    {
        ulong head, tail;
        if (name.Length >= 8)
        {
            head = BinaryPrimitives.ReadUInt64LittleEndian(name);
            tail = BinaryPrimitives.ReadUInt64LittleEndian(name[^8..]);
        }
        else if (name.Length >= 4)
        {
            head = BinaryPrimitives.ReadUInt32LittleEndian(name);
            tail = BinaryPrimitives.ReadUInt32LittleEndian(name[^4..]);
        }
        else
        {
            head = name.IsEmpty ? 0u : name[0];
            tail = name.IsEmpty ? 0u : name[^1];
        }

        const ulong caseBits = 0x2020202020202020;
        var mixed = (((head | caseBits) * 0x9E3779B97F4A7C15) ^ (tail | caseBits)) * 0xD6E8FEB86659FD93;
        return (int)((mixed + ((ulong)name.Length << 40)) >> 33);
    }

    private readonly record struct Entry(byte[]? Name, byte Value);
}
