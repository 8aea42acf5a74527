using CallCenterCrm.CallControl.V1;
using CallCenterCrm.WebConsole.SignIn;
using Google.Protobuf;
using Grpc.Core;
using Microsoft.AspNetCore.SignalR;

namespace CallCenterCrm.WebConsole.Live;

/// <summary>Tells all pages of an employee how his clicks come out, whichever page he clicked on.</summary>
internal sealed partial class DiallingFeed(
    CallControl.V1.CallControl.CallControlClient gateway, IHubContext<LiveHub> hub, IHostApplicationLifetime life, TimeProvider time, ILogger<DiallingFeed> logger)
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    // A dialling ends by itself; a talk may be long.
    private static readonly TimeSpan Longest = TimeSpan.FromHours(4);

    /// <summary>Follows the dialling that an answer of the gateway has begun, if it has.</summary>
    public void FollowFrom(IMessage answer, ConsoleSession session, string address)
    {
        var begun = answer switch
        {
            TakeCallResponse take => take.Dialling,
            PlaceCallResponse place => place.Dialling,
            _ => null,
        };
        if (begun is not null)
        {
            _ = FollowAsync(begun, session, address);
        }
    }

    private async Task FollowAsync(Dialling begun, ConsoleSession session, string address)
    {
        var pages = hub.Clients.Group(LiveHub.PagesOf(session.EmployeeId));
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(session.Ended, life.ApplicationStopping);
        ended.CancelAfter(Longest);
        try
        {
            await pages.SendAsync("dialling", begun, ended.Token);
            while (!await IsOverAsync(begun.Id, pages, session, address, ended.Token))
            {
                await Task.Delay(Pause, time, ended.Token);
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
        catch (Exception fault)
        {
            Broke(logger, begun.Id, fault);
        }
    }

    private async Task<bool> IsOverAsync(string id, IClientProxy pages, ConsoleSession session, string address, CancellationToken cancellationToken)
    {
        var metadata = new Metadata { { "authorization", "Bearer " + await session.AccessTokenAsync(address, cancellationToken) } };
        try
        {
            using var stream = gateway.FollowDialling(new FollowDiallingRequest { Id = id }, metadata, cancellationToken: cancellationToken);
            while (await stream.ResponseStream.MoveNext(cancellationToken))
            {
                await pages.SendAsync("dialling", stream.ResponseStream.Current.Dialling, cancellationToken);
                if (stream.ResponseStream.Current.Dialling.Stage == Stage.Ended)
                {
                    return true;
                }
            }
        }
        catch (RpcException broken) when (broken.StatusCode is StatusCode.Unavailable or StatusCode.Unauthenticated or StatusCode.Internal)
        {
            // The gateway is away for a moment, or the token's life is over.
        }

        return false;
    }

    [LoggerMessage(910, LogLevel.Error, "Dialling {Id} is not followed any more")]
    private static partial void Broke(ILogger logger, string id, Exception fault);
}
