using System.Globalization;
using System.Net;
using System.Text;

namespace CallCenterCrm.Sip;

// REFER (RFC 3515) and Replaces (RFC 3891), as the one who transfers and as the one who is transferred.
public sealed partial class SipCall
{
    /// <summary>The call that this agent placed because the peer transferred it; null if it did not.</summary>
    public SipCall? TransferredTo { get; private set; }

    /// <summary>
    /// Blind transfer: asks the peer to call <paramref name="number"/> instead, waits for its final news of that, and hangs up
    /// when it went well.
    /// </summary>
    /// <returns>The code that the peer reported: 200, or why it failed; then this call goes on.</returns>
    /// <exception cref="SipRefusedException">The peer refused the REFER itself.</exception>
    /// <exception cref="SipCallEndedException">The call ended before the peer reported.</exception>
    public Task<int> TransferAsync(string number, CancellationToken cancellationToken = default) =>
        ReferAsync($"<{SipUri.Format(SipText.Encode(number), _agent.Pbx)}>", cancellationToken);

    /// <summary>Attended transfer: this call's peer takes our place in <paramref name="consultation"/>.</summary>
    /// <inheritdoc cref="TransferAsync(string, CancellationToken)"/>
    public Task<int> TransferAsync(SipCall consultation, CancellationToken cancellationToken = default)
    {
        var replaces = $"{consultation.CallId};to-tag={consultation.RemoteTag};from-tag={consultation.LocalTag}";
        var target = SipAddress.Parse(consultation._dialog.Remote).Uri;
        return ReferAsync($"<{target}?Replaces={Uri.EscapeDataString(replaces)}>", cancellationToken);
    }

    /// <summary>The caller's INVITE has a Replaces that names <paramref name="replaced"/>: take its place (RFC 3891 §3).</summary>
    internal void TakeOver(SipCall replaced)
    {
        Answer();
        _ = replaced.SendBye(); // the agent keeps a failure of it
    }

    internal bool IsDialog(string remoteTag) => State == CallState.Answered && _dialog.RemoteTag == remoteTag;

    internal async Task<int> ReferAsync(string referTo, CancellationToken cancellationToken)
    {
        int news;
        lock (Gate)
        {
            EnsureNotEnded("be transferred");
            Record(CallSide.Us, CallEventKind.Refer, detail: SipText.Decode(referTo));
            news = _timeline.Count;
        }
        var response = await _agent.RequestAsync(
            _dialog,
            "REFER",
            request =>
            {
                _agent.AddContact(request);
                request.Headers.Add("Refer-To", referTo);
                request.Headers.Add("Referred-By", $"<{SipAddress.Parse(_dialog.Local).Uri}>");
            },
            cancellationToken);
        if (response.StatusCode >= 300)
            throw new SipRefusedException("REFER", response.StatusCode, response.ReasonPhrase);

        CallEvent? outcome = null;
        await WaitUntilAsync(
            call =>
            {
                outcome = call._timeline.Skip(news).FirstOrDefault(e => e is { Kind: CallEventKind.ReferProgress, Code: >= 200 });
                return outcome is not null;
            },
            "hear how the transfer went",
            null,
            cancellationToken);
        if (outcome!.Code < 300)
            await HangUpAsync(cancellationToken);
        return outcome.Code;
    }

    private void OnNotify(ServerTransaction transaction)
    {
        var words = Encoding.Latin1.GetString(transaction.Request.Body).Split((char[])[' ', '\r', '\n'], 3);
        if (words.Length < 2 || !int.TryParse(words[1], NumberStyles.None, CultureInfo.InvariantCulture, out var code))
        {
            transaction.Respond(400, "No sipfrag");
            return;
        }
        Record(CallSide.Them, CallEventKind.ReferProgress, code);
        transaction.Respond(200);
    }

    private void OnRefer(ServerTransaction transaction)
    {
        if (transaction.Request.Headers["Refer-To"] is not { } value || SipUri.EndPoint(SipAddress.Parse(value).Uri) is not { } destination)
        {
            transaction.Respond(400, "No Refer-To with an address");
            return;
        }
        var accepted = transaction.NewResponse(202);
        _agent.AddContact(accepted);
        transaction.Respond(accepted);
        Record(CallSide.Them, CallEventKind.Refer, detail: SipText.Decode(value));
        _agent.Track(FollowReferAsync(SipAddress.Parse(value).Uri, destination));
    }

    private async Task FollowReferAsync(string referTo, IPEndPoint destination)
    {
        await NotifyAsync(100, over: false);
        var target = SipUri.WithoutHeaders(referTo);
        var call = _agent.Place(new OutgoingInvite(_dialog.Local, $"<{target}>", target, destination)
        {
            Headers = SipUri.Header(referTo, "Replaces") is { } replaces ? [new("Replaces", replaces)] : [],
        });
        lock (Gate)
            TransferredTo = call;
        try
        {
            await call.WaitForAsync(CallState.Answered);
        }
        catch (SipCallEndedException)
        {
            // its final code is the news
        }
        await NotifyAsync(call.FinalCode, over: true);
    }

    private async Task NotifyAsync(int code, bool over)
    {
        var response = await _agent.RequestAsync(
            _dialog,
            "NOTIFY",
            request =>
            {
                _agent.AddContact(request);
                request.Headers.Add("Event", "refer");
                request.Headers.Add("Subscription-State", over ? "terminated;reason=noresource" : "active;expires=60");
                var fragment = string.Create(CultureInfo.InvariantCulture, $"SIP/2.0 {code} {ReasonPhrases.Of(code)}\r\n");
                request.SetBody("message/sipfrag;version=2.0", Encoding.ASCII.GetBytes(fragment));
            },
            CancellationToken.None);
        if (response.StatusCode >= 300)
            throw new SipRefusedException("NOTIFY", response.StatusCode, response.ReasonPhrase);
    }
}
