using CallCenterCrm.ServiceDefaults.Settings;
using Microsoft.Extensions.Configuration;
using Xunit;

namespace CallCenterCrm.Staff.Tests;

public sealed class StaffSettingsTests
{
    [Fact]
    public void Every_mistake_is_told_at_once()
    {
        var reader = Reader(
            ("EncryptionSecret", "short"), ("Tokens:LifeSeconds", "3600"), ("Tokens:Isuer", "x"), ("Sessions:IdleSeconds", "1"), ("TrustedFrontends", "127.0.0.0/8 everybody"));

        StaffSettings.Read(reader);

        Assert.Equal(
            ["EncryptionSecret", "Tokens:LifeSeconds", "Sessions:IdleSeconds", "StateDirectory", "TrustedFrontends", "Tokens:Isuer"],
            reader.Errors.Select(error => error.Key));
        Assert.DoesNotContain(reader.Errors, error => error.Fault.Contains("short'", StringComparison.Ordinal));
    }

    [Fact]
    public void What_is_left_out_is_safe()
    {
        var reader = Reader(("EncryptionSecret", "a secret that is long enough for one"), ("StateDirectory", "/var/lib/staff"));

        var settings = StaffSettings.Read(reader);

        reader.ThrowIfWrong();
        Assert.Equal((TimeSpan.FromMinutes(5), TimeSpan.FromHours(12), TimeSpan.FromDays(7)), (settings.TokenLife, settings.SessionIdle, settings.SessionLife));
        Assert.Equal(["127.0.0.0/8", "::1/128"], settings.TrustedFrontends.Select(network => network.ToString()));
        Assert.Empty(settings.FirstEmployees);
    }

    private static SettingsReader Reader(params (string Key, string Value)[] values) =>
        new(new ConfigurationBuilder().AddInMemoryCollection(values.Select(pair => KeyValuePair.Create(pair.Key, (string?)pair.Value))).Build());
}
