using CallCenterCrm.Calls.V1;
using CallCenterCrm.Contracts.Telephony.V1;
using CallCenterCrm.ServiceDefaults.Authentication;
using CallCenterCrm.Telephony.Api.Tests.Support;
using Dapper;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using CallsClient = CallCenterCrm.Calls.V1.Calls.CallsClient;
using LegResult = CallCenterCrm.Contracts.Telephony.V1.LegResult;
using MissReason = CallCenterCrm.Contracts.Telephony.V1.MissReason;
using RecordingState = CallCenterCrm.Contracts.Telephony.V1.RecordingState;

namespace CallCenterCrm.Telephony.Api.Tests.Calls;

/// <summary>Lists of calls: what they hold, in which order, page by page, and for whom.</summary>
[Collection(SharedGateway.Name)]
public sealed class ListTests(Gateway gateway)
{
    private static int _days;

    // Every test has a day of its own, so that they do not see each other's calls.
    private readonly DateTimeOffset _day = StoredCalls.Start.AddDays(Interlocked.Increment(ref _days));

    private CallsClient Client => gateway.Client<CallsClient>(Permissions.CallsRead);

    [Fact]
    public async Task A_thousand_calls_come_page_by_page_each_once_the_latest_first_while_others_begin()
    {
        // Ten begin in the same moment each time, so that their ids decide.
        var calls = Enumerable.Range(0, 1000).Select(i => StoredCalls.Answered(_day.AddSeconds(i / 10))).ToArray();
        await StoredCalls.SaveAsync(gateway.Database, calls);
        var request = OfToday(new ListCallsRequest { PageSize = 37 });
        var seen = new List<Call>();
        do
        {
            var page = await Client.ListCallsAsync(request);
            Assert.InRange(page.Calls.Count, 1, 37);
            seen.AddRange(page.Calls);
            request.PageToken = page.NextPageToken;

            // It would shift the pages if they were counted.
            await StoredCalls.SaveAsync(gateway.Database, StoredCalls.Answered(_day.AddHours(1)));
        }
        while (request.PageToken.Length > 0);

        Assert.Equal(
            calls.OrderByDescending(call => call.StartedAt).ThenByDescending(call => call.CallId.ToString(), StringComparer.Ordinal).Select(call => call.CallId.ToString()),
            seen.Select(call => call.Id));
    }

    [Fact]
    public async Task Every_filter_filters()
    {
        var client = Guid.NewGuid();
        var missed = StoredCalls.Answered(_day) with { Result = CallResult.Missed, MissReason = MissReason.Abandoned, Talks = [], ClientId = client };
        var outgoing = StoredCalls.Answered(_day.AddMinutes(1), "102") with { Direction = CallDirection.Out, OwnNumber = "74951000009", PlacedBy = "102" };
        var ringing = StoredCalls.Ringing(_day.AddMinutes(2));
        await StoredCalls.SaveAsync(gateway.Database, missed, outgoing, ringing);

        await IsAsync([ringing, outgoing, missed], new());
        await IsAsync([outgoing], new() { Direction = Direction.Out });
        await IsAsync([ringing], new() { State = State.Ringing });
        await IsAsync([missed], new() { Result = Result.Missed });
        await IsAsync([outgoing], new() { OwnNumber = "+7 (495) 100-00-09" });
        await IsAsync([outgoing], new() { TalkedBy = "102" });
        await IsAsync([missed], new() { ClientId = client.ToString() });
        await IsAsync([], new() { ClientId = client.ToString(), Direction = Direction.Out });
        await IsAsync([outgoing], new() { From = _day.AddMinutes(1).ToTimestamp(), Until = _day.AddMinutes(2).ToTimestamp() });
    }

