using CallCenterCrm.ServiceDefaults.Settings;

namespace CallCenterCrm.WebConsole.Telephone;

/// <summary>Where the PBX takes the SIP of browsers, and what it knows their telephones by.</summary>
/// <param name="Url">Asterisk's WebSocket (its http.conf).</param>
/// <param name="Secret">The password of all accounts such as <c>101-web</c>; no page ever has it.</param>
internal sealed record TelephoneSettings(Uri Url, string Secret)
{
    private const string Key = "Telephone:Url";
    private const string Cure = "give the PBX's WebSocket, such as ws://127.0.0.1:8188/ws, or leave the section out";

    /// <summary>Reads the section Telephone: Url, Secret. Null without it: then nobody telephones in the browser.</summary>
    public static TelephoneSettings? Read(SettingsReader settings)
    {
        var given = settings.Optional(Key);
        var secret = given is null ? settings.Optional("Telephone:Secret") : settings.Required("Telephone:Secret", "give the password of the browsers' accounts in pjsip.conf");
        settings.RefuseUnknown("Telephone");
        if (given is null)
        {
            return null;
        }

        if (!Uri.TryCreate(given, UriKind.Absolute, out var url) || url.Scheme is not ("ws" or "wss"))
        {
            settings.Fail(Key, $"is '{given}'", Cure);
            return null;
        }

        if (url is { Scheme: "ws", IsLoopback: false })
        {
            settings.Fail(Key, "is plain ws outside loopback", "give wss://, since clients' numbers go over it");
        }

        return new(url, secret ?? "");
    }
}
