using System.Web;
using CallCenterCrm.ServiceDefaults.Input;
using CallCenterCrm.Staff.Employees;
using CallCenterCrm.Staff.SignIn;
using CallCenterCrm.Staff.Tests.Support;
using Xunit;

namespace CallCenterCrm.Staff.Tests.SignIn;

public sealed class SecondFactorTests(PostgresServer server) : StaffTest(server)
{
    [Fact]
    public async Task A_code_is_asked_for_and_is_good_once()
    {
        var (employee, secret, _) = await EnrolledAsync();
        World.Time.Advance(TimeSpan.FromMinutes(2));
        var code = Totp.Code(secret, Totp.StepAt(World.Time.GetUtcNow()));

        var first = await PasswordAsync(employee);
        Assert.Equal((Stage.SecondFactor, null), (first.Lacks, first.Grant));
        var second = await PasswordAsync(employee);
        Assert.NotNull((await World.SignIn.AnswerSecondFactorAsync(first.Challenge!, code[..3] + " " + code[3..], StaffWorld.Home, default)).Grant);

        await Assert.ThrowsAsync<NotSignedInException>(() => World.SignIn.AnswerSecondFactorAsync(second.Challenge!, code, StaffWorld.Home, default));
        await Assert.ThrowsAsync<NotSignedInException>(() => World.SignIn.AnswerSecondFactorAsync(first.Challenge!, code, StaffWorld.Home, default));
    }

    [Fact]
    public async Task Of_ten_sign_ins_with_one_code_at_once_one_succeeds()
    {
        var (employee, secret, _) = await EnrolledAsync();
        World.Time.Advance(TimeSpan.FromMinutes(2));
        var code = Totp.Code(secret, Totp.StepAt(World.Time.GetUtcNow()));
        var challenges = new List<string>();
        for (var i = 0; i < 10; i++)
        {
            challenges.Add((await PasswordAsync(employee)).Challenge!);
        }

        // From ten addresses, so that it is the code and not the pause that stops them.
        var outcomes = await Task.WhenAll(challenges.Select((challenge, i) => OutcomeAsync(challenge, code, $"10.0.{i}.1")));

        Assert.Single(outcomes, outcome => outcome == "in");
        Assert.Equal(9, outcomes.Count(outcome => outcome == nameof(NotSignedInException)));
    }

    [Fact]
    public async Task A_recovery_code_is_good_once_and_only_its_hash_is_kept()
    {
        var (employee, _, recovery) = await EnrolledAsync();
        Assert.Equal(10, recovery.Distinct(StringComparer.Ordinal).Count());

        Assert.Equal("in", await OutcomeAsync((await PasswordAsync(employee)).Challenge!, recovery[3], StaffWorld.Home));
        Assert.Equal(nameof(NotSignedInException), await OutcomeAsync((await PasswordAsync(employee)).Challenge!, recovery[3], StaffWorld.Home));
        Assert.Equal(9, await World.ScalarAsync<int>("SELECT count(*)::int FROM recovery_codes"));
        Assert.Equal(32, await World.ScalarAsync<int>("SELECT max(length(code_hash)) FROM recovery_codes"));
    }

    [Fact]
    public async Task Codes_are_guessed_no_faster_than_the_limits_though_the_password_is_right_each_time()
    {
        var (employee, _, _) = await EnrolledAsync();
        var lookedAt = 0;
        for (var i = 0; i < 40; i++)
        {
            var challenge = (await PasswordAsync(employee)).Challenge!;
            lookedAt += await OutcomeAsync(challenge, "000000", $"10.9.{i}.1") == nameof(NotSignedInException) ? 1 : 0;
        }

        Assert.Equal((int)GuessLimits.Account.Capacity, lookedAt);
    }

    [Fact]
    public async Task The_secret_lies_encrypted_in_the_database()
    {
        var (_, secret, _) = await EnrolledAsync();

        Assert.False(await World.ScalarAsync<bool>("SELECT position(@secret IN totp_secret) > 0 FROM accounts WHERE totp_confirmed", new { secret }));
    }