    [Fact]
    public async Task Its_clients_name_is_told_to_those_alone_who_may_read_clients()
    {
        var call = StoredCalls.Ringing(_day) with { ClientId = Guid.NewGuid(), ClientName = "ООО «Ромашка»" };
        await StoredCalls.SaveAsync(gateway.Database, call);
        foreach (var (name, client) in new[] { ("ООО «Ромашка»", gateway.Client<CallsClient>(Permissions.CallsRead, Permissions.ClientsRead)), ("", Client) })
        {
            Assert.Equal(name, (await client.GetCallAsync(new() { Id = call.CallId.ToString() })).Call.ClientName);
            Assert.Equal(name, (await client.ListCallsAsync(OfToday(new()))).Calls.Single().ClientName);

            // In a snapshot, and in a change that comes after it.
            using var watch = client.Watch(new());
            do
            {
                Assert.True(await watch.ResponseStream.MoveNext(default));
            }
            while (watch.ResponseStream.Current.Call?.Id != call.CallId.ToString());
            Assert.Equal(name, watch.ResponseStream.Current.Call.ClientName);
            call = call with { Version = call.Version + 1 };
            await StoredCalls.SaveAsync(gateway.Database, call);
            do
            {
                Assert.True(await watch.ResponseStream.MoveNext(default));
            }
            while (watch.ResponseStream.Current.Call?.Id != call.CallId.ToString());
            Assert.Equal((call.Version, name), (watch.ResponseStream.Current.Call.Version, watch.ResponseStream.Current.Call.ClientName));
        }
    }

    [Fact]
    public async Task A_call_is_told_whole()
    {
        var call = StoredCalls.Answered(_day) with
        {
            Version = 7,
            Result = CallResult.LostInTransfer,
            MissReason = MissReason.NobodyAvailable,
            ClientId = Guid.NewGuid(),
            PlacedBy = "103",
            Legs =
            [
                new CallLeg { Phone = "101", Result = LegResult.Unregistered },
                new CallLeg
                {
                    Phone = "79035550001", Step = 2, DialledAt = _day.AddSeconds(3), Rang = false, AnsweredAt = _day.AddSeconds(4),
                    EndedAt = _day.AddSeconds(9.5), Result = LegResult.NotAccepted,
                },
            ],
            Recording = new CallRecording { State = RecordingState.Ready, Bytes = 5, Seconds = 1.234, Sha256 = "ab" },
            Holds = [new CallHold { Phone = "101", From = _day.AddSeconds(7), Until = _day.AddSeconds(8) }, new CallHold { From = _day.AddSeconds(9) }],
            Transfers = [new CallTransfer { At = _day.AddSeconds(10), Blind = true, By = "101", To = "102" }],
            Recorded = [new CallStretch { From = _day.AddSeconds(5), Until = _day.AddSeconds(10) }, new CallStretch { From = _day.AddSeconds(12) }],
        };
        await StoredCalls.SaveAsync(gateway.Database, call);

        var told = (await Client.GetCallAsync(new() { Id = call.CallId.ToString() })).Call;

        Assert.Equal((call.CallId.ToString(), 7, true, "103"), (told.Id, told.Version, told.Settled, told.PlacedBy));
        Assert.Equal((Direction.In, State.Ended, Result.LostInTransfer), (told.Direction, told.State, told.Result));
        Assert.Equal((CallCenterCrm.Calls.V1.MissReason.NobodyAvailable, Party.Outside), (told.MissReason, told.Party));
        Assert.Equal((call.OwnNumber, call.PartyNumber, call.PartyNumberAsShown), (told.OwnNumber, told.PartyNumber, told.PartyNumberAsShown));
        Assert.Equal((call.ClientId.ToString(), "101"), (told.ClientId, told.AnsweredBy));
        Assert.Equal(
            (_day, _day.AddSeconds(5), _day.AddSeconds(65)),
            (told.StartedAt.ToDateTimeOffset(), told.AnsweredAt.ToDateTimeOffset(), told.EndedAt.ToDateTimeOffset()));
        Assert.Equal(
            [
                new Leg { Phone = "101", Result = CallCenterCrm.Calls.V1.LegResult.Unregistered },
                new Leg
                {
                    Phone = "79035550001", Step = 2, DialledAt = _day.AddSeconds(3).ToTimestamp(), Rang = false,
                    AnsweredAt = _day.AddSeconds(4).ToTimestamp(), EndedAt = _day.AddSeconds(9.5).ToTimestamp(),
                    Result = CallCenterCrm.Calls.V1.LegResult.NotAccepted,
                },
            ],
            told.Legs);
        Assert.False(told.Legs[0].HasRang);
        Assert.Equal([new Talk { Phone = "101", From = told.AnsweredAt, Until = told.EndedAt }], told.Talks);
        Assert.Equal(
            [
                new Hold { Phone = "101", From = _day.AddSeconds(7).ToTimestamp(), Until = _day.AddSeconds(8).ToTimestamp() },
                new Hold { From = _day.AddSeconds(9).ToTimestamp() },
            ],
            told.Holds.Holds_);
        Assert.Equal([new Transfer { At = _day.AddSeconds(10).ToTimestamp(), Blind = true, By = "101", To = "102" }], told.Transfers);
        Assert.Equal(
            [
                new Stretch { From = told.AnsweredAt, Until = _day.AddSeconds(10).ToTimestamp() },
                new Stretch { From = _day.AddSeconds(12).ToTimestamp() },
            ],
            told.Recorded);
        Assert.Equal(
            new Recording
            {
                State = CallCenterCrm.Calls.V1.RecordingState.Ready,
                Bytes = 5,
                Length = Duration.FromTimeSpan(TimeSpan.FromMilliseconds(1234)),
                Sha256 = "ab",
            },
            told.Recording);
    }

