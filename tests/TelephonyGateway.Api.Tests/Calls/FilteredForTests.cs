using CallCenterCrm.Calls.V1;
using CallCenterCrm.Contracts.Telephony.V1;
using CallCenterCrm.ServiceDefaults.Authentication;
using CallCenterCrm.Telephony.Api.Tests.Support;
using Dapper;
using Google.Protobuf.WellKnownTypes;
using CallsClient = CallCenterCrm.Calls.V1.Calls.CallsClient;

namespace CallCenterCrm.Telephony.Api.Tests.Calls;

/// <summary>Every filter for everybody, over calls of all kinds: lists are found in other ways for each, and hold what the rules say.</summary>
[Collection(SharedGateway.Name)]
public sealed class FilteredForTests(Gateway gateway) : IAsyncLifetime
{
    private const string Strangers = "79170000001";
    private const string Valeras = "79170000002";
    private const string Olegs = "79170000003";

    // No other test has calls of this day; each run of this class has a minute of it.
    private static readonly DateTimeOffset Day = StoredCalls.Start.AddYears(-1);
    private static int _minutes;
    private readonly DateTimeOffset _at = Day.AddMinutes(Interlocked.Increment(ref _minutes));
    private readonly Guid _client = Guid.NewGuid();
    private CallChanged[] _calls = [];

    /// <summary>Who asks: his token, his phones (null: sees all), and whose clients' missed calls he sees (null: none as such).</summary>
    private (string Token, string[]? Phones, string[]? Employees)[] Readers =>
    [
        (Token("all", callbacks: true), null, null),
        (Token("own", callbacks: true), ["101", "79035550101"], [SampleTables.Valera]),
        (Token("own", callbacks: false), ["101", "79035550101"], null),
        (Token("team", callbacks: true), ["101", "79035550101", "102"], [SampleTables.Valera, SampleTables.Olga]),
    ];

    public async Task InitializeAsync()
    {
        var dice = new Random(20260302);
        _calls = [.. Enumerable.Range(0, 150).Select(_ => Drawn(dice))];
        await StoredCalls.SaveAsync(gateway.Database, _calls);
        await using var connection = await gateway.Database.OpenConnectionAsync();
        foreach (var (number, responsible) in new[] { (Valeras, SampleTables.Valera), (Olegs, SampleTables.Oleg) })
        {
            await connection.ExecuteAsync(
                """
                INSERT INTO known_clients (client_id, version, name, responsible_id, removed) VALUES (@id, 1, 'somebody', @responsible, false);
                INSERT INTO known_numbers (number, client_id) VALUES (@number, @id)
                """, new { id = Guid.NewGuid(), number, responsible = new Guid(responsible) });
        }
    }

    public async Task DisposeAsync()
    {
        await using var connection = await gateway.Database.OpenConnectionAsync();
        await connection.ExecuteAsync(
            "DELETE FROM known_clients WHERE client_id IN (SELECT client_id FROM known_numbers WHERE number = ANY(@numbers))", new { numbers = new[] { Valeras, Olegs } });
    }

    [Fact]
    public async Task Whoever_asks_and_whatever_he_filters_by_finds_what_matches_of_what_he_sees()
    {
        foreach (var (token, phones, employees) in Readers)
        {
            var client = gateway.ClientWith<CallsClient>(token);
            foreach (var (direction, result, talkedBy, own, ofClient) in
                from direction in System.Enum.GetValues<Direction>()
                from result in System.Enum.GetValues<Result>()
                from talkedBy in new[] { "", "101", "103" }
                from other in new[] { ("", false), ("74951000002", false), ("", true) }
                select (direction, result, talkedBy, other.Item1, other.Item2))
            {
                var request = Today(new() { Direction = direction, Result = result, TalkedBy = talkedBy, OwnNumber = own, ClientId = ofClient ? _client.ToString() : "" });
                var expected = _calls.Where(call => IsSeen(call, phones, employees)
                    && (direction == default || (int)direction == (int)call.Direction + 1)
                    && (result == default || (int)result == (int)call.Result! + 1)
                    && (talkedBy.Length == 0 || call.Talks.Any(talk => talk.Phone == talkedBy))
                    && (own.Length == 0 || call.OwnNumber == own)
                    && (!ofClient || call.ClientId == _client));
                Assert.Equal(InOrder(expected), (await client.ListCallsAsync(request)).Calls.Select(call => call.Id));
            }
        }
    }

