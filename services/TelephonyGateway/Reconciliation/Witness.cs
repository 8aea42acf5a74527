using System.Text;
using CallCenterCrm.Telephony.Asterisk;

namespace CallCenterCrm.Telephony.Reconciliation;

/// <summary>What the PBX writes down on its own account.</summary>
internal enum Witness
{
    /// <summary>The channel event log.</summary>
    Cel,

    /// <summary>The call detail records.</summary>
    Cdr,
}

/// <summary>Why a witness cannot be relied on in some time.</summary>
internal enum FaultKind
{
    /// <summary>Of a record not even the head could be read: whose it was is not known.</summary>
    Unreadable,

    /// <summary>Records are missing: the file was cut, or is gone from the place where reading stood.</summary>
    RecordsMissing,

    /// <summary>The folder in which the PBX writes is not there, so that nothing can be written.</summary>
    FileMissing,

    /// <summary>Less than a twentieth of the disk is free: records may not be written.</summary>
    DiskNearlyFull,

    /// <summary>The PBX started anew. What it had not written when it stopped is lost.</summary>
    PbxRestarted,

    /// <summary>The witness was not read up to now, though it should have been. Not stored: it is seen when one looks.</summary>
    Unread,
}

/// <summary>What a witness says of a call.</summary>
/// <param name="UniqueId">Of the channel that the call hangs on.</param>
/// <param name="At">When the channel began; of an announcement, when it was made.</param>
/// <param name="Announced">The dialplan made a call of the channel; false when all that is known is that the channel existed.</param>
internal sealed record Testimony(string UniqueId, DateTimeOffset At, bool Announced);

/// <summary>A time in which a witness cannot be relied on.</summary>
internal sealed record WitnessFault(FaultKind Kind, DateTimeOffset From, DateTimeOffset Until);

/// <summary>One line of a witness.</summary>
/// <param name="WrittenAt">When it was written.</param>
/// <param name="Broken">Its head could be read, the rest is no JSON.</param>
/// <param name="Call">What it says of a call; null when nothing.</param>
internal sealed record WitnessLine(DateTimeOffset WrittenAt, bool Broken, Testimony? Call)
{
    /// <summary>A line of the channel event log; null when its head cannot be read.</summary>
    public static WitnessLine? OfCel(ReadOnlySpan<byte> line)
    {
        if (CelRecord.Parse(line) is not { } record)
        {
            return null;
        }

        var announced = record.EventType is "CRM_INCOMING" or "CRM_MENU" or "CRM_OUTGOING" or "CRM_INTERNAL";

        // A channel that was not made for another one: a call hangs on it, unless the dialplan did not get so far.
        var began = record.EventType is "CHAN_START" && string.Equals(record.LinkedId, record.UniqueId, StringComparison.Ordinal);
        return new WitnessLine(record.Time, record.Broken, announced || began ? new Testimony(record.UniqueId, record.Time, announced) : null);
    }

    /// <summary>A call detail record; null when its head cannot be read. Several may tell of one call, which crmcall names.</summary>
    public static WitnessLine? OfCdr(ReadOnlySpan<byte> line)
    {
        var fields = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        var broken = !CelRecord.TryReadFields(line, fields);
        if (!fields.TryGetValue("crmcall", out var call)
            || CelRecord.ParseTime(fields.GetValueOrDefault("start", "")) is not { } start
            || CelRecord.ParseTime(fields.GetValueOrDefault("end", "")) is not { } end)
        {
            return null;
        }

        return new WitnessLine(end, broken, call.Length > 0 ? new Testimony(call, start, Announced: false) : null);
    }

    /// <summary>How every line of our PBX begins; nobody outside knows the system name, so that no line can be smuggled in.</summary>
    public static byte[] HeadOf(string own) => Encoding.UTF8.GetBytes($"{{\"uniqueid\":\"{own}");
}