    [Fact]
    public async Task Holds_that_nobody_knows_of_are_absent_and_none_are_an_empty_list()
    {
        var unknown = StoredCalls.Answered(_day);
        var none = StoredCalls.Answered(_day.AddMinutes(1)) with { Holds = [] };
        await StoredCalls.SaveAsync(gateway.Database, unknown, none);

        Assert.Null((await Client.GetCallAsync(new() { Id = unknown.CallId.ToString() })).Call.Holds);
        Assert.Empty((await Client.GetCallAsync(new() { Id = none.CallId.ToString() })).Call.Holds.Holds_);
    }

    [Theory]
    [InlineData("+7 (931) 000-00-01")]
    [InlineData("8 931 000 0001")]
    [InlineData("9310000001")]
    [InlineData("tel:+79310000001")]
    public async Task The_history_of_a_number_is_found_however_it_is_written(string written)
    {
        var mine = new[] { StoredCalls.Answered(_day, partyNumber: "79310000001"), StoredCalls.Answered(_day.AddMinutes(1), partyNumber: "79310000001") };
        await StoredCalls.SaveAsync(gateway.Database, [.. mine, StoredCalls.Answered(_day, partyNumber: "79310000002")]);

        var first = await Client.ListCallsOfNumberAsync(new() { Number = written, PageSize = 1 });
        Assert.Equal("79310000001", first.Number);
        Assert.Equal(mine[1].CallId.ToString(), Assert.Single(first.Calls).Id);
        var second = await Client.ListCallsOfNumberAsync(new() { Number = written, PageSize = 1, PageToken = first.NextPageToken });
        Assert.Equal(mine[0].CallId.ToString(), Assert.Single(second.Calls).Id);
    }

