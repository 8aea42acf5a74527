using CallCenterCrm.ServiceDefaults.Authentication;
using CallCenterCrm.ServiceDefaults.Grpc;
using CallCenterCrm.Telephony.Api.Tests.Support;
using Google.Rpc;
using Grpc.Core;
using CallsClient = CallCenterCrm.Calls.V1.Calls.CallsClient;

namespace CallCenterCrm.Telephony.Api.Tests.Access;

/// <summary>Nobody gets in without a good token and the permission that the method names.</summary>
[Collection(SharedGateway.Name)]
public sealed class AccessTests(Gateway gateway)
{
    [Fact]
    public async Task Every_served_method_refuses_whoever_shows_no_token_or_a_bad_one()
    {
        using var channel = gateway.Connect();
        var methods = await Ours(channel.CreateCallInvoker());
        Assert.All(
            new[] { "callcenter.calls.v1.Calls/Watch", "callcenter.calls.v1.Calls/ListCalls", "callcenter.routing.v1.Routing/UpdateRule" },
            name => Assert.Contains(methods, method => method.FullName == name));
        foreach (var method in methods)
        {
            foreach (var token in new[] { null, "", "nonsense", "eyJhbGciOiJub25lIiwidHlwIjoiYXQrand0In0.e30.", gateway.Tokens.Make(Permissions.All, life: -TokenFormat.Skew) })
            {
                Assert.Equal(
                    (method.FullName, StatusCode.Unauthenticated),
                    (method.FullName, await method.CallAsync(new BearingInvoker(channel.CreateCallInvoker(), token))));
            }
        }
    }

    [Fact]
    public async Task Every_served_method_refuses_a_caller_without_its_permission_and_names_it()
    {
        using var channel = gateway.Connect();
        foreach (var method in await Ours(channel.CreateCallInvoker()))
        {
            var others = gateway.Tokens.Make(Permissions.All.Except([method.Permission], StringComparer.Ordinal));
            Assert.Equal(
                (method.FullName, StatusCode.PermissionDenied),
                (method.FullName, await method.CallAsync(new BearingInvoker(channel.CreateCallInvoker(), others))));
            var info = RichStatus.Of(method.Last!)!.Detail<ErrorInfo>()!;
            Assert.Equal(("PERMISSION_MISSING", method.Permission), (info.Reason, info.Metadata["permission"]));
            Assert.Contains(method.Permission, method.Last!.Status.Detail, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_method_lets_in_whoever_has_its_permission()
    {
        using var channel = gateway.Connect();
        foreach (var method in (await Ours(channel.CreateCallInvoker())).Where(method => !method.Streams))
        {
            // An empty request may be wrong, but it is looked at.
            var code = await method.CallAsync(new BearingInvoker(channel.CreateCallInvoker(), gateway.Tokens.Make([method.Permission])));
            Assert.True(code is StatusCode.OK or StatusCode.InvalidArgument, $"{method.FullName}: {code}");
        }
    }

    [Fact]
    public async Task A_system_that_asks_too_often_is_told_when_to_come_back()
    {
        var token = gateway.Tokens.Make([Permissions.CallsRead], kind: "system", requestsPerMinute: 3);
        var client = gateway.ClientWith<CallsClient>(token);
        for (var i = 0; i < 3; i++)
        {
            await client.ListCallsAsync(new());
        }

        var refusal = await Refused.WithAsync(StatusCode.ResourceExhausted, () => client.ListCallsAsync(new()));
        Assert.InRange(RichStatus.Of(refusal)!.Detail<RetryInfo>()!.RetryDelay.ToTimeSpan(), TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(20));
        await gateway.Client<CallsClient>(Permissions.CallsRead).ListCallsAsync(new());
    }

    [Fact]
    public async Task A_stream_ends_with_its_token_and_others_go_on()
    {
        var left = TimeSpan.FromSeconds(4);
        var ending = gateway.ClientWith<CallsClient>(gateway.Tokens.Make([Permissions.CallsRead], life: left - TokenFormat.Skew)).Watch(new());
        using var lasting = gateway.Client<CallsClient>(Permissions.CallsRead).Watch(new());
        var begun = TimeProvider.System.GetTimestamp();

        var refusal = await Assert.ThrowsAsync<RpcException>(async () =>
        {
            while (await ending.ResponseStream.MoveNext(CancellationToken.None))
            {
                // The snapshot, and what other tests write.
            }
        });

        Assert.Equal(StatusCode.Unauthenticated, refusal.StatusCode);
        // Far sooner than the life of the other's, and of any that Staff makes.
        Assert.InRange(TimeProvider.System.GetElapsedTime(begun), TimeSpan.Zero, TimeSpan.FromSeconds(60));
        var call = StoredCalls.Ringing(StoredCalls.Start);
        await StoredCalls.SaveAsync(gateway.Database, call);
        while (await lasting.ResponseStream.MoveNext(CancellationToken.None) && lasting.ResponseStream.Current is { } told && told.Call?.Id != call.CallId.ToString())
        {
            // It comes.
        }

        Assert.Equal(call.CallId.ToString(), lasting.ResponseStream.Current.Call.Id);
        ending.Dispose();
    }

    private static async Task<ServedMethod[]> Ours(CallInvoker invoker)
    {
        var methods = await ServedMethod.AllAsync(invoker);
        Assert.All(methods.Where(method => method.Permission.Length == 0), method => Assert.StartsWith("grpc.", method.Service, StringComparison.Ordinal));
        return [.. methods.Where(method => method.Permission.Length > 0)];
    }
}
