using CallCenterCrm.GrpcInterop.Support;

namespace CallCenterCrm.GrpcInterop.Interop;

/// <summary>Other makers' clients against our server.</summary>
public sealed class ForeignClientTests
{
    public static TheoryData<string, string> EveryCaseOfEveryClient()
    {
        var data = new TheoryData<string, string>();
        foreach (var client in new[] { "python", "go", "node" })
        {
            foreach (var @case in Cases.Official)
            {
                data.Add(client, @case);
            }
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(EveryCaseOfEveryClient))]
    public async Task A_foreign_client_passes_the_official_case(string client, string @case)
    {
        await using var server = await TestServer.StartAsync();
        await ForeignTools.RunAsync(client, server.Address, @case);
        Assert.True(server.Log.IsEmpty, string.Join(Environment.NewLine, server.Log));
    }

    [Theory]
    [InlineData("health")]
    [InlineData("reflection_of_v1")]
    [InlineData("reflection_of_v1alpha")]
    [InlineData("bad_request")]
    public async Task Python_understands_what_every_service_of_ours_offers(string @case)
    {
        await using var server = await TestServer.StartAsync();
        await ForeignTools.RunAsync("python", server.Address, @case);
        Assert.True(server.Log.IsEmpty, string.Join(Environment.NewLine, server.Log));
    }
}
