using CallCenterCrm.TestStack;

namespace CallCenterCrm.RealCalls.Support;

/// <summary>The whole product on the ports of these tests.</summary>
public sealed class Stack : CrmStack
{
    private Stack()
        : base(new StackPlace("crm-real-calls", FirstPort: 15460, FirstRtpPort: 26000, LastRtpPort: 29999))
    {
    }

    public static async Task<Stack> StartAsync(string pbx, string telephony, string clients, string employees)
    {
        var stack = new Stack();
        await stack.BringUpAsync(pbx, telephony, clients, employees);
        return stack;
    }

    public static Task<bool> IsGatewayReadyAsync() => new Stack().IsReadyAsync("GATEWAY_HTTP_PORT");
}
