using System.Text.Json.Serialization;

namespace CallCenterCrm.Contracts.Telephony.V1;

/// <summary>
/// A call began, was answered, ended, or became known better. Carries the whole state of the call and a version:
/// a consumer keeps the highest version of each <see cref="CallId"/>; order and repetition do not matter.
/// </summary>
/// <remarks>Published by TelephonyGateway. Internal calls are published too; they are outside all statistics.</remarks>
public sealed record CallChanged
{
    /// <summary>Our identity of the call. Never derived from a number; the same for every witness of the call.</summary>
    public required Guid CallId { get; init; }

    /// <summary>Grows by one with every stored change of this call, from 1.</summary>
    public required long Version { get; init; }

    /// <summary>The PBX that carries the call, as named in the gateway's configuration.</summary>
    public required string PbxId { get; init; }

    /// <summary>Who called whom.</summary>
    public required CallDirection Direction { get; init; }

    /// <summary>Where the call stands.</summary>
    public required CallState State { get; init; }

    /// <summary>
    /// True once nothing more is expected to change: the end was seen and no witness is missing.
    /// False after an end means that a gap is still to be filled from the PBX's own record.
    /// </summary>
    public required bool Settled { get; init; }

    /// <summary>How the call came out; null while it lasts.</summary>
    public CallResult? Result { get; init; }

    /// <summary>Why an incoming call was missed; null when it was not.</summary>
    public MissReason? MissReason { get; init; }

    /// <summary>Our own number (DID) that was called, E.164 without plus; null for internal calls.</summary>
    public string? OwnNumber { get; init; }

    /// <summary>What kind of party is at the other end.</summary>
    public required PartyKind Party { get; init; }

    /// <summary>The other party's number in E.164 without plus; null when anonymous or unusable.</summary>
    public string? PartyNumber { get; init; }

    /// <summary>The number as the PBX showed it, at most 80 characters, control characters removed.</summary>
    public string? PartyNumberAsShown { get; init; }

    /// <summary>The client whom the gateway recognised when it rang; Leads is the one to decide.</summary>
    public Guid? ClientId { get; init; }

    /// <summary>What that client was called when it rang: whoever shows the call need not ask for it. Null when none was recognised.</summary>
    public string? ClientName { get; init; }

    /// <summary>Extension or number of ours from which an outgoing or internal call was placed; null for an incoming one.</summary>
    public string? PlacedBy { get; init; }

    /// <summary>
    /// Of an outgoing call: whether the party was dialled at all, and not only the phone of whoever clicked on the number;
    /// null for other calls, and for one of which nobody said.
    /// </summary>
    public bool? PartyDialled { get; init; }

    /// <summary>When the call reached the PBX, UTC.</summary>
    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>When a human first talked with the other party, UTC; null when nobody did.</summary>
    public DateTimeOffset? AnsweredAt { get; init; }

    /// <summary>When the other party's channel was gone, UTC; null while the call lasts.</summary>
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>Extension or number of the first human who talked; null when nobody did.</summary>
    public string? AnsweredBy { get; init; }

    /// <summary>Every phone that was dialled or talked, in the order in which it was dialled.</summary>
    public required IReadOnlyList<CallLeg> Legs { get; init; }

    /// <summary>Who talked with the other party and when, in order: the chain of transfers.</summary>
    public required IReadOnlyList<CallTalk> Talks { get; init; }

    /// <summary>
    /// Who kept the other side on hold and when, in order; empty when nobody did. Null when it is not known: the gateway did not hear
    /// the PBX all the time somebody talked, and the PBX's own log does not tell of holds.
    /// </summary>
    public IReadOnlyList<CallHold>? Holds { get; init; }

    /// <summary>Where the other party was handed on, in order.</summary>
    public IReadOnlyList<CallTransfer> Transfers { get; init; } = [];

    /// <summary>The voice menu that the caller passed; null when there was none.</summary>
    public CallMenu? Menu { get; init; }

    /// <summary>The recording, of the talk or of the message that the caller left, once its file was looked for; null before.</summary>
    public CallRecording? Recording { get; init; }

