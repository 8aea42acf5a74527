using System.Globalization;
using System.Text;
using System.Text.Json;

namespace CallCenterCrm.Telephony.Tests.Histories;

/// <summary>
/// An Asterisk that carries no calls and only writes of them: what AMI and CEL of version 22 say when channels begin, ring, are
/// bridged and end, in the form and the order of tests/captures and of the dialplan in deploy/asterisk. It knows nothing of the
/// tracker. Its clock moves with each thing that it says, as two things never have one time.
/// </summary>
/// <param name="mark">A number that makes its channels and bridges differ from those of all others.</param>
internal sealed class PaperPbx(int mark, DateTimeOffset start, Random random)
{
    private readonly List<(DateTimeOffset At, string Frame)> _ami = [];
    private readonly List<(DateTimeOffset At, string Line)> _cel = [];
    private int _channels;
    private int _bridges;

    /// <summary>Its clock.</summary>
    public DateTimeOffset Now { get; private set; } = start;

    /// <summary>What it wrote.</summary>
    public History Written(string name) => History.Parse(
        name,
        "Asterisk Call Manager/11.0.0\r\n" + string.Concat(_ami.OrderBy(told => told.At).Select(told => told.Frame)),
        string.Concat(_cel.OrderBy(told => told.At).Select(told => told.Line + "\n")));

    /// <summary>Time passes.</summary>
    public void Wait(double seconds) => Now += TimeSpan.FromSeconds(seconds);

    /// <summary>Time passes up to a moment, if it is still to come.</summary>
    public void WaitUntil(DateTimeOffset moment) => Now = moment > Now ? moment : Now;

    /// <summary>A channel that reached the PBX from outside or from a phone.</summary>
    public PaperChannel Arrive(string endpoint, string number, string exten, string context, string? rawNumber = null)
    {
        var channel = New(endpoint, null, null, number, exten, context, PaperState.Ring);
        Both(() => Cel("CHAN_START", channel, number: rawNumber ?? number), () => Ami("Newchannel", channel));
        return channel;
    }

    /// <summary>A channel that the PBX made, for another one or for an Originate that gave it its id.</summary>
    public PaperChannel Make(string endpoint, PaperChannel? cause, string? id = null)
    {
        var number = endpoint.All(char.IsAsciiDigit) ? endpoint : "";
        var channel = New(endpoint, cause?.LinkedId, id, number, "s", "from-phones", PaperState.Down);
        Cel("CHAN_START", channel);
        Ami("Newchannel", channel);
        channel.Application = (cause is null ? "AppDial2" : "AppDial", "(Outgoing Line)");
        return channel;
    }

    /// <summary>An application that CEL is to tell of begins on a channel.</summary>
    public void Begin(PaperChannel channel, string application, string data, bool told = true)
    {
        channel.Application = (application, data);
        if (told)
        {
            Cel("APP_START", channel);
        }
    }

    /// <summary>It ends.</summary>
    public void End(PaperChannel channel)
    {
        Cel("APP_END", channel);
        channel.Application = ("", "");
    }

    /// <summary>What the dialplan says of a channel, to AMI (name and fields) and to CEL (type and text), or to one of them.</summary>
    public void Say(PaperChannel channel, string? userEvent, string fields, string? celType = null, string extra = "")
    {
        if (userEvent is not null)
        {
            Ami("UserEvent", channel, $"UserEvent: {userEvent}\r\n{string.Concat(fields.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(field => field + "\r\n"))}");
        }

        if (celType is not null)
        {
            var before = channel.Application;
            channel.Application = ("CELGenUserEvent", $"{celType},{extra}");
            Cel(celType, channel, Json(("extra", extra)));
            channel.Application = before;
        }
    }

    /// <summary>A channel is dialled for another one, or for an Originate.</summary>
    public void DialBegin(PaperChannel? caller, PaperChannel dialled, string target) => Ami("DialBegin", caller, $"{Fields(dialled, "Dest")}DialString: {target}\r\n");