    [Fact]
    public async Task What_is_wrong_with_a_request_is_told_by_field_and_all_at_once()
    {
        await StoredCalls.SaveAsync(gateway.Database, StoredCalls.Answered(_day), StoredCalls.Answered(_day));
        var request = OfToday(new() { PageSize = 1 });
        var token = (await Client.ListCallsAsync(request)).NextPageToken;
        Assert.NotEmpty(token);

        Assert.Equal(
            [
                "client_id WRONG_FORMAT", "direction UNKNOWN_WORD", "from OUT_OF_RANGE", "own_number NOT_A_NUMBER", "page_size OUT_OF_RANGE",
                "page_token WRONG_PAGE_TOKEN", "result UNKNOWN_WORD", "state UNKNOWN_WORD", "talked_by NOT_A_NUMBER",
            ],
            await Refused.FieldsAsync(() => Client.ListCallsAsync(new()
            {
                From = new Timestamp { Seconds = long.MaxValue },
                Direction = (Direction)77,
                State = (State)77,
                Result = (Result)(-1),
                OwnNumber = "office",
                TalkedBy = "1",
                ClientId = "7",
                PageSize = 1001,
                PageToken = token,
            })));
        Assert.Equal(["page_token WRONG_PAGE_TOKEN"], await Refused.FieldsAsync(() => Client.ListCallsAsync(new() { PageToken = "*" })));
        Assert.Equal(["page_token WRONG_PAGE_TOKEN"], await Refused.FieldsAsync(() => Client.ListCallsOfNumberAsync(new() { Number = "79161234567", PageToken = token })));
        Assert.Equal(["page_size OUT_OF_RANGE"], await Refused.FieldsAsync(() => Client.ListCallsAsync(new() { PageSize = -1 })));
        Assert.Equal(["until END_BEFORE_START"], await Refused.FieldsAsync(() => Client.ListCallsAsync(new() { From = _day.ToTimestamp(), Until = _day.ToTimestamp() })));
        Assert.Equal(["number REQUIRED"], await Refused.FieldsAsync(() => Client.ListCallsOfNumberAsync(new())));
        Assert.Equal(["number NOT_A_NUMBER"], await Refused.FieldsAsync(() => Client.ListCallsOfNumberAsync(new() { Number = "911" })));
        Assert.Equal(["id REQUIRED"], await Refused.FieldsAsync(() => Client.GetCallAsync(new())));
        Assert.Equal(["id WRONG_FORMAT"], await Refused.FieldsAsync(() => Client.GetCallAsync(new() { Id = "7" })));
        await Refused.WithAsync(StatusCode.NotFound, () => Client.GetCallAsync(new() { Id = Guid.NewGuid().ToString() }));
    }

    [Fact]
    public async Task Whoever_may_not_see_all_calls_sees_those_of_his_phones_or_of_his_team()
    {
        var valeras = StoredCalls.Answered(_day, "101");
        var valerasMobile = StoredCalls.Answered(_day.AddMinutes(1), "79035550101");
        var rangAtValeras = StoredCalls.Ringing(_day.AddMinutes(2), "101");
        var placedByOlga = StoredCalls.Answered(_day.AddMinutes(3), "104") with { Direction = CallDirection.Out, PlacedBy = "102", Legs = [], Talks = [] };
        var passedOver = StoredCalls.Ringing(_day.AddMinutes(4)) with { Legs = [new CallLeg { Phone = "101", Rang = false, Result = LegResult.Unregistered }] };
        var olegs = StoredCalls.Answered(_day.AddMinutes(5), "103");
        CallChanged[] all = [valeras, valerasMobile, rangAtValeras, placedByOlga, passedOver, olegs];
        await StoredCalls.SaveAsync(gateway.Database, all);

        foreach (var (token, seen) in new (string Token, CallChanged[] Seen)[]
        {
            (Token(SampleTables.Valera, "own", "A"), [rangAtValeras, valerasMobile, valeras]),
            (Token(SampleTables.Olga, "own", "A"), [placedByOlga]),
            (Token(SampleTables.Olga, "team", "A"), [placedByOlga, rangAtValeras, valerasMobile, valeras]),
            (Token(SampleTables.Oleg, "team", null), [olegs]),
            (Token(SampleTables.Oleg, "all", "B"), [olegs, passedOver, placedByOlga, rangAtValeras, valerasMobile, valeras]),
            (gateway.Tokens.Make([Permissions.CallsRead], kind: "system", visibility: "own"), []),
        })
        {
            var client = gateway.ClientWith<CallsClient>(token);
            var listed = await client.ListCallsAsync(OfToday(new()));
            Assert.Equal(seen.Select(call => call.CallId.ToString()), listed.Calls.Select(call => call.Id));
            foreach (var call in all)
            {
                // The same rule for one call as for lists.
                if (seen.Contains(call))
                {
                    await client.GetCallAsync(new() { Id = call.CallId.ToString() });
                }
                else
                {
                    await Refused.WithAsync(StatusCode.NotFound, () => client.GetCallAsync(new() { Id = call.CallId.ToString() }));
                }
            }
        }
    }

