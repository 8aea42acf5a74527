using System.Collections.Concurrent;
using System.Net;
using System.Text;

namespace CallCenterCrm.Sip;

/// <summary>A call that the provider brings to one of the company's numbers.</summary>
public sealed record TrunkCall
{
    /// <summary>The company's number: the user part of the Request-URI, sent as it stands.</summary>
    public required string Did { get; init; }

    /// <summary>The caller's number: the user part of From, sent as it stands (percent-encoded line ends and all); may be empty.</summary>
    public string From { get; init; } = "";

    /// <summary>The caller's name, quoted as RFC 3261 asks; null leaves it out.</summary>
    public string? Display { get; init; }

    /// <summary>
    /// The bytes of From instead of <see cref="From"/> and <see cref="Display"/>, up to its tag: for what has no valid form, such
    /// as invalid UTF-8, a <c>tel:</c> URI or an open quote. Line ends are refused.
    /// </summary>
    public ReadOnlyMemory<byte> RawFrom { get; init; }

    /// <summary>Further headers, P-Asserted-Identity and Privacy for instance.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Headers { get; init; } = [];

    /// <summary>Runs on the call from the INVITE on; null leaves it to the caller.</summary>
    public CallScript? Script { get; init; }
}

/// <summary>
/// The provider's side of the trunk: no account, no registration. It calls the company's numbers, and is everybody whom the
/// company calls, the owner's mobile among them.
/// </summary>
public sealed class SipTrunk : SipAgent
{
    /// <summary>Binds the socket; nothing is sent yet.</summary>
    /// <param name="local">The address that the PBX knows the provider by.</param>
    /// <param name="pbx">Where the company's numbers are reached.</param>
    /// <param name="options">The defaults if null.</param>
    /// <exception cref="InvalidOperationException">The address cannot be bound; the text names it.</exception>
    public SipTrunk(IPEndPoint local, IPEndPoint pbx, SipAgentOptions? options = null)
        : base("trunk", local, pbx, null, options)
    {
    }

    /// <summary>What the phone behind each number does; a number without a script has <see cref="SipAgent.Script"/>'s.</summary>
    public ConcurrentDictionary<string, CallScript> Numbers { get; } = new(StringComparer.Ordinal);

    /// <summary>Places a call and returns at once; await <see cref="SipCall.Answered"/> and its like.</summary>
    /// <exception cref="ArgumentException">A value holds a line end or a NUL.</exception>
    public SipCall Call(TrunkCall call)
    {
        var uri = SipUri.Format(SipText.Encode(call.Did), Pbx);
        var placed = Place(new OutgoingInvite(From(call), $"<{uri}>", uri, Pbx)
        {
            Headers = [.. call.Headers.Select(header => KeyValuePair.Create(header.Key, SipText.Encode(header.Value)))],
        });
        if (call.Script is not null)
            Track(placed.RunAsync(call.Script));
        return placed;
    }

    private protected override CallScript? ScriptFor(SipCall call) => Numbers.GetValueOrDefault(call.Dialled) ?? Script;

    private string From(TrunkCall call)
    {
        if (!call.RawFrom.IsEmpty)
            return Encoding.Latin1.GetString(call.RawFrom.Span);
        var host = LocalEndPoint.Address.ToString();
        var address = call.From.Length == 0 ? $"<sip:{host}>" : $"<sip:{SipText.Encode(call.From)}@{host}>";
        return call.Display is null ? address : $"{SipAddress.Quote(SipText.Encode(call.Display))} {address}";
    }
}
