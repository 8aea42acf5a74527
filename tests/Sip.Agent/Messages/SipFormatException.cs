namespace CallCenterCrm.Sip;

/// <summary>Bytes that are no SIP message, or a header value that its grammar does not allow (RFC 3261 §25).</summary>
public sealed class SipFormatException : FormatException
{
    /// <summary>Says what is wrong with the bytes.</summary>
    public SipFormatException(string message) : base(message) { }
}
