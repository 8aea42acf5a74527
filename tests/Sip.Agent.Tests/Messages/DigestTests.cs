using Xunit;

namespace CallCenterCrm.Sip.Messages;

public sealed class DigestTests
{
    [Fact]
    public void The_example_of_RFC_2617_is_answered_as_it_says()
    {
        var challenge = DigestChallenge.Parse(
            "Digest realm=\"testrealm@host.com\", qop=\"auth,auth-int\", nonce=\"dcd98b7102dd2f0e8b11d0f600bfb0c093\", opaque=\"5ccc069c403ebaf9f0171e9517f40e41\"");

        var answer = challenge!.Answer(new("Mufasa", "Circle Of Life"), "GET", "/dir/index.html", "0a4f113b");

        Assert.Contains("response=\"6629fae49393a05397450978507c4ef1\"", answer, StringComparison.Ordinal);
        Assert.Contains("opaque=\"5ccc069c403ebaf9f0171e9517f40e41\"", answer, StringComparison.Ordinal);
        Assert.Contains("qop=auth, nc=00000001, cnonce=\"0a4f113b\"", answer, StringComparison.Ordinal);
    }

    // RFC 7616 §3.9.1, whose SHA-256 RFC 8760 brings to SIP.
    [Theory]
    [InlineData("MD5", "8ca523f5e9506fed4657c9700eebdbec")]
    [InlineData("SHA-256", "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1")]
    public void The_examples_of_RFC_7616_are_answered_as_it_says(string algorithm, string response)
    {
        var challenge = DigestChallenge.Parse(
            $"Digest realm=\"http-auth@example.org\", qop=\"auth, auth-int\", algorithm={algorithm}, nonce=\"7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v\", opaque=\"FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS\"");

        var answer = challenge!.Answer(
            new("Mufasa", "Circle of Life"), "GET", "/dir/index.html", "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ");

        Assert.Contains($"response=\"{response}\"", answer, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_a_quality_the_answer_is_that_of_RFC_2069()
    {
        // The example of RFC 2069 §2.4 with the response of its erratum 749.
        var challenge = DigestChallenge.Parse(
            "Digest realm=\"testrealm@host.com\", nonce=\"dcd98b7102dd2f0e8b11d0f600bfb0c093\", opaque=\"5ccc069c403ebaf9f0171e9517f40e41\"");

        var answer = challenge!.Answer(new("Mufasa", "CircleOfLife"), "GET", "/dir/index.html", "unused");

        Assert.Contains("response=\"1949323746fe6a43ef61f9606e7febea\"", answer, StringComparison.Ordinal);
        Assert.DoesNotContain("cnonce", answer, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Basic realm=\"x\"")]
    [InlineData("Digest realm=\"x\", nonce=\"y\", algorithm=SHA-512-256")]
    [InlineData("Digest realm=\"x\", nonce=\"y\", qop=\"auth-int\"")]
    [InlineData("Digest realm=\"x\"")]
    [InlineData("Digest")]
    public void A_challenge_that_is_not_understood_is_left_alone(string value) => Assert.Null(DigestChallenge.Parse(value));

    [Fact]
    public void An_account_never_prints_its_password() => Assert.Equal("101", new SipCredentials("101", "secret").ToString());
}
