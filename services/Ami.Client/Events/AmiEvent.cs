using Ami.Client.Framing;

namespace Ami.Client.Events;

/// <summary>An event of the PBX that was believed (see <see cref="Trust.AmiEventPolicy"/>).</summary>
/// <remarks>
/// A view of the received bytes: values are made on demand and not kept, so read a value once and keep the string. An event that is kept
/// keeps about 64 KiB of received bytes alive with it; copy what is to be kept for long.
/// Fields are described in https://docs.asterisk.org/Asterisk_22_Documentation/API_Documentation/AMI_Events/.
/// </remarks>
public abstract class AmiEvent : AmiItem
{
    private readonly AmiFrame _frame;

    private protected AmiEvent(in AmiFrame frame) => _frame = frame;

    /// <summary>The event's name, the value of <c>Event:</c>.</summary>
    public AmiText Name => _frame.ValueAt(0);

    /// <summary>When the PBX made the event, by its own clock, to the microsecond; null without <c>timestampevents=yes</c> and for list items.</summary>
    public DateTimeOffset? Timestamp => Get(HeaderKey.Timestamp).ToTimestamp();

    /// <summary>The ActionID of the action that this event answers; absent for most.</summary>
    public AmiText ActionId => Get(HeaderKey.ActionId);

    /// <summary>Whether the event is an item of a list that we asked for and thus tells a state, not a change.</summary>
    public bool IsListItem { get; internal init; }

    /// <summary>Bytes of the event as received.</summary>
    public int ByteCount => _frame.ByteCount;

    internal ref readonly AmiFrame Frame => ref _frame;

    /// <summary>The first value with this key, without regard to case; an absent text when there is none.</summary>
    public AmiText this[string key] => _frame[key];

    /// <summary>All values with this key, in their order.</summary>
    public IEnumerable<AmiText> All(string key) => _frame.All(key);

    /// <summary>All lines in their order, <c>Event:</c> first.</summary>
    public IEnumerable<KeyValuePair<AmiText, AmiText>> Lines() => _frame.Lines();

    /// <summary>The value of a variable that stands in lines <c>KEY: name=value</c>; null when it is not there, empty or <c>(null)</c>.</summary>
    private protected string? VariableIn(string key, string name)
    {
        foreach (var line in All(key))
        {
            var text = line.ToString();
            if (text.Length > name.Length && text[name.Length] == '=' && text.StartsWith(name, StringComparison.Ordinal))
                return text[(name.Length + 1)..] is { Length: > 0 } value && value != "(null)" ? value : null;
        }

        return null;
    }

    internal AmiText Get(byte key) => _frame.Get(key);

    /// <summary>Name and time, for logs and debuggers: nothing that a caller wrote.</summary>
    public override string ToString() => $"{GetType().Name} {Timestamp:O}";
}

/// <summary>An event that has no class of its own here.</summary>
public sealed class OtherEvent : AmiEvent
{
    internal OtherEvent(in AmiFrame frame) : base(in frame)
    {
    }
}