    /// <summary>
    /// The stretches of the call that its recording holds, one right behind the other: a moment is to be heard at the length of
    /// everything recorded before it. Nothing is recorded while the party waits alone, as in a transfer. Empty for a recorded message.
    /// </summary>
    public IReadOnlyList<CallStretch> Recorded { get; init; } = [];
}

/// <summary>Who called whom.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<CallDirection>))]
public enum CallDirection
{
    /// <summary>A party outside called the company.</summary>
    In,

    /// <summary>The company called a party outside.</summary>
    Out,

    /// <summary>Between phones of the company; outside all statistics.</summary>
    Internal,
}

/// <summary>Where a call stands.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<CallState>))]
public enum CallState
{
    /// <summary>Not yet answered by a human.</summary>
    Ringing,

    /// <summary>A human talks, or talked and the call goes on (hold, transfer).</summary>
    Talking,

    /// <summary>The other party's channel is gone.</summary>
    Ended,
}

/// <summary>How a call came out.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<CallResult>))]
public enum CallResult
{
    /// <summary>A human talked with the other party.</summary>
    Answered,

    /// <summary>An incoming call ended with no human talking.</summary>
    Missed,

    /// <summary>
    /// Answered, then lost on the way to a second person, or in waiting for one whose browser was lost: not missed, but owes a callback.
    /// </summary>
    LostInTransfer,

    /// <summary>An outgoing or internal call that nobody answered.</summary>
    NotAnswered,
}

/// <summary>Why an incoming call was missed.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<MissReason>))]
public enum MissReason
{
    /// <summary>The caller hung up while phones rang or before any did («Не дождался ответа»).</summary>
    Abandoned,

    /// <summary>Phones were rung to the end of the rule and nobody answered.</summary>
    NoAnswer,

    /// <summary>No phone rang: all were busy, on do-not-disturb or not registered.</summary>
    NobodyAvailable,

    /// <summary>The call came outside business hours («Нерабочее время»).</summary>
    OutOfHours,

    /// <summary>The call was cut by a fault, for example a restart of the PBX.</summary>
    Failed,

    /// <summary>Nobody answered, and the caller left a message: the recording is that of the message.</summary>
    MessageLeft,

    /// <summary>It ended in a voice menu, before anybody was rung for: the caller hung up there, or the menu did.</summary>
    InMenu,

    /// <summary>Every phone that was reached refused, and no witness could tell whether one rang before: no answer, or nobody available.</summary>
    Unknown,
}

/// <summary>What kind of party is at the other end of a call.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<PartyKind>))]
public enum PartyKind
{
    /// <summary>A number outside the company; whether it belongs to a known client is for Leads to say.</summary>
    Outside,

    /// <summary>The number was withheld.</summary>
    Anonymous,

    /// <summary>What was shown is no telephone number.</summary>
    Unusable,

    /// <summary>One of our own trunk numbers.</summary>
    OwnNumber,

    /// <summary>A mobile or extension of an employee.</summary>
    Employee,
}

/// <summary>One phone that was dialled or talked in a call.</summary>
public sealed record CallLeg
{
    /// <summary>Extension («101») or E.164 number without plus.</summary>
    public required string Phone { get; init; }

    /// <summary>Step of the escalation rule, from 1; null outside a rule, and when no witness could tell.</summary>
    public int? Step { get; init; }

    /// <summary>When it was dialled, UTC; null for a phone that was passed over without being dialled.</summary>
    public DateTimeOffset? DialledAt { get; init; }

    /// <summary>Whether the phone rang; null when no witness could tell.</summary>
    public bool? Rang { get; init; }

    /// <summary>When this leg was answered, UTC (for a mobile: by whatever lifted, a voicemail box included).</summary>
    public DateTimeOffset? AnsweredAt { get; init; }

    /// <summary>When this leg was gone, UTC.</summary>
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>How the leg came out; null while it lasts.</summary>
    public LegResult? Result { get; init; }
}

/// <summary>How a leg came out.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<LegResult>))]
public enum LegResult
{
    /// <summary>It talked with the other party.</summary>
    Talked,

