namespace Ami.Client;

/// <summary>Everything that this library throws by itself, misuse (<see cref="ArgumentException"/>, <see cref="InvalidOperationException"/>) apart.</summary>
public abstract class AmiException : Exception
{
    private protected AmiException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }

    /// <summary>Whether the same may succeed later without anybody mending anything.</summary>
    public abstract bool IsTransient { get; }
}

/// <summary>The other side does not speak AMI, or something beyond the limits. The connection is broken.</summary>
public sealed class AmiProtocolException(string message) : AmiException(message)
{
    /// <inheritdoc/>
    public override bool IsTransient => false;
}

/// <summary>The transport failed or was closed: nobody knows whether an action that was under way was carried out.</summary>
public sealed class AmiConnectionLostException(string message, Exception? inner = null) : AmiException(message, inner)
{
    /// <inheritdoc/>
    public override bool IsTransient => true;
}

/// <summary>There is no session with the PBX at the moment; the action was not sent.</summary>
public sealed class AmiNotConnectedException(string message) : AmiException(message)
{
    /// <inheritdoc/>
    public override bool IsTransient => true;
}

/// <summary>The PBX refused the user name or the secret, or the right to what a session needs.</summary>
public sealed class AmiLoginRefusedException(string message) : AmiException(message)
{
    /// <inheritdoc/>
    public override bool IsTransient => false;
}

/// <summary>No answer came in time. Whether the action was carried out is not known; a late answer is dropped and counted.</summary>
public sealed class AmiTimeoutException(string message) : AmiException(message)
{
    /// <inheritdoc/>
    public override bool IsTransient => true;
}

/// <summary>More actions, list items or queued events than the options allow.</summary>
public sealed class AmiOverloadedException(string message) : AmiException(message)
{
    /// <inheritdoc/>
    public override bool IsTransient => true;
}