    /// <summary>The dialled phone rings; the two ways in which that is told come in either order.</summary>
    public void Ring(PaperChannel? caller, PaperChannel dialled)
    {
        dialled.State = PaperState.Ringing;
        Both(() => Ami("Newstate", dialled), () => Ami("DialState", caller, $"{Fields(dialled, "Dest")}DialStatus: RINGING\r\n"));
    }

    /// <summary>A dial ended.</summary>
    public void DialEnd(PaperChannel? caller, PaperChannel dialled, string status) => Ami("DialEnd", caller, $"{Fields(dialled, "Dest")}DialStatus: {status}\r\n");

    /// <summary>A channel was answered.</summary>
    public void Answer(PaperChannel channel)
    {
        channel.State = PaperState.Up;
        Both(() => Cel("ANSWER", channel), () => Ami("Newstate", channel));
    }

    /// <summary>A bridge is made.</summary>
    public string Bridge()
    {
        var id = string.Create(CultureInfo.InvariantCulture, $"b{mark:x7}-{++_bridges:x4}-4be8-bf91-a4811e5d24c7");
        Ami("BridgeCreate", null, $"BridgeUniqueid: {id}\r\n");
        return id;
    }

    /// <summary>A channel enters a bridge.</summary>
    public void Enter(PaperChannel channel, string bridge, params PaperChannel[] peers)
    {
        Both(
            () => Cel("BRIDGE_ENTER", channel, Json(("bridge_id", bridge), ("bridge_technology", "simple_bridge")), Names(peers)),
            () => Ami("BridgeEnter", channel, $"BridgeUniqueid: {bridge}\r\n"));
        channel.Bridged.Add((Now, null));
    }

    /// <summary>A channel leaves a bridge.</summary>
    public void Leave(PaperChannel channel, string bridge, params PaperChannel[] peers)
    {
        Both(
            () => Cel("BRIDGE_EXIT", channel, Json(("bridge_id", bridge), ("bridge_technology", "simple_bridge")), Names(peers)),
            () => Ami("BridgeLeave", channel, $"BridgeUniqueid: {bridge}\r\n"));
        channel.Bridged[^1] = channel.Bridged[^1] with { Until = Now };
    }

    /// <summary>The far end of a channel asks to hang up.</summary>
    public void AskHangUp(PaperChannel channel, int cause, string techCause = "")
    {
        channel.HangupSource = channel.Name;
        Ami("HangupRequest", channel, Causes(cause, techCause));
    }

    /// <summary>A channel is gone.</summary>
    /// <param name="last">It was the last one with its linkedid.</param>
    public void Hangup(PaperChannel channel, int cause, string techCause = "", string? source = null, bool last = false)
    {
        Both(
            () =>
            {
                Cel("HANGUP", channel, Json(("hangupcause", cause), ("hangupsource", source ?? channel.HangupSource), ("dialstatus", "")));
                Cel("CHAN_END", channel);
                if (last)
                {
                    Cel("LINKEDID_END", channel);
                }
            },
            () => Ami("Hangup", channel, Causes(cause, techCause)));
    }

    /// <summary>A phone that an Originate rang was lifted, or was not.</summary>
    public void OriginateResponse(PaperChannel channel, bool success, string exten) => Frame(
        "OriginateResponse",
        $"ActionID: {mark}-o\r\nResponse: {(success ? "Success" : "Failure")}\r\nChannel: {(success ? channel.Name : channel.Name[..channel.Name.LastIndexOf('-')])}\r\n"
        + $"Context: crm-take\r\nExten: {exten}\r\nReason: {(success ? 4 : 0)}\r\nUniqueid: {channel.Id}\r\nCallerIDNum: {channel.Number}\r\nCallerIDName: <unknown>\r\n");

