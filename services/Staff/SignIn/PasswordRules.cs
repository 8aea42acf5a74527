using System.Collections.Frozen;
using CallCenterCrm.ServiceDefaults.Input;
using CallCenterCrm.Staff.Employees;

namespace CallCenterCrm.Staff.SignIn;

/// <summary>
/// What a password must be (after NIST SP 800-63B: length counts, not signs and capitals). It is long, not one that is
/// tried first, and not the person's name.
/// </summary>
internal static class PasswordRules
{
    private const int Shortest = 10;

    // Hashing takes the longer, the longer the password; nobody types more.
    private const int Longest = 128;
    private const int ShortestNamePart = 4;
    private static readonly FrozenSet<string> Common = ReadCommon();

    /// <summary>Notes every rule that a new password breaks.</summary>
    public static void Check(string field, string password, EmployeeProfile profile, Violations violations)
    {
        var folded = password.ToLowerInvariant();
        if (password.Length < Shortest)
        {
            violations.Add(field, ViolationKey.TooShort, Shortest);
        }

        if (password.Length > Longest)
        {
            violations.Add(field, ViolationKey.TooLong, Longest);
        }

        if (Common.Contains(folded.Trim()))
        {
            violations.Add(field, ViolationKey.CommonPassword);
        }

        if (NameParts(profile).Any(part => folded.Contains(part, StringComparison.Ordinal)))
        {
            violations.Add(field, ViolationKey.NameInPassword);
        }

        if (password.Length > 1 && (IsRow(password, 0) || IsRow(password, 1) || IsRow(password, -1)))
        {
            violations.Add(field, ViolationKey.MonotonousPassword);
        }
    }

    private static IEnumerable<string> NameParts(EmployeeProfile profile) =>
        profile.Name.ToLowerInvariant().Split(default(char[]), StringSplitOptions.RemoveEmptyEntries)
            .Append(profile.SignInName ?? "")
            .Select(part => part.Trim(',', '.'))
            .Where(part => part.Length >= ShortestNamePart);

    private static bool IsRow(string text, int step) =>
        text.Zip(text.Skip(1)).All(pair => pair.Second - pair.First == step);

    private static FrozenSet<string> ReadCommon()
    {
        var assembly = typeof(PasswordRules).Assembly;
        using var reader = new StreamReader(assembly.GetManifestResourceStream("CallCenterCrm.Staff.SignIn.common-passwords.txt")!);
        return reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).ToFrozenSet(StringComparer.Ordinal);
    }
}
