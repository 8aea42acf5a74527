using Ami.Client.Events;
using Ami.Client.Framing;

namespace Ami.Client.Trust;

/// <summary>The one gate through which events come in: sorts them into live ones, items of our lists and refused ones.</summary>
internal sealed class EventIntake(AmiEventPolicy policy, RefusalRecord refusals, Func<AmiText, bool> isOpenList)
{
    /// <summary>Whether a <c>FullyBooted</c> without SystemName is believed, as it comes once after each login.</summary>
    public bool AwaitsFullyBooted { get; set; }

    /// <summary>The event, or null when it was refused (and recorded as such).</summary>
    public AmiEvent? Accept(in AmiFrame frame)
    {
        var verdict = Judge(in frame, out var isListItem);
        if (verdict == AmiRefusal.None) return EventTypes.Create(in frame, isListItem);

        refusals.Add(verdict, in frame);
        return null;
    }

    private AmiRefusal Judge(in AmiFrame frame, out bool isListItem)
    {
        isListItem = false;
        if (frame.Kind != AmiFrameKind.Event) return AmiRefusal.NeitherEventNorResponse;
        if (AmiEventPolicy.BeginsAsEvent(in frame)) return policy.CheckEvent(in frame);

        if (AwaitsFullyBooted && frame.ValueAt(0).Equals("FullyBooted"u8))
        {
            AwaitsFullyBooted = false;
            return policy.CheckBody(in frame);
        }

        isListItem = true;
        return JudgeListItem(in frame);
    }

    /// <summary>
    /// List items carry no SystemName; what tells them is the random ActionID of our request. Asterisk writes it as the second line or, in
    /// Status, as the last, and the end of a list always has it second: so an item cut in two, whose second half a caller dressed up as the
    /// end of the list, is not believed.
    /// </summary>
    private AmiRefusal JudgeListItem(in AmiFrame frame)
    {
        var last = frame.Count - 1;
        var at = frame.KeyAt(1) == HeaderKey.ActionId ? 1 : last;
        if (frame.KeyAt(at) != HeaderKey.ActionId) return AmiRefusal.WrongBeginning;
        if (!isOpenList(frame.ValueAt(at))) return AmiRefusal.NotAskedFor;
        if (frame.IndexOf(HeaderKey.EventList) >= 0 && !IsEndOfList(in frame)) return AmiRefusal.MisplacedKey;
        return policy.CheckBody(in frame);
    }

    /// <summary>Whether the event ends the list that it belongs to (<c>EventList: Complete</c> or <c>cancelled</c>).</summary>
    public static bool IsEndOfList(in AmiFrame frame) => frame.KeyAt(1) == HeaderKey.ActionId && frame.KeyAt(2) == HeaderKey.EventList;
}
