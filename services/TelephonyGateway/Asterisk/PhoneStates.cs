using System.Collections.Concurrent;
using Ami.Client;
using Ami.Client.Events;
using CallCenterCrm.Telephony.Routing;

namespace CallCenterCrm.Telephony.Asterisk;

/// <summary>What every phone is doing, from the PBX's device states.</summary>
internal sealed class PhoneStates
{
    private readonly ConcurrentDictionary<string, PhoneState> _states = new(StringComparer.Ordinal);

    /// <summary>The state of the phone with this extension.</summary>
    public PhoneState Of(string extension) => _states.GetValueOrDefault(extension, PhoneState.Unknown);

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
