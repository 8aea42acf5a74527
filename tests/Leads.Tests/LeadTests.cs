using CallCenterCrm.Contracts.Telephony.V1;
using CallCenterCrm.Leads.Tests.Support;

namespace CallCenterCrm.Leads.Tests;

[Collection(LeadsTests.Name)]
public sealed class LeadTests(LeadsService leads)
{
    [Fact]
    public async Task Ten_calls_at_once_from_one_unknown_number_make_one_lead()
    {
        var numbers = Enumerable.Range(0, 20).Select(_ => leads.NewNumber()).ToArray();

        // Twenty times ten, so that whatever two of them can do to each other is done here.
        await leads.TellAsync(numbers.SelectMany(number => Enumerable.Range(0, 10).Select(_ => Calls.Ringing(number))));

        Assert.Equal(20, await leads.CountAsync("SELECT count(*) FROM leads WHERE number = ANY(@numbers)", new { numbers }));
        Assert.Equal(20, await leads.CountAsync("SELECT count(DISTINCT number) FROM leads WHERE number = ANY(@numbers) AND source = 'incoming_call'", new { numbers }));
        Assert.Equal(200, await leads.CountAsync(
            "SELECT count(*) FROM call_activities a JOIN leads l ON l.id = a.lead_id AND l.number = a.number WHERE a.number = ANY(@numbers)", new { numbers }));
    }

    [Fact]
    public async Task A_call_after_the_lead_was_closed_makes_a_new_one_and_older_calls_stay_with_theirs()
    {
        var number = leads.NewNumber();
        var first = Calls.Ringing(number);
        await leads.TellAsync(first);
        await leads.ExecuteAsync("UPDATE leads SET closed_at = now() WHERE number = @number", new { number });

        await leads.TellAsync(first.Answered());
        Assert.Equal(1, await LeadsOfAsync(number));

        await leads.TellAsync(Calls.Ringing(number));
        Assert.Equal(2, await LeadsOfAsync(number));
        Assert.Equal(2, await leads.CountAsync("SELECT count(DISTINCT lead_id) FROM call_activities WHERE number = @number", new { number }));
    }

    [Fact]
    public async Task A_call_of_a_known_number_goes_on_the_history_of_its_client_and_makes_no_lead()
    {
        var calls = LeadsService.RomashkaNumbers.Select(number => Calls.Ringing(number).Answered()).ToArray();
        await leads.TellAsync(calls);

        Assert.Equal(2, await leads.CountAsync(
            "SELECT count(*) FROM call_activities WHERE call_id = ANY(@ids) AND client_id = @Romashka AND lead_id IS NULL AND answered_by = '101' AND result = 'answered'",
            new { ids = calls.Select(call => call.CallId).ToArray(), LeadsService.Romashka }));
        Assert.Equal(0, await leads.CountAsync("SELECT count(*) FROM leads WHERE number = ANY(@RomashkaNumbers)", new { LeadsService.RomashkaNumbers }));
    }

    [Fact]
    public async Task A_call_to_an_unknown_number_is_kept_and_makes_no_lead()
    {
        var number = leads.NewNumber();
        await leads.TellAsync(Calls.Ringing(number, direction: CallDirection.Out).Answered());

        Assert.Equal(0, await LeadsOfAsync(number));
        Assert.Equal(1, await leads.CountAsync("SELECT count(*) FROM call_activities WHERE number = @number AND direction = 'out'", new { number }));
    }

    [Theory]
    [InlineData(PartyKind.Anonymous, null, CallDirection.In)]
    [InlineData(PartyKind.Unusable, null, CallDirection.In)]
    [InlineData(PartyKind.OwnNumber, "74951000002", CallDirection.In)]
    [InlineData(PartyKind.Employee, "79035550102", CallDirection.In)]
    [InlineData(PartyKind.Employee, null, CallDirection.Internal)]
    public async Task Who_is_no_client_to_be_opens_no_lead_no_callback_and_no_history(PartyKind party, string? number, CallDirection direction)
    {
        var call = Calls.Ringing(number, party, direction);
        await leads.TellAsync(call);
        await leads.TellAsync(call.Missed());

        Assert.Equal(0, await leads.CountAsync("SELECT count(*) FROM call_activities WHERE call_id = @CallId", call));
        Assert.Equal(0, await leads.CountAsync("SELECT count(*) FROM callback_misses WHERE call_id = @CallId", call));
        Assert.Equal(0, await leads.CountAsync("SELECT count(*) FROM leads WHERE number = @number", new { number = number ?? "" }));
    }

