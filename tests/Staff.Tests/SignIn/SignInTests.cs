using CallCenterCrm.ServiceDefaults.Authentication;
using CallCenterCrm.ServiceDefaults.Input;
using CallCenterCrm.Staff.SignIn;
using CallCenterCrm.Staff.Tests.Support;
using Xunit;

namespace CallCenterCrm.Staff.Tests.SignIn;

public sealed class SignInTests(PostgresServer server) : StaffTest(server)
{
    [Fact]
    public async Task A_one_time_password_is_good_for_choosing_another_once()
    {
        var employee = await World.HireAsync();
        var oneTime = await World.SignIn.ResetAccessAsync(employee.Id, removeSecondFactor: false, World.Owner, default);
        var name = employee.Profile.SignInName!.ToUpperInvariant();

        var first = await World.SignIn.SignInAsync($" {name} ", oneTime, StaffWorld.Home, "Firefox", default);
        Assert.Equal((Stage.NewPassword, null), (first.Lacks, first.Grant));
        var last = await World.SignIn.ChooseNewPasswordAsync(first.Challenge!, StaffWorld.Password, StaffWorld.Home, default);

        Assert.Equal(employee.Id, last.Grant!.Employee.Id);
        await Assert.ThrowsAsync<NotSignedInException>(() => World.SignIn.ChooseNewPasswordAsync(first.Challenge!, "yet another one", StaffWorld.Home, default));
        await Assert.ThrowsAsync<NotSignedInException>(() => World.SignIn.SignInAsync(name, oneTime, StaffWorld.Home, "", default));
        Assert.NotNull((await World.SignIn.SignInAsync(name, StaffWorld.Password, StaffWorld.Home, "", default)).Grant);
    }

    [Fact]
    public async Task A_one_time_password_ends_after_three_days()
    {
        var employee = await World.HireAsync();
        var oneTime = await World.SignIn.ResetAccessAsync(employee.Id, removeSecondFactor: false, World.Owner, default);

        World.Time.Advance(TimeSpan.FromDays(3) - TimeSpan.FromSeconds(1));
        Assert.Equal(Stage.NewPassword, (await World.SignIn.SignInAsync(employee.Profile.SignInName!, oneTime, StaffWorld.Home, "", default)).Lacks);
        World.Time.Advance(TimeSpan.FromSeconds(1));
        await Assert.ThrowsAsync<NotSignedInException>(() => World.SignIn.SignInAsync(employee.Profile.SignInName!, oneTime, StaffWorld.Home, "", default));
    }

    [Fact]
    public async Task A_new_password_must_be_new()
    {
        var (_, grant) = await World.SignedInAsync();

        var refused = await Assert.ThrowsAsync<InputException>(() =>
            World.SignIn.ChangePasswordAsync(StaffWorld.Password, StaffWorld.Password, StaffWorld.AsCaller(grant), default));

        Assert.Equal(("new_password", ViolationKey.SamePassword), (refused.Violations.Single().Field, refused.Violations.Single().Key));
    }

    [Fact]
    public async Task A_changed_password_ends_the_other_sessions_and_not_this_one()
    {
        var (employee, here) = await World.SignedInAsync();
        var there = (await World.SignIn.SignInAsync(employee.Profile.SignInName!, StaffWorld.Password, StaffWorld.Home, "", default)).Grant!;

        await World.SignIn.ChangePasswordAsync(StaffWorld.Password, "новая длинная фраза", StaffWorld.AsCaller(here), default);

        await Assert.ThrowsAsync<NotSignedInException>(() => World.Sessions.RefreshAsync(there.RefreshToken, StaffWorld.Home, default));
        Assert.NotNull(await World.Sessions.RefreshAsync(here.RefreshToken, StaffWorld.Home, default));
    }

    [Fact]
    public async Task A_dismissed_employee_is_signed_out_and_stays_out()
    {
        var (employee, grant) = await World.SignedInAsync();

        await World.Employees.DismissAsync(employee.Id, employee.Version, World.Owner, default);

        await Assert.ThrowsAsync<NotSignedInException>(() => World.Sessions.RefreshAsync(grant.RefreshToken, StaffWorld.Home, default));
        await Assert.ThrowsAsync<NotSignedInException>(() =>
            World.SignIn.SignInAsync(employee.Profile.SignInName!, StaffWorld.Password, StaffWorld.Home, "", default));
    }

    [Fact]
    public async Task A_reset_by_somebody_who_may_less_is_refused()
    {
        var (owner, _) = await World.SignedInAsync(roles: Roles.Owner);
        var (_, grant) = await World.SignedInAsync(roles: Roles.Administrator);

        var refused = await Assert.ThrowsAsync<PermissionDeniedException>(() =>
            World.SignIn.ResetAccessAsync(owner.Id, removeSecondFactor: true, StaffWorld.AsCaller(grant), default));

        Assert.Equal(Permissions.StaffOwners, refused.Permission);
    }

    [Fact]
    public async Task Access_that_is_reset_during_a_sign_in_ends_it()
    {
        var employee = await World.HireAsync();
        var oneTime = await World.SignIn.ResetAccessAsync(employee.Id, removeSecondFactor: false, World.Owner, default);
        var step = await World.SignIn.SignInAsync(employee.Profile.SignInName!, oneTime, StaffWorld.Home, "", default);

        await World.SignIn.ResetAccessAsync(employee.Id, removeSecondFactor: false, World.Owner, default);

        await Assert.ThrowsAsync<NotSignedInException>(() => World.SignIn.ChooseNewPasswordAsync(step.Challenge!, StaffWorld.Password, StaffWorld.Home, default));
    }

    [Fact]
    public async Task What_is_missing_is_told_at_once()
    {
        var refused = await Assert.ThrowsAsync<InputException>(() => World.SignIn.SignInAsync(" ", "", StaffWorld.Home, "", default));

        Assert.Equal(["sign_in_name", "password"], refused.Violations.Select(violation => violation.Field));
    }
}
