using System.Text;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Google.Rpc;
using Grpc.Core;

namespace CallCenterCrm.ServiceDefaults.Grpc;

/// <summary>Errors that a program can act on: <c>google.rpc.Status</c> in the trailer that all gRPC libraries agree on.</summary>
public static class RichStatus
{
    internal const string Trailer = "grpc-status-details-bin";

    // Many clients take no more than 8 KB of trailers by default; in base64 this becomes 5.5 KB.
    private const int MostBytes = 4096;

    /// <summary>What a server added to the code and the text; null when it added nothing that can be read.</summary>
    public static Google.Rpc.Status? Of(RpcException refusal)
    {
        if (refusal.Trailers.GetValueBytes(Trailer) is not { } bytes)
        {
            return null;
        }

        try
        {
            return Google.Rpc.Status.Parser.ParseFrom(bytes);
        }
        catch (InvalidProtocolBufferException)
        {
            return null;
        }
    }

    /// <summary>The detail of a type; null when there is none.</summary>
    public static T? Detail<T>(this Google.Rpc.Status status)
        where T : class, IMessage<T>, new() => status.Details.Select(detail => detail.TryUnpack<T>(out var found) ? found : null).OfType<T>().FirstOrDefault();

    /// <summary>An error with details.</summary>
    internal static RpcException Refuse(StatusCode code, string message, params ReadOnlySpan<IMessage> details)
    {
        var status = new Google.Rpc.Status { Code = (int)code, Message = message };
        foreach (var detail in details)
        {
            status.Details.Add(Any.Pack(detail));
        }

        return new RpcException(new global::Grpc.Core.Status(code, message), new Metadata { { Trailer, status.ToByteArray() } });
    }

    /// <summary>As many of the violations as fit into the trailers.</summary>
    internal static BadRequest BadRequest(IEnumerable<Input.Violation> violations, System.Globalization.CultureInfo culture)
    {
        var request = new BadRequest();
        var room = MostBytes;
        foreach (var violation in violations)
        {
            var entry = new BadRequest.Types.FieldViolation
            {
                Field = violation.Field,
                Description = violation.Text(culture),
                Reason = UpperSnake(violation.Key.ToString()),
            };
            room -= entry.CalculateSize() + 4;
            if (room < 0)
            {
                break;
            }

            request.FieldViolations.Add(entry);
        }

        return request;
    }

    private static string UpperSnake(string name)
    {
        var text = new StringBuilder(name.Length + 4);
        foreach (var c in name)
        {
            if (char.IsAsciiLetterUpper(c) && text.Length > 0)
            {
                text.Append('_');
            }

            text.Append(char.ToUpperInvariant(c));
        }

        return text.ToString();
    }
}
