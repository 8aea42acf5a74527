using System.Text.Json;
using System.Text.Json.Serialization;
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

    /// <summary>The name under which a contract stands in the log: its full type name, frozen by the contract's version.</summary>
    public static string KindOf(Type contract) => contract.FullName!;

    /// <summary>Adds a change to the log of the database that the connection belongs to.</summary>
    public static Task AppendAsync<T>(NpgsqlConnection connection, NpgsqlTransaction transaction, T contract, CancellationToken cancellationToken)
        where T : class =>
        connection.ExecuteAsync(new CommandDefinition(
            "INSERT INTO changes (kind, body) VALUES (@kind, @body::jsonb)",
            new { kind = KindOf(typeof(T)), body = JsonSerializer.Serialize(contract, Json) }, transaction, cancellationToken: cancellationToken));

    /// <summary>The contract that a row of the log holds.</summary>
    /// <exception cref="JsonException">The row cannot be read; it was written by hand or by a newer version.</exception>
    internal static (Type Type, object Contract) Read(string kind, string body)
    {
        var type = typeof(CallChanged).Assembly.GetType(kind) ?? throw new JsonException($"No contract is called {kind}");
        return (type, JsonSerializer.Deserialize(body, type, Json) ?? throw new JsonException("The body is null"));
    }
}
