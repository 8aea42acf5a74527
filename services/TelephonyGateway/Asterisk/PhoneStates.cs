using System.Collections.Concurrent;
using Ami.Client;
using Ami.Client.Events;
using CallCenterCrm.Telephony.Calls;
using CallCenterCrm.Telephony.Routing;

namespace CallCenterCrm.Telephony.Asterisk;

/// <summary>What every phone is doing, from the PBX's device states.</summary>
internal sealed class PhoneStates
{
    private readonly ConcurrentDictionary<string, PhoneState> _states = new(StringComparer.Ordinal);

    // Who talks on one device is busy on both; else the more hopeful one counts.
    private static readonly PhoneState[] MostTelling = [PhoneState.Busy, PhoneState.Ringing, PhoneState.Free, PhoneState.Unknown, PhoneState.Unregistered];

    /// <summary>What the owner of this extension does, on his phone or in his browser.</summary>
    public PhoneState Of(string extension)
    {
        var phone = _states.GetValueOrDefault(extension, PhoneState.Unknown);
        return _states.TryGetValue(extension + Channel.Browser, out var browser) && Array.IndexOf(MostTelling, browser) < Array.IndexOf(MostTelling, phone) ? browser : phone;
    }

    /// <summary>
    /// What to ring for a click of the employee with this extension: his browser while that is free, for it takes no second call;
    /// else his phone.
    /// </summary>
    public string DeviceOf(string extension) => (_states.GetValueOrDefault(extension + Channel.Browser), _states.GetValueOrDefault(extension)) switch
    {
        (PhoneState.Free, _) or (PhoneState.Ringing, not (PhoneState.Free or PhoneState.Ringing)) => $"PJSIP/{extension}{Channel.Browser}",
        _ => $"PJSIP/{extension}",
    };

    /// <summary>Begins anew with what a list says.</summary>
    public void Reset(IReadOnlyList<DeviceStateChangeEvent> devices)
    {
        _states.Clear();
        foreach (var device in devices)
        {
            Tell(device);
        }
    }

    /// <summary>Nothing is known any more: the connection is lost.</summary>
    public void Clear() => _states.Clear();

    public void Tell(DeviceStateChangeEvent change)
    {
        var device = change.Device.Utf8;
        if (device.StartsWith("PJSIP/"u8))
        {
            _states[System.Text.Encoding.UTF8.GetString(device[6..])] = StateOf(change.State);
        }
    }

    private static PhoneState StateOf(AmiText state) => state.ToString() switch
    {
        "NOT_INUSE" => PhoneState.Free,
        "RINGING" => PhoneState.Ringing,
        "INUSE" or "BUSY" or "RINGINUSE" or "ONHOLD" => PhoneState.Busy,
        "UNAVAILABLE" or "INVALID" => PhoneState.Unregistered,
        _ => PhoneState.Unknown,
    };
}
