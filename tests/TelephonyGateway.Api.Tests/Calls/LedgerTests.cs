using CallCenterCrm.Ledger.V1;
using CallCenterCrm.ServiceDefaults.Authentication;
using CallCenterCrm.Telephony.Api.Tests.Support;
using Google.Protobuf.WellKnownTypes;
using LedgerClient = CallCenterCrm.Ledger.V1.Ledger.LedgerClient;

namespace CallCenterCrm.Telephony.Api.Tests.Calls;

/// <summary>The ledger over gRPC. What it says of which hour is tried where files and calls can be made at will.</summary>
[Collection(SharedGateway.Name)]
public sealed class LedgerTests(Gateway gateway)
{
    private static readonly DateTimeOffset Day = new(2025, 3, 2, 9, 30, 0, TimeSpan.Zero);

    private LedgerClient Client => gateway.Client<LedgerClient>(Permissions.CallsRead);

    [Fact]
    public async Task A_time_is_told_hour_by_hour_and_is_not_known_where_no_witness_was_read()
    {
        await StoredCalls.SaveAsync(gateway.Database, StoredCalls.Answered(Day.AddMinutes(40)));
        IReadOnlyList<Hour> hours = [];
        await Servers.Until.TrueAsync("both witnesses are read", async () =>
        {
            hours = (await Client.GetLedgerAsync(Of(Day, Day.AddHours(2)))).Hours;
            return hours.All(hour => hour.State != State.Open);
        });
        Assert.Equal(
            [(Day, Day.AddMinutes(30), 0), (Day.AddMinutes(30), Day.AddMinutes(90), 1), (Day.AddMinutes(90), Day.AddHours(2), 0)],
            hours.Select(hour => (hour.From.ToDateTimeOffset(), hour.Until.ToDateTimeOffset(), hour.RecordedCalls)));
        Assert.All(hours, hour => Assert.Equal((State.Unknown, 0), (hour.State, hour.MissingCalls)));
    }

    [Fact]
    public async Task What_is_wrong_in_a_request_is_said_field_by_field()
    {
        Assert.Equal(["from REQUIRED", "until REQUIRED"], await Refused.FieldsAsync(() => Client.GetLedgerAsync(new())));
        Assert.Equal(["until END_BEFORE_START"], await Refused.FieldsAsync(() => Client.GetLedgerAsync(Of(Day, Day))));
        Assert.Equal(["until OUT_OF_RANGE"], await Refused.FieldsAsync(() => Client.GetLedgerAsync(Of(Day, Day.AddDays(31).AddSeconds(1)))));
    }

    private static GetLedgerRequest Of(DateTimeOffset from, DateTimeOffset until) => new() { From = from.ToTimestamp(), Until = until.ToTimestamp() };
}
