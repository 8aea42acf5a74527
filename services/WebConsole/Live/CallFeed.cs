using CallCenterCrm.Calls.V1;
using Grpc.Core;
using Microsoft.AspNetCore.SignalR;

namespace CallCenterCrm.WebConsole.Live;

/// <summary>The calls that a page's person may see: <c>calls</c>, a snapshot and then every change, and <c>telephony</c>, whether they are heard of.</summary>
internal sealed class CallFeed(Calls.V1.Calls.CallsClient gateway, ISingleClientProxy page) : IPageFeed
{
    private string _position = "";
    private List<Call>? _snapshot;
    private bool? _connected;

    public async Task FollowAsync(Metadata credentials, CancellationToken cancellationToken)
    {
        using var stream = gateway.Watch(new WatchRequest { Position = _position }, credentials, cancellationToken: cancellationToken);
        while (await stream.ResponseStream.MoveNext(cancellationToken))
        {
            await TakeAsync(stream.ResponseStream.Current, cancellationToken);
        }
    }

    public Task TellBrokenAsync(CancellationToken cancellationToken) => TellAsync(connected: false, cancellationToken);

    private async Task TakeAsync(WatchResponse message, CancellationToken cancellationToken)
    {
        switch (message.EventCase)
        {
            case WatchResponse.EventOneofCase.SnapshotBegun:
                _snapshot = [];
                break;
            case WatchResponse.EventOneofCase.Call when _snapshot is not null:
                _snapshot.Add(message.Call);
                break;
            case WatchResponse.EventOneofCase.Call:
                await page.SendAsync("calls", new { snapshot = false, calls = new[] { message.Call } }, cancellationToken);
                break;
            case WatchResponse.EventOneofCase.SnapshotEnded:
                await page.SendAsync("calls", new { snapshot = true, calls = _snapshot ?? [] }, cancellationToken);
                _snapshot = null;
                break;
        }

        if (message.Position.Length > 0)
        {
            _position = message.Position;
        }

        if (_snapshot is null)
        {
            await TellAsync(connected: true, cancellationToken);
        }
    }

    private async Task TellAsync(bool connected, CancellationToken cancellationToken)
    {
        if (_connected != connected)
        {
            _connected = connected;
            await page.SendAsync("telephony", new { connected }, cancellationToken);
        }
    }
}
