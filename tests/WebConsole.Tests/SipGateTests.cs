using CallCenterCrm.WebConsole.Telephone;

namespace CallCenterCrm.WebConsole.Tests;

/// <summary>What a page may say to the PBX, and what is answered in its place.</summary>
public sealed class SipGateTests
{
    private const string Contact = "Contact: <sip:x7@a.invalid;transport=ws>;expires=60";
    private readonly SipGate _gate = new("101-web", "secret");

    [Fact]
    public void A_page_registers_as_its_own_extension_and_the_challenge_is_answered_for_it()
    {
        var passed = _gate.FromPage(Request(
            "REGISTER", "<sip:101-web@crm>;tag=a", "<sip:101-web@crm>",
            "Authorization: Digest algorithm=MD5, username=\"101-web\", realm=\"callcentercrm\", nonce=\"1/abc\", uri=\"sip:crm\", response=\"0\", opaque=\"o\", qop=auth, cnonce=\"c\", nc=00000001"));

        // MD5 of 101-web:callcentercrm:secret, of REGISTER:sip:crm, and of both with what stands between (RFC 2617, section 3.2.2.1).
        Assert.Contains(
            "Authorization: Digest username=\"101-web\", realm=\"callcentercrm\", nonce=\"1/abc\", uri=\"sip:crm\", response=\"3e12d423044a1b9714cb859ffcce62c8\", algorithm=MD5, qop=auth, nc=00000001, cnonce=\"c\", opaque=\"o\"\r\n",
            passed, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", passed, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("REGISTER", "<sip:102-web@crm>;tag=a", "<sip:101-web@crm>")]
    [InlineData("REGISTER", "<sip:101-web@crm>;tag=a", "<sip:102-web@crm>")]
    [InlineData("REGISTER", "<sip:101@crm>;tag=a", "<sip:101@crm>")]
    [InlineData("REGISTER", "\"<sip:101-web@crm>\" <sip:trunk@crm>;tag=a", "<sip:101-web@crm>")]
    [InlineData("REGISTER", "<sip:101-web@crm>, <sip:trunk@crm>", "<sip:101-web@crm>")]
    [InlineData("INVITE", "<sip:101-web@crm>;tag=a", "<sip:79161234567@crm>")]
    [InlineData("INVITE", "<sip:101-web@crm>;tag=a", "<sip:79161234567@crm;tag=x>")]
    [InlineData("INVITE", "<sip:101-web@crm>;tag=a", "\";tag=x\" <sip:79161234567@crm>")]
    [InlineData("INVITE", "<sip:101-web@crm>;tag=a", "<sip:79161234567@crm>;tag=")]
    [InlineData("INVITE", "<sip:101-web@crm>;tag=a", "<sip:79161234567@crm>;tag=;x")]
    [InlineData("INVITE", "<sip:101-web@crm>;tag=a", "<sip:79161234567@crm>;x=\">\";tag=b")]
    [InlineData("INVITE", "<sip:101-web@crm>;tag=a", "sip:79161234567@crm;tag=b")]
    [InlineData("MESSAGE", "<sip:101-web@crm>;tag=a", "<sip:102@crm>;tag=b")]
    [InlineData("SUBSCRIBE", "<sip:101-web@crm>;tag=a", "<sip:102@crm>;tag=b")]
    public void A_page_is_nobody_else_and_begins_no_call(string method, string from, string to) => Assert.Null(_gate.FromPage(Request(method, from, to)));

    [Fact]
    public void A_page_registers_no_other_place_and_sends_no_caller_elsewhere()
    {
        var good = Request("REGISTER", "<sip:101-web@crm>;tag=a", "<sip:101-web@crm>");
        foreach (var contacts in new[] { "", "Contact: <sip:a@a.invalid>;expires=0, <sip:b@127.0.2.1>", "Contact: <sip:a@a.invalid>;expires=0\r\nm: <sip:b@127.0.2.1>" })
        {
            Assert.Null(_gate.FromPage(good.Replace(Contact, contacts.Length == 0 ? "X: z" : contacts, StringComparison.Ordinal)));
        }

        const string Parties = "From: <sip:79161234567@crm>;tag=a\r\nTo: <sip:x7@crm>;tag=b\r\nContact: <sip:89161234567@x>\r\n\r\n";
        Assert.Null(_gate.FromPage("SIP/2.0 302 Moved Temporarily\r\n" + Parties));
        Assert.NotNull(_gate.FromPage("SIP/2.0 200 OK\r\n" + Parties));
    }

    [Fact]
    public void A_call_is_signed_for_no_page()
    {
        const string Given = "Digest username=\"101-web\", realm=\"r\", nonce=\"n\", uri=\"u\", response=\"0\"";
        Assert.Contains(
            Given, _gate.FromPage(Request("INVITE", "<sip:x7@crm>;tag=a", "<sip:79161234567@crm>;tag=b", "Authorization: " + Given)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("username=\"102-web\", realm=\"r\", nonce=\"n\", uri=\"u\", response=\"0\"")]
    [InlineData("username=\"101-web\", username=\"102-web\", realm=\"r\", nonce=\"n\", uri=\"u\", response=\"0\"")]
    [InlineData("username=\"101-web\", realm=\"r\", nonce=\"n\", uri=\"u\", response=\"0\", algorithm=SHA-256")]
    public void Nothing_is_signed_but_for_its_own_account(string digest) =>
        Assert.Null(_gate.FromPage(Request("REGISTER", "<sip:101-web@crm>;tag=a", "<sip:101-web@crm>", "Authorization: Digest " + digest)));

    [Fact]
    public void What_the_PBX_might_read_in_another_way_is_not_passed_on()
    {
        var good = Request("REGISTER", "<sip:101-web@crm>;tag=a", "<sip:101-web@crm>");
        Assert.NotNull(_gate.FromPage(good));
        Assert.Null(_gate.FromPage(good.Replace("Max-Forwards", "f: <sip:trunk@crm>\r\nMax-Forwards", StringComparison.Ordinal)));
        Assert.Null(_gate.FromPage(good.Replace("Max-Forwards: 70", "Max-Forwards: 70\r\n folded", StringComparison.Ordinal)));
        Assert.Null(_gate.FromPage(good.Replace("Max-Forwards: 70", "Max-Forwards: 70\nFrom: <sip:trunk@crm>", StringComparison.Ordinal)));
        Assert.Null(_gate.FromPage("REGISTER sip:crm SIP/2.0\r\n"));
        Assert.Null(_gate.FromPage(""));

        // A body that ends early: what follows would be a second message.
        var talking = Request("INFO", "<sip:a@crm>;tag=a", "<sip:b@crm>;tag=b") + Request("INVITE", "<sip:trunk@crm>;tag=a", "<sip:112@crm>");
        Assert.Contains($"Content-Length: {talking.Length - talking.IndexOf("\r\n\r\n", StringComparison.Ordinal) - 4}\r\n", _gate.FromPage(talking), StringComparison.Ordinal);
    }

    [Fact]
    public void In_a_talk_a_page_may_do_what_a_telephone_does()
    {
        foreach (var method in new[] { "ACK", "BYE", "INVITE", "UPDATE", "INFO", "REFER" })
        {
            Assert.NotNull(_gate.FromPage(Request(method, "<sip:x7@crm>;tag=a", "\"Ан\\\"на\" <sip:79161234567@crm>;x=y;tag=b;z")));
        }

        Assert.NotNull(_gate.FromPage("SIP/2.0 486 Busy Here\r\nFrom: <sip:79161234567@crm>;tag=a\r\nTo: <sip:x7@crm>;tag=b\r\n\r\n"));
        Assert.Equal("\r\n\r\n", _gate.FromPage("\r\n\r\n"));
    }

    private static string Request(string method, string from, string to, string more = "X: y") =>
        $"{method} sip:crm SIP/2.0\r\nVia: SIP/2.0/WS a.invalid;branch=z9hG4bK1\r\nMax-Forwards: 70\r\nTo: {to}\r\nFrom: {from}\r\nCall-ID: c\r\nCSeq: 1 {method}\r\n{Contact}\r\n{more}\r\nContent-Length: 0\r\n\r\n";
}
