namespace CallCenterCrm.Contracts.Tests;

/// <summary>Says what a change of a contract's shape means for those who already speak it.</summary>
internal static class Comparison
{
    /// <summary>The fault of a changed shape; null when nothing changed.</summary>
    /// <param name="name">The contract.</param>
    /// <param name="frozen">Lines of the committed shape.</param>
    /// <param name="now">Lines of today's.</param>
    public static string? Fault(string name, IReadOnlyList<string> frozen, IReadOnlyList<string> now)
    {
        var gone = frozen.Except(now).ToList();
        var added = now.Except(frozen).ToList();
        if (gone.Count == 0 && added.Count == 0)
        {
            return null;
        }

        var cure = gone.Count > 0
            ? "What stands with a minus is gone or changed. A contract is additive only: messages and rows of the old shape are on their way, "
                + "and other versions of the services speak it. Put it back, and make a V2 contract beside this one."
            : added.Exists(line => line.EndsWith(", required", StringComparison.Ordinal))
                ? "A new member must be optional: whoever does not know it yet sends messages without it. Take 'required' away, or make a V2 contract."
                : added.Exists(line => line.Contains(" = ", StringComparison.Ordinal))
                    ? "A new word of an enumeration is not understood by consumers of an earlier version: only when all of them are deployed may it be sent. "
                        + "If that is cared for, commit the new snapshot."
                    : "New optional members are additive and allowed: commit the new snapshot.";
        return $"""
            The wire shape of {name} is frozen, and it has changed:
            {string.Join('\n', [.. gone.Select(line => "- " + line), .. added.Select(line => "+ " + line)])}
            {cure}
            """;
    }
}
