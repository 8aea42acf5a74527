using System.Text.Json;
using CallCenterCrm.Contracts.Telephony.V1;
using CallCenterCrm.Messaging;
using CallCenterCrm.ServiceDefaults.Input;
using CallCenterCrm.Telephony.Routing;
using Dapper;
using Npgsql;
using Caller = CallCenterCrm.ServiceDefaults.Authentication.Caller;

namespace CallCenterCrm.Telephony.Calls;

/// <summary>Which calls are asked for; what is null filters nothing. Enumerations are the database's words.</summary>
internal sealed record CallFilter
{
    public DateTimeOffset? From { get; init; }

    public DateTimeOffset? Until { get; init; }

    public string? Direction { get; init; }

    public string? State { get; init; }

    public string? Result { get; init; }

    public string? OwnNumber { get; init; }

    public string? PartyNumber { get; init; }

    public string? TalkedBy { get; init; }

    public Guid? ClientId { get; init; }
}

/// <summary>The last call of a page, behind which the next one goes on.</summary>
internal sealed record CallPlace(DateTimeOffset StartedAt, Guid Id);

/// <summary>A call and its place in lists.</summary>
internal sealed record ListedCall(CallPlace Place, CallChanged Call);

/// <summary>What is stored of a call and not published.</summary>
/// <param name="Plan">What the gateway had the PBX do; null when it gave no plan.</param>
/// <param name="Fallback">The PBX rang its own fallback.</param>
/// <param name="PartyHungUp">The other party hung up first.</param>
internal sealed record CallBackground(RingPlan? Plan, bool Fallback, bool PartyHungUp);

/// <summary>Reads stored calls, as far as the one who asks may see them.</summary>
internal sealed class CallReader(NpgsqlDataSource dataSource)
{
    private const string Body = "(event || jsonb_build_object('version', version))::text";

    /// <summary>What a caller sees.</summary>
    public async Task<CallVisibility> VisibilityAsync(Caller caller, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        return await CallVisibility.OfAsync(caller, connection, cancellationToken);
    }

    /// <summary>One call.</summary>
    /// <exception cref="NotFoundException">There is none, or he may not see it.</exception>
    public async Task<CallChanged> GetAsync(Guid id, Caller caller, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        var visibility = await CallVisibility.OfAsync(caller, connection, cancellationToken);
        var body = await connection.QuerySingleOrDefaultAsync<string>(new CommandDefinition(
            $"SELECT {Body} FROM calls WHERE id = @id{(visibility.Phones is null ? "" : $" AND {CallVisibility.Clause}")}",
            new { id, visibility.Phones, visibility.Employees }, cancellationToken: cancellationToken));
        return body is null ? throw new NotFoundException("call", id.ToString()) : visibility.Shown(Read(body));
    }

    /// <summary>One call with what is stored of it and not published.</summary>
    /// <exception cref="NotFoundException">There is none, or he may not see it.</exception>
    public async Task<(CallChanged Call, CallBackground Background)> GetWithBackgroundAsync(Guid id, Caller caller, CancellationToken cancellationToken)
    {
        var call = await GetAsync(id, caller, cancellationToken);
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        var (plan, fallback, partyHungUp) = await connection.QuerySingleAsync<(string? Plan, bool Fallback, bool PartyHungUp)>(new CommandDefinition(
            "SELECT plan::text, fallback, party_hung_up FROM calls WHERE id = @id", new { id }, cancellationToken: cancellationToken));
        return (call, new CallBackground(plan is null ? null : JsonSerializer.Deserialize<PlanNote>(plan, StoredJson.Options)?.Plan, fallback, partyHungUp));
    }

    /// <summary>The calls that match, the latest first, behind a place.</summary>
    public async Task<IReadOnlyList<ListedCall>> ListAsync(
        CallFilter filter, CallPlace? after, int atMost, Caller caller, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        var visibility = await CallVisibility.OfAsync(caller, connection, cancellationToken);
        var list = new CallList(filter, after, atMost, visibility);
        var rows = await connection.QueryAsync<(Guid Id, DateTimeOffset StartedAt, string Body)>(new CommandDefinition(
            $"SELECT id, started_at, {Body} FROM calls WHERE {list.Condition} ORDER BY started_at DESC, id DESC LIMIT @atMost",
            list.Parameters, cancellationToken: cancellationToken));
        return [.. rows.Select(row => new ListedCall(new CallPlace(row.StartedAt, row.Id), visibility.Shown(Read(row.Body))))];
    }

    /// <summary>Every call that is not settled, as of one moment, and the place in the change log from which to go on.</summary>
    public async Task<(IReadOnlyList<CallChanged> Calls, ChangePosition Position)> SnapshotAsync(CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(System.Data.IsolationLevel.RepeatableRead, cancellationToken);
        var position = await ChangeReader.PositionOfAsync(connection, transaction, cancellationToken);
        var bodies = await connection.QueryAsync<string>(new CommandDefinition(
            $"SELECT {Body} FROM calls WHERE NOT settled ORDER BY started_at, id", transaction: transaction, cancellationToken: cancellationToken));
        return ([.. bodies.Select(Read)], position);
    }

    private static CallChanged Read(string body) =>
        JsonSerializer.Deserialize<CallChanged>(body, ChangeLog.Json) ?? throw new JsonException("The stored call is null");
}
