using System.Globalization;

namespace CallCenterCrm.Sip;

/// <summary>What was asked of the call, or waited for, cannot happen any more: it has ended.</summary>
public sealed class SipCallEndedException : InvalidOperationException
{
    /// <summary>Names the call and what was wanted of it.</summary>
    public SipCallEndedException(string message) : base(message) { }
}

/// <summary>The peer's final answer to a request was not 2xx, or never came (then the code is 408).</summary>
public sealed class SipRefusedException : Exception
{
    /// <summary>Names the request and the answer.</summary>
    public SipRefusedException(string request, int statusCode, string reasonPhrase)
        : base(string.Create(CultureInfo.InvariantCulture, $"{request} was refused: {statusCode} {reasonPhrase}")) => StatusCode = statusCode;

    /// <summary>300–699.</summary>
    public int StatusCode { get; }
}
