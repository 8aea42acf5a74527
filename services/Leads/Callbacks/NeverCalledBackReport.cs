using CallCenterCrm.Leads.Employees;
using CallCenterCrm.ServiceDefaults.Authentication;
using Dapper;
using Npgsql;

namespace CallCenterCrm.Leads.Callbacks;

/// <summary>What became of the calls missed in a period («Не перезвонили»).</summary>
internal sealed class NeverCalledBackReport(NpgsqlDataSource dataSource, CallbackSettings settings)
{
    /// <summary>One line for each who was responsible, the most misses first; as far as the one who asks may see.</summary>
    public async Task<IReadOnlyList<Line>> MakeAsync(DateTimeOffset from, DateTimeOffset until, Caller caller, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        var seen = await SeenEmployees.OfAsync(caller, connection, transaction: null, cancellationToken);
        var lines = await connection.QueryAsync<Line>(new CommandDefinition(
            $"""
            SELECT employee_id, name, count(*) AS misses,
                   count(*) FILTER (WHERE outcome = 'called_back') AS called_back,
                   count(*) FILTER (WHERE outcome IS NULL) AS open,
                   count(*) FILTER (WHERE outcome = 'unreachable') AS unreachable,
                   count(*) FILTER (WHERE outcome = 'called_back' AND took <= @inTime) AS called_back_in_time,
                   percentile_cont(0.5) WITHIN GROUP (ORDER BY took) FILTER (WHERE outcome = 'called_back') AS median_seconds
            FROM (
                SELECT coalesce(assigned_to, responsible_id) AS employee_id, outcome,
                       -- One who called again from another line may have been talking already.
                       date_part('epoch', greatest(call.answered_at, missed_at) - missed_at) AS took
                FROM callback_misses
                JOIN callbacks ON callbacks.id = callback_id
                LEFT JOIN call_activities AS call ON call.call_id = evidence_call_id
                WHERE missed_at >= @from AND missed_at < @until AND {CallbackVisibility.Clause(seen)}
            ) AS missed
            LEFT JOIN employees ON employees.id = employee_id
            GROUP BY employee_id, name ORDER BY count(*) DESC, name, employee_id
            """,
            seen.AddTo(new { from, until, inTime = settings.EscalateAfter.TotalSeconds }), cancellationToken: cancellationToken));
        return lines.AsList();
    }

    /// <summary>What became of the calls for which one was responsible.</summary>
    internal sealed class Line
    {
        /// <summary>Null for nobody's clients.</summary>
        public Guid? EmployeeId { get; init; }

        public string? Name { get; init; }

        public long Misses { get; init; }

        public long CalledBack { get; init; }

        public long Open { get; init; }

        public long Unreachable { get; init; }

        public long CalledBackInTime { get; init; }

        /// <summary>From a miss until the conversation began; null when there was none.</summary>
        public double? MedianSeconds { get; init; }
    }
}
