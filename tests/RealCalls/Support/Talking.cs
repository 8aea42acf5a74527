using CallCenterCrm.Sip;

namespace CallCenterCrm.RealCalls.Support;

/// <summary>Two who have heard each other.</summary>
internal static class Talking
{
    // The agents send a packet every 20 ms.
    private const double PacketSeconds = 0.02;

    /// <summary>
    /// Waits until a caller talks. The PBX gives him his answer a moment before it joins the two, and who hangs up in between has
    /// talked with nobody.
    /// </summary>
    public static async Task TalksAsync(this SipCall caller)
    {
        await caller.Answered;
        await caller.WaitUntilAsync(call => call.RtpReceived > 10, "hear who answered");
    }

    /// <summary>Seconds of a talk that a phone has not sent, as its machine stood still; they are in no recording.</summary>
    public static double UnsentSeconds(this SipCall phone) =>
        Math.Max(0, (phone.TimeOf(CallEventKind.Bye) - phone.TimeOf(CallEventKind.Answer)).TotalSeconds - (phone.RtpSent * PacketSeconds));
}
