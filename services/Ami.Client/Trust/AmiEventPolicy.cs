using System.Text;
using Ami.Client.Framing;

namespace Ami.Client.Trust;

/// <summary>Tells the events of the PBX from those that a caller wrote.</summary>
/// <remarks>
/// Asterisk 22 decodes percent-encoded line breaks in the user part of a SIP address and writes <c>CallerIDNum</c>,
/// <c>ConnectedLineNum</c> and <c>Exten</c> to AMI as they are (main/manager_channels.c), so anybody whose INVITE reaches the PBX can cut
/// an event in two and put events of his own in between. What he cannot do is know the <c>SystemName</c> (a secret, then), or change what
/// stands before his text. Hence:
/// <list type="number">
/// <item>An event begins Event, Privilege, Timestamp, SystemName in this order, with the SystemName of the PBX.</item>
/// <item>No key appears twice, for lookups take the first. Exceptions are listed at <see cref="MayRepeat"/>.</item>
/// <item>A channel has its Uniqueid, which Asterisk writes after everything a caller can write: one without it was cut.</item>
/// <item>Ids begin with <c>SystemName-</c> or with a prefix of our own, so a cut event cannot be given another channel's id.</item>
/// </list>
/// One event that is refused so may be a true one that was cut: what it said must be learnt otherwise.
/// Not safe for use by several threads while it learns.
/// </remarks>
public sealed class AmiEventPolicy
{
    /// <summary>No event of Asterisk 22 has as many lines; the largest, AttendedTransfer, has about 110.</summary>
    private const int MaxLines = 512;

    // In each 64-bit word lie four blocks of channel keys (see HeaderKey); these are the places of Channel in them.
    private const ulong ChannelPlaces = 0x0001_0001_0001_0001;

    private static readonly bool[] Special = FindSpecial();

    private readonly byte[][]? _ownIdPrefixes;
    private readonly bool _learns;
    private byte[]? _systemName;

    /// <summary>A policy for one PBX.</summary>
    /// <param name="systemName">
    /// <c>systemname</c> of asterisk.conf. Null accepts every name, which is <b>unsafe</b>: whoever can call can then forge events.
    /// </param>
    /// <param name="ownIdPrefixes">
    /// With what the channel ids begin that we give (<c>ChannelId</c> of Originate); better unguessable too. Null leaves ids unchecked; an
    /// empty list accepts only the PBX's own ids. Needs <paramref name="systemName"/>.
    /// </param>
    public AmiEventPolicy(string? systemName, IEnumerable<string>? ownIdPrefixes = null)
        : this(systemName, ownIdPrefixes, learns: false)
    {
    }

    private AmiEventPolicy(string? systemName, IEnumerable<string>? ownIdPrefixes, bool learns)
    {
        if (systemName is { Length: 0 }) throw new ArgumentException("A system name is not empty.", nameof(systemName));
        _systemName = systemName is null ? null : Encoding.UTF8.GetBytes(systemName);
        _ownIdPrefixes = ownIdPrefixes?.Select(Encoding.UTF8.GetBytes).ToArray();
        _learns = learns;
        if (_ownIdPrefixes?.Any(prefix => prefix.Length == 0) == true)
            throw new ArgumentException("An empty prefix would accept every id.", nameof(ownIdPrefixes));
    }

    /// <summary>A policy for recorded streams: the first event that is well formed tells the SystemName. Never use it on a live PBX.</summary>
    public static AmiEventPolicy Learning(IEnumerable<string>? ownIdPrefixes = null) => new(null, ownIdPrefixes, learns: true);

    /// <summary>Whether an event begins as those do that Asterisk sends to everybody, unasked.</summary>
    internal static bool BeginsAsEvent(in AmiFrame frame)
    {
        var fields = frame.Fields;
        return fields.Length > 3 && fields[0].Key == HeaderKey.Event && fields[1].Key == HeaderKey.Privilege
            && fields[2].Key == HeaderKey.Timestamp && fields[3].Key == HeaderKey.SystemName;
    }

    /// <summary>Judges an event that <see cref="BeginsAsEvent"/>.</summary>
    internal AmiRefusal CheckEvent(in AmiFrame frame)
    {
        var name = frame.ValueAt(3).Utf8;
        if (_systemName is null)
        {
            if (!_learns) return CheckBody(in frame);
            if (name.IsEmpty) return AmiRefusal.WrongSystemName;
            var verdict = CheckBody(in frame);
            if (verdict == AmiRefusal.None) _systemName = name.ToArray();
            return verdict;
        }

        return name.SequenceEqual(_systemName) ? CheckBody(in frame) : AmiRefusal.WrongSystemName;
    }

