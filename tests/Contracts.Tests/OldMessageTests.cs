using System.Text.Json;
using CallCenterCrm.Contracts.Clients.V1;
using CallCenterCrm.Contracts.Telephony.V1;
using CallCenterCrm.Messaging;
using CallCenterCrm.Servers;
using Xunit;

namespace CallCenterCrm.Contracts.Tests;

/// <summary>Messages and rows as they were written when V1 was made, which a later version must go on reading. The files never change.</summary>
public sealed class OldMessageTests
{
    private static readonly DateTimeOffset Start = new(2026, 3, 2, 9, 15, 30, 125, TimeSpan.Zero);

    [Fact]
    public void A_call_of_the_first_version_is_read_from_the_wire()
    {
        var call = Wire.Read<CallChanged>(Old("CallChanged.v1.envelope.json"))!;

        Assert.Equal(new Guid("0d2f1c1e-5a5b-5c5d-8e8f-101112131415"), call.CallId);
        Assert.Equal(4, call.Version);
        Assert.Equal("office", call.PbxId);
        Assert.Equal((CallDirection.In, CallState.Ended, CallResult.Missed, MissReason.OutOfHours), (call.Direction, call.State, call.Result, call.MissReason));
        Assert.True(call.Settled);
        Assert.Equal((PartyKind.Outside, "79161234567", "8 (916) 123-45-67"), (call.Party, call.PartyNumber, call.PartyNumberAsShown));
        Assert.Equal("74951000001", call.OwnNumber);
        Assert.Equal((Start, null, Start.AddSeconds(20)), (call.StartedAt, call.AnsweredAt, call.EndedAt));
        Assert.Null(call.ClientId);
        Assert.Null(call.Recording);
        var leg = Assert.Single(call.Legs);
        Assert.Equal(("101", 1, true, LegResult.NoAnswer), (leg.Phone, leg.Step, leg.Rang, leg.Result));
        Assert.Empty(call.Talks);
    }

    [Fact]
    public void A_client_of_the_first_version_is_read_from_the_wire()
    {
        var client = Wire.Read<ClientChanged>(Old("ClientChanged.v1.envelope.json"))!;

        Assert.Equal((2, "ООО «Ромашка»", false), (client.Version, client.Name, client.Removed));
        Assert.Equal(["74957770011", "79037001122"], client.Numbers);
        Assert.Null(client.ResponsibleId);
    }

    [Fact]
    public void A_row_of_the_change_log_of_the_first_version_is_read()
    {
        var call = JsonSerializer.Deserialize<CallChanged>(Old("CallChanged.v1.row.json"), ChangeLog.Json)!;

        Assert.Equal((9, CallResult.Answered, "102"), (call.Version, call.Result, call.AnsweredBy));
        Assert.Equal(Start.AddSeconds(17), Assert.Single(call.Talks).From);
        Assert.Equal((RecordingState.Ready, 480044L, 30.0), (call.Recording!.State, call.Recording.Bytes, call.Recording.Seconds));
    }

    [Fact]
    public void A_member_that_a_later_version_adds_is_passed_over()
    {
        var later = Old("ClientChanged.v1.envelope.json").Replace("\"version\": 2,", "\"version\": 2, \"segment\": { \"name\": \"vip\" },", StringComparison.Ordinal);
        Assert.Contains("segment", later, StringComparison.Ordinal);
        Assert.Equal(2, Wire.Read<ClientChanged>(later)!.Version);
    }

    [Fact]
    public void A_message_of_another_kind_is_not_taken_for_this_one() =>
        Assert.Null(Wire.Read<CallChanged>(Old("ClientChanged.v1.envelope.json")));

    [Fact]
    public void What_is_published_is_read_back_as_it_was()
    {
        var call = Examples.All.OfType<CallChanged>().Single();
        Assert.Equal(Wire.Message(call), Wire.Message(Wire.Read<CallChanged>(Wire.Envelope(call))!));
    }

    private static string Old(string file) => File.ReadAllText(Path.Combine(Repository.Root, "tests/Contracts.Tests/Messages", file));
}
