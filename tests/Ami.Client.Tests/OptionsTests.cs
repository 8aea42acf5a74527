using Ami.Client.Framing;
using Microsoft.Extensions.Logging.Abstractions;

namespace Ami.Client.Tests;

public sealed class OptionsTests
{
    [Fact]
    public void Everything_that_is_wrong_is_told_at_once_with_its_name_and_without_the_secret()
    {
        var options = new AmiClientOptions
        {
            Name = "",
            Host = " ",
            Port = 70_000,
            Username = "",
            Secret = "hush\n",
            SystemName = "",
            OwnChannelIdPrefixes = [""],
            StatusVariables = ["A,B"],
            TlsServerName = "pbx",
            LoginTimeout = TimeSpan.Zero,
            MaxReconnectDelay = TimeSpan.FromMilliseconds(1),
            MaxMissedPings = 0,
            MaxOutstandingActions = 1,
            MaxListItems = 0,
            QueueCapacity = 0,
            QueueCapacityBytes = 1,
        };

        var error = Assert.Throws<ArgumentException>(() => new AmiClient(options, TimeProvider.System, NullLogger<AmiClient>.Instance));

        foreach (var name in new[]
                 {
                     "Name", "Host", "Port", "Username", "Secret", "SystemName", "OwnChannelIdPrefixes", "StatusVariables", "UseTls", "LoginTimeout",
                     "MaxReconnectDelay", "MaxMissedPings", "MaxOutstandingActions", "MaxListItems", "QueueCapacity", "QueueCapacityBytes",
                 })
        {
            Assert.Contains(name + ":", error.Message, StringComparison.Ordinal);
        }

        Assert.DoesNotContain("hush", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Right_options_have_no_errors()
    {
        Assert.Empty(new AmiClientOptions { Host = "pbx", Username = "u", Secret = "s", SystemName = "n", OwnChannelIdPrefixes = ["crm-"] }.Validate());
    }

    [Theory]
    [InlineData(63, 1000)]
    [InlineData(65_536, 1000)]
    [InlineData(100, 63)]
    [InlineData(100, 16 * 1024 * 1024 + 1)]
    public void Limits_outside_their_range_are_misuse(int line, int frame)
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new AmiFrameLimits { MaxLineBytes = line, MaxFrameBytes = frame });
    }
}
