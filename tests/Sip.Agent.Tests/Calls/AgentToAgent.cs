using System.Net;
using Xunit;

namespace CallCenterCrm.Sip.Calls;

/// <summary>A provider and three phones without a PBX: the trunk calls 101 directly, phones are reached by their address.</summary>
public abstract class AgentToAgent : IAsyncLifetime
{
    private protected static readonly TimeSpan Short = TimeSpan.FromMilliseconds(60);

    private protected AgentToAgent()
    {
        Phone101 = Phone("101", new IPEndPoint(IPAddress.Loopback, 9));
        Phone102 = Phone("102", Phone101.LocalEndPoint);
        Phone103 = Phone("103", Phone101.LocalEndPoint);
        Trunk = new(Any("127.0.2.9"), Phone101.LocalEndPoint, Options);
    }

    private protected SipTrunk Trunk { get; }

    private protected SipPhone Phone101 { get; }

    private protected SipPhone Phone102 { get; }

    private protected SipPhone Phone103 { get; }

    private protected static SipAgentOptions Options { get; } = new() { Patience = TimeSpan.FromSeconds(30), LogCapacity = 200 };

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        SipAgent[] agents = [Trunk, Phone101, Phone102, Phone103];
        foreach (var agent in agents)
            await agent.DisposeAsync();
        Assert.All(agents, agent => Assert.Empty(agent.Faults));
        Assert.All(agents.SelectMany(agent => agent.Calls), call => Assert.Equal(CallState.Ended, call.State));
    }

    private protected static SipPhone Phone(string number, IPEndPoint pbx) => new(new(number, "secret"), Any("127.0.1." + number), pbx, Options);

    private protected static IPEndPoint Any(string address) => new(IPAddress.Parse(address), 0);

    /// <summary>The trunk calls 101, and both have answered and acknowledged.</summary>
    private protected async Task<(SipCall Caller, SipCall Callee)> TalkAsync()
    {
        var caller = Trunk.Call(new() { Did = "101", From = "79161234567", Display = "Иванов \"Пётр\"" });
        var callee = await Phone101.NextCallAsync();
        callee.Ring();
        await callee.AnswerAsync();
        await caller.Answered;
        return (caller, callee);
    }

    private protected static CallEventKind[] Kinds(SipCall call) =>
        [.. call.Timeline.Select(e => e.Kind).Where(kind => kind is not (CallEventKind.FirstSound or CallEventKind.Identity))];
}
