using CallCenterCrm.People.V1;
using Grpc.Core;
using Microsoft.AspNetCore.SignalR;

namespace CallCenterCrm.WebConsole.Live;

/// <summary>Who takes calls now: <c>people</c>, the whole list whenever it changes.</summary>
internal sealed class PeopleFeed(People.V1.People.PeopleClient gateway, ISingleClientProxy page) : IPageFeed
{
    public async Task FollowAsync(Metadata credentials, CancellationToken cancellationToken)
    {
        using var stream = gateway.WatchPeople(new WatchPeopleRequest(), credentials, cancellationToken: cancellationToken);
        WatchPeopleResponse? told = null;
        while (await stream.ResponseStream.MoveNext(cancellationToken))
        {
            // The same list comes again as a sign of life.
            if (!stream.ResponseStream.Current.Equals(told))
            {
                told = stream.ResponseStream.Current;
                await page.SendAsync("people", told.People, cancellationToken);
            }
        }
    }

    // The feed of calls tells that the gateway is away.
    public Task TellBrokenAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
