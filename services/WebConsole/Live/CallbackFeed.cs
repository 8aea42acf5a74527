using CallCenterCrm.Callbacks.V1;
using Grpc.Core;
using Microsoft.AspNetCore.SignalR;

namespace CallCenterCrm.WebConsole.Live;

/// <summary>That something in a page's queue of callbacks changed: <c>callbacks</c>. It asks for what it shows.</summary>
internal sealed class CallbackFeed(Callbacks.V1.Callbacks.CallbacksClient leads, ISingleClientProxy page) : IPageFeed
{
    private string _position = "";

    public async Task FollowAsync(Metadata credentials, CancellationToken cancellationToken)
    {
        using var stream = leads.WatchCallbacks(new WatchCallbacksRequest { Position = _position }, credentials, cancellationToken: cancellationToken);
        while (await stream.ResponseStream.MoveNext(cancellationToken))
        {
            var message = stream.ResponseStream.Current;
            if (message.EventCase is WatchCallbacksResponse.EventOneofCase.Changed or WatchCallbacksResponse.EventOneofCase.Begun)
            {
                await page.SendAsync("callbacks", cancellationToken);
            }

            _position = message.Position;
        }
    }

    // Its requests tell the page that Leads is away.
    public Task TellBrokenAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
