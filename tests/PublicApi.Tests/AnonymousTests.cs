using CallCenterCrm.PublicApi.Tests.Support;
using CallCenterCrm.Telephony.Api.Tests.Support;
using Grpc.Core;

namespace CallCenterCrm.PublicApi.Tests;

/// <summary>Default deny, method by method, as the servers themselves say what they serve.</summary>
[Collection(SharedStack.Name)]
public sealed class AnonymousTests(Stack stack)
{
    // Whoever signs in is not signed in yet.
    private static readonly string[] ForEverybody =
    [
        "callcenter.staff.v1.ApiKeys/ExchangeApiKey", "callcenter.staff.v1.SignIn/AnswerSecondFactor", "callcenter.staff.v1.SignIn/ChooseNewPassword",
        "callcenter.staff.v1.SignIn/RenewSession", "callcenter.staff.v1.SignIn/SignIn",
    ];

    // What is no contract of ours, and on loopback for everybody: health, and what is served.
    private static readonly string[] Foreign =
        ["grpc.health.v1.Health", "grpc.reflection.v1.ServerReflection", "grpc.reflection.v1alpha.ServerReflection"];

    [Fact]
    public async Task Every_method_of_every_service_refuses_an_anonymous_call()
    {
        var (staff, gateway, leads, outside) = (stack.Bearing(stack.Staff.Grpc, null), stack.Bearing(stack.GatewayGrpc, null), stack.Bearing(stack.LeadsGrpc, null), stack.With(null));
        var served = new List<ServedMethod>();
        foreach (var inside in new[] { staff, gateway, leads })
        {
            var methods = await ServedMethod.AllAsync(inside);
            Assert.Equal(Foreign, methods.Select(method => method.Service).Where(name => !name.StartsWith("callcenter.", StringComparison.Ordinal)).Distinct());
            foreach (var method in methods.Where(method => !Foreign.Contains(method.Service) && !ForEverybody.Contains(method.FullName)))
            {
                Assert.Equal((method.FullName, StatusCode.Unauthenticated), (method.FullName, await method.CallAsync(inside)));
            }

            served.AddRange(methods);
        }

        foreach (var method in served)
        {
            // At the public address nothing is for everybody.
            var refused = await method.CallAsync(outside);
            Assert.True(refused is StatusCode.Unauthenticated or StatusCode.Unimplemented, $"{method.FullName}: {method.Last?.Status}");
        }

        // The walk went over all contracts that the tests know.
        var contracts = new[]
        {
            CallCenterCrm.Activities.V1.ActivitiesReflection.Descriptor, CallCenterCrm.Clients.V1.ClientsReflection.Descriptor,
            CallCenterCrm.People.V1.PeopleReflection.Descriptor, CallCenterCrm.Recordings.V1.RecordingsReflection.Descriptor,
            CallCenterCrm.CallControl.V1.CallControlReflection.Descriptor, CallCenterCrm.Ledger.V1.LedgerReflection.Descriptor,
            CallCenterCrm.Callbacks.V1.CallbacksReflection.Descriptor, CallCenterCrm.Calls.V1.CallsReflection.Descriptor, CallCenterCrm.Routing.V1.RoutingReflection.Descriptor,
            CallCenterCrm.Staff.V1.EmployeesReflection.Descriptor, CallCenterCrm.Staff.V1.SignInReflection.Descriptor,
            CallCenterCrm.Staff.V1.ApiKeysReflection.Descriptor, CallCenterCrm.Staff.V1.AuditReflection.Descriptor,
        };
        Assert.Equal(
            contracts.SelectMany(file => file.Services).SelectMany(service => service.Methods).Select(method => method.FullName).Order(StringComparer.Ordinal),
            served.Where(method => !Foreign.Contains(method.Service)).Select(method => $"{method.Service}.{method.Name}").Order(StringComparer.Ordinal));
    }
}
