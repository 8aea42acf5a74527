using Xunit;

namespace CallCenterCrm.Sip.Messages;

public sealed class SipAddressTests
{
    [Theory]
    [InlineData("\"A. G. Bell\" <sip:agb@bell-telephone.com> ;tag=a48s", "A. G. Bell", "sip:agb@bell-telephone.com", "a48s")]
    [InlineData("Anonymous <sip:c8oqz84zk7z@privacy.org>;tag=hyh8", "Anonymous", "sip:c8oqz84zk7z@privacy.org", "hyh8")]
    [InlineData("sip:+12125551212@server.phone2net.com;tag=887s", "", "sip:+12125551212@server.phone2net.com", "887s")]
    [InlineData("<sip:a@b;transport=udp>;tag=1", "", "sip:a@b;transport=udp", "1")]
    [InlineData("\"say \\\"hi\\\" \\\\ <x>\" <sip:a@b>", "say \"hi\" \\ <x>", "sip:a@b", null)]
    [InlineData("<tel:+79161234567;phone-context=ru>;TAG=9", "", "tel:+79161234567;phone-context=ru", "9")]
    [InlineData("\"never closed <sip:a@b>", "\"never closed", "sip:a@b", null)]
    [InlineData("<sip:a@b", "", "<sip:a@b", null)]
    [InlineData("", "", "", null)]
    public void Name_address_and_tag_are_told_apart(string value, string display, string uri, string? tag)
    {
        var address = SipAddress.Parse(value);

        Assert.Equal((display, uri, tag), (address.Display, address.Uri, address.Tag));
    }

    [Theory]
    [InlineData("sip:79161234567@127.0.2.1:5060;user=phone", "79161234567")]
    [InlineData("sip:7916%0d%0aEvent%3A@127.0.2.1", "7916%0d%0aEvent%3A")]
    [InlineData("sip:${SHELL(id)}@host", "${SHELL(id)}")]
    [InlineData("sip:127.0.2.1", "")]
    [InlineData("tel:+74951000001;x=y", "+74951000001")]
    public void The_user_part_stays_as_it_was_sent(string uri, string user) => Assert.Equal(user, SipUri.User(uri));

    [Theory]
    [InlineData("sip:101@127.0.1.101:15260;x", "127.0.1.101:15260")]
    [InlineData("sip:127.0.0.1", "127.0.0.1:5060")]
    [InlineData("sip:a@127.0.0.1?Replaces=x", "127.0.0.1:5060")]
    [InlineData("sip:a@example.com", null)]
    public void Only_an_address_of_numbers_has_an_end_point(string uri, string? endPoint) =>
        Assert.Equal(endPoint, SipUri.EndPoint(uri)?.ToString());

    [Fact]
    public void A_header_inside_a_URI_is_decoded() =>
        Assert.Equal("id;to-tag=1;from-tag=2", SipUri.Header("sip:a@b?X=y&Replaces=id%3Bto-tag%3D1%3Bfrom-tag%3D2", "Replaces"));

    [Fact]
    public void Invalid_UTF8_is_shown_as_the_replacement_character() =>
        Assert.Equal("Ива\uFFFD", SipIdentity.From("\"" + SipText.Encode("Ива") + "\u00D0\" <sip:1@h>").Display);
}
