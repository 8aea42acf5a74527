using CallCenterCrm.ServiceDefaults.PhoneNumbers;
using Xunit;

namespace CallCenterCrm.ServiceDefaults.Tests;

public sealed class PhoneNumberTests
{
    [Theory]
    [InlineData("79161234567", "79161234567")]
    [InlineData("+79161234567", "79161234567")]
    [InlineData("+7(916)123-45-67", "79161234567")]
    [InlineData("+7 916 123 45 67", "79161234567")]
    [InlineData("+7\u00a0916\u00a0123\u201145\u201167", "79161234567")]
    [InlineData("8 (916) 123-45-67", "79161234567")]
    [InlineData("89161234567", "79161234567")]
    [InlineData("+89161234567", "79161234567")]
    [InlineData("9161234567", "79161234567")]
    [InlineData("84951000001", "74951000001")]
    [InlineData("8121234567", "78121234567")]
    [InlineData("tel:+79161234567", "79161234567")]
    [InlineData("79161234567;ext=12", "79161234567")]
    [InlineData("+7 495 100-00-01 доб. 123", "74951000001")]
    [InlineData("8 495 100 00 01 вн 5", "74951000001")]
    [InlineData("+380501234567", "380501234567")]
    [InlineData("380501234567", "380501234567")]
    [InlineData("8~10 380 50 123 45 67", null)]
    [InlineData("810380501234567", "380501234567")]
    [InlineData("0049 30 1234567", "49301234567")]
    [InlineData("+1 (212) 555-01-99", "12125550199")]
    [InlineData("+81312345678", "81312345678")]
    [InlineData("+77012345678", "77012345678")]
    public void Numbers_as_people_and_trunks_write_them_become_one_form(string text, string? digits)
    {
        Assert.Equal(digits is not null, PhoneNumber.TryParse(text, out var number));
        Assert.Equal(digits, digits is null ? null : number.Digits);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("   ")]
    [InlineData("anonymous")]
    [InlineData("<unknown>")]
    [InlineData("101")]
    [InlineData("112")]
    [InlineData("1234567")]
    [InlineData("+7916")]
    [InlineData("+7 016 123-45-67")]
    [InlineData("+79161234567890123")]
    [InlineData("77777777777777777777")]
    [InlineData("+999123456789")]
    [InlineData("${SHELL(id)}")]
    [InlineData("7916\r\nEvent: Fake\r\n123456")]
    [InlineData("79161234567 Иванов")]
    [InlineData("٧٩١٦١٢٣٤٥٦٧")]
    public void What_is_no_complete_number_is_none(string? text) => Assert.False(PhoneNumber.TryParse(text, out _));
}
