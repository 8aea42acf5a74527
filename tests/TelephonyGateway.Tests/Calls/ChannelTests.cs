using CallCenterCrm.Telephony.Calls;
using Xunit;

namespace CallCenterCrm.Telephony.Tests.Calls;

/// <summary>Whose a channel is.</summary>
public sealed class ChannelTests
{
    [Theory]
    [InlineData("PJSIP/101-0000001a", "101")]
    [InlineData("PJSIP/101-web-0000001a", "101")]
    [InlineData("PJSIP/trunk-00000001", "trunk")]
    [InlineData("PJSIP/101", "101")] // An Originate that never came to be.
    [InlineData("PJSIP/101-web", "101")]
    public void What_somebody_does_in_his_browser_his_extension_does(string name, string endpoint) => Assert.Equal(endpoint, Channel.EndpointOf(name));
}
