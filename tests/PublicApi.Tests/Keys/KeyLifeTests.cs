using System.Diagnostics;
using CallCenterCrm.PublicApi.Tests.Support;
using CallCenterCrm.Servers;
using CallCenterCrm.Staff.V1;
using Grpc.Core;
using CallsClient = CallCenterCrm.Calls.V1.Calls.CallsClient;

namespace CallCenterCrm.PublicApi.Tests.Keys;

/// <summary>How long a key works that is revoked, or whose Staff is away.</summary>
[Collection(SharedStack.Name)]
public sealed class KeyLifeTests(Stack stack)
{
    // For a busy machine; far below what one life more would be.
    private static readonly TimeSpan Slack = Stack.TokenLife * 2 / 3;

    [Fact]
    public async Task A_revoked_key_stops_within_the_life_of_its_token()
    {
        var key = await stack.KeyAsync("calls.read");
        var client = new CallsClient(stack.With(key));
        await client.ListCallsAsync(new());
        var keys = new ApiKeys.ApiKeysClient(stack.Bearing(stack.Staff.Grpc, await stack.OwnersTokenAsync(anew: true)));
        var listed = (await keys.ListApiKeysAsync(new())).ApiKeys.Single(one => key.Contains(Guid.Parse(one.Id).ToString("N"), StringComparison.Ordinal));
        Assert.Equal(("test", "", "127.0.0.1"), (listed.Name, listed.CreatedBy, listed.LastAddress));

        await keys.RevokeApiKeyAsync(new() { Id = listed.Id, Version = listed.Version });

        var since = Stopwatch.StartNew();
        await Until.TrueAsync("the key is refused", async () => await CodeAsync(client) == StatusCode.Unauthenticated);
        Assert.InRange(since.Elapsed, TimeSpan.Zero, Stack.TokenLife + Slack);
    }

    [Fact]
    public async Task A_key_works_while_Staff_is_down_as_long_as_its_token_lives_and_a_new_one_waits()
    {
        var (used, unused) = (await stack.KeyAsync("calls.read"), await stack.KeyAsync("calls.read"));
        var (known, unknown) = (new CallsClient(stack.With(used)), new CallsClient(stack.With(unused)));
        var since = Stopwatch.StartNew();
        await known.ListCallsAsync(new());
        await stack.Staff.StopAsync();
        try
        {
            Assert.Equal(StatusCode.Unavailable, await CodeAsync(unknown));
            await Until.TrueAsync("the last token has ended", async () => await CodeAsync(known) == StatusCode.Unavailable);
            Assert.InRange(since.Elapsed, Stack.TokenLife - TimeSpan.FromSeconds(2), Stack.TokenLife + Slack);
        }
        finally
        {
            await stack.Staff.StartAsync();
        }

        await Until.TrueAsync("the keys work again", async () => await CodeAsync(known) == StatusCode.OK && await CodeAsync(unknown) == StatusCode.OK);
    }

    private static async Task<StatusCode> CodeAsync(CallsClient client)
    {
        try
        {
            await client.ListCallsAsync(new());
            return StatusCode.OK;
        }
        catch (RpcException refusal)
        {
            return refusal.StatusCode;
        }
    }
}
