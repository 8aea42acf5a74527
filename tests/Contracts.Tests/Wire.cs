using System.Net.Mime;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using MassTransit;
using MassTransit.Context;
using MassTransit.Serialization;

namespace CallCenterCrm.Contracts.Tests;

/// <summary>Messages as MassTransit writes and reads them.</summary>
internal static class Wire
{
    private static readonly JsonSerializerOptions Readable = new()
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    private static readonly SystemTextJsonMessageSerializer Serializer = new(new ContentType("application/vnd.masstransit+json"));

    /// <summary>The whole envelope that is sent.</summary>
    public static string Envelope(object message) =>
        (string)typeof(Wire).GetMethod(nameof(EnvelopeOf), System.Reflection.BindingFlags.Static | System.Reflection.BindingFlags.NonPublic)!
            .MakeGenericMethod(message.GetType()).Invoke(null, [message])!;

    /// <summary>Of the envelope what the contract decides: its message types and its message.</summary>
    public static string Message(object message)
    {
        var envelope = JsonNode.Parse(Envelope(message))!;
        return new JsonObject
        {
            ["messageType"] = envelope["messageType"]!.DeepClone(),
            ["message"] = envelope["message"]!.DeepClone(),
        }.ToJsonString(Readable);
    }

    /// <summary>What a consumer gets from an envelope; null when it is none of that kind.</summary>
    public static T? Read<T>(string envelope)
        where T : class
    {
        var context = Serializer.Deserialize(new StringMessageBody(envelope), new DictionarySendHeaders());
        return context.TryGetMessage<T>(out var message) ? message : null;
    }

    private static string EnvelopeOf<T>(T message)
        where T : class =>
        Serializer.GetMessageBody(new MessageSendContext<T>(message, CancellationToken.None)).GetString();
}
