using System.Collections.Frozen;
using System.Text.Json;
using System.Text.Json.Serialization;
using CallCenterCrm.Contracts.Clients.V1;
using CallCenterCrm.Contracts.Staff.V1;
using CallCenterCrm.Contracts.Telephony.V1;
using Dapper;
using Npgsql;

namespace CallCenterCrm.Messaging;

/// <summary>The change log of a service: what a transaction changed, written in that transaction, published after it.</summary>
public static class ChangeLog
{
    /// <summary>How contracts are written into the log and onto the wire.</summary>
    public static JsonSerializerOptions Json { get; } = new(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    // By exact name: Type.GetType would read a damaged name as an expression, and throw in ways of its own.
    private static readonly FrozenDictionary<string, Type> Contracts =
        typeof(CallChanged).Assembly.GetExportedTypes().Where(type => type.IsClass).ToFrozenDictionary(KindOf, StringComparer.Ordinal);

    /// <summary>The name under which a contract stands in the log: its full type name, frozen by the contract's version.</summary>
    public static string KindOf(Type contract) => contract.FullName!;

    /// <summary>Adds a change to the log of the database that the connection belongs to; it is published.</summary>
    public static Task AppendAsync<T>(NpgsqlConnection connection, NpgsqlTransaction transaction, T contract, CancellationToken cancellationToken)
        where T : class => AddAsync(contract, published: true, connection, transaction, cancellationToken);

    /// <summary>Adds a change for those who read the log itself: no other service waits for it on the broker.</summary>
    public static Task KeepAsync<T>(NpgsqlConnection connection, NpgsqlTransaction transaction, T contract, CancellationToken cancellationToken)
        where T : class => AddAsync(contract, published: false, connection, transaction, cancellationToken);

    /// <summary>The contract that a row of the log holds.</summary>
    /// <exception cref="JsonException">The row cannot be read; it was written by hand or by a newer version.</exception>
    internal static object Read(string kind, string body) =>
        JsonSerializer.Deserialize(body, Contracts.GetValueOrDefault(kind) ?? throw new JsonException($"No contract is called '{kind}'"), Json)
        ?? throw new JsonException("The body is null");

    /// <summary>Whose whole state a contract carries, and in which version; null for one of which each counts.</summary>
    internal static (Guid Subject, long Version)? StateIn(object contract) => contract switch
    {
        CallChanged call => (call.CallId, call.Version),
        ClientChanged client => (client.ClientId, client.Version),
        EmployeeChanged employee => (employee.EmployeeId, employee.Version),
        _ => null,
    };

    private static Task<int> AddAsync<T>(T contract, bool published, NpgsqlConnection connection, NpgsqlTransaction transaction, CancellationToken cancellationToken)
        where T : class =>
        connection.ExecuteAsync(new CommandDefinition(
            "INSERT INTO changes (kind, body, sent_at) VALUES (@kind, @body::jsonb, CASE WHEN NOT @published THEN now() END)",
            new { kind = KindOf(typeof(T)), body = JsonSerializer.Serialize(contract, Json), published }, transaction, cancellationToken: cancellationToken));
}