    /// <summary>It rang until its time was over.</summary>
    NoAnswer,

    /// <summary>It was busy, or its owner was talking.</summary>
    Busy,

    /// <summary>Its owner declined, or it stands on do-not-disturb.</summary>
    Declined,

    /// <summary>It is not registered with the PBX.</summary>
    Unregistered,

    /// <summary>Another phone took the call.</summary>
    AnsweredElsewhere,

    /// <summary>The caller hung up first.</summary>
    CallerLeft,

    /// <summary>A mobile was lifted, but nobody accepted with "1" (a voicemail box, perhaps).</summary>
    NotAccepted,

    /// <summary>It could not be reached for another reason.</summary>
    Failed,
}

/// <summary>A stretch in which one of ours talked with the other party.</summary>
public sealed record CallTalk
{
    /// <summary>Extension or E.164 number without plus of the one who talked.</summary>
    public required string Phone { get; init; }

    /// <summary>Start, UTC.</summary>
    public required DateTimeOffset From { get; init; }

    /// <summary>End, UTC; null while it lasts.</summary>
    public DateTimeOffset? Until { get; init; }
}

/// <summary>A stretch of a talk in which one side kept the other on hold.</summary>
public sealed record CallHold
{
    /// <summary>Extension or E.164 number without plus of the one of ours who did; null when the other party did.</summary>
    public string? Phone { get; init; }

    /// <summary>Start, UTC.</summary>
    public required DateTimeOffset From { get; init; }

    /// <summary>End of the hold, or of the talk, UTC; null while both last.</summary>
    public DateTimeOffset? Until { get; init; }
}

/// <summary>That the other party was handed on to somebody else.</summary>
public sealed record CallTransfer
{
    /// <summary>When, UTC.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>Without asking the other one first.</summary>
    public required bool Blind { get; init; }

    /// <summary>Extension or E.164 number without plus of the one who handed on.</summary>
    public required string By { get; init; }

    /// <summary>Extension or number as it was dialled, whether or not anybody answered there.</summary>
    public required string To { get; init; }
}

/// <summary>A stretch of time.</summary>
public sealed record CallStretch
{
    /// <summary>Start, UTC.</summary>
    public required DateTimeOffset From { get; init; }

    /// <summary>End, UTC; null while it lasts.</summary>
    public DateTimeOffset? Until { get; init; }
}

/// <summary>A caller's way through a voice menu, or several behind each other.</summary>
public sealed record CallMenu
{
    /// <summary>When the menu took him, UTC.</summary>
    public required DateTimeOffset EnteredAt { get; init; }

    /// <summary>When he came out of it to be rung for, UTC; null when he never did, or not yet.</summary>
    public DateTimeOffset? LeftAt { get; init; }

    /// <summary>What he chose, in order, dashes between: «1-2»; empty when nothing.</summary>
    public required string Path { get; init; }

    /// <summary>How many choices he made.</summary>
    public required int Depth { get; init; }
}

/// <summary>The recording of a call. The file itself is served by the gateway under the call's id.</summary>
public sealed record CallRecording
{
    /// <summary>Whether the recording is there and plausible.</summary>
    public required RecordingState State { get; init; }

    /// <summary>Size of the file, bytes.</summary>
    public long? Bytes { get; init; }

    /// <summary>Length of the sound, seconds.</summary>
    public double? Seconds { get; init; }

    /// <summary>SHA-256 of the file, lower-case hexadecimal.</summary>
    public string? Sha256 { get; init; }
}

/// <summary>Whether a recording is there and plausible.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<RecordingState>))]
public enum RecordingState
{
    /// <summary>The file is there and holds sound.</summary>
    Ready,

    /// <summary>Nobody talked and no message was left, so there is nothing to listen to.</summary>
    NothingToRecord,

    /// <summary>Somebody talked or left a message, but the file never appeared.</summary>
    Missing,

    /// <summary>Somebody talked or left a message, but the file holds no sound.</summary>
    Empty,

    /// <summary>The file is not a sound file that can be read.</summary>
    Damaged,
}