    /// <summary>A ringing channel is picked up by another one.</summary>
    public void Pickup(PaperChannel target, PaperChannel by)
    {
        Cel("PICKUP", target, Json(("pickup_channel", by.Name), ("pickup_channel_uniqueid", by.Id)));
        Ami("Pickup", by, Fields(target, "Target"));

        // The two change places inside Asterisk, and with them what they run.
        target.Application = ("AppDial2", "(Outgoing Line)");
    }

    /// <summary>A channel gives up a linkedid that was its own for that of the one it was joined with.</summary>
    public void Relink(PaperChannel channel, string linkedId)
    {
        Cel("LINKEDID_END", channel);
        channel.LinkedId = linkedId;
    }

    /// <summary>One end of a bridge hands the other one on to an extension.</summary>
    public void BlindTransfer(PaperChannel by, PaperChannel transferee, string extension, string bridge)
    {
        Cel("BLINDTRANSFER", by, Json(
            ("extension", extension), ("context", "from-phones"), ("bridge_id", bridge), ("transferee_channel_name", transferee.Name),
            ("transferee_channel_uniqueid", transferee.Id)));
        Ami("BlindTransfer", null,
            $"Result: Success\r\n{Fields(by, "Transferer")}{Fields(transferee, "Transferee")}BridgeUniqueid: {bridge}\r\nIsExternal: Yes\r\nContext: from-phones\r\nExtension: {extension}\r\n");
    }

    /// <summary>Somebody with two calls joins them.</summary>
    public void AttendedTransfer(PaperChannel by, PaperChannel second, PaperChannel transferee, PaperChannel target, string bridge, string secondBridge)
    {
        Cel("ATTENDEDTRANSFER", by, Json(
            ("bridge1_id", bridge), ("channel2_name", second.Name), ("channel2_uniqueid", second.Id), ("bridge2_id", secondBridge),
            ("transferee_channel_name", transferee.Name), ("transferee_channel_uniqueid", transferee.Id),
            ("transfer_target_channel_name", target.Name), ("transfer_target_channel_uniqueid", target.Id)));
        Ami("AttendedTransfer", null,
            $"Result: Success\r\n{Fields(by, "OrigTransferer")}{Fields(second, "SecondTransferer")}{Fields(transferee, "Transferee")}{Fields(target, "TransferTarget")}DestType: Bridge\r\n");
    }

    /// <summary>The far end of a channel puts another one on hold: CEL tells of nothing but the music.</summary>
    public void Hold(PaperChannel channel, PaperChannel other) => Noise(channel, "Hold", "STREAM_BEGIN", other);

    /// <summary>It takes the other one back.</summary>
    public void Unhold(PaperChannel channel, PaperChannel other) => Noise(channel, "Unhold", "STREAM_END", other);

    /// <summary>An event that changes nothing.</summary>
    public void Noise(PaperChannel channel, string amiEvent, string? celType = null, PaperChannel? celChannel = null)
    {
        Ami(amiEvent, channel);
        if (celType is not null)
        {
            Cel(celType, celChannel ?? channel, celType is "STREAM_BEGIN" ? Json(("class", "default")) : "");
        }
    }

    // The two witnesses, and channels among themselves, tell one moment in either order.
    public void Both(Action one, Action other)
    {
        var oneFirst = random.Next(2) == 0;
        (oneFirst ? one : other)();
        (oneFirst ? other : one)();
    }

    private PaperChannel New(string endpoint, string? linkedId, string? id, string number, string exten, string context, PaperState state)
    {
        var serial = ++_channels;
        id ??= string.Create(CultureInfo.InvariantCulture, $"pbx-{Now.ToUnixTimeSeconds()}.{(mark * 100) + serial}");
        return new PaperChannel(string.Create(CultureInfo.InvariantCulture, $"PJSIP/{endpoint}-{mark:x5}{serial:x3}"), id)
        {
            LinkedId = linkedId ?? id,
            Number = number,
            Exten = exten,
            Context = context,
            State = state,
        };
    }

