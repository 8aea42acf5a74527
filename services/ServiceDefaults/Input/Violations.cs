using System.Globalization;
using System.Resources;

namespace CallCenterCrm.ServiceDefaults.Input;

/// <summary>One thing that is wrong with what came in.</summary>
/// <param name="Field">Path of the field as the contract names it, for example <c>employee.working_hours[2].opens_minute</c>.</param>
/// <param name="Key">Which rule it breaks: one of <see cref="ViolationKey"/>.</param>
/// <param name="Args">What the rule's text mentions, in its order: limits, never the refused value.</param>
public sealed record Violation(string Field, ViolationKey Key, params IReadOnlyList<object> Args)
{
    private static readonly ResourceManager Texts = new("CallCenterCrm.ServiceDefaults.Input.ViolationTexts", typeof(Violation).Assembly);

    /// <summary>The rule in the language of the culture: Russian, or English for any other.</summary>
    /// <exception cref="MissingManifestResourceException">The rule has no text.</exception>
    public string Text(CultureInfo culture) => string.Format(
        culture,
        Texts.GetString(Key.ToString(), culture) ?? throw new MissingManifestResourceException($"No text is called {Key}"),
        [.. Args]);
}

/// <summary>The rules that input can break; each has a text of the same name in ViolationTexts.</summary>
public enum ViolationKey
{
    /// <summary>Must be given.</summary>
    Required,

    /// <summary>Longer than {0} characters.</summary>
    TooLong,

    /// <summary>Shorter than {0} characters.</summary>
    TooShort,

    /// <summary>Outside {0} to {1}.</summary>
    OutOfRange,

    /// <summary>More than {0} entries.</summary>
    TooMany,

    /// <summary>Holds something that may not stand there; {0} says what may.</summary>
    WrongFormat,

    /// <summary>No telephone number.</summary>
    NotANumber,

    /// <summary>No IANA time zone.</summary>
    UnknownTimeZone,

    /// <summary>Not one of the known words: {0}.</summary>
    UnknownWord,

    /// <summary>No field of this message that can be changed.</summary>
    UnknownField,

    /// <summary>The end is not after the start.</summary>
    EndBeforeStart,

    /// <summary>Overlaps another entry of the list.</summary>
    Overlaps,

    /// <summary>The same as another entry of the list.</summary>
    Repeated,

    /// <summary>Belongs to somebody else already.</summary>
    Taken,

    /// <summary>Lies in the past.</summary>
    InThePast,

    /// <summary>More than the one who asks may give; {0} says what.</summary>
    NotYoursToGive,

    /// <summary>Would leave the company without an owner.</summary>
    LastOwner,

    /// <summary>A page token that was not given out for this list.</summary>
    WrongPageToken,

    /// <summary>The idempotency key was used for another request.</summary>
    KeyUsedForAnother,

    /// <summary>Not a position that the stream gave out.</summary>
    WrongPosition,

    /// <summary>Names something that does not exist.</summary>
    DoesNotExist,

    /// <summary>Must be left out beside the other fields.</summary>
    NotHere,

    /// <summary>An employee without a phone of his own.</summary>
    NoExtension,

    /// <summary>An employee without a known mobile.</summary>
    NoMobile,

    /// <summary>A group that has no members, or none at all, where somebody of a group is to be rung.</summary>
    NobodyToRing,

    /// <summary>A step of a rule that ends the call, with others behind it.</summary>
    OnlyLast,

    /// <summary>A password that many people use.</summary>
    CommonPassword,

    /// <summary>A password that holds the person's name or sign-in name.</summary>
    NameInPassword,

    /// <summary>The password that is to be replaced.</summary>
    SamePassword,

    /// <summary>A password of one letter, or of a row of neighbours.</summary>
    MonotonousPassword,

    /// <summary>Not the password that is in force.</summary>
    WrongPassword,

    /// <summary>A code that is not the one expected now.</summary>
    WrongCode,

    /// <summary>Is in force already, or there is nothing to put into force.</summary>
    AlreadySet,

    /// <summary>Needs a sign-in name, which this employee does not have.</summary>
    NoSignInName,
}

/// <summary>Collects everything that is wrong with a request, so that its sender learns of all of it at once.</summary>
public sealed class Violations
{
    private readonly List<Violation> _found = [];

    /// <summary>What was found so far.</summary>
    public IReadOnlyList<Violation> Found => _found;

    /// <summary>Notes a violation.</summary>
    public void Add(string field, ViolationKey key, params IReadOnlyList<object> args) => _found.Add(new(field, key, args));

    /// <summary>A text that must be there, without blanks around it and of limited length.</summary>
    /// <returns>The trimmed text; empty when it is refused.</returns>
    public string Text(string field, string? value, int most)
    {
        var text = value?.Trim() ?? "";
        if (text.Length == 0)
        {
            Add(field, ViolationKey.Required);
        }

        return Limited(field, text, most);
    }

    /// <summary>A text that may be left out, without blanks around it and of limited length.</summary>
    /// <returns>The trimmed text; null when there is none.</returns>
    public string? OptionalText(string field, string? value, int most) =>
        value?.Trim() is { Length: > 0 } text ? Limited(field, text, most) : null;

    /// <summary>Ends the handling of the request when anything was wrong.</summary>
    /// <exception cref="InputException">Lists every violation.</exception>
    public void ThrowIfAny()
    {
        if (_found.Count > 0)
        {
            throw new InputException(_found);
        }
    }

    private string Limited(string field, string text, int most)
    {
        if (text.Length > most)
        {
            Add(field, ViolationKey.TooLong, most);
        }

        if (text.Any(char.IsControl))
        {
            Add(field, ViolationKey.WrongFormat, "letters, digits, signs");
        }

        return text;
    }
}
