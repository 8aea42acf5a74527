using System.Net;
using CallCenterCrm.ServiceDefaults.Grpc;
using CallCenterCrm.Staff.SignIn;
using Xunit;

namespace CallCenterCrm.Staff.Tests.SignIn;

public sealed class NetworkTests
{
    [Theory]
    [InlineData("203.0.113.10", "203.0.113.10")]
    [InlineData("::ffff:203.0.113.10", "203.0.113.10")]
    [InlineData("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64")]
    [InlineData("2001:db8:1:2:ffff::", "2001:db8:1:2::/64")]
    [InlineData("unknown", "")]
    public void The_addresses_of_one_line_count_as_one(string address, string network) => Assert.Equal(network, GuessLimits.NetworkOf(address));

    [Theory]
    [InlineData("127.0.0.1", "203.0.113.5", "203.0.113.5")]
    [InlineData("::ffff:127.0.0.1", "203.0.113.5", "203.0.113.5")]
    [InlineData("127.0.0.1", "", "127.0.0.1")]
    [InlineData("127.0.0.1", "somewhere", "127.0.0.1")]
    [InlineData("198.51.100.7", "203.0.113.5", "198.51.100.7")]
    public void A_persons_address_is_taken_from_a_front_end_that_is_trusted_and_from_nobody_else(string peer, string said, string counts) =>
        Assert.Equal(counts, new ClientAddresses([IPNetwork.Parse("127.0.0.0/8")]).Of(IPAddress.Parse(peer), said));
}