    private void Ami(string name, PaperChannel? channel, string more = "") => Frame(name, (channel is null ? "" : Fields(channel, "")) + more);

    private void Frame(string name, string fields)
    {
        Tick();
        _ami.Add((Now, $"Event: {name}\r\nPrivilege: call,all\r\nTimestamp: {Seconds(Now)}\r\nSystemName: pbx\r\n{fields}\r\n"));
    }

    private void Cel(string type, PaperChannel channel, string extra = "", string peers = "", string? number = null)
    {
        Tick();

        // As cel_custom.conf has it: what a stranger can write, his number, is near the end and may break the line.
        var head = new StringBuilder("{");
        foreach (var (field, value) in ((string, string)[])
                 [
                     ("uniqueid", channel.Id), ("linkedid", channel.LinkedId), ("eventtype", type), ("eventtime", Seconds(Now)), ("channame", channel.Name),
                     ("userdeftype", type.StartsWith("CRM_", StringComparison.Ordinal) ? type : ""), ("eventextra", extra), ("peer", peers),
                     ("context", channel.Context), ("appname", channel.Application.Name), ("exten", channel.Exten),
                 ])
        {
            head.Append(CultureInfo.InvariantCulture, $"\"{field}\":{JsonSerializer.Serialize(value)},");
        }

        _cel.Add((Now, $"{head}\"num\":\"{number ?? channel.Number}\",\"appdata\":\"{channel.Application.Data}\"}}"));
    }

    private void Tick() => Now += TimeSpan.FromMicroseconds(random.Next(100, 900));

    private static string Fields(PaperChannel channel, string prefix) =>
        $"{prefix}Channel: {channel.Name}\r\n{prefix}ChannelState: {(int)channel.State}\r\n{prefix}ChannelStateDesc: {channel.State}\r\n"
        + $"{prefix}CallerIDNum: {channel.Number}\r\n{prefix}CallerIDName: <unknown>\r\n{prefix}Context: {channel.Context}\r\n{prefix}Exten: {channel.Exten}\r\n"
        + $"{prefix}Uniqueid: {channel.Id}\r\n{prefix}Linkedid: {channel.LinkedId}\r\n";

    private static string Causes(int cause, string techCause) =>
        string.Create(CultureInfo.InvariantCulture, $"Cause: {cause}\r\nCause-txt: Unknown\r\n") + (techCause.Length == 0 ? "" : $"TechCause: {techCause}\r\n");

    private static string Names(PaperChannel[] channels) => string.Join(',', channels.Select(channel => channel.Name));

    private static string Json(params (string Name, object Value)[] fields) => JsonSerializer.Serialize(fields.ToDictionary(field => field.Name, field => field.Value));

    private static string Seconds(DateTimeOffset at) => decimal.Round((decimal)(at - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerSecond, 6)
        .ToString("F6", CultureInfo.InvariantCulture);
}

/// <summary>A channel of the paper PBX.</summary>
internal sealed class PaperChannel(string name, string id)
{
    public string Name => name;

    public string Id => id;

    /// <summary>Changes when channels are joined.</summary>
    public required string LinkedId { get; set; }

    public required string Number { get; init; }

    public required string Exten { get; set; }

    public required string Context { get; init; }

    public required PaperState State { get; set; }

    /// <summary>When it was in a bridge.</summary>
    public List<(DateTimeOffset From, DateTimeOffset? Until)> Bridged { get; } = [];

    /// <summary>What the dialplan runs on it.</summary>
    public (string Name, string Data) Application { get; set; } = ("", "");

    /// <summary>Who hung up first: the name of a channel; empty when the PBX did.</summary>
    public string HangupSource { get; set; } = "";
}

/// <summary>Asterisk's numbers for the states of a channel.</summary>
internal enum PaperState
{
    Down = 0,
    Ring = 4,
    Ringing = 5,
    Up = 6,
}
