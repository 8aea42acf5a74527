using Ami.Client.Actions;
using Ami.Client.Events;
using Ami.Client.Framing;
using Ami.Client.Trust;

namespace Ami.Client.Connection;

/// <summary>The actions that were sent and not answered yet, by ActionID; bounded.</summary>
internal sealed class PendingActions(int maxOutstanding, int maxListItems)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Pending> _byId = new(StringComparer.Ordinal);
    private Exception? _broken;

    /// <summary>Starts waiting for the answers to actions, all or none.</summary>
    /// <exception cref="AmiOverloadedException">Too many wait already.</exception>
    /// <exception cref="AmiConnectionLostException">The connection is broken already.</exception>
    public Pending[] Add(ReadOnlySpan<AmiAction> actions, bool wantLists)
    {
        var added = new Pending[actions.Length];
        lock (_gate)
        {
            if (_broken is not null) throw Lost(_broken);
            if (_byId.Count + actions.Length > maxOutstanding) throw new AmiOverloadedException("Too many actions wait for their answers.");
            for (var i = 0; i < actions.Length; i++)
                _byId.Add(actions[i].ActionId, added[i] = new Pending(wantLists));
        }

        return added;
    }

    public void Remove(AmiAction action)
    {
        lock (_gate) _byId.Remove(action.ActionId);
    }

    /// <summary>Hands over a response. False when nobody waits for it: it came too late, or twice, or answers nothing of ours.</summary>
    public bool TryAnswer(AmiResponse response)
    {
        var id = response.ActionId.ToString();
        lock (_gate)
        {
            if (!_byId.TryGetValue(id, out var pending) || pending.Response is not null) return false;

            pending.Response = response;
            if (pending.WantsList && response.IsSuccess && response.BeginsList) return true;

            _byId.Remove(id);
            pending.Finish(announced: null);
            return true;
        }
    }

    /// <summary>Whether items with this ActionID are those of a list that we wait for.</summary>
    public bool IsOpenList(AmiText actionId)
    {
        lock (_gate) return _byId.TryGetValue(actionId.ToString(), out var pending) && pending is { WantsList: true, Response: not null };
    }

    /// <summary>Hands over an item of an open list, or its end.</summary>
    public void AddListItem(AmiEvent item)
    {
        var id = item.ActionId.ToString();
        lock (_gate)
        {
            if (!_byId.TryGetValue(id, out var pending)) return;

            if (EventIntake.IsEndOfList(in item.Frame))
            {
                _byId.Remove(id);
                pending.Finish(item.Get(HeaderKey.ListItems).ToInt64());
            }
            else if (pending.Items.Count < maxListItems)
            {
                pending.Items.Add(item);
            }
            else
            {
                _byId.Remove(id);
                pending.Fail(new AmiOverloadedException("A list has more items than the options allow."));
            }
        }
    }

    /// <summary>Fails everything that waits, now and from now on.</summary>
    public void FailAll(Exception reason)
    {
        Pending[] all;
        lock (_gate)
        {
            _broken = reason;
            all = [.. _byId.Values];
            _byId.Clear();
        }

        foreach (var pending in all)
            pending.Fail(Lost(reason));
    }

    private static AmiConnectionLostException Lost(Exception reason) => new("The connection to the PBX was lost before the answer came.", reason);
}

/// <summary>One action that waits for its answer.</summary>
internal sealed class Pending(bool wantsList)
{
    // Continuations run elsewhere: the reader never waits for whoever sent the action.
    private readonly TaskCompletionSource<AmiList> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public bool WantsList { get; } = wantsList;

    public AmiResponse? Response { get; set; }

    public List<AmiEvent> Items { get; } = [];

    public Task<AmiList> Answer => _answer.Task;

    public void Finish(long? announced) => _answer.TrySetResult(new AmiList(Response!, Items, announced));

    public void Fail(Exception reason) => _answer.TrySetException(reason);
}
