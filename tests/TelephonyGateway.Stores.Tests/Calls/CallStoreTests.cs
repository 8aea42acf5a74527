using System.Text.Json;
using CallCenterCrm.Contracts.Telephony.V1;
using CallCenterCrm.Messaging;
using CallCenterCrm.Telephony.Asterisk;
using CallCenterCrm.Telephony.Calls;
using CallCenterCrm.Telephony.Stores.Tests.Support;
using Npgsql;
using Xunit;

namespace CallCenterCrm.Telephony.Stores.Tests.Calls;

[Collection(DatabaseTests.Name)]
public sealed class CallStoreTests(DatabaseServer server) : IAsyncLifetime
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
    public async Task A_batch_stored_twice_leaves_the_same_rows_and_is_published_once()
    {
        var batch = Enumerable.Range(0, 50).Select(index => ((TrackedCall, PlanNote?))(Samples.Ringing($"c-{index}"), index % 2 == 0 ? Samples.Note("Иванов") : null)).ToArray();
        await SaveAsync(batch);
        var before = await RowsAsync();

        await SaveAsync(batch);
        await SaveAsync([.. batch.Reverse()]);

        Assert.Equal(before, await RowsAsync());
        Assert.Equal(50, await _database.CountAsync("SELECT count(*) FROM calls WHERE version = 1"));
        Assert.Equal(50, await _database.CountAsync("SELECT count(*) FROM call_legs"));
        Assert.Equal(25, await _database.CountAsync("SELECT count(*) FROM calls WHERE plan->'plan'->>'text' = '101@15' AND client_id IS NOT NULL"));
        Assert.Equal(50, await _database.CountAsync("SELECT count(*) FROM changes"));
    }

    [Fact]
    public async Task Every_piece_of_news_gets_the_next_version_and_is_published_whole()
    {
        var call = Samples.Ringing("c-1");
        await SaveAsync((call, Samples.Note("Иванов")));
        await SaveAsync((call.Talking(), Samples.Note("Иванов")));
        await SaveAsync((call.Ended(), null));

        Assert.Equal(3, await _database.CountAsync("SELECT version FROM calls"));
        var published = await PublishedAsync();
        Assert.Equal([1L, 2L, 3L], published.Select(version => version.Version));
        Assert.Equal([CallState.Ringing, CallState.Talking, CallState.Ended], published.Select(version => version.State));
        Assert.All(published, version => Assert.Equal(CallId.Of(Samples.Pbx, "c-1"), version.CallId));
        var last = published[^1];
        Assert.Equal((true, CallResult.Answered, "101"), (last.Settled, last.Result, last.AnsweredBy));
        Assert.Equal((Samples.Start, Samples.Start.AddSeconds(9), Samples.Start.AddSeconds(69)), (last.StartedAt, last.AnsweredAt, last.EndedAt));
        Assert.Equal((PartyKind.Outside, "79161234567", Samples.Number), (last.Party, last.PartyNumber, last.OwnNumber));

        // Who called was found out when it rang; a later version that does not know it does not forget it.
        Assert.Equal((new Guid("6a1c0b5e-0000-4000-9000-000000000001"), "Иванов"), (last.ClientId, last.ClientName));
        Assert.Equal(1, await _database.CountAsync("SELECT count(*) FROM calls WHERE client_id = @ClientId", last));
        var talk = Assert.Single(last.Talks);
        Assert.Equal(("101", Samples.Start.AddSeconds(9), Samples.Start.AddSeconds(69)), (talk.Phone, talk.From, talk.Until));
        Assert.Equal(1, await _database.CountAsync("SELECT count(*) FROM call_legs WHERE phone = '101' AND result = 'talked' AND ended_at IS NOT NULL"));
        Assert.Equal(1, await _database.CountAsync("SELECT count(*) FROM call_talks WHERE ended_at IS NOT NULL"));
    }

    [Fact]
    public async Task The_way_through_a_menu_is_kept_and_a_choice_in_it_alone_does_not_go_onto_the_broker()
    {
        var call = Samples.Ringing("c-1") with { Legs = [], Menu = new TrackedMenu(Samples.Start, null, "") };
        await SaveAsync((call, null));
        await SaveAsync((call with { Menu = call.Menu! with { Path = "2-1" } }, null));
        Assert.Equal(1, await _database.CountAsync("SELECT count(*) FROM changes WHERE sent_at IS NULL"));

        var left = Samples.Start.AddSeconds(7.25);
        await SaveAsync((Samples.Ringing("c-1").Ended() with { Menu = new TrackedMenu(Samples.Start, left, "2-1") }, null));

        Assert.Equal(
            new CallMenu { EnteredAt = Samples.Start, LeftAt = left, Path = "2-1", Depth = 2 }, (await PublishedAsync())[^1].Menu);
        Assert.Equal(1, await _database.CountAsync(
            "SELECT count(*) FROM calls WHERE menu_path = '2-1' AND menu_left_at - menu_entered_at = interval '7.25 s'"));
    }

    [Fact]
    public async Task Holds_are_published_with_the_call_and_unknown_ones_are_not_said_to_be_none()
    {
        var call = Samples.Ringing("c-1").Talking() with { Holds = [] };
        await SaveAsync((call, null));
        var (from, until) = (Samples.Start.AddSeconds(20), Samples.Start.AddSeconds(30));
        await SaveAsync((call with { Holds = [new TrackedHold("101", from, null)] }, null));
        Assert.Equal(1, await _database.CountAsync("SELECT count(*) FROM changes WHERE sent_at IS NULL"));
        await SaveAsync((call with { Holds = null }, null));
        await SaveAsync((call.Ended() with
        {
            Holds = [new TrackedHold(null, from, until)],
            Transfers = [new Transfer(until, Blind: false, "101", "102")],
            Recorded = [new RecordedStretch(from, until), new RecordedStretch(until.AddSeconds(4), null)],
        }, null));

        var published = await PublishedAsync();
        Assert.Empty(published[0].Holds!);
        Assert.Equal<CallHold>([new() { Phone = "101", From = from }], published[1].Holds!);
        Assert.Null(published[2].Holds);
        var last = published[^1];
        Assert.Equal<CallHold>([new() { From = from, Until = until }], last.Holds!);
        Assert.Equal([new CallTransfer { At = until, Blind = false, By = "101", To = "102" }], last.Transfers);
        Assert.Equal([new CallStretch { From = from, Until = until }, new CallStretch { From = until.AddSeconds(4) }], last.Recorded);
    }

    [Fact]
    public async Task News_of_legs_alone_are_kept_but_do_not_go_onto_the_broker()
    {
        var call = Samples.Ringing("c-1");
        await SaveAsync((call, null));
        await SaveAsync((call with { Legs = [.. call.Legs, new TrackedLeg("c-1-102", "102", 2, Samples.Start.AddSeconds(16), true, null, null, null)] }, null));

        Assert.Equal(2, await _database.CountAsync("SELECT count(*) FROM changes"));
        Assert.Equal(1, await _database.CountAsync("SELECT count(*) FROM changes WHERE sent_at IS NULL"));
        Assert.Equal(2, await _database.CountAsync("SELECT count(*) FROM call_legs"));
    }

    [Fact]
    public async Task That_a_second_one_talks_goes_onto_the_broker_and_that_he_who_answered_does_does_not()
    {
        var answered = Samples.Ringing("c-1") with { AnsweredAt = Samples.Start.AddSeconds(9), AnsweredBy = "101" };
        var first = new TrackedTalk("101", Samples.Start.AddSeconds(9), null);
        await SaveAsync((answered, null));
        await SaveAsync((answered with { Talks = [first] }, null));
        Assert.Equal(1, await _database.CountAsync("SELECT count(*) FROM changes WHERE sent_at IS NULL"));

        var passedOn = new TrackedTalk("102", Samples.Start.AddSeconds(30), null);
        await SaveAsync((answered with { Talks = [first, passedOn] }, null));
        Assert.Equal(2, await _database.CountAsync("SELECT count(*) FROM changes WHERE sent_at IS NULL"));
        await SaveAsync((answered with { Talks = [first, passedOn with { Until = Samples.Start.AddSeconds(40) }] }, null));
        Assert.Equal(2, await _database.CountAsync("SELECT count(*) FROM changes WHERE sent_at IS NULL"));
    }

    [Fact]
    public async Task A_settled_call_stays_as_it_is()
    {
        var call = Samples.Ringing("c-1");
        await SaveAsync((call.Ended(), null));
        var before = await RowsAsync();

        await SaveAsync((call, null), (Samples.Ringing("c-2"), null));
        await SaveAsync((call.Ended() with { Result = CallResult.Missed, MissReason = MissReason.Failed, Legs = [], Talks = [] }, Samples.Note("later")));

        Assert.Equal(before.Single(), (await RowsAsync()).Single(row => row.Contains("\"c-1\"", StringComparison.Ordinal)));
        Assert.Equal(1, await _database.CountAsync("SELECT count(*) FROM call_talks"));
        Assert.Equal(1, await _database.CountAsync("SELECT count(*) FROM changes WHERE body->>'callId' = @id", new { id = CallId.Of(Samples.Pbx, "c-1").ToString() }));
    }

    [Fact]
    public async Task A_plan_that_is_told_after_the_call_is_put_down_and_makes_one_change()
    {
        var call = Samples.Ringing("c-1");
        await SaveAsync((call, null));
        await SaveAsync((call, Samples.Note("Иванов")));

        // As after a restart of the gateway, which no longer knows what was planned.
        await SaveAsync((call, null));

        Assert.Equal(1, await _database.CountAsync("SELECT count(*) FROM calls WHERE version = 2 AND plan IS NOT NULL AND client_id IS NOT NULL"));
        var published = await PublishedAsync();
        Assert.Equal([(null, null), (new Guid("6a1c0b5e-0000-4000-9000-000000000001"), "Иванов")], published.Select(version => (version.ClientId, version.ClientName)));
        Assert.Equal(2, await _database.CountAsync("SELECT count(*) FROM changes WHERE sent_at IS NULL"));
    }

    [Fact]
    public async Task New_calls_that_two_gateways_store_at_the_same_moment_are_stored_by_both()
    {
        // One call at a time: whoever comes second to the first call of a batch waits, and meets nobody over the others.
        const int Rounds = 400;
        for (var round = 0; round < Rounds; round++)
        {
            var call = Samples.Ringing($"c-{round}");
            await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => SaveAsync((call, null))));
        }

        Assert.Equal(Rounds, await _database.CountAsync("SELECT count(*) FROM calls WHERE version = 1"));
        Assert.Equal(Rounds, await _database.CountAsync("SELECT count(*) FROM changes"));
    }

    [Fact]
    public async Task Writers_at_the_same_time_neither_block_each_other_for_good_nor_double_a_version()
    {
        const int Calls = 30;
        await Parallel.ForEachAsync(Enumerable.Range(0, 8), new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (writer, cancellationToken) =>
        {
            var random = new Random(writer);
            for (var round = 0; round < 15; round++)
            {
                var batch = Enumerable.Range(0, Calls).Where(_ => random.Next(2) == 0).OrderBy(_ => random.Next())
                    .Select(index => ((TrackedCall, PlanNote?))(Samples.Ringing($"c-{index}") with
                    {
                        Fallback = random.Next(2) == 0,
                        RawNumber = $"7916{random.Next(3):0000000}",
                        Legs = [.. Enumerable.Range(1, random.Next(1, 4)).Select(leg => new TrackedLeg($"c-{index}-{leg}", $"10{leg}", leg, Samples.Start, true, null, null, null))],
                    }, null)).ToArray();
                await _store.SaveAsync(Samples.Pbx, batch, Samples.Tables, cancellationToken);
            }
        });

        Assert.Equal(Calls, await _database.CountAsync("SELECT count(*) FROM calls"));

        // The versions of each call were told from 1 on, none twice, and the rows are of the last one.
        Assert.Equal(0, await _database.CountAsync(
            """
            SELECT count(*) FROM calls JOIN (
                SELECT body->>'callId' AS id, count(*) AS told, count(DISTINCT body->>'version') AS versions, max((body->>'version')::bigint) AS last
                FROM changes GROUP BY 1) AS told ON told.id = calls.id::text
            WHERE calls.version <> told OR told <> versions OR versions <> last
            """));
        Assert.Equal(0, await _database.CountAsync(
            """
            SELECT count(*) FROM calls WHERE (SELECT array_agg(phone ORDER BY position) FROM call_legs WHERE call_id = calls.id)
                IS DISTINCT FROM (SELECT array_agg(leg->>'phone' ORDER BY position) FROM jsonb_array_elements(event->'legs') WITH ORDINALITY AS legs(leg, position))
            """));
    }

    [Theory]
    [InlineData("O'Brien\"; DROP TABLE calls; --")]
    [InlineData("\\u0000 \\ \\\\ %s {0} $1 @rows :id ?")]
    [InlineData("☎️ 😀 «ёж» \u202Egnp.exe")]
    [InlineData("12345678901234567890")]
    [InlineData("${SHELL(id)} `id` $(id)")]
    [InlineData("\r\nEvent: Hangup\r\n\r\n")]
    [InlineData("[1, {\"a\": null}]")]
    public async Task Hostile_texts_are_kept_as_texts(string text)
    {
        var call = Samples.Ringing("c-" + text, text).Ended() with
        {
            PlacedBy = text,
            AnsweredBy = text,
            RecordingFile = text,
            Legs = [new TrackedLeg(text, text, 1, Samples.Start, true, null, null, LegResult.Talked)],
            Talks = [new TrackedTalk(text, Samples.Start, null)],
            Transfers = [new Transfer(Samples.Start, Blind: true, text, text)],
        };
        await SaveAsync((call, Samples.Note(text)), (Samples.Ringing("other"), null));

        Assert.Equal(
            [("c-" + text, text, text, text, text)],
            await _database.QueryAsync<(string, string, string, string, string)>(
                "SELECT uniqueid, placed_by, answered_by, recording_file, plan->'caller'->>'name' FROM calls WHERE id = @id", new { id = CallId.Of(Samples.Pbx, "c-" + text) }));
        Assert.Equal([(text, text)], await _database.QueryAsync<(string, string)>("SELECT phone, channel FROM call_legs WHERE channel NOT LIKE 'other%'"));
        Assert.Equal([text], await _database.QueryAsync<string>("SELECT phone FROM call_talks"));
        Assert.Equal([text], await _database.QueryAsync<string>("SELECT transfers->0->>'by' FROM calls WHERE transfers <> '[]'"));
        var published = (await PublishedAsync()).Single(version => version.Settled);
        Assert.Equal((text, text), (published.AnsweredBy, published.Talks[0].Phone));
        Assert.Equal((PartyKind.Unusable, null), (published.Party, published.PartyNumber));
    }

    [Theory]
    [InlineData("79161234567\0", "79161234567")]
    [InlineData("8\u0007916\r\n", "8916")]
    [InlineData("😀12", "12")]
    public async Task The_number_as_shown_has_no_signs_that_a_database_or_a_screen_cannot_take(string shown, string kept)
    {
        await SaveAsync((Samples.Ringing("c-1", shown), null));
        Assert.Equal([kept], await _database.QueryAsync<string>("SELECT party_shown FROM calls"));
        Assert.Equal(kept, (await PublishedAsync())[0].PartyNumberAsShown);
    }

    [Fact]
    public async Task A_call_that_the_database_refuses_leaves_nothing_of_its_batch_half_stored()
    {
        // PostgreSQL has no text with NUL in it; the writer then stores the others one by one.
        var bad = Samples.Ringing("c-bad") with { PlacedBy = "\0" };
        var fault = await Assert.ThrowsAsync<PostgresException>(() => SaveAsync((Samples.Ringing("c-good"), null), (bad, null)));

        Assert.False(fault.IsTransient);
        Assert.Equal(0, await _database.CountAsync("SELECT (SELECT count(*) FROM calls) + (SELECT count(*) FROM call_legs) + (SELECT count(*) FROM changes)"));
    }

    [Fact]
    public async Task The_place_in_the_PBXs_log_is_kept_and_replaced()
    {
        Assert.Null(await _store.LoadLogPositionAsync(Samples.Pbx, CancellationToken.None));
        await _store.SaveLogPositionAsync(Samples.Pbx, new CelPosition("{\"first\": \"line's\"}", 10), Samples.Start, CancellationToken.None);
        await _store.SaveLogPositionAsync(Samples.Pbx, new CelPosition("second", 5_000_000_000), Samples.Start, CancellationToken.None);
        await _store.SaveLogPositionAsync("other", new CelPosition("third", 1), Samples.Start, CancellationToken.None);

        Assert.Equal(new CelPosition("second", 5_000_000_000), await _store.LoadLogPositionAsync(Samples.Pbx, CancellationToken.None));
    }

    private Task SaveAsync(params (TrackedCall, PlanNote?)[] calls) => _store.SaveAsync(Samples.Pbx, calls, Samples.Tables, CancellationToken.None);

    private async Task<IReadOnlyList<CallChanged>> PublishedAsync() =>
        [.. (await _database.QueryAsync<string>("SELECT body::text FROM changes ORDER BY seq")).Select(body => JsonSerializer.Deserialize<CallChanged>(body, ChangeLog.Json)!)];

    // A call with its legs and talks as one text.
    private Task<IReadOnlyList<string>> RowsAsync() => _database.QueryAsync<string>(
        """
        SELECT row_to_json(calls)::text
            || coalesce((SELECT json_agg(call_legs ORDER BY position) FROM call_legs WHERE call_id = id)::text, '')
            || coalesce((SELECT json_agg(call_talks ORDER BY position) FROM call_talks WHERE call_id = id)::text, '')
        FROM calls ORDER BY id
        """);
}
