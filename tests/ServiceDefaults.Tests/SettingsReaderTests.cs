using CallCenterCrm.ServiceDefaults.Settings;
using Microsoft.Extensions.Configuration;
using Xunit;

namespace CallCenterCrm.ServiceDefaults.Tests;

public sealed class SettingsReaderTests
{
    [Fact]
    public void Every_mistake_is_listed_at_once_with_its_key_and_cure()
    {
        var settings = Read(("Ami:Port", "70000"), ("Ami:Tls", "perhaps"), ("Ami:Secert", "x"), ("Logging:Format", "xml"), ("Lookup:LimitSeconds", "9"));

        settings.Required("Ami:Secret", "give the secret");
        settings.Number("Ami:Port", 5038, 1, 65535);
        settings.Flag("Ami:Tls", fallback: false);
        settings.OneOf("Logging:Format", "text", "text", "json");
        settings.Seconds("Lookup:LimitSeconds", 0.3, 0.05, 1.5);
        settings.RefuseUnknown("Ami");

        var wrong = Assert.Throws<SettingsException>(settings.ThrowIfWrong);
        Assert.Equal(["Ami:Secret", "Ami:Port", "Ami:Tls", "Logging:Format", "Lookup:LimitSeconds", "Ami:Secert"], wrong.Errors.Select(error => error.Key));
        Assert.All(wrong.Errors, error => Assert.NotEmpty(error.Cure));
    }

    [Fact]
    public void What_is_right_is_taken_and_what_is_left_out_has_its_default()
    {
        var settings = Read(("Ami:Port", "5039"), ("Ami:Tls", "true"));

        Assert.Equal(5039, settings.Number("Ami:Port", 5038, 1, 65535));
        Assert.True(settings.Flag("Ami:Tls", fallback: false));
        Assert.Equal(TimeSpan.FromSeconds(0.3), settings.Seconds("Lookup:LimitSeconds", 0.3, 0.05, 1.5));
        Assert.Null(settings.Optional("SeedFile"));
        settings.RefuseUnknown("Ami");
        settings.ThrowIfWrong();
    }

    private static SettingsReader Read(params (string Key, string Value)[] values) =>
        new(new ConfigurationBuilder().AddInMemoryCollection(values.Select(pair => KeyValuePair.Create(pair.Key, (string?)pair.Value))).Build());
}
