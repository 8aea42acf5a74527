using CallCenterCrm.WebConsole.SignIn;
using Grpc.Core;
using Microsoft.AspNetCore.SignalR;

namespace CallCenterCrm.WebConsole.Live;

/// <summary>
/// Tells each page what the services' streams tell its person. A stream is begun again where it stood when his token ends or the
/// service is away; a page that reads slowly slows its own streams alone.
/// </summary>
internal sealed partial class PageFeeds(
    Calls.V1.Calls.CallsClient telephony, Callbacks.V1.Callbacks.CallbacksClient leads, People.V1.People.PeopleClient people,
    IHubContext<LiveHub> hub,
    IHostApplicationLifetime life, TimeProvider time, ILogger<PageFeeds> logger)
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    /// <summary>Begins to tell a page, until it leaves or its session ends.</summary>
    public void Begin(string connection, ConsoleSession session, string address, CancellationToken left) =>
        _ = RunAsync(hub.Clients.Client(connection), session, address, left);

    private async Task RunAsync(ISingleClientProxy page, ConsoleSession session, string address, CancellationToken left)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(left, session.Ended, life.ApplicationStopping);
        await Task.WhenAll(
            KeepAsync(new CallFeed(telephony, page), session, address, ended.Token),
            KeepAsync(new CallbackFeed(leads, page), session, address, ended.Token),
            KeepAsync(new PeopleFeed(people, page), session, address, ended.Token));
        if (session.Ended.IsCancellationRequested && !left.IsCancellationRequested)
        {
            await page.SendAsync("signedOut", left);
        }
    }

    /// <summary>Never throws.</summary>
    private async Task KeepAsync(IPageFeed feed, ConsoleSession session, string address, CancellationToken ended)
    {
        try
        {
            while (true)
            {
                try
                {
                    var credentials = new Metadata { { "authorization", "Bearer " + await session.AccessTokenAsync(address, ended) } };
                    await feed.FollowAsync(credentials, ended);
                }
                catch (RpcException broken) when (broken.StatusCode != StatusCode.PermissionDenied && !ended.IsCancellationRequested)
                {
                    // A token's end is no fault; everything else is told, and tried again.
                    if (broken.StatusCode != StatusCode.Unauthenticated)
                    {
                        await feed.TellBrokenAsync(ended);
                        await Task.Delay(Pause, time, ended);
                    }
                }
            }
        }
        catch (Exception) when (ended.IsCancellationRequested)
        {
            // Nobody looks any more.
        }
        catch (SessionEndedException)
        {
            // Nor here.
        }
        catch (RpcException refused)
        {
            // He may not see this: his pages have none of it.
            Refused(logger, session.EmployeeId, refused.StatusCode);
        }
        catch (Exception fault)
        {
            Broke(logger, fault);
        }
    }

    [LoggerMessage(900, LogLevel.Information, "Employee {Employee} is not told of something: {Status}")]
    private static partial void Refused(ILogger logger, Guid employee, StatusCode status);

    [LoggerMessage(901, LogLevel.Error, "A page is not told of changes any more")]
    private static partial void Broke(ILogger logger, Exception fault);
}

/// <summary>What one page is told out of one stream; it remembers where it stands.</summary>
internal interface IPageFeed
{
    /// <summary>Follows the stream to its end.</summary>
    /// <exception cref="RpcException">It broke, or the token's life is over.</exception>
    Task FollowAsync(Metadata credentials, CancellationToken cancellationToken);

    /// <summary>Tells the page that nothing is heard for the moment.</summary>
    Task TellBrokenAsync(CancellationToken cancellationToken);
}
