using CallCenterCrm.ServiceDefaults.Input;
using CallCenterCrm.Staff.Employees;
using CallCenterCrm.Staff.SignIn;
using Xunit;

namespace CallCenterCrm.Staff.Tests.SignIn;

public sealed class PasswordRulesTests
{
    [Theory]
    [InlineData("short", ViolationKey.TooShort)]
    [InlineData("йцукенгшщз", ViolationKey.CommonPassword)]
    [InlineData("Password123", ViolationKey.CommonPassword)]
    [InlineData("Кузнецова-1987", ViolationKey.NameInPassword)]
    [InlineData("xx-a.kuznetsova-xx", ViolationKey.NameInPassword)]
    [InlineData("aaaaaaaaaaaa", ViolationKey.MonotonousPassword)]
    [InlineData("bcdefghijklm", ViolationKey.MonotonousPassword)]
    public void A_weak_password_breaks_a_rule(string password, ViolationKey key) => Assert.Equal([key], Check(password));

    [Fact]
    public void A_password_is_told_of_every_rule_that_it_breaks() =>
        Assert.Equal([ViolationKey.TooShort, ViolationKey.MonotonousPassword], Check("aaaa"));

    [Fact]
    public void A_long_sentence_is_a_good_password() => Assert.Empty(Check("трамвай едет на север"));

    private static IEnumerable<ViolationKey> Check(string password)
    {
        var violations = new Violations();
        PasswordRules.Check("new_password", password, new EmployeeProfile { Name = "Анна Кузнецова", SignInName = "a.kuznetsova" }, violations);
        return violations.Found.Select(violation => violation.Key);
    }
}
