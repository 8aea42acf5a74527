using System.Text;

namespace Ami.Client;

/// <summary>Undoes the two escapings of a caller's name: C's by Asterisk, then SIP's quoted pairs.</summary>
internal static class EscapedName
{
    public static string Unescape(string text) => text.Contains('\\', StringComparison.Ordinal) ? Once(Once(text, FromC), static c => c) : text;

    private static string Once(string text, Func<char, char> meaning)
    {
        var plain = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            // A backslash at the very end escapes nothing: the name was cut there.
            if (text[i] == '\\' && i + 1 < text.Length)
                plain.Append(meaning(text[++i]));
            else
                plain.Append(text[i]);
        }

        return plain.ToString();
    }

    /// <summary>The letters that Asterisk's <c>ast_escape_c</c> writes (main/utils.c).</summary>
    private static char FromC(char letter) => letter switch
    {
        'a' => '\a',
        'b' => '\b',
        'f' => '\f',
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        'v' => '\v',
        _ => letter,
    };
}
