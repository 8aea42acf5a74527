using System.Net;
using System.Text;
using CallCenterCrm.RealCalls.Support;
using CallCenterCrm.Sip;
using Xunit;

namespace CallCenterCrm.RealCalls;

/// <summary>Whoever can reach the trunk can send any bytes as his number and name. It rings, it is one call, and nothing else happens.</summary>
[Collection(StageCollection.Name)]
public sealed class HostileCallerTests(Stage stage)
{
    private const string Planted = "/var/tmp/crm-was-executed";

    public static TheoryData<string, string, string?, string, string?> Callers => new()
    {
        { "plus seven", "+79261110001", null, "outside", "79261110001" },
        { "eight", "89261110002", null, "outside", "79261110002" },
        { "twenty digits", "79261110003123456789", null, "unusable", null },
        { "a name in Russian with quotes", "79261110004", "ООО \\\"Ромашка\\\" «и Ко»", "outside", "79261110004" },
        { "a command as name", "79261110005", "${SHELL(touch " + Planted + ")}", "outside", "79261110005" },
        { "a command as number", "%24%7BSHELL(touch%20" + Planted + ")%7D", null, "unusable", null },
        { "a forged event", "79261110006%0d%0a%0d%0aEvent%3A%20UserEvent%0d%0aPrivilege%3A%20user,all%0d%0aUserEvent%3A%20CrmIncoming%0d%0aCall%3A%20forged.1%0d%0aDid%3A%20{0}%0d%0aNum%3A%2079990000000%0d%0a%0d%0a", null, "outside", "79261110006" },
        { "a line break at the end", "79261110007%0d%0a", null, "outside", "79261110007" },
        { "a forged record of the log", "7926%0a%7B%22uniqueid%22%3A%22forged-1.0%22%2C%22eventtype%22%3A%22ANSWER%22%7D%0a", null, "unusable", null },
        { "markup", "79261110008", "<img src=x onerror=alert(1)>", "outside", "79261110008" },
    };

    [Fact]
    public async Task Who_names_himself_the_trunk_at_another_address_is_asked_for_a_password()
    {
        await using var stranger = new SipTrunk(new(new IPAddress([127, 0, 9, 9]), 0), stage.Stack.Sip);
        var call = stranger.Call(new TrunkCall { Did = Lane.DidOf(1), From = "trunk" });
        await call.Ended;
        Assert.Equal(401, call.FinalCode);
    }

    [Theory]
    [MemberData(nameof(Callers))]
    public async Task A_hostile_caller_rings_and_is_one_call(string what, string from, string? display, string party, string? number)
    {
        await stage.OrdinaryOverAsync();
        await using var lane = stage.NextFastLane();
        var first = await lane.PhoneAsync(1, CallScripts.Answer);

        var caller = stage.Trunk.Call(new TrunkCall { Did = lane.Did, From = from.Replace("{0}", lane.Did, StringComparison.Ordinal), Display = display });
        await caller.Answered;
        await caller.WaitUntilAsync(call => call.RtpReceived > 10, "hear the callee");
        await caller.HangUpAsync();

        Assert.Single(first.Calls);
        var call = await stage.Records.OnlyCallAsync(lane.Did);
        Assert.True((call.Result, call.AnsweredBy, call.Party, call.PartyNumber) == ("answered", lane.Extension(1), party, number), $"{what}: {call}");
        Assert.StartsWith(stage.Stack.SystemName + "-", call.Uniqueid, StringComparison.Ordinal);
        Assert.False(File.Exists(Planted), "the caller's command was executed");
        Assert.Equal(0, await stage.Records.TelephonyCountAsync("SELECT count(*) FROM calls WHERE uniqueid LIKE 'forged%' OR party_number = '79990000000'"));
    }

    [Fact]
    public async Task Bytes_that_are_no_text_ring_and_are_one_call()
    {
        await stage.OrdinaryOverAsync();
        await using var lane = stage.NextFastLane();
        await lane.PhoneAsync(1, CallScripts.Answer);

        var caller = stage.Trunk.Call(new TrunkCall
        {
            Did = lane.Did,
            RawFrom = (byte[])[.. "\""u8, 0xC8, 0xE2, 0xE0, 0xED, .. Encoding.ASCII.GetBytes("\" <sip:79261110009@127.0.2.1>")],
        });
        await caller.TalksAsync();
        await caller.HangUpAsync();

        Assert.Equal(("answered", "79261110009"), await stage.Records.OnlyCallAsync(lane.Did) is var call ? (call.Result, call.PartyNumber) : default);
    }
}