    [Fact]
    public async Task Whoever_rings_clients_back_sees_what_was_missed_of_his_and_of_nobody_s_clients_and_not_of_others()
    {
        var at = _day;
        CallChanged Missed(string number, CallDirection direction = CallDirection.In) => StoredCalls.Answered(at = at.AddMinutes(1), "104", number) with
        {
            Direction = direction,
            Result = direction == CallDirection.In ? CallResult.Missed : CallResult.NotAnswered,
            AnsweredAt = null,
            AnsweredBy = null,
            Legs = [],
            Talks = [],
        };
        var strangers = Missed("79160000001");
        var anonymous = Missed("79160000001") with { PartyNumber = null };
        var valeras = Missed("79160000002");
        var olgas = Missed("79160000003");
        var nobodys = Missed("79160000004");
        var someoneRang = StoredCalls.Answered(at.AddMinutes(1), "104", "79160000001") with { Result = CallResult.Missed, AnsweredAt = null, AnsweredBy = null, Talks = [] };
        var answered = StoredCalls.Answered(at.AddMinutes(2), "104", "79160000001");
        var handedOn = answered with { CallId = Guid.NewGuid(), Result = CallResult.LostInTransfer };
        var outgoing = Missed("79160000001", CallDirection.Out) with { PlacedBy = "104" };
        await KnowClientAsync("79160000002", SampleTables.Valera);
        await KnowClientAsync("79160000003", SampleTables.Olga);
        await KnowClientAsync("79160000004", null);
        CallChanged[] all = [strangers, anonymous, valeras, olgas, nobodys, someoneRang, answered, handedOn, outgoing];
        await StoredCalls.SaveAsync(gateway.Database, all);

        string[] ringsBack = [Permissions.CallsRead, Permissions.CallbacksRead];
        foreach (var (token, seen) in new (string Token, CallChanged[] Seen)[]
        {
            (gateway.Tokens.Make(ringsBack, new Guid(SampleTables.Valera), visibility: "own"), [strangers, anonymous, valeras, nobodys, someoneRang]),
            (gateway.Tokens.Make(ringsBack, new Guid(SampleTables.Valera), visibility: "team", team: "A"), [strangers, anonymous, valeras, olgas, nobodys, someoneRang]),
            (gateway.Tokens.Make(ringsBack, Guid.NewGuid(), visibility: "own"), [strangers, anonymous, nobodys, someoneRang]),
            (Token(SampleTables.Valera, "own", "A"), []),
            (gateway.Tokens.Make(ringsBack, kind: "system", visibility: "own"), []),
        })
        {
            var client = gateway.ClientWith<CallsClient>(token);
            Assert.Equal(
                seen.Select(call => call.CallId.ToString()).Order(StringComparer.Ordinal),
                (await client.ListCallsAsync(OfToday(new()))).Calls.Select(call => call.Id).Order(StringComparer.Ordinal));
            foreach (var call in all)
            {
                if (seen.Contains(call))
                {
                    await client.GetCallAsync(new() { Id = call.CallId.ToString() });
                }
                else
                {
                    await Refused.WithAsync(StatusCode.NotFound, () => client.GetCallAsync(new() { Id = call.CallId.ToString() }));
                }
            }
        }
    }

    private async Task KnowClientAsync(string number, string? responsible)
    {
        await using var connection = await gateway.Database.OpenConnectionAsync();
        await connection.ExecuteAsync(
            """
            WITH client AS (INSERT INTO known_clients (client_id, version, name, responsible_id, removed)
                VALUES (gen_random_uuid(), 1, 'somebody', @responsible, false) RETURNING client_id)
            INSERT INTO known_numbers (number, client_id) SELECT @number, client_id FROM client
            """, new { number, responsible = responsible is null ? (Guid?)null : new Guid(responsible) });
    }

    private string Token(string employee, string visibility, string? team) =>
        gateway.Tokens.Make([Permissions.CallsRead], new Guid(employee), visibility: visibility, team: team);

    private ListCallsRequest OfToday(ListCallsRequest request)
    {
        request.From ??= _day.ToTimestamp();
        request.Until ??= _day.AddHours(1).ToTimestamp();
        return request;
    }

    private async Task IsAsync(CallChanged[] calls, ListCallsRequest request) => Assert.Equal(
        calls.Select(call => call.CallId.ToString()), (await Client.ListCallsAsync(OfToday(request))).Calls.Select(call => call.Id));
}
