namespace CallCenterCrm.Sip;

/// <summary>How far a call has come; it only ever goes forward.</summary>
public enum CallState
{
    /// <summary>The INVITE was sent or received, and nothing rings yet.</summary>
    Trying,

    /// <summary>A 180 or 183 was sent or received.</summary>
    Ringing,

    /// <summary>The INVITE has its 200, and no BYE has been seen.</summary>
    Answered,

    /// <summary>Refused, cancelled, hung up, or given up.</summary>
    Ended,
}

/// <summary>Who placed the call.</summary>
public enum CallDirection
{
    /// <summary>The peer called this agent.</summary>
    Incoming,

    /// <summary>This agent called the peer.</summary>
    Outgoing,
}

/// <summary>Whose doing an event of a call was.</summary>
public enum CallSide
{
    /// <summary>This agent's.</summary>
    Us,

    /// <summary>The peer's.</summary>
    Them,
}

/// <summary>What happened in a call; <see cref="CallEvent.By"/> tells whether it was sent or received.</summary>
public enum CallEventKind
{
    /// <summary>The first INVITE of the call.</summary>
    Invite,

    /// <summary>180, 181 or 183; the code is in <see cref="CallEvent.Code"/>.</summary>
    Provisional,

    /// <summary>The 200 of the INVITE.</summary>
    Answer,

    /// <summary>The first ACK of that 200.</summary>
    Ack,

    /// <summary>CANCEL of the INVITE.</summary>
    Cancel,

    /// <summary>The final answer 300–699 of the INVITE.</summary>
    Refusal,

    /// <summary>BYE.</summary>
    Bye,

    /// <summary>A Reason header (RFC 3326) of a BYE, a CANCEL or a final answer, as it stands.</summary>
    Reason,

    /// <summary>Name and number that the phone shows from now on; the first is that of the INVITE.</summary>
    Identity,

    /// <summary>The side put the call on hold (re-INVITE or UPDATE with sendonly or inactive).</summary>
    Hold,

    /// <summary>The side took the call off hold.</summary>
    Resume,

    /// <summary>REFER; the detail is its Refer-To.</summary>
    Refer,

    /// <summary>NOTIFY of a transfer; the code is that of its sipfrag (RFC 3515 §2.4.5).</summary>
    ReferProgress,

    /// <summary>One key (RFC 4733); the detail is the key.</summary>
    Dtmf,

    /// <summary>The first RTP packets with sound came.</summary>
    FirstSound,

    /// <summary>Something that should not be: no answer to a request, no ACK, a script that failed.</summary>
    Fault,

    /// <summary>The end; always the last but for faults, sound and transfer news that come after it.</summary>
    Ended,
}

/// <summary>One line of a call's timeline.</summary>
/// <param name="At">Monotonic: comparable between all calls of all agents that share a <see cref="TimeProvider"/>.</param>
/// <param name="Utc">The same instant by the clock on the wall.</param>
/// <param name="By">Who did it.</param>
/// <param name="Kind">What it was.</param>
/// <param name="Code">SIP status code where there is one, else 0.</param>
/// <param name="Detail">See <see cref="CallEventKind"/>; may be empty.</param>
public sealed record CallEvent(TimeSpan At, DateTimeOffset Utc, CallSide By, CallEventKind Kind, int Code, string Detail);

/// <summary>A name and an address as they came over the wire.</summary>
/// <param name="Display">The name, decoded as UTF-8 with U+FFFD for what is none; empty when there is none.</param>
/// <param name="Uri">The whole URI.</param>
/// <param name="User">Its user part, percent-encoding kept; for <c>tel:</c> the number.</param>
public sealed record SipIdentity(string Display, string Uri, string User)
{
    internal static SipIdentity From(string headerValue)
    {
        var address = SipAddress.Parse(headerValue);
        return new(SipText.Decode(address.Display), SipText.Decode(address.Uri), SipText.Decode(SipUri.User(address.Uri)));
    }

    /// <inheritdoc/>
    public override string ToString() => Display.Length == 0 ? $"<{Uri}>" : $"\"{Display}\" <{Uri}>";
}
