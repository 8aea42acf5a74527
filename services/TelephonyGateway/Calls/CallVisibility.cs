using CallCenterCrm.Contracts.Telephony.V1;
using CallCenterCrm.ServiceDefaults.Authentication;
using Dapper;
using Npgsql;

namespace CallCenterCrm.Telephony.Calls;

/// <summary>
/// Which calls somebody sees: all, or those that one of certain phones placed, was rung by or talked in; and, when he rings
/// clients back, those that were missed of clients of theirs and of nobody's. None of those was talked in: of what others said he
/// hears nothing by that. It is as of the moment at which he asked; a stream has it anew when it is begun again, which it is when its token's life is over.
/// </summary>
/// <param name="Phones">Extensions, and mobiles as E.164 without plus; null for all calls.</param>
/// <param name="Employees">Whose clients' missed calls he sees beside nobody's; null when he sees none as such.</param>
/// <param name="Offered">Calls that ring are offered to him, whoever is rung, because he may take them over.</param>
/// <param name="Named">He may read clients, and so sees their names.</param>
internal sealed record CallVisibility(string[]? Phones, Guid[]? Employees, bool Offered, bool Named)
{
    // Long enough for a reader who was away for a moment to learn what became of a call that he was offered.
    private static readonly TimeSpan OfferIsKnown = TimeSpan.FromMinutes(5);

    /// <summary>The rule for a query of the table calls, with the parameters phones and employees; not for whoever sees all.</summary>
    public const string Clause = $"({MissedClause} OR EXISTS (SELECT FROM call_phones WHERE call_id = calls.id AND phone = ANY(@phones) OFFSET 0))";

    /// <summary>The part of the rule that gives him missed calls, with the parameter employees.</summary>
    /// <remarks>OFFSET 0 has PostgreSQL look for each call when it comes to it, and not first read every client into memory.</remarks>
    public const string MissedClause =
        """
        (direction = 'in' AND result = 'missed' AND @employees::uuid[] IS NOT NULL AND NOT EXISTS (
            SELECT FROM known_numbers JOIN known_clients USING (client_id)
            WHERE number = party_number AND NOT removed AND responsible_id <> ALL(@employees::uuid[]) OFFSET 0))
        """;

    /// <summary>What a caller sees, by the employees that telephony knows of. A system with less than all has no phones, and sees nothing.</summary>
    public static async Task<CallVisibility> OfAsync(Caller caller, NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        if (caller.Visibility == Visibility.All)
        {
            return new CallVisibility(null, null, Offered: true, caller.May(Permissions.ClientsRead));
        }

        var seen = (await connection.QueryAsync<(Guid Id, string? Extension, string? Mobile)>(new CommandDefinition(
            "SELECT id, extension, mobile FROM known_employees WHERE id = @employee OR team = @team",
            new
            {
                employee = caller.Kind == CallerKind.Employee ? caller.Id : (Guid?)null,
                team = caller.Visibility == Visibility.Team ? caller.Team : null,
            }, cancellationToken: cancellationToken))).ToList();
        return new CallVisibility(
            [.. seen.SelectMany(one => new[] { one.Extension, one.Mobile }).OfType<string>()],
            caller.Kind == CallerKind.Employee && caller.May(Permissions.CallbacksRead) ? [caller.Id, .. seen.Select(one => one.Id)] : null,
            caller.May(Permissions.CallsDial),
            caller.May(Permissions.ClientsRead));
    }

    /// <summary>A call that he sees, as he sees it.</summary>
    public CallChanged Shown(CallChanged call) => Named ? call : call with { ClientName = null };

    /// <summary>
    /// Whether a stream tells him of this call now: of those that come in also while they ring at others, until a moment
    /// after their end, so that he sees who took them.
    /// </summary>
    public bool IsToldOf(CallChanged call, DateTimeOffset now) => Concerns(call)
        || (Offered && call.Direction == CallDirection.In && (call.EndedAt is null || call.EndedAt > now - OfferIsKnown));

    // By its phones. One of which no witness could tell whether it rang counts as one that did.
    private bool Concerns(CallChanged call) => Phones is null
        || (call.PlacedBy is { } placedBy && Phones.Contains(placedBy, StringComparer.Ordinal))
        || call.Talks.Any(talk => Phones.Contains(talk.Phone, StringComparer.Ordinal))
        || call.Legs.Any(leg => Phones.Contains(leg.Phone, StringComparer.Ordinal)
            && (leg.AnsweredAt is not null || (leg.DialledAt is not null && leg.Rang != false)));
}
