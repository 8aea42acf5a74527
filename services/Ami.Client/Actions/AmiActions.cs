using System.Globalization;

namespace Ami.Client.Actions;

/// <content>The actions that a call centre needs. Described in https://docs.asterisk.org/Asterisk_22_Documentation/API_Documentation/AMI_Actions/.</content>
public sealed partial class AmiAction
{
    /// <summary>Asks for a challenge for a login without sending the secret.</summary>
    public static AmiAction Challenge() => new AmiAction("Challenge").With("AuthType", "MD5");

    /// <summary>Logs in with the secret itself: only over TLS or on one machine.</summary>
    public static AmiAction Login(string username, string secret) =>
        new AmiAction("Login").With("Username", username).With("Secret", secret);

    /// <summary>Logs in with the answer to a challenge.</summary>
    /// <param name="username">User of manager.conf.</param>
    /// <param name="key">MD5 of challenge and secret, in small hexadecimal letters.</param>
    public static AmiAction LoginWithKey(string username, string key) =>
        new AmiAction("Login").With("AuthType", "MD5").With("Username", username).With("Key", key);

    /// <summary>Ends the session.</summary>
    public static AmiAction Logoff() => new("Logoff");

    /// <summary>Does nothing but being answered.</summary>
    public static AmiAction Ping() => new("Ping");

    /// <summary>Chooses which events this session gets.</summary>
    /// <param name="mask"><c>on</c>, <c>off</c>, or classes such as <c>system,call,user</c>.</param>
    public static AmiAction Events(string mask) => new AmiAction("Events").With("EventMask", mask);

    /// <summary>Sets a variable or a writable function of a channel.</summary>
    /// <param name="channel">Name or Uniqueid; not blank, since that would set a global variable.</param>
    /// <param name="variable">The variable.</param>
    /// <param name="value">Its value. Text that UserEvent would later show must be valid UTF-8, or the call is dropped; strings are.</param>
    /// <exception cref="ArgumentException">The channel is blank, or a value is not sendable.</exception>
    public static AmiAction Setvar(string channel, string variable, string value)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(channel);
        return new AmiAction("Setvar").With("Channel", channel).With("Variable", variable).With("Value", value);
    }

    /// <summary>Reads a variable or function of a channel; the answer has it under <c>Value</c>.</summary>
    public static AmiAction GetVar(string channel, string variable)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(channel);
        return new AmiAction("GetVar").With("Channel", channel).With("Variable", variable);
    }

    /// <summary>Hangs a channel up.</summary>
    /// <param name="channel">Name or Uniqueid.</param>
    /// <param name="cause">Q.850 cause, 0 to 127; null leaves it to the PBX.</param>
    public static AmiAction Hangup(string channel, int? cause = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(channel);
        return new AmiAction("Hangup").With("Channel", channel).WithOptional("Cause", cause?.ToString(CultureInfo.InvariantCulture));
    }

    /// <summary>Calls a phone and, when it answers, sends it into the dialplan.</summary>
    public static AmiAction Originate(AmiOriginate call)
    {
        ArgumentNullException.ThrowIfNull(call);
        if (string.IsNullOrWhiteSpace(call.Channel)) throw new ArgumentException("An Originate needs a Channel.", nameof(call));
        var action = new AmiAction("Originate")
            .With("Channel", call.Channel)
            .With("Context", call.Context)
            .With("Exten", call.Exten)
            .With("Priority", call.Priority.ToString(CultureInfo.InvariantCulture))
            .With("Timeout", ((long)call.Timeout.TotalMilliseconds).ToString(CultureInfo.InvariantCulture))
            .With("Async", call.IsAsync ? "true" : "false")
            .WithOptional("CallerID", call.CallerId)
            .WithOptional("Account", call.Account)
            .WithOptional("ChannelId", call.ChannelId)
            .WithOptional("OtherChannelId", call.OtherChannelId);
        foreach (var (name, value) in call.Variables)
            action.With("Variable", $"{name}={value}");
        return action;
    }

    /// <summary>Sends a channel to another place of the dialplan. Cuts a talk that it may have.</summary>
    public static AmiAction Redirect(string channel, string context, string exten, int priority = 1)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(channel);
        return new AmiAction("Redirect").With("Channel", channel).With("Context", context).With("Exten", exten)
            .With("Priority", priority.ToString(CultureInfo.InvariantCulture));
    }

    /// <summary>Lists channels with variables. A list: send it by <c>ListAsync</c>.</summary>
    /// <param name="variables">Variables and functions to read of each channel.</param>
    /// <param name="channel">One channel; null lists all.</param>
    public static AmiAction Status(IEnumerable<string>? variables = null, string? channel = null)
    {
        var names = variables is null ? "" : string.Join(',', variables);
        return new AmiAction("Status").WithOptional("Channel", channel).WithOptional("Variables", names.Length == 0 ? null : names);
    }

    /// <summary>Lists all channels. A list: send it by <c>ListAsync</c>.</summary>
    public static AmiAction CoreShowChannels() => new("CoreShowChannels");

    /// <summary>Asks when the PBX started and how many calls it has.</summary>
    public static AmiAction CoreStatus() => new("CoreStatus");

    /// <summary>Lists all bridges. A list: send it by <c>ListAsync</c>.</summary>
    public static AmiAction BridgeList() => new("BridgeList");

    /// <summary>Lists the channels of a bridge. A list: send it by <c>ListAsync</c>.</summary>
    public static AmiAction BridgeInfo(string bridgeUniqueid) => new AmiAction("BridgeInfo").With("BridgeUniqueid", bridgeUniqueid);

    /// <summary>Lists all devices with their states. A list: send it by <c>ListAsync</c>.</summary>
    public static AmiAction DeviceStateList() => new("DeviceStateList");

    /// <summary>Sends an event of one's own to all sessions.</summary>
    public static AmiAction UserEvent(string name, IEnumerable<KeyValuePair<string, string>> fields)
    {
        var action = new AmiAction("UserEvent").With("UserEvent", name);
        foreach (var (key, value) in fields)
            action.With(key, value);
        return action;
    }
}

/// <summary>A call that the PBX is to make.</summary>
public sealed class AmiOriginate
{
    /// <summary>Whom to call, such as <c>PJSIP/101</c>.</summary>
    public required string Channel { get; init; }

    /// <summary>Where the answered channel goes.</summary>
    public required string Context { get; init; }

    /// <summary>Where the answered channel goes.</summary>
    public required string Exten { get; init; }

    /// <summary>Where the answered channel goes; from 1.</summary>
    public int Priority { get; init; } = 1;

    /// <summary>How long it may ring, to the millisecond; Asterisk's own default of 30 s unless set.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Whether the answer comes at once and the outcome later as OriginateResponse. Otherwise the whole session waits for the phone.</summary>
    public bool IsAsync { get; init; } = true;

    /// <summary>What the called phone shows, as <c>"Name" &lt;number&gt;</c>; also becomes the caller of whatever the dialplan calls next.</summary>
    public string? CallerId { get; init; }

    /// <summary>Account code.</summary>
    public string? Account { get; init; }

    /// <summary>The Uniqueid that the channel gets, so that it is known before it exists.</summary>
    public string? ChannelId { get; init; }

    /// <summary>The Uniqueid of the second half of a Local channel.</summary>
    public string? OtherChannelId { get; init; }

    /// <summary>Variables and functions to set on the channel, in order.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Variables { get; init; } = [];
}
