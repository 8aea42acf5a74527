namespace CallCenterCrm.ServiceDefaults.Input;

/// <summary>The request is malformed or breaks rules; nothing was changed. On the wire: INVALID_ARGUMENT.</summary>
public sealed class InputException(params IReadOnlyList<Violation> violations)
    : Exception(string.Join("; ", violations.Select(violation => $"{violation.Field}: {violation.Key}")))
{
    /// <summary>Every violation, by field.</summary>
    public IReadOnlyList<Violation> Violations => violations;
}

/// <summary>What was asked for does not exist. On the wire: NOT_FOUND.</summary>
/// <param name="what">What kind of thing, for example <c>employee</c>.</param>
/// <param name="id">Its identity as it was asked for.</param>
public sealed class NotFoundException(string what, string id) : Exception($"There is no {what} {id}")
{
    /// <summary>What kind of thing.</summary>
    public string What => what;

    /// <summary>Its identity as it was asked for.</summary>
    public string Id => id;
}

/// <summary>Somebody else was faster: the version that the change was made on is no longer the newest. On the wire: ABORTED.</summary>
/// <param name="current">The version now.</param>
public sealed class StaleVersionException(long current) : Exception(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"The version is {current} by now"))
{
    /// <summary>The version now; read it again and decide anew.</summary>
    public long Current => current;
}

/// <summary>The caller may not do this. On the wire: PERMISSION_DENIED.</summary>
/// <param name="permission">The permission that is missing.</param>
public sealed class PermissionDeniedException(string permission) : Exception($"The permission {permission} is missing")
{
    /// <summary>The permission that is missing.</summary>
    public string Permission => permission;
}

/// <summary>Nobody is behind the request, or not who he says. On the wire: UNAUTHENTICATED, without a reason.</summary>
public sealed class NotSignedInException(string reason) : Exception(reason);

/// <summary>Too much was asked in too short a time. On the wire: RESOURCE_EXHAUSTED with a RetryInfo.</summary>
/// <param name="after">How long to wait.</param>
public sealed class TooOftenException(TimeSpan after) : Exception("Too often")
{
    /// <summary>How long to wait before it has a chance.</summary>
    public TimeSpan After => after;
}

/// <summary>Something that the service needs is not there yet, or away. On the wire: UNAVAILABLE, without a reason.</summary>
public sealed class NotNowException(string reason) : Exception(reason);

/// <summary>What was to be removed is still needed. On the wire: FAILED_PRECONDITION.</summary>
/// <param name="what">What kind of thing, for example <c>ring_group</c>.</param>
/// <param name="id">Its identity.</param>
/// <param name="by">What needs it, for people.</param>
public sealed class InUseException(string what, string id, string by) : Exception($"{what} {id} is still needed by {by}")
{
    /// <summary>What kind of thing.</summary>
    public string What => what;

    /// <summary>Its identity.</summary>
    public string Id => id;

    /// <summary>What needs it.</summary>
    public string By => by;
}

/// <summary>
/// What is asked for stands against how things are now (gRPC FAILED_PRECONDITION), or somebody else was faster (ABORTED).
/// </summary>
/// <param name="conflict">What stands against it.</param>
/// <param name="by">Who was faster, as people call him; empty when nobody was.</param>
public sealed class ConflictException(Conflict conflict, string by = "") : Exception(conflict.ToString())
{
    /// <summary>What stands against it.</summary>
    public Conflict Conflict => conflict;

    /// <summary>Who was faster; empty when nobody was.</summary>
    public string By => by;
}

/// <summary>What can stand against a request; each has a text of the same name in RefusalTexts.</summary>
public enum Conflict
{
    /// <summary>The employee has no extension, or a system asks, which has no phone.</summary>
    NoPhone,

    /// <summary>The employee talks on his phone.</summary>
    PhoneBusy,

    /// <summary>The employee's phone is being rung for another click of his.</summary>
    PhoneBeingRung,

    /// <summary>The call was answered, or has ended.</summary>
    CallRingsNoMore,

    /// <summary>The call was not missed, or lasts.</summary>
    NotMissed,

    /// <summary>Somebody else is taking the call.</summary>
    BeingTaken,

    /// <summary>Somebody dials or talks with the number.</summary>
    BeingDialled,
}

/// <summary>Somebody else has it for a while. On the wire: FAILED_PRECONDITION with an ErrorInfo HELD that says who and until when.</summary>
/// <param name="what">What kind of thing, for example <c>callback</c>.</param>
/// <param name="by">Who has it.</param>
/// <param name="name">His name; null when it is not known here.</param>
/// <param name="until">Until when, unless he gives it back or renews it.</param>
public sealed class HeldException(string what, Guid by, string? name, DateTimeOffset until) : Exception($"Somebody else has the {what}")
{
    /// <summary>What kind of thing.</summary>
    public string What => what;

    /// <summary>Who has it.</summary>
    public Guid By => by;

    /// <summary>His name; null when it is not known here.</summary>
    public string? Name => name;

    /// <summary>Until when.</summary>
    public DateTimeOffset Until => until;
}

/// <summary>It is over, so that this can no longer be done with it. On the wire: FAILED_PRECONDITION with an ErrorInfo CLOSED.</summary>
/// <param name="what">What kind of thing, for example <c>callback</c>.</param>
/// <param name="id">Its identity.</param>
public sealed class ClosedException(string what, string id) : Exception($"{what} {id} is closed")
{
    /// <summary>What kind of thing.</summary>
    public string What => what;

    /// <summary>Its identity.</summary>
    public string Id => id;
}

/// <summary>A telephone number belongs to another client already. On the wire: ALREADY_EXISTS with an ErrorInfo NUMBER_TAKEN.</summary>
/// <param name="client">Whose it is.</param>
/// <param name="number">E.164 without plus.</param>
public sealed class NumberTakenException(Guid client, string number) : Exception("The number is another client's")
{
    /// <summary>Whose it is.</summary>
    public Guid Client => client;

    /// <summary>Which number, E.164 without plus.</summary>
    public string Number => number;
}

/// <summary>Somebody else changed it since it was read. On the wire: ABORTED with an ErrorInfo CHANGED that says how it is now.</summary>
/// <param name="newest">How it is now, field by field, short enough for a header of an answer: 2 KB altogether.</param>
public sealed class ChangedException(IReadOnlyDictionary<string, string> newest) : Exception("Somebody else changed it")
{
    /// <summary>How it is now.</summary>
    public IReadOnlyDictionary<string, string> Newest => newest;
}

/// <summary>What was asked for begins behind the end. On the wire: OUT_OF_RANGE with an ErrorInfo BEYOND_END that says where that is.</summary>
/// <param name="length">Bytes that there are.</param>
public sealed class BeyondEndException(long length) : Exception(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"There are {length} bytes"))
{
    /// <summary>Bytes that there are.</summary>
    public long Length => length;
}