    /// <summary>Judges all lines after the beginning; also what list items must keep.</summary>
    internal AmiRefusal CheckBody(in AmiFrame frame)
    {
        var fields = frame.Fields;
        if (fields.Length > MaxLines) return AmiRefusal.Malformed;

        var name = frame.ValueAt(0).Utf8;
        var isTest = name.SequenceEqual("TestEvent"u8);
        var isUser = name.SequenceEqual("UserEvent"u8);
        var customFrom = 0;
        var unknown = 0;
        var previous = HeaderKey.Unknown;
        Span<ulong> seen = stackalloc ulong[4];

        for (var i = 0; i < fields.Length; i++)
        {
            var key = fields[i].Key;
            ref var word = ref seen[key >> 6];
            var bit = 1UL << (key & 63);
            var isRepeated = (word & bit) != 0;

            // Most keys need no look but at whether they were there before.
            if (isRepeated || Special[key])
            {
                var inCustomPart = customFrom > 0;
                if (key == HeaderKey.Unknown)
                {
                    if (fields[i].KeyLength == 0) return AmiRefusal.Malformed;
                    // The dialplan's own fields follow "UserEvent:"; before it they were put there by somebody else.
                    if (isUser && !inCustomPart) return AmiRefusal.MisplacedKey;
                    unknown++;
                }
                else if (isRepeated && !isTest && !MayRepeat(key, previous))
                {
                    return AmiRefusal.RepeatedKey;
                }

                if (!inCustomPart && IsId(in frame, i) && !IsKnownId(frame.ValueAt(i).Utf8)) return AmiRefusal.ForeignId;
                if (IsMisplaced(key, previous)) return AmiRefusal.MisplacedKey;

                if (isUser && key == HeaderKey.UserEvent)
                {
                    if (LacksUniqueid(seen)) return AmiRefusal.MissingUniqueid;
                    // A dialplan may name the channel once more among its own fields, but nothing twice among them.
                    seen[..3].Clear();
                    customFrom = i + 1;
                }
            }

            word |= bit;
            previous = key;
        }

        if (isUser ? customFrom == 0 : !isTest && LacksUniqueid(seen)) return AmiRefusal.MissingUniqueid;
        return unknown > 1 && !isTest && RepeatsUnknownKey(in frame, customFrom) ? AmiRefusal.RepeatedKey : AmiRefusal.None;
    }

    /// <summary>The keys at which more must be looked at than whether they repeat.</summary>
    private static bool[] FindSpecial()
    {
        var special = new bool[256];
        special[HeaderKey.Unknown] = special[HeaderKey.UserEvent] = true;
        for (byte key = 0; key < HeaderKey.FirstOther; key++)
            special[key] = HeaderKey.PlaceOf(key) is HeaderKey.Uniqueid or HeaderKey.Linkedid or HeaderKey.ChanVariable;
        return special;
    }

    /// <summary>
    /// What Asterisk repeats: <c>ChanVariable</c> (one line for each of manager.conf's channelvars) and <c>Variable</c> (in answers to
    /// Status), always in one run, so that lines put elsewhere are seen. <c>TestEvent</c>, which only test builds send, is let off above:
    /// it repeats <c>State</c> and names channels without Uniqueid.
    /// </summary>
    private static bool MayRepeat(byte key, byte previous) =>
        key == previous && (key == HeaderKey.Variable || (HeaderKey.IsOfChannel(key) && HeaderKey.PlaceOf(key) == HeaderKey.ChanVariable));

    /// <summary><c>ChanVariable</c> comes right after the ids of its channel.</summary>
    private static bool IsMisplaced(byte key, byte previous) =>
        HeaderKey.IsOfChannel(key) && HeaderKey.PlaceOf(key) == HeaderKey.ChanVariable
        && !(HeaderKey.IsOfChannel(previous) && HeaderKey.PrefixOf(previous) == HeaderKey.PrefixOf(key)
            && HeaderKey.PlaceOf(previous) >= HeaderKey.Uniqueid);

    /// <summary>Ids of channels, also of those with a prefix that has no number, as in ParkedCall. Bridges have ids of another kind.</summary>
    private static bool IsId(in AmiFrame frame, int index)
    {
        var number = frame.KeyAt(index);
        if (HeaderKey.IsOfChannel(number)) return HeaderKey.PlaceOf(number) is HeaderKey.Uniqueid or HeaderKey.Linkedid;
        if (number != HeaderKey.Unknown) return false;

        var key = frame.KeyTextAt(index).Utf8;
        return key.Length > 8 && (Ascii.EqualsIgnoreCase(key[^8..], "Uniqueid"u8) || Ascii.EqualsIgnoreCase(key[^8..], "Linkedid"u8))
            && key.IndexOf("Bridge"u8) < 0;
    }

    private static bool LacksUniqueid(ReadOnlySpan<ulong> seen) =>
        (Lacking(seen[0]) | Lacking(seen[1]) | Lacking(seen[2])) != 0;

    private static ulong Lacking(ulong word) => ((word & ChannelPlaces) << HeaderKey.Uniqueid) & ~word;

    private static bool RepeatsUnknownKey(in AmiFrame frame, int from)
    {
        var fields = frame.Fields;
        for (var i = from; i < fields.Length; i++)
        {
            if (fields[i].Key != HeaderKey.Unknown) continue;
            var key = frame.KeyTextAt(i).Utf8;
            for (var j = i + 1; j < fields.Length; j++)
            {
                if (fields[j].KeyLength == fields[i].KeyLength && fields[j].Key == HeaderKey.Unknown
                    && Ascii.EqualsIgnoreCase(key, frame.KeyTextAt(j).Utf8))
                {
                    return true;
                }
            }
        }

        return false;
    }

    private bool IsKnownId(ReadOnlySpan<byte> id)
    {
        if (_ownIdPrefixes is null || _systemName is null) return true;
        if (id.Length > _systemName.Length && id.StartsWith(_systemName) && id[_systemName.Length] == (byte)'-') return true;
        foreach (var prefix in _ownIdPrefixes)
        {
            if (id.StartsWith(prefix)) return true;
        }

        // OriginateResponse of a channel that never came to be.
        return id.SequenceEqual("<null>"u8);
    }
}