    [Fact]
    public async Task Versions_that_come_again_or_late_change_nothing()
    {
        var number = leads.NewNumber();
        var ringing = Calls.Ringing(number);
        var missed = ringing.Missed();
        var recorded = missed.Recorded();
        await leads.TellAsync(recorded);
        var before = await RowsAsync(number);

        foreach (var late in new[] { ringing, missed, recorded, missed, ringing })
        {
            await leads.TellAsync(late);
            Assert.Equal(before, await RowsAsync(number));
        }

        var row = Assert.Single(before);
        Assert.Contains("\"call_version\":3", row, StringComparison.Ordinal);
        Assert.Equal(1, await LeadsOfAsync(number));
        Assert.Equal(1, await leads.CountAsync("SELECT count(*) FROM callback_misses WHERE call_id = @CallId", ringing));
    }

    [Fact]
    public async Task Versions_of_a_call_that_come_all_at_once_leave_the_newest()
    {
        var numbers = Enumerable.Range(0, 20).Select(_ => leads.NewNumber()).ToArray();
        var versions = numbers.Select(number => Calls.Ringing(number)).SelectMany(call => new[] { call, call.Missed(), call.Missed().Recorded() });
        await leads.TellAsync(versions.OrderBy(call => call.CallId).ThenByDescending(call => call.Version));

        Assert.Equal(20, await leads.CountAsync(
            "SELECT count(*) FROM call_activities WHERE number = ANY(@numbers) AND call_version = 3 AND result = 'missed' AND miss_reason = 'no_answer' AND recording IS NOT NULL",
            new { numbers }));
        Assert.Equal(20, await leads.CountAsync("SELECT count(*) FROM leads WHERE number = ANY(@numbers)", new { numbers }));
        Assert.Equal(20, await leads.CountAsync("SELECT count(*) FROM callbacks WHERE number = ANY(@numbers)", new { numbers }));
    }

    [Fact]
    public async Task A_message_that_the_broker_delivers_again_is_not_worked_on_again()
    {
        var number = leads.NewNumber();
        var (id, call) = (Guid.NewGuid(), Calls.Missed(number));
        await leads.SendAsync((id, call));
        await leads.ExecuteAsync("DELETE FROM call_activities WHERE number = @number", new { number });

        // What follows it in the queue shows that the repeat was handled.
        await leads.SendAsync((id, call), (Guid.NewGuid(), Calls.Ringing(leads.NewNumber())));
        await leads.TellAsync(Calls.Ringing(leads.NewNumber()));

        Assert.Equal(0, await leads.CountAsync("SELECT count(*) FROM call_activities WHERE number = @number", new { number }));
    }

    [Fact]
    public async Task A_number_that_becomes_a_client_later_keeps_its_past_and_makes_no_second_lead()
    {
        var number = leads.NewNumber();
        var during = Calls.Ringing(number);
        await leads.TellAsync(Calls.Missed(number));
        await leads.TellAsync(during);
        var client = await AddClientAsync(number);

        await leads.TellAsync(during.Answered());
        var after = Calls.Missed(number);
        await leads.TellAsync(after);

        Assert.Equal(1, await LeadsOfAsync(number));
        Assert.Equal(2, await leads.CountAsync("SELECT count(*) FROM call_activities WHERE number = @number AND lead_id IS NOT NULL AND client_id IS NULL", new { number }));
        Assert.Equal(1, await leads.CountAsync("SELECT count(*) FROM call_activities WHERE call_id = @CallId AND client_id = @client", new { after.CallId, client }));

        // The duty to ring back is still the same one, now the client's, with both misses under it.
        Assert.Equal([client], await leads.QueryAsync<Guid?>("SELECT client_id FROM callbacks WHERE number = @number AND closed_at IS NULL", new { number }));
        Assert.Equal(2, await leads.CountAsync("SELECT count(*) FROM callback_misses JOIN callbacks ON id = callback_id WHERE client_id = @client", new { client }));
    }

    private async Task<Guid> AddClientAsync(string number)
    {
        var client = Guid.NewGuid();
        await leads.ExecuteAsync(
            """
            INSERT INTO clients (id, kind, name, created_at) VALUES (@client, 'person', 'Новый клиент', now());
            INSERT INTO client_numbers (number, client_id) VALUES (@number, @client)
            """, new { client, number });
        return client;
    }

    private Task<long> LeadsOfAsync(string number) => leads.CountAsync("SELECT count(*) FROM leads WHERE number = @number", new { number });

    private Task<IReadOnlyList<string>> RowsAsync(string number) =>
        leads.QueryAsync<string>("SELECT row_to_json(call_activities)::text FROM call_activities WHERE number = @number", new { number });
}
