using CallCenterCrm.ServiceDefaults.Authentication;
using Dapper;
using Npgsql;

namespace CallCenterCrm.Leads.Employees;

/// <summary>Whose clients and callbacks somebody sees: everybody's; or those of certain employees, and nobody's.</summary>
/// <param name="Me">The one who asks, employee or API key.</param>
/// <param name="Ids">Himself and, when he sees as much, his team; null for everybody.</param>
/// <param name="Nobodys">Whether nobody's are his to see: a system that does not see all sees none.</param>
internal sealed record SeenEmployees(Guid Me, Guid[]? Ids, bool Nobodys)
{
    /// <summary>Gives a query the parameters of a rule: @seen, @seer, @nobodys.</summary>
    public DynamicParameters AddTo(object parameters)
    {
        var all = new DynamicParameters(parameters);
        all.Add("seen", Ids);
        all.Add("seer", Me);
        all.Add("nobodys", Nobodys);
        return all;
    }

    /// <summary>The phones of those employees, extensions and mobiles: each is his of whom was told last that he has it.</summary>
    public Task<IEnumerable<string>> PhonesAsync(NpgsqlConnection connection, CancellationToken cancellationToken) =>
        connection.QueryAsync<string>(new CommandDefinition(
            """
            SELECT phone FROM employees, unnest(ARRAY[extension, mobile]) AS phone
            WHERE id = ANY(@Ids) AND NOT dismissed AND phone IS NOT NULL AND NOT EXISTS (
                SELECT FROM employees AS later WHERE NOT later.dismissed AND phone IN (later.extension, later.mobile) AND later.told > employees.told)
            """, this, cancellationToken: cancellationToken));

    /// <summary>What a caller sees, by the employees of whom Staff has told.</summary>
    public static async Task<SeenEmployees> OfAsync(
        Caller caller, NpgsqlConnection connection, NpgsqlTransaction? transaction, CancellationToken cancellationToken)
    {
        if (caller.Visibility == Visibility.All)
        {
            return new(caller.Id, null, Nobodys: true);
        }

        if (caller.Kind != CallerKind.Employee)
        {
            return new(caller.Id, [], Nobodys: false);
        }

        if (caller.Visibility != Visibility.Team || caller.Team is null)
        {
            return new(caller.Id, [caller.Id], Nobodys: true);
        }

        var team = await connection.QueryAsync<Guid>(new CommandDefinition(
            "SELECT id FROM employees WHERE team = @Team", new { caller.Team }, transaction, cancellationToken: cancellationToken));
        return new(caller.Id, [.. team.Append(caller.Id).Distinct()], Nobodys: true);
    }
}
