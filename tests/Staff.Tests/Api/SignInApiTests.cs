using CallCenterCrm.Staff.Tests.Support;
using CallCenterCrm.Staff.V1;
using Grpc.Core;
using Xunit;

namespace CallCenterCrm.Staff.Tests.Api;

/// <summary>Signing in as a console meets it.</summary>
[Collection(nameof(StaffApi))]
public sealed class SignInApiTests(StaffApi staff)
{
    [Fact]
    public void A_one_time_password_leads_to_nothing_but_a_password_of_ones_own()
    {
        Assert.Equal((Stage.NewPassword, null), (staff.First[0].Challenge.Stage, staff.First[0].Grant));
        Assert.NotEmpty(staff.First[1].Grant.AccessToken);
    }

    [Fact]
    public async Task A_wrong_name_and_a_wrong_password_are_refused_in_the_same_words()
    {
        var name = await RefusalAsync(() => staff.SignIn.SignInAsync(new() { SignInName = "nobody", Password = "wrong password" }));
        var password = await RefusalAsync(() => staff.SignIn.SignInAsync(new() { SignInName = staff.OwnersAccess.Name, Password = "wrong password" }));

        Assert.Equal(StatusCode.Unauthenticated, name.StatusCode);
        Assert.Equal(name.Status, password.Status);
    }

    [Fact]
    public async Task A_challenge_is_no_token_and_a_common_password_is_refused_by_field()
    {
        var employee = await staff.Employees.CreateEmployeeAsync(EmployeesApiTests.Request("challenged"), staff.Owner);
        var oneTime = (await staff.Employees.ResetAccessAsync(new() { EmployeeId = employee.Employee.Id }, staff.Owner)).OneTimePassword;
        var challenge = (await staff.SignIn.SignInAsync(new() { SignInName = "challenged", Password = oneTime })).Progress.Challenge;

        Assert.Equal(
            StatusCode.Unauthenticated,
            (await RefusalAsync(() => staff.SignIn.ListSessionsAsync(new(), StaffApi.Bearing(challenge.Token)))).StatusCode);
        var refusal = await RefusalAsync(() => staff.SignIn.ChooseNewPasswordAsync(new() { ChallengeToken = challenge.Token, NewPassword = "1234567890" }));
        Assert.Contains(EmployeesApiTests.Fields(refusal), field => field.Field == "new_password");
    }

    [Fact]
    public async Task A_session_is_renewed_listed_and_ended_by_its_owner()
    {
        var grant = (await staff.SignIn.SignInAsync(new() { SignInName = staff.OwnersAccess.Name, Password = staff.OwnersAccess.Password, Device = "Firefox", ClientAddress = "203.0.113.7" })).Progress.Grant;
        var renewed = (await staff.SignIn.RenewSessionAsync(new() { RefreshToken = grant.RefreshToken, ClientAddress = "203.0.113.8" })).Grant;
        var token = StaffApi.Bearing(renewed.AccessToken);

        var session = Assert.Single((await staff.SignIn.ListSessionsAsync(new(), token)).Sessions, one => one.Current);
        Assert.Equal((grant.SessionId, "Firefox", "203.0.113.8"), (session.Id, session.Device, session.Address));
        await staff.SignIn.RevokeSessionAsync(new() { SessionId = session.Id }, token);
        Assert.Equal(
            StatusCode.Unauthenticated, (await RefusalAsync(() => staff.SignIn.RenewSessionAsync(new() { RefreshToken = renewed.RefreshToken }))).StatusCode);
    }

    [Fact]
    public async Task The_command_makes_a_key_and_only_for_permissions_that_there_are()
    {
        var (code, key, _) = await staff.Server.MakeApiKeyAsync("shop", "calls.read");
        Assert.Equal(0, code);
        Assert.NotEmpty((await staff.ApiKeys.ExchangeApiKeyAsync(new() { Key = key })).AccessToken);
        var made = Assert.Single((await staff.ApiKeys.ListApiKeysAsync(new(), staff.Owner)).ApiKeys, one => one.Name == "shop");
        var record = Assert.Single((await staff.Audit.ListAuditRecordsAsync(new() { TargetId = made.Id }, staff.Owner)).Records);
        Assert.Equal(("service", "api_key.created", "calls.read"), (record.ActorKind, record.Action, record.Details["permissions"]));

        var (wrong, nothing, why) = await staff.Server.MakeApiKeyAsync("shop", "calls.everything");
        Assert.Equal((64, ""), (wrong, nothing));
        Assert.Contains("api_key.permissions[0]", why, StringComparison.Ordinal);
    }

    private static async Task<RpcException> RefusalAsync<T>(Func<AsyncUnaryCall<T>> call) =>
        await Assert.ThrowsAsync<RpcException>(async () => await call());
}
