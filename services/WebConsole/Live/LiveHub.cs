using CallCenterCrm.WebConsole.SignIn;
using Microsoft.AspNetCore.SignalR;

namespace CallCenterCrm.WebConsole.Live;

/// <summary>
/// What is pushed to a page: <c>calls</c> and <c>telephony</c> (<see cref="CallFeed"/>), <c>callbacks</c> (<see cref="CallbackFeed"/>),
/// <c>people</c> (<see cref="PeopleFeed"/>), <c>dialling</c> (<see cref="DiallingFeed"/>), <c>signedOut</c>. Pages ask nothing here.
/// </summary>
internal sealed class LiveHub(PageFeeds feeds) : Hub
{
    /// <summary>The pages of an employee.</summary>
    public static string PagesOf(Guid employee) => "employee:" + employee;

    /// <inheritdoc/>
    public override async Task OnConnectedAsync()
    {
        var context = Context.GetHttpContext()!;
        var session = context.Session();
        await Groups.AddToGroupAsync(Context.ConnectionId, PagesOf(session.EmployeeId), Context.ConnectionAborted);
        feeds.Begin(Context.ConnectionId, session, context.Address(), Context.ConnectionAborted);
    }
}
