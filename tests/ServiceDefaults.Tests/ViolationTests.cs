using System.Globalization;
using CallCenterCrm.ServiceDefaults.Authentication;
using CallCenterCrm.ServiceDefaults.Input;
using Xunit;

namespace CallCenterCrm.ServiceDefaults.Tests;

public sealed class ViolationTests
{
    public static TheoryData<ViolationKey> Keys => [.. Enum.GetValues<ViolationKey>()];

    [Theory]
    [MemberData(nameof(Keys))]
    public void Every_rule_has_a_text_in_both_languages(ViolationKey key)
    {
        var violation = new Violation("field", key, "first", "second");

        Assert.Contains(violation.Text(CultureInfo.GetCultureInfo("ru-RU")), letter => letter is >= 'а' and <= 'я');
        Assert.DoesNotContain(violation.Text(CultureInfo.GetCultureInfo("en-GB")), letter => letter is >= 'а' and <= 'я');
    }

    [Fact]
    public void A_text_mentions_its_limits() =>
        Assert.Equal("допустимо от 1 до 500", new Violation("page_size", ViolationKey.OutOfRange, 1, 500).Text(CultureInfo.GetCultureInfo("ru")));

    [Fact]
    public void A_page_token_belongs_to_its_list()
    {
        var token = PageToken.Write(new List("Север"), new Position(7));
        var violations = new Violations();

        Assert.Equal(new Position(7), PageToken.Read<List, Position>(token, new List("Север"), violations));
        Assert.Null(PageToken.Read<List, Position>("", new List("Север"), violations));
        Assert.Empty(violations.Found);
        Assert.Null(PageToken.Read<List, Position>(token, new List("Юг"), violations));
        Assert.Null(PageToken.Read<List, Position>(token + "AAAA", new List("Север"), violations));
        Assert.Null(PageToken.Read<List, Position>("not one", new List("Север"), violations));
        Assert.Equal(3, violations.Found.Count);
    }

    [Fact]
    public void Every_role_has_its_permissions_and_only_an_owner_those_over_owners()
    {
        Assert.All(Roles.All, role => Assert.All(Permissions.Of([role]), permission => Assert.True(Permissions.All.Contains(permission), permission)));
        Assert.Equal([Roles.Owner], Roles.All.Where(role => Permissions.Of([role]).Contains(Permissions.StaffOwners)));
        Assert.Equal(Permissions.All.Order(StringComparer.Ordinal), Permissions.Of([Roles.Owner]));
        Assert.Empty(Permissions.Of([Roles.Integration]));
    }

    private sealed record List(string Team);

    private sealed record Position(int At);
}
