using System.Text;

namespace Ami.Client.Tests;

public sealed class TextTests
{
    [Theory]
    [InlineData("", null)]
    [InlineData("<unknown>", null)]
    [InlineData("<null>", null)]
    [InlineData("(null)", null)]
    [InlineData("Иванов", "Иванов")]
    [InlineData("unknown", "unknown")]
    public void Asterisks_words_for_nothing_are_nothing(string text, string? expected)
    {
        Assert.Equal(expected, AmiText.From(text).OrNull());
    }

    [Fact]
    public void An_absent_value_differs_from_an_empty_one()
    {
        AmiText absent = default;

        Assert.False(absent.IsPresent);
        Assert.True(absent.IsEmpty);
        Assert.Equal("", absent.ToString());
        Assert.Null(absent.OrNull());
        Assert.False(absent.Equals(""));
        Assert.NotEqual(absent, AmiText.From(""));
        Assert.True(AmiText.From("").IsPresent);
    }

    [Theory]
    [InlineData("abc", "abc", true)]
    [InlineData("abc", "ABC", false)]
    [InlineData("abc", "abcd", false)]
    [InlineData("Пётр", "Пётр", true)]
    [InlineData("Пётр", "Петр", false)]
    [InlineData("a\u0000", "a", false)]
    public void Text_is_compared_without_a_string(string text, string other, bool equal)
    {
        Assert.Equal(equal, AmiText.From(text).Equals(other));
        Assert.Equal(equal, AmiText.From(text) == AmiText.From(other));
        Assert.Equal(equal, AmiText.From(text).Equals(Encoding.UTF8.GetBytes(other)));
    }

    [Fact]
    public void Equal_texts_have_equal_hashes()
    {
        Assert.Equal(AmiText.From("rig-1.2").GetHashCode(), AmiText.From("rig-1.2").GetHashCode());
        Assert.Single(new HashSet<AmiText> { AmiText.From("a"), AmiText.From("a") });
    }

    [Theory]
    [InlineData("0", 0L)]
    [InlineData("-7", -7L)]
    [InlineData("16", 16L)]
    [InlineData("16 ", null)]
    [InlineData("", null)]
    [InlineData("1.5", null)]
    [InlineData("99999999999999999999", null)]
    public void A_number_is_only_what_is_wholly_one(string text, long? expected)
    {
        Assert.Equal(expected, AmiText.From(text).ToInt64());
    }

    [Theory]
    [InlineData("1795327603.645730", "2026-11-22T06:06:43.6457300+00:00")]
    [InlineData("1795327603", "2026-11-22T06:06:43.0000000+00:00")]
    [InlineData("0.000001", "1970-01-01T00:00:00.0000010+00:00")]
    [InlineData("253402300799.999999", "9999-12-31T23:59:59.9999990+00:00")]
    public void A_timestamp_is_exact_to_the_microsecond(string text, string expected)
    {
        Assert.Equal(expected, AmiText.From(text).ToTimestamp()?.ToString("O"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("now")]
    [InlineData("-1.0")]
    [InlineData("1.x")]
    [InlineData("1,5")]
    [InlineData("253402300800.0")]
    [InlineData("99999999999999999999.0")]
    public void What_is_no_timestamp_is_none(string text)
    {
        Assert.Null(AmiText.From(text).ToTimestamp());
    }

    [Theory]
    [InlineData("Иванов Пётр", "Иванов Пётр")]
    [InlineData("ООО \\\"Ромашка\\\"", "ООО \"Ромашка\"")]
    [InlineData("ООО \\\\\\\"Ромашка\\\\\\\"", "ООО \"Ромашка\"")]
    [InlineData("a\\\\\\\\b", "a\\b")]
    [InlineData("line\\nbreak", "line\nbreak")]
    [InlineData("cut\\", "cut\\")]
    [InlineData("<unknown>", null)]
    public void A_name_is_unescaped_from_C_and_then_from_SIP(string text, string? expected)
    {
        Assert.Equal(expected, AmiText.From(text).ToName());
    }
}
