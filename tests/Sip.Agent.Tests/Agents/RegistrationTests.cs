using System.Globalization;
using System.Net;
using Xunit;

namespace CallCenterCrm.Sip.Agents;

/// <summary>A phone and a registrar that a test plays by hand.</summary>
public sealed class RegistrationTests : IAsyncLifetime
{
    private readonly ManualTime _time = new();
    private readonly RawPeer _registrar = new();
    private readonly SipPhone _phone;

    public RegistrationTests() => _phone = new(
        new("101", "secret"), new IPEndPoint(IPAddress.Loopback, 0), _registrar.EndPoint, new() { Time = _time, LogCapacity = 20 });

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        var closing = _phone.DisposeAsync().AsTask();
        if (_phone.RegisteredUntil is not null)
            Grant(await _registrar.ReceiveAsync("REGISTER"), 0);
        await closing.Soon();
        _registrar.Dispose();
        Assert.Empty(_phone.Faults);
    }

    [Fact]
    public async Task A_challenge_is_answered_and_the_registration_counts_from_then()
    {
        var register = _phone.RegisterAsync(TimeSpan.FromSeconds(120));
        var first = await _registrar.ReceiveAsync("REGISTER");
        _registrar.Respond(first, 401, _phone, response => response.Headers.Add("WWW-Authenticate", "Digest realm=\"crm\", nonce=\"n\", qop=\"auth\""));
        var second = await _registrar.ReceiveAsync("REGISTER");
        Grant(second, 90);
        await register.Soon();

        Assert.Null(first.Headers["Authorization"]);
        Assert.Contains($"uri=\"sip:{_registrar.EndPoint}\"", second.Headers["Authorization"], StringComparison.Ordinal);
        Assert.Equal((first.CallId, first.CSeq + 1), (second.CallId, second.CSeq));
        Assert.NotEqual(first.Branch, second.Branch);
        Assert.Equal("120", second.Headers["Expires"]);
        Assert.Equal(_time.GetUtcNow() + TimeSpan.FromSeconds(90), _phone.RegisteredUntil);
        Assert.Contains("Authorization: (left out)", _phone.Log.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_wrong_password_is_told_and_not_tried_for_ever()
    {
        var register = _phone.RegisterAsync();
        for (var attempt = 0; attempt < 2; attempt++)
        {
            _registrar.Respond(await _registrar.ReceiveAsync("REGISTER"), 401, _phone,
                response => response.Headers.Add("WWW-Authenticate", "Digest realm=\"crm\", nonce=\"n\""));
        }

        Assert.Equal(401, (await Assert.ThrowsAsync<SipRefusedException>(() => register.Soon())).StatusCode);
        Assert.Null(_phone.RegisteredUntil);
        await _registrar.ReceivesNothingMoreAsync(_phone);
    }

    [Fact]
    public async Task A_registration_is_renewed_at_half_of_its_time_and_again()
    {
        await RegisterAsync(60);
        for (var renewal = 0; renewal < 3; renewal++)
        {
            await _time.ArmedAsync(TimeSpan.FromSeconds(30));
            _time.Advance(TimeSpan.FromSeconds(30));
            Grant(await _registrar.ReceiveAsync("REGISTER"), 60);
        }
    }

    [Fact]
    public async Task A_renewal_that_fails_is_tried_again_after_5_seconds()
    {
        await RegisterAsync(60);
        await _time.ArmedAsync(TimeSpan.FromSeconds(30));
        _time.Advance(TimeSpan.FromSeconds(30));
        _registrar.Respond(await _registrar.ReceiveAsync("REGISTER"), 503, _phone);
        await _time.ArmedAsync(TimeSpan.FromSeconds(5));
        Assert.Null(_phone.RegisteredUntil);

        _time.Advance(TimeSpan.FromSeconds(5));
        Grant(await _registrar.ReceiveAsync("REGISTER"), 60);

        await _time.ArmedAsync(TimeSpan.FromSeconds(30));
        Assert.NotNull(_phone.RegisteredUntil);
    }

    [Fact]
    public async Task A_registrar_that_wants_longer_times_gets_them()
    {
        var register = _phone.RegisterAsync(TimeSpan.FromSeconds(10));
        _registrar.Respond(await _registrar.ReceiveAsync("REGISTER"), 423, _phone, response => response.Headers.Add("Min-Expires", "30"));
        var second = await _registrar.ReceiveAsync("REGISTER");
        Grant(second, 30);
        await register.Soon();

        Assert.Equal("30", second.Headers["Expires"]);
    }

    [Fact]
    public async Task A_phone_that_signs_off_is_renewed_no_more()
    {
        await RegisterAsync(60);
        var unregister = _phone.UnregisterAsync();
        var request = await _registrar.ReceiveAsync("REGISTER");
        Grant(request, 0);
        await unregister.Soon();

        _time.Advance(TimeSpan.FromMinutes(10));

        Assert.Equal("0", request.Headers["Expires"]);
        Assert.Null(_phone.RegisteredUntil);
        await _registrar.ReceivesNothingMoreAsync(_phone);
    }

    [Fact]
    public async Task OPTIONS_is_answered_with_what_the_phone_can()
    {
        _registrar.Send(_registrar.Request("OPTIONS", "ping"), _phone);

        var answer = await _registrar.ReceiveAsync("200 OPTIONS");

        Assert.True(answer.Headers.Lists("Allow", "UPDATE"));
        Assert.True(answer.Headers.Lists("Allow", "REFER"));
    }

    [Fact]
    public async Task Garbage_is_counted_and_breaks_nothing()
    {
        _registrar.Send("no SIP at all", _phone);
        _registrar.Send("\r\n\r\n", _phone);
        _registrar.Send([0xFF, 0xFE, 0x0D, 0x0A, 0x0D, 0x0A], _phone);

        await _registrar.ReceivesNothingMoreAsync(_phone);

        Assert.Equal(2, _phone.MalformedMessages);
    }

    [Fact]
    public async Task The_log_keeps_the_last_messages_and_no_more()
    {
        for (var i = 0; i < 30; i++)
            await _registrar.ReceivesNothingMoreAsync(_phone);

        Assert.Equal(20, _phone.Log.Count);
        Assert.Contains("ping-30", _phone.Log.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("ping-20\r", _phone.Log.ToString(), StringComparison.Ordinal);
    }

    private async Task RegisterAsync(int seconds)
    {
        var register = _phone.RegisterAsync(TimeSpan.FromSeconds(seconds));
        Grant(await _registrar.ReceiveAsync("REGISTER"), seconds);
        await register.Soon();
    }

    private void Grant(SipMessage request, int seconds)
    {
        var response = SipMessage.Response(request, 200, "OK", "registrar");
        response.Headers.Add("Contact", "<sip:101@192.0.2.9:5060>;expires=7, " + request.Headers["Contact"] + ";expires=" + seconds.ToString(CultureInfo.InvariantCulture));
        _registrar.Send(response, _phone);
    }
}