    [Fact]
    public async Task Pages_hold_each_call_once_whoever_asks_also_those_of_several_phones_of_his()
    {
        foreach (var (token, phones, employees) in Readers)
        {
            var client = gateway.ClientWith<CallsClient>(token);
            var request = Today(new() { PageSize = 7 });
            var listed = new List<string>();
            do
            {
                var page = await client.ListCallsAsync(request);
                listed.AddRange(page.Calls.Select(call => call.Id));
                request.PageToken = page.NextPageToken;
            }
            while (request.PageToken.Length > 0);

            Assert.Equal(InOrder(_calls.Where(call => IsSeen(call, phones, employees))), listed);
        }
    }

    [Fact]
    public async Task The_history_of_a_number_holds_what_whoever_asks_sees_of_it()
    {
        var ids = _calls.Select(call => call.CallId.ToString()).ToHashSet(StringComparer.Ordinal);
        foreach (var (token, phones, employees) in Readers)
        {
            foreach (var number in new[] { Strangers, Valeras, Olegs })
            {
                var history = await gateway.ClientWith<CallsClient>(token).ListCallsOfNumberAsync(new() { Number = number, PageSize = 1000 });
                Assert.Equal(
                    InOrder(_calls.Where(call => call.PartyNumber == number && IsSeen(call, phones, employees))),
                    history.Calls.Select(call => call.Id).Where(ids.Contains));
            }
        }
    }

    // The rule as CallVisibility's summary has it, over what was published of the call.
    private static bool IsSeen(CallChanged call, string[]? phones, string[]? employees) => phones is null
        || phones.Contains(call.PlacedBy)
        || call.Talks.Any(talk => phones.Contains(talk.Phone))
        || call.Legs.Any(leg => phones.Contains(leg.Phone) && (leg.AnsweredAt is not null || (leg.DialledAt is not null && leg.Rang != false)))
        || (employees is not null && call is { Direction: CallDirection.In, Result: CallResult.Missed }
            && call.PartyNumber switch { Valeras => employees.Contains(SampleTables.Valera), Olegs => employees.Contains(SampleTables.Oleg), _ => true });

    private static IEnumerable<string> InOrder(IEnumerable<CallChanged> calls) =>
        calls.OrderByDescending(call => call.StartedAt).ThenByDescending(call => call.CallId.ToString(), StringComparer.Ordinal).Select(call => call.CallId.ToString());

    private CallChanged Drawn(Random dice)
    {
        T One<T>(params T[] of) => of[dice.Next(of.Length)];
        var at = _at.AddSeconds(dice.Next(40));
        var direction = One(CallDirection.In, CallDirection.In, CallDirection.Out, CallDirection.Internal);
        var result = direction == CallDirection.In
            ? One(CallResult.Answered, CallResult.Missed, CallResult.LostInTransfer)
            : One(CallResult.Answered, CallResult.NotAnswered);
        var talked = result is CallResult.Answered or CallResult.LostInTransfer;
        string Phone() => One("101", "102", "103", "79035550101", "104");
        return StoredCalls.Answered(at, partyNumber: One(Strangers, Valeras, Olegs)) with
        {
            Direction = direction,
            Result = result,
            OwnNumber = direction == CallDirection.Internal ? null : One(SampleTables.Number, "74951000002"),
            ClientId = One(_client, (Guid?)null),
            PlacedBy = direction == CallDirection.In ? null : Phone(),
            Legs =
            [
                .. Enumerable.Range(0, dice.Next(3)).Select(_ => new CallLeg
                {
                    Phone = Phone(), DialledAt = One(at, (DateTimeOffset?)null), Rang = One(true, false, (bool?)null), AnsweredAt = One(null, null, (DateTimeOffset?)at),
                }),
            ],
            Talks = talked ? [.. Enumerable.Range(0, 1 + dice.Next(2)).Select(_ => new CallTalk { Phone = Phone(), From = at })] : [],
        };
    }

    private string Token(string visibility, bool callbacks) => gateway.Tokens.Make(
        callbacks ? [Permissions.CallsRead, Permissions.CallbacksRead] : [Permissions.CallsRead], new Guid(SampleTables.Valera),
        visibility: visibility, team: visibility == "team" ? "A" : null);

    private ListCallsRequest Today(ListCallsRequest request)
    {
        request.From = _at.ToTimestamp();
        request.Until = _at.AddMinutes(1).ToTimestamp();
        request.PageSize = request.PageSize == 0 ? 1000 : request.PageSize;
        return request;
    }
}
