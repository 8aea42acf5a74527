using System.Text;

namespace Ami.Client.Framing;

/// <summary>Small numbers for the keys AMI uses most, so that a frame is searched by a byte instead of a string.</summary>
/// <remarks>
/// The keys of a channel come in blocks, one for each prefix (<c>Channel</c>, <c>DestChannel</c>, <c>LocalOneChannel</c>…), in the order
/// in which Asterisk 22 writes them (<c>ast_manager_build_channel_state_string_prefix</c>): number = prefix × 16 + place. The other keys
/// follow from 192 on; 255 is a key without a number.
/// </remarks>
internal static class HeaderKey
{
    public const byte Unknown = Utf8Table.Unknown;

    // Places within a channel's block.
    public const byte Channel = 0, ChannelState = 1, ChannelStateDesc = 2, CallerIdNum = 3, CallerIdName = 4, ConnectedLineNum = 5,
        ConnectedLineName = 6, Language = 7, AccountCode = 8, Context = 9, Exten = 10, Priority = 11, Uniqueid = 12, Linkedid = 13,
        TenantId = 14, ChanVariable = 15;

    // Prefixes of the blocks.
    public const byte NoPrefix = 0, Dest = 1, LocalOne = 2, LocalTwo = 3, Target = 4, Transferer = 5, Transferee = 6, OrigTransferer = 7,
        SecondTransferer = 8, TransferTarget = 9, Source = 10, Swap = 11;

    public const byte FirstOther = 192;

    public const byte Event = 192, Response = 193, Privilege = 194, Timestamp = 195, SystemName = 196, ActionId = 197, EventList = 198,
        ListItems = 199, Message = 200, Variable = 201, Value = 202, UserEvent = 203, Cause = 204, CauseText = 205, TechCause = 206,
        DialStatus = 207, DialString = 208, BridgeUniqueid = 209, BridgeType = 210, BridgeTechnology = 211, BridgeCreator = 212,
        BridgeName = 213, BridgeNumChannels = 214, BridgeVideoSourceMode = 215, Device = 216, State = 217, Status = 218, Uptime = 219,
        LastReload = 220, Peer = 221, PeerStatus = 222, ChannelType = 223, ContactStatus = 224, Aor = 225, Uri = 226, EndpointName = 227,
        RoundtripUsec = 228, Reason = 229, Result = 230, Extension = 231, Application = 232, ApplicationData = 233, Duration = 234,
        BridgeId = 235, CallingPres = 236, Output = 237;

    private static readonly string[] Places =
    [
        "Channel", "ChannelState", "ChannelStateDesc", "CallerIDNum", "CallerIDName", "ConnectedLineNum", "ConnectedLineName", "Language",
        "AccountCode", "Context", "Exten", "Priority", "Uniqueid", "Linkedid", "Tenantid", "ChanVariable",
    ];

    private static readonly string[] Prefixes =
    [
        "", "Dest", "LocalOne", "LocalTwo", "Target", "Transferer", "Transferee", "OrigTransferer", "SecondTransferer", "TransferTarget",
        "Source", "Swap",
    ];

    private static readonly string[] Others =
    [
        "Event", "Response", "Privilege", "Timestamp", "SystemName", "ActionID", "EventList", "ListItems", "Message", "Variable", "Value",
        "UserEvent", "Cause", "Cause-txt", "TechCause", "DialStatus", "DialString", "BridgeUniqueid", "BridgeType", "BridgeTechnology",
        "BridgeCreator", "BridgeName", "BridgeNumChannels", "BridgeVideoSourceMode", "Device", "State", "Status", "Uptime", "LastReload",
        "Peer", "PeerStatus", "ChannelType", "ContactStatus", "AOR", "URI", "EndpointName", "RoundtripUsec", "Reason", "Result",
        "Extension", "Application", "ApplicationData", "Duration", "BridgeId", "CID-CallingPres", "Output",
    ];

    private static readonly Utf8Table Table = new(AllNames());

    /// <summary>By number; empty, and so equal to no key, where there is none.</summary>
    private static readonly byte[][] Names = NamesByNumber();

    public static byte Of(byte prefix, byte place) => (byte)((prefix * 16) + place);

    public static bool IsOfChannel(byte key) => key < FirstOther;

    public static byte PlaceOf(byte key) => (byte)(key & 15);

    public static byte PrefixOf(byte key) => (byte)(key >> 4);

    /// <summary>The number of a key, faster when it is the expected one.</summary>
    public static byte Find(ReadOnlySpan<byte> name, byte expected) => name.SequenceEqual(Names[expected]) ? expected : Table.Find(name);

    private static byte[][] NamesByNumber()
    {
        var names = new byte[256][];
        Array.Fill(names, []);
        foreach (var (name, number) in AllNames())
            names[number] = Encoding.ASCII.GetBytes(name);
        return names;
    }

    private static IEnumerable<KeyValuePair<string, byte>> AllNames()
    {
        for (var prefix = 0; prefix < Prefixes.Length; prefix++)
        {
            for (var place = 0; place < Places.Length; place++)
                yield return new(Prefixes[prefix] + Places[place], Of((byte)prefix, (byte)place));
        }

        for (var i = 0; i < Others.Length; i++)
            yield return new(Others[i], (byte)(FirstOther + i));
    }
}
