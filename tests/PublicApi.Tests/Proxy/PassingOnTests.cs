using System.Net;
using CallCenterCrm.PublicApi.Tests.Support;
using CallCenterCrm.ServiceDefaults.Grpc;
using CallCenterCrm.Telephony.Api.Tests.Support;
using Google.Rpc;
using Grpc.Core;
using CallsClient = CallCenterCrm.Calls.V1.Calls.CallsClient;

namespace CallCenterCrm.PublicApi.Tests.Proxy;

/// <summary>What other systems meet at the one address.</summary>
[Collection(SharedStack.Name)]
public sealed class PassingOnTests(Stack stack)
{
    [Theory]
    [InlineData(null)]
    [InlineData("ccrm_00000000000000000000000000000000_nobody's")]
    [InlineData("nonsense")]
    public async Task Without_a_good_key_nobody_gets_in(string? key) =>
        await Refused.WithAsync(StatusCode.Unauthenticated, () => new CallsClient(stack.With(key)).ListCallsAsync(new()));

    [Fact]
    public async Task A_key_of_too_little_scope_is_told_which_permission_it_lacks()
    {
        var client = new CallsClient(stack.With(await stack.KeyAsync("staff.read")));

        var refusal = await Refused.WithAsync(StatusCode.PermissionDenied, () => client.ListCallsAsync(new()));

        Assert.Contains("calls.read", refusal.Status.Detail, StringComparison.Ordinal);
        Assert.Equal("calls.read", RichStatus.Of(refusal)!.Detail<ErrorInfo>()!.Metadata["permission"]);
    }

    [Fact]
    public async Task A_bad_filter_is_told_by_field_in_the_callers_language()
    {
        var client = new CallsClient(stack.With(await stack.KeyAsync("calls.read")));

        var refusal = await Refused.WithAsync(
            StatusCode.InvalidArgument,
            () => client.ListCallsAsync(new() { OwnNumber = "x", PageSize = -1 }, new Metadata { { "accept-language", "ru" } }));

        var fields = RichStatus.Of(refusal)!.Detail<BadRequest>()!.FieldViolations;
        Assert.Equal(["own_number", "page_size"], fields.Select(field => field.Field).Order(StringComparer.Ordinal));
        Assert.Contains(fields, field => field.Description.Contains("телефонный номер", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_key_lists_calls_and_employees_through_the_one_address()
    {
        var call = StoredCalls.Answered(DateTimeOffset.UtcNow);
        await StoredCalls.SaveAsync(stack.Calls, call);
        var invoker = stack.With(await stack.KeyAsync("calls.read", "staff.read"));

        Assert.Contains((await new CallsClient(invoker).ListCallsAsync(new())).Calls, listed => listed.Id == call.CallId.ToString());
        Assert.Single((await new CallCenterCrm.Staff.V1.Employees.EmployeesClient(invoker).ListEmployeesAsync(new())).Employees);
    }

    [Theory]
    [InlineData("callcenter.calls.v1.Calls", "Nothing")]
    [InlineData("callcenter.nothing.v1.Nothing", "Get")]
    [InlineData("callcenter.staff.v1.SignIn", "SignIn")]
    [InlineData("callcenter.staff.v1.ApiKeys", "ExchangeApiKey")]
    [InlineData("grpc.health.v1.Health", "Check")]
    [InlineData("health", "ready")]
    public async Task What_is_not_served_to_other_systems_does_not_exist_for_them(string service, string method)
    {
        var invoker = stack.With(await stack.KeyAsync("calls.read"));

        Assert.Equal(StatusCode.Unimplemented, await new ServedMethod(service, method, "", Streams: false).CallAsync(invoker));
    }

    [Fact]
    public async Task Health_is_at_its_own_address_and_calls_are_not()
    {
        using var http = new HttpClient();
        using var body = new ByteArrayContent([0, 0, 0, 0, 0]);
        body.Headers.ContentType = new("application/grpc");

        Assert.Equal(HttpStatusCode.NotFound, (await http.PostAsync(new Uri($"{stack.Http}/callcenter.calls.v1.Calls/ListCalls"), body)).StatusCode);
        using var request = new HttpRequestMessage(HttpMethod.Get, $"{stack.Grpc}/health/ready") { Version = HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionExact };
        using var answer = await http.SendAsync(request);
        Assert.Equal("12", answer.Headers.GetValues("grpc-status").Single());
        Assert.DoesNotContain("telephony", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, (await http.GetAsync(new Uri($"{stack.Http}/health/ready"))).StatusCode);
    }
}
