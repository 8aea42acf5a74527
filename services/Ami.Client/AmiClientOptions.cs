using System.Security.Cryptography.X509Certificates;
using Ami.Client.Framing;

namespace Ami.Client;

/// <summary>How the client proves that it knows the secret.</summary>
public enum AmiAuthentication
{
    /// <summary>By the MD5 of a challenge and the secret; the secret itself is not sent.</summary>
    Md5Challenge,

    /// <summary>By sending the secret: only over TLS or on one machine.</summary>
    Plain,
}

/// <summary>Everything about one PBX that the client must know, and its limits.</summary>
/// <remarks>A class and no record, so that nothing prints the secret.</remarks>
public sealed class AmiClientOptions
{
    /// <summary>What logs and metrics call this PBX.</summary>
    public string Name { get; init; } = "pbx";

    /// <summary>Name or address of the PBX.</summary>
    public required string Host { get; init; }

    /// <summary>Port of AMI, 1 to 65,535; usually 5038, with TLS 5039.</summary>
    public int Port { get; init; } = 5038;

    /// <summary>User of manager.conf.</summary>
    public required string Username { get; init; }

    /// <summary>Its secret.</summary>
    public required string Secret { get; init; }

    /// <summary>How to log in.</summary>
    public AmiAuthentication Authentication { get; init; }

    /// <summary>
    /// <c>systemname</c> of asterisk.conf, an unguessable one. Null is <b>unsafe</b>: whoever can call can then forge events
    /// (<see cref="Trust.AmiEventPolicy"/>).
    /// </summary>
    public string? SystemName { get; init; }

    /// <summary>
    /// With what the ChannelIds begin that are given in Originate. Null leaves the ids in events unchecked; an empty list accepts only those
    /// that the PBX gives by itself. Needs <see cref="SystemName"/>.
    /// </summary>
    public IReadOnlyList<string>? OwnChannelIdPrefixes { get; init; }

    /// <summary>Variables and functions that the snapshot tells of each channel.</summary>
    public IReadOnlyList<string> StatusVariables { get; init; } = [];

    /// <summary>Whether to speak TLS; the certificate is verified.</summary>
    public bool UseTls { get; init; }

    /// <summary>The name that the certificate must have, if not <see cref="Host"/>.</summary>
    public string? TlsServerName { get; init; }

    /// <summary>The roots to trust, if not the system's.</summary>
    public X509Certificate2Collection? TlsTrustedRoots { get; init; }

    /// <summary>For connecting, for the greeting and for each step of the login.</summary>
    public TimeSpan LoginTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>For the PBX to finish its boot after the login.</summary>
    public TimeSpan FullyBootedTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>For the answer to an action.</summary>
    public TimeSpan ActionTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>For a whole list.</summary>
    public TimeSpan ListTimeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>For one write; a PBX that reads nothing for so long is given up.</summary>
    public TimeSpan WriteTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Between an answered ping (or one that was given up) and the next.</summary>
    public TimeSpan PingInterval { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>After so many pings in a row without an answer the connection is given up; 1 or more.</summary>
    public int MaxMissedPings { get; init; } = 3;

    /// <summary>Before the first reconnection; doubled each time, give or take a quarter.</summary>
    public TimeSpan ReconnectDelay { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>The longest that the delay gets to be, and what follows the second refused login in a row.</summary>
    public TimeSpan MaxReconnectDelay { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Actions that may wait for answers at once; 64 or more, since a session begins with several.</summary>
    public int MaxOutstandingActions { get; init; } = 1024;

    /// <summary>Items of one list.</summary>
    public int MaxListItems { get; init; } = 20_000;

    /// <summary>Items that may wait for the consumer. One more breaks the connection, which then begins anew with a snapshot.</summary>
    public int QueueCapacity { get; init; } = 200_000;

    /// <summary>Bytes of events that may wait for the consumer.</summary>
    public long QueueCapacityBytes { get; init; } = 128L * 1024 * 1024;

    /// <summary>When the oldest waiting item is older than this, an alarm is raised.</summary>
    public TimeSpan QueueAgeAlarm { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Limits of what the PBX may send.</summary>
    public AmiFrameLimits FrameLimits { get; init; } = AmiFrameLimits.Default;

    /// <summary>Everything that is wrong with these options, each with the option's name and its cure; empty when nothing is.</summary>
    public IReadOnlyList<string> Validate()
    {
        var errors = new List<string>();
        Check(!string.IsNullOrWhiteSpace(Name), $"{nameof(Name)}: give the PBX a name.");
        Check(!string.IsNullOrWhiteSpace(Host), $"{nameof(Host)}: name or address of the PBX.");
        Check(Port is > 0 and <= ushort.MaxValue, $"{nameof(Port)}: 1 to 65535.");
        Check(!string.IsNullOrWhiteSpace(Username) && !Username.Any(char.IsControl), $"{nameof(Username)}: the user of manager.conf.");
        Check(!string.IsNullOrEmpty(Secret) && !Secret.Any(char.IsControl), $"{nameof(Secret)}: the secret of the user of manager.conf.");
        Check(SystemName is null || SystemName.Length > 0, $"{nameof(SystemName)}: systemname of asterisk.conf; not empty.");
        Check(OwnChannelIdPrefixes?.All(prefix => prefix.Length > 0) != false, $"{nameof(OwnChannelIdPrefixes)}: no prefix is empty.");
        Check(OwnChannelIdPrefixes is null || SystemName is not null, $"{nameof(OwnChannelIdPrefixes)}: set {nameof(SystemName)} too.");
        Check(
            StatusVariables.All(name => name.Length > 0 && !name.Any(letter => char.IsControl(letter) || letter == ',')),
            $"{nameof(StatusVariables)}: names without commas.");
        Check(UseTls || (TlsServerName is null && TlsTrustedRoots is null), $"{nameof(UseTls)}: set it, or leave the other TLS options out.");
        CheckTime(LoginTimeout, nameof(LoginTimeout));
        CheckTime(FullyBootedTimeout, nameof(FullyBootedTimeout));
        CheckTime(ActionTimeout, nameof(ActionTimeout));
        CheckTime(ListTimeout, nameof(ListTimeout));
        CheckTime(WriteTimeout, nameof(WriteTimeout));
        CheckTime(PingInterval, nameof(PingInterval));
        CheckTime(ReconnectDelay, nameof(ReconnectDelay));
        CheckTime(MaxReconnectDelay, nameof(MaxReconnectDelay));
        CheckTime(QueueAgeAlarm, nameof(QueueAgeAlarm));
        Check(MaxReconnectDelay >= ReconnectDelay, $"{nameof(MaxReconnectDelay)}: not shorter than {nameof(ReconnectDelay)}.");
        Check(MaxMissedPings > 0, $"{nameof(MaxMissedPings)}: 1 or more.");
        Check(MaxOutstandingActions >= 64, $"{nameof(MaxOutstandingActions)}: 64 or more.");
        Check(MaxListItems > 0, $"{nameof(MaxListItems)}: 1 or more.");
        Check(QueueCapacity > 0, $"{nameof(QueueCapacity)}: 1 or more.");
        Check(QueueCapacityBytes >= FrameLimits.MaxFrameBytes, $"{nameof(QueueCapacityBytes)}: at least one frame, {nameof(FrameLimits)}.");
        return errors;

        void Check(bool isRight, string error)
        {
            if (!isRight) errors.Add(error);
        }

        void CheckTime(TimeSpan time, string name) =>
            Check(time > TimeSpan.Zero && time <= TimeSpan.FromHours(1), $"{name}: more than nothing, at most an hour.");
    }
}
