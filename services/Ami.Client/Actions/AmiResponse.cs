using Ami.Client.Events;
using Ami.Client.Framing;

namespace Ami.Client.Actions;

/// <summary>The PBX's answer to one action. An answer that says no is an answer too, not an exception.</summary>
public sealed class AmiResponse : AmiItem
{
    private readonly AmiFrame _frame;

    internal AmiResponse(in AmiFrame frame) => _frame = frame;

    /// <summary>Whether the PBX did what was asked, or (Originate with Async) began to: <c>Success</c>, <c>Goodbye</c> or <c>Follows</c>.</summary>
    public bool IsSuccess => Result.Equals("Success"u8) || Result.Equals("Goodbye"u8) || Result.Equals("Follows"u8);

    /// <summary>The value of <c>Response:</c>.</summary>
    public AmiText Result => _frame.ValueAt(0);

    /// <summary>The ActionID of the action that is answered; absent when the PBX could not read the action.</summary>
    public AmiText ActionId => _frame.Get(HeaderKey.ActionId);

    /// <summary>The PBX's words; empty when it has none.</summary>
    public string Message => _frame.Get(HeaderKey.Message).ToString();

    /// <summary>The first value with this key, without regard to case; an absent text when there is none.</summary>
    public AmiText this[string key] => _frame[key];

    /// <summary>All values with this key, in their order; <c>Output</c> gives the lines of a command.</summary>
    public IEnumerable<AmiText> All(string key) => _frame.All(key);

    /// <summary>All lines in their order.</summary>
    public IEnumerable<KeyValuePair<AmiText, AmiText>> Lines() => _frame.Lines();

    internal bool BeginsList => _frame.Get(HeaderKey.EventList).Equals("start"u8);
}

/// <summary>The PBX's answer to an action that gives a list.</summary>
/// <param name="Response">The answer before the list. When it says no, there are no items.</param>
/// <param name="Items">The items that were believed, in their order.</param>
/// <param name="Announced">How many items the PBX says it sent; null when it does not say.</param>
public sealed record AmiList(AmiResponse Response, IReadOnlyList<AmiEvent> Items, long? Announced)
{
    /// <summary>Items that the PBX says it sent but that were refused or cut, as happens while a hostile call is up; 0 when all is there.</summary>
    public int MissingItems => (int)Math.Clamp((Announced ?? Items.Count) - Items.Count, 0, int.MaxValue);
}
