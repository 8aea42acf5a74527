using System.Globalization;
using System.Resources;
using CallCenterCrm.ServiceDefaults.Input;
using Grpc.Core;

namespace CallCenterCrm.ServiceDefaults.Grpc;

/// <summary>What a refused caller reads, in his language.</summary>
internal static class RefusalTexts
{
    private static readonly ResourceManager Texts = new("CallCenterCrm.ServiceDefaults.Grpc.RefusalTexts", typeof(RefusalTexts).Assembly);

    /// <summary>The text of a refusal.</summary>
    /// <exception cref="MissingManifestResourceException">There is no text for it.</exception>
    public static string Text(RefusalText text, CultureInfo culture, params ReadOnlySpan<object> args) => Text(text.ToString(), culture, args);

    /// <summary>The text of a conflict.</summary>
    /// <exception cref="MissingManifestResourceException">There is no text for it.</exception>
    public static string Text(Conflict conflict, CultureInfo culture, string by) => Text(conflict.ToString(), culture, by);

    /// <summary>What the caller wants to read (<see cref="AcceptedLanguage"/>).</summary>
    public static CultureInfo Language(Metadata headers) => AcceptedLanguage.Of(headers.GetValue("accept-language"));

    private static string Text(string name, CultureInfo culture, params ReadOnlySpan<object> args) => string.Format(
        culture, Texts.GetString(name, culture) ?? throw new MissingManifestResourceException($"No text is called {name}"), args!);
}

/// <summary>The refusals; each has a text of the same name in RefusalTexts.</summary>
internal enum RefusalText
{
    /// <summary>Wrong fields; {0} is their number.</summary>
    BadInput,

    /// <summary>Not found; {0} is what, {1} its identity.</summary>
    NotFound,

    /// <summary>Not the newest version; {0} is the newest.</summary>
    StaleVersion,

    /// <summary>A permission is missing; {0} is which.</summary>
    PermissionMissing,

    /// <summary>Nobody is signed in.</summary>
    NotSignedIn,

    /// <summary>Too often; {0} is after how many seconds to try again.</summary>
    TooOften,

    /// <summary>Still needed; {0} is what, {1} its identity, {2} by which.</summary>
    InUse,

    /// <summary>Somebody else has it; {0} is what, {1} who, {2} until when.</summary>
    Held,

    /// <summary>Over already; {0} is what, {1} its identity.</summary>
    Closed,

    /// <summary>A telephone number is another client's; {0} is the number.</summary>
    NumberTaken,

    /// <summary>Somebody else changed it since it was read.</summary>
    Changed,

    /// <summary>Begins behind the end; {0} is how many bytes there are.</summary>
    BeyondEnd,

    /// <summary>Cannot be done for now.</summary>
    Unavailable,

    /// <summary>A fault of ours; {0} is under which reference it is logged.</summary>
    Internal,
}
