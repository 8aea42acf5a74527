using System.Globalization;
using System.Net;

namespace CallCenterCrm.Sip;

/// <summary>A telephone with an account at the PBX.</summary>
public sealed class SipPhone : SipAgent
{
    private static readonly TimeSpan RetryAfterFailure = TimeSpan.FromSeconds(5);

    private readonly Dialog _registration;
    private CancellationTokenSource? _stopRefreshing;
    private Task _refreshing = Task.CompletedTask;
    private TimeSpan _wanted;

    /// <summary>Binds the socket; nothing is sent yet.</summary>
    /// <param name="account">Number and password.</param>
    /// <param name="local">Address and port to listen on; port 0 takes a free one.</param>
    /// <param name="pbx">The registrar, which is also where calls go to.</param>
    /// <param name="options">The defaults if null.</param>
    /// <exception cref="InvalidOperationException">The address cannot be bound; the text names it.</exception>
    public SipPhone(SipCredentials account, IPEndPoint local, IPEndPoint pbx, SipAgentOptions? options = null)
        : base(account.User, local, pbx, account, options)
    {
        var address = $"<{SipUri.Format(account.User, pbx)}>";
        _registration = new(SipIds.NewCallId(), SipIds.NewTag(), address, address, null, $"sip:{pbx}", pbx);
    }

    /// <summary>Until when the PBX knows this phone; null when it does not.</summary>
    public DateTimeOffset? RegisteredUntil { get; private set; }

    /// <summary>Registers, and from then on again at half of the time that the PBX grants, until the phone is closed.</summary>
    /// <param name="expires">What to ask for; 5 minutes if null.</param>
    /// <param name="cancellationToken">Ends the first attempt.</param>
    /// <exception cref="SipRefusedException">The PBX refused (401: the password), or was silent (408).</exception>
    /// <exception cref="SipFormatException">The PBX accepted, and does not list this phone's address.</exception>
    public async Task RegisterAsync(TimeSpan? expires = null, CancellationToken cancellationToken = default)
    {
        _wanted = expires ?? TimeSpan.FromMinutes(5);
        var granted = await RegisterOnceAsync(_wanted, cancellationToken);
        if (_stopRefreshing is not null)
            return;
        _stopRefreshing = new();
        Track(_refreshing = RefreshAsync(granted, _stopRefreshing.Token));
    }

    /// <summary>Tells the PBX that this phone is gone; calls to it fail at once.</summary>
    /// <exception cref="SipRefusedException">The PBX refused or was silent.</exception>
    public async Task UnregisterAsync(CancellationToken cancellationToken = default)
    {
        await StopRefreshingAsync();
        await RegisterOnceAsync(TimeSpan.Zero, cancellationToken);
    }

    /// <summary>Asks the PBX for life (OPTIONS).</summary>
    /// <returns>The code of its answer, whatever it is; 408 for silence.</returns>
    public async Task<int> PingAsync(CancellationToken cancellationToken = default)
    {
        var target = $"sip:{Pbx}";
        var dialog = new Dialog(SipIds.NewCallId(), SipIds.NewTag(), _registration.Local, $"<{target}>", null, target, Pbx);
        return (await RequestAsync(dialog, "OPTIONS", static _ => { }, cancellationToken)).StatusCode;
    }

    /// <summary>Dials a number through the PBX and returns at once; await <see cref="SipCall.Answered"/> and its like.</summary>
    /// <param name="number">As a person dials it.</param>
    /// <param name="script">Runs on the call from now on; null leaves it to the caller.</param>
    public SipCall Dial(string number, CallScript? script = null)
    {
        var uri = SipUri.Format(SipText.Encode(number), Pbx);
        var call = Place(new OutgoingInvite(_registration.Local, $"<{uri}>", uri, Pbx));
        if (script is not null)
            Track(call.RunAsync(script));
        return call;
    }

    /// <inheritdoc/>
    public override async ValueTask DisposeAsync()
    {
        await StopRefreshingAsync();
        if (RegisteredUntil is not null)
        {
            using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(1), TimeProvider.System);
            try
            {
                await RegisterOnceAsync(TimeSpan.Zero, limit.Token);
            }
            catch (Exception error) when (error is OperationCanceledException or SipRefusedException)
            {
                RegisteredUntil = null; // a PBX that is gone has forgotten us, or will
            }
        }
        await base.DisposeAsync();
    }

    private async Task StopRefreshingAsync()
    {
        if (_stopRefreshing is not { } stop)
            return;
        await stop.CancelAsync();
        await _refreshing;
        stop.Dispose();
        _stopRefreshing = null;
    }

    private async Task RefreshAsync(TimeSpan granted, CancellationToken cancellationToken)
    {
        var pause = granted / 2;
        try
        {
            while (true)
            {
                await Task.Delay(pause, Time, cancellationToken);
                try
                {
                    pause = await RegisterOnceAsync(_wanted, cancellationToken) / 2;
                }
                catch (SipRefusedException)
                {
                    RegisteredUntil = null; // seen by whoever asks; the PBX may be restarting
                    pause = RetryAfterFailure;
                }
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return; // the phone closes
        }
    }

    /// <returns>The time that was granted.</returns>
    private async Task<TimeSpan> RegisterOnceAsync(TimeSpan expires, CancellationToken cancellationToken)
    {
        var response = await SendAsync(expires, cancellationToken);
        if (response.StatusCode == 423 && response.Headers.Number("Min-Expires") is { } least)
            response = await SendAsync(TimeSpan.FromSeconds(least), cancellationToken);
        if (response.StatusCode >= 300)
            throw new SipRefusedException($"REGISTER of {Name}", response.StatusCode, response.ReasonPhrase);
        if (expires == TimeSpan.Zero)
        {
            RegisteredUntil = null;
            return TimeSpan.Zero;
        }
        var granted = TimeSpan.FromSeconds(Granted(response) ?? throw new SipFormatException("The 200 of REGISTER does not name our Contact."));
        RegisteredUntil = Time.GetUtcNow() + granted;
        return granted;
    }

    private Task<SipMessage> SendAsync(TimeSpan expires, CancellationToken cancellationToken) =>
        RequestAsync(
            _registration,
            "REGISTER",
            request =>
            {
                AddContact(request);
                request.Headers.Add("Expires", ((int)expires.TotalSeconds).ToString(CultureInfo.InvariantCulture));
            },
            cancellationToken);

    /// <summary>The registrar lists every contact of the account (RFC 3261 §10.3): ours has our address.</summary>
    private int? Granted(SipMessage response)
    {
        var ours = response.Headers.List("Contact").Select(SipAddress.Parse)
            .FirstOrDefault(contact => LocalEndPoint.Equals(SipUri.EndPoint(contact.Uri)));
        if (ours is null)
            return null;
        return int.TryParse(SipAddress.Parameter(ours.Parameters, "expires"), NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
            ? seconds
            : response.Headers.Number("Expires");
    }
}
