using CallCenterCrm.Contracts.Telephony.V1;
using CallCenterCrm.Telephony.Calls;
using CallCenterCrm.Telephony.Stores.Tests.Support;
using Xunit;

namespace CallCenterCrm.Telephony.Stores.Tests.Calls;

/// <summary>Whose a call is, as lists are found by it: kept beside the call by the database itself.</summary>
[Collection(DatabaseTests.Name)]
public sealed class CallPhonesTests(DatabaseServer server) : IAsyncLifetime
{
    private Database _database = null!;
    private CallStore _store = null!;

    public async Task InitializeAsync()
    {
        _database = await Database.NewAsync(server);
        _store = new CallStore(_database.Source, _database.Helm);
    }

    public async Task DisposeAsync() => await _database.DisposeAsync();

    [Fact]
    public async Task A_call_is_his_who_placed_it_was_rung_or_talked_and_not_his_whose_phone_was_passed_over_or_did_not_ring()
    {
        await SaveAsync(Samples.Ringing("c-1").Talking() with
        {
            Direction = CallDirection.Out,
            PlacedBy = "110",
            Legs =
            [
                Leg("101", dialled: true, rang: true), Leg("102", dialled: true, rang: null), Leg("103", dialled: true, rang: false),
                Leg("104", dialled: false, rang: null), Leg("105", dialled: true, rang: false) with { AnsweredAt = Samples.Start },
            ],
            Talks = [new TrackedTalk("101", Samples.Start, null), new TrackedTalk("106", Samples.Start, null)],
        });

        Assert.Equal(["101 talked", "102", "105", "106 talked", "110"], await PhonesAsync());
        Assert.Equal(5, await _database.CountAsync(
            "SELECT count(*) FROM call_phones JOIN calls ON id = call_id AND calls.started_at = call_phones.started_at AND call_phones.direction = 'out' AND call_phones.own_number = calls.own_number"));
    }

    [Fact]
    public async Task What_became_known_better_is_what_counts()
    {
        var call = Samples.Ringing("c-1") with { Legs = [Leg("101", dialled: true, rang: true), Leg("102", dialled: true, rang: null)] };
        await SaveAsync(call);
        Assert.Equal(["101", "102"], await PhonesAsync());

        // The PBX's own log knew more: another moment, and a phone that never rang.
        await SaveAsync(call.Ended() with
        {
            StartedAt = Samples.Start.AddSeconds(-1),
            Legs = [Leg("101", dialled: true, rang: true), Leg("102", dialled: true, rang: false)],
        });
        Assert.Equal(["101 talked"], await PhonesAsync());
        Assert.Equal(1, await _database.CountAsync(
            "SELECT count(*) FROM call_phones WHERE result = 'answered' AND started_at = @at", new { at = Samples.Start.AddSeconds(-1).UtcDateTime }));
    }

    private static TrackedLeg Leg(string phone, bool dialled, bool? rang) => new("c-" + phone, phone, 1, dialled ? Samples.Start : null, rang, null, null, null);

    private Task SaveAsync(TrackedCall call) => _store.SaveAsync(Samples.Pbx, [(call, null)], Samples.Tables, CancellationToken.None);

    private Task<IReadOnlyList<string>> PhonesAsync() =>
        _database.QueryAsync<string>("SELECT phone || CASE WHEN talked THEN ' talked' ELSE '' END FROM call_phones ORDER BY phone");
}
