namespace Ami.Client.Trust;

/// <summary>Why a frame was not believed.</summary>
public enum AmiRefusal
{
    /// <summary>It was believed.</summary>
    None,

    /// <summary>The frame begins with neither <c>Event:</c> nor <c>Response:</c>, as the rest of an event that was cut in two does.</summary>
    NeitherEventNorResponse,

    /// <summary>The event does not begin Event, Privilege, Timestamp, SystemName, and is no list item or <c>FullyBooted</c> that we wait for.</summary>
    WrongBeginning,

    /// <summary>The <c>SystemName</c> is not that of the PBX: a guess of somebody who does not know it.</summary>
    WrongSystemName,

    /// <summary>A line without a key, or more lines than any event has.</summary>
    Malformed,

    /// <summary>A key appears twice that cannot.</summary>
    RepeatedKey,

    /// <summary>A key stands where Asterisk never writes it.</summary>
    MisplacedKey,

    /// <summary>A channel without its Uniqueid: the event was cut.</summary>
    MissingUniqueid,

    /// <summary>An id that neither the PBX nor we gave.</summary>
    ForeignId,

    /// <summary>A list item for no list that we asked for.</summary>
    NotAskedFor,
}
