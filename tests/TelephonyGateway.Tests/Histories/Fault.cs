namespace CallCenterCrm.Telephony.Tests.Histories;

/// <summary>
/// What may befall the telling of a history on its way to the gateway. Places are shares of the stream, from 0 to 1, so that a fault
/// means the same when the history is made smaller.
/// </summary>
internal abstract record Fault
{
    /// <summary>Events are gone without anybody noticing: a hostile caller makes them unbelievable.</summary>
    internal sealed record Unheard(double From, int Count) : Fault;

    /// <summary>Of all events only some are heard.</summary>
    internal sealed record Thinned(double Kept, int Seed) : Fault;

    /// <summary>The connection was broken: everything from one place to the other is gone, and after it come the PBX's lists.</summary>
    /// <param name="Late">How much later than the PBX the client says that it had the lists, seconds.</param>
    internal sealed record Gap(double From, double Until, double Late) : Fault;

    /// <summary>Some events come again, a while later.</summary>
    internal sealed record Again(double From, int Count, int Later) : Fault;

    /// <summary>
    /// Events of different channels overtake each other by up to 20 ms. AMI writes each channel's events in their order (nothing
    /// follows a channel's own Hangup), and promises nothing between channels: measured are a DialBegin after the dialled
    /// channel's own Ringing, and a CrmCallEnd before BridgeLeave.
    /// </summary>
    internal sealed record Overtaking(int Seed) : Fault;

    /// <summary>No order at all: more than AMI does, and no more than the tracker promises to bear.</summary>
    internal sealed record Shuffled(int Seed) : Fault;

    /// <summary>Lines of CEL come again, right away: a position in the file was not kept.</summary>
    internal sealed record LoggedAgain(double From, int Count) : Fault;

    /// <summary>A line of CEL was torn, and written once more.</summary>
    internal sealed record Torn(double At, double Kept) : Fault;

    /// <summary>Lines of CEL are gone, or cannot be read.</summary>
    internal sealed record LogDamaged(double From, int Count, bool Garbled) : Fault;

    /// <summary>CEL is read this much later than AMI tells of the same moment; less than 0 is before. By default it is all read afterwards.</summary>
    internal sealed record LogLags(double Seconds) : Fault;
}