    [Fact]
    public async Task It_is_removed_by_a_code_and_by_a_reset()
    {
        var (employee, secret, _) = await EnrolledAsync();
        World.Time.Advance(TimeSpan.FromMinutes(2));
        var by = StaffWorld.AsCaller(await GrantAsync(employee, secret));
        Assert.Equal(ViolationKey.AlreadySet, (await Assert.ThrowsAsync<InputException>(() => World.SecondFactor.BeginAsync(by, default))).Violations.Single().Key);
        Assert.Equal(ViolationKey.WrongCode,
            (await Assert.ThrowsAsync<InputException>(() => World.SecondFactor.RemoveAsync("000000", by, default))).Violations.Single().Key);
        World.Time.Advance(TimeSpan.FromMinutes(2));
        await World.SecondFactor.RemoveAsync(Totp.Code(secret, Totp.StepAt(World.Time.GetUtcNow())), by, default);
        Assert.NotNull((await PasswordAsync(employee)).Grant);

        var (other, _, _) = await EnrolledAsync();
        var oneTime = await World.SignIn.ResetAccessAsync(other.Id, removeSecondFactor: true, World.Owner, default);
        Assert.Equal(Stage.NewPassword, (await World.SignIn.SignInAsync(other.Profile.SignInName!, oneTime, StaffWorld.Home, "", default)).Lacks);
    }

    [Fact]
    public async Task After_a_reset_that_keeps_it_the_code_comes_before_the_new_password()
    {
        var (employee, secret, _) = await EnrolledAsync();
        World.Time.Advance(TimeSpan.FromMinutes(2));
        var oneTime = await World.SignIn.ResetAccessAsync(employee.Id, removeSecondFactor: false, World.Owner, default);

        var first = await World.SignIn.SignInAsync(employee.Profile.SignInName!, oneTime, StaffWorld.Home, "", default);
        Assert.Equal(Stage.SecondFactor, first.Lacks);
        var second = await World.SignIn.AnswerSecondFactorAsync(
            first.Challenge!, Totp.Code(secret, Totp.StepAt(World.Time.GetUtcNow())), StaffWorld.Home, default);
        Assert.Equal(Stage.NewPassword, second.Lacks);
        Assert.NotNull((await World.SignIn.ChooseNewPasswordAsync(second.Challenge!, "новая длинная фраза", StaffWorld.Home, default)).Grant);
    }

    private async Task<(Employee Employee, byte[] Secret, IReadOnlyList<string> Recovery)> EnrolledAsync()
    {
        var (employee, grant) = await World.SignedInAsync();
        var by = StaffWorld.AsCaller(grant);
        var enrolment = await World.SecondFactor.BeginAsync(by, default);
        Assert.Equal(enrolment.Secret, HttpUtility.ParseQueryString(enrolment.Uri.Query)["secret"]);
        var secret = FromBase32(enrolment.Secret);
        var recovery = await World.SecondFactor.ConfirmAsync(Totp.Code(secret, Totp.StepAt(World.Time.GetUtcNow())), by, default);
        return (employee, secret, recovery);
    }

    private Task<SignInStep> PasswordAsync(Employee employee) =>
        World.SignIn.SignInAsync(employee.Profile.SignInName!, StaffWorld.Password, StaffWorld.Home, "", default);

    private async Task<SessionGrant> GrantAsync(Employee employee, byte[] secret) => (await World.SignIn.AnswerSecondFactorAsync(
        (await PasswordAsync(employee)).Challenge!, Totp.Code(secret, Totp.StepAt(World.Time.GetUtcNow())), StaffWorld.Home, default)).Grant!;

    private async Task<string> OutcomeAsync(string challenge, string code, string address)
    {
        try
        {
            return (await World.SignIn.AnswerSecondFactorAsync(challenge, code, address, default)).Grant is null ? "more" : "in";
        }
        catch (Exception fault) when (fault is NotSignedInException or TooOftenException)
        {
            return fault.GetType().Name;
        }
    }

    private static byte[] FromBase32(string text)
    {
        var bits = string.Concat(text.Select(letter => Convert.ToString("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".IndexOf(letter, StringComparison.Ordinal), 2).PadLeft(5, '0')));
        return [.. Enumerable.Range(0, bits.Length / 8).Select(i => Convert.ToByte(bits.Substring(i * 8, 8), 2))];
    }
}
