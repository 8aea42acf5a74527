using CallCenterCrm.Contracts.Telephony.V1;
using CallCenterCrm.Leads.Tests.Support;

namespace CallCenterCrm.Leads.Tests.Callbacks;

/// <summary>A callback is closed by the conversation that settles it, whatever becomes known when.</summary>
[Collection(LeadsTests.Name)]
public sealed class EvidenceTests(LeadsService leads)
{
    private static readonly DateTimeOffset Start = new(2026, 3, 2, 9, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(CallDirection.In, 20, "called_back")]
    [InlineData(CallDirection.Out, 20, "called_back")]
    [InlineData(CallDirection.In, 19.9, null)]
    [InlineData(CallDirection.Out, 19.9, null)]
    public async Task A_conversation_of_twenty_seconds_closes_whoever_called_whom(CallDirection direction, double seconds, string? outcome)
    {
        var number = leads.NewNumber();
        var talked = Calls.TalkedUntil(number, At(10), seconds, direction);
        await leads.TellAsync(Calls.MissedAt(number, At(0)));
        await leads.TellAsync(talked);

        Assert.Equal([(outcome, outcome is null ? null : talked.CallId)], await leads.QueryAsync<(string?, Guid?)>(
            "SELECT outcome, evidence_call_id FROM callbacks WHERE number = @number", new { number }));
        Assert.Equal(outcome is null && direction == CallDirection.Out ? 1 : 0, await leads.CountAsync(
            "SELECT tries FROM callbacks WHERE number = @number", new { number }));
    }

    [Fact]
    public async Task A_click_after_which_the_manager_did_not_lift_his_phone_is_no_try()
    {
        var number = leads.NewNumber();
        await leads.TellAsync(Calls.MissedAt(number, At(0)));
        await leads.TellAsync(Calls.InVain(number, At(5)) with { PartyDialled = false });
        Assert.Equal(0, await leads.CountAsync("SELECT tries FROM callbacks WHERE number = @number", new { number }));

        await leads.TellAsync(Calls.InVain(number, At(10)) with { PartyDialled = true });
        Assert.Equal(1, await leads.CountAsync("SELECT tries FROM callbacks WHERE number = @number", new { number }));
        Assert.Equal(1, await leads.CountAsync("SELECT count(*) FROM call_activities WHERE number = @number AND direction = 'out'", new { number }));
    }

    [Fact]
    public async Task Stretches_of_a_transferred_conversation_count_together_and_twice_at_one_time_counts_once()
    {
        var (both, one) = (leads.NewNumber(), leads.NewNumber());
        await leads.TellAsync(Calls.MissedAt(both, At(0)), Calls.MissedAt(one, At(0)));
        await leads.TellAsync(
            Calls.TalkedUntil(both, At(10)) with { Talks = [Talk(0, 12), Talk(15, 24)] },
            Calls.TalkedUntil(one, At(10)) with { Talks = [Talk(0, 12), Talk(1, 13)] });

        Assert.Equal(["called_back"], await leads.QueryAsync<string?>("SELECT outcome FROM callbacks WHERE number = @both", new { both }));
        Assert.Equal([null], await leads.QueryAsync<string?>("SELECT outcome FROM callbacks WHERE number = @one", new { one }));

        static CallTalk Talk(int from, int until) => new() { Phone = "101", From = At(9).AddSeconds(from), Until = At(9).AddSeconds(until) };
    }

    [Fact]
    public async Task A_conversation_that_was_lost_in_transfer_does_not_settle_itself()
    {
        var number = leads.NewNumber();
        await leads.TellAsync(Calls.MissedAt(number, At(0)));
        await leads.TellAsync(Calls.TalkedUntil(number, At(10)) with { Result = CallResult.LostInTransfer });
        Assert.Equal([(null, 2)], await CallbacksAsync(number));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_is_passed_on_while_the_client_is_talked_to_is_not_settled_by_that_conversation(bool named)
    {
        var number = leads.NewNumber();
        var (head, manager) = (await leads.EmployAsync("Начальник"), await leads.EmployAsync("Менеджер"));
        var now = DateTimeOffset.UtcNow;
        var talked = Calls.TalkedUntil(number, now.AddMinutes(1), 120);
        await leads.TellAsync(Calls.MissedAt(number, now.AddMinutes(-10)));
        if (!named)
        {
            await leads.TellAsync(talked with { Version = 1, State = CallState.Talking, Settled = false, Result = null, EndedAt = null, Talks = [] });
        }

        var asked = (await leads.As(head).CreateCallbackAsync(new()
        {
            IdempotencyKey = Guid.NewGuid().ToString(),
            Number = number,
            Note = "Клиенту нужен счёт",
            EmployeeId = manager.ToString(),
            FromCallId = named ? talked.CallId.ToString() : "",
        })).Callback;
        Assert.Equal(talked.CallId.ToString(), Assert.Single(asked.Requests).FromCallId);

        // The miss is answered; what was passed on stays open, and waits from the end of the conversation.
        await leads.TellAsync(talked);
        Assert.Equal([("called_back", 1), (null, 0)], await CallbacksAsync(number));
        var open = (await leads.As(manager).GetCallbackAsync(new() { Id = await leads.OpenIdAsync(number) })).Callback;
        Assert.Equal(
            (manager.ToString(), "Клиенту нужен счёт", talked.EndedAt!.Value.ToUnixTimeMilliseconds()),
            (open.AssignedTo, open.Note, open.OpenedAt.ToDateTimeOffset().ToUnixTimeMilliseconds()));

        await leads.TellAsync(Calls.TalkedUntil(number, now.AddMinutes(30), direction: CallDirection.Out));
        Assert.Equal(["called_back", "called_back"], await leads.QueryAsync<string>("SELECT outcome FROM callbacks WHERE number = @number", new { number }));
    }

    [Fact]
    public async Task A_conversation_with_any_number_of_a_client_closes_his_callback()
    {
        string[] numbers = [leads.NewNumber(), leads.NewNumber()];
        var client = await leads.AddClientAsync("Иванов", null, numbers);
        await leads.TellAsync(Calls.MissedAt(numbers[0], At(0)));
        await leads.TellAsync(Calls.TalkedUntil(numbers[1], At(10), direction: CallDirection.Out));
        Assert.Equal(["called_back"], await leads.QueryAsync<string>("SELECT outcome FROM callbacks WHERE client_id = @client", new { client }));
    }

    [Fact]
    public async Task Whatever_the_order_each_miss_lies_under_what_the_first_conversation_after_it_closed()
    {
        // Missed, tried, missed, talked, missed, talked, missed: 1 to 7 minutes after the start.
        CallChanged[] Of(string number) =>
        [
            Calls.MissedAt(number, At(1)), Calls.InVain(number, At(2)), Calls.MissedAt(number, At(3)), Calls.TalkedUntil(number, At(4), 30),
            Calls.MissedAt(number, At(5)), Calls.TalkedUntil(number, At(6), 30, CallDirection.Out), Calls.MissedAt(number, At(7)),
        ];
        var random = new Random(20260302);
        var stories = Enumerable.Range(0, Environment.GetEnvironmentVariable("CRM_FULL") == "1" ? 1000 : 150).Select(_ =>
        {
            var calls = Of(leads.NewNumber());
            var order = calls.ToArray();
            random.Shuffle(order);
            return (Calls: calls, Order: order);
        }).ToList();

        // Of each the first, then of each the second, and so on; then all of it again as if the broker had lost its mind.
        for (var step = 0; step < 7; step++)
        {
            await leads.TellAsync(stories.Select(story => story.Order[step]));
        }

        await CheckAsync(stories);
        await leads.TellAsync(stories.SelectMany(story => story.Order.Select(call => call with { Version = call.Version + 1 })));
        await CheckAsync(stories);
    }

    [Fact]
    public async Task A_miss_and_its_answer_that_become_known_at_the_same_moment_leave_nothing_open()
    {
        var numbers = Enumerable.Range(0, 100).Select(_ => leads.NewNumber()).ToArray();
        await leads.TellAsync(numbers.SelectMany(number => new[] { Calls.MissedAt(number, At(1)), Calls.TalkedUntil(number, At(4)) }));
        Assert.Equal(100, await leads.CountAsync(
            "SELECT count(*) FROM callbacks JOIN callback_misses ON callback_id = id WHERE number = ANY(@numbers) AND outcome = 'called_back'", new { numbers }));
        Assert.Equal(0, await leads.CountAsync("SELECT count(*) FROM callbacks WHERE number = ANY(@numbers) AND closed_at IS NULL", new { numbers }));
    }

    [Fact]
    public async Task A_number_that_becomes_a_clients_brings_its_callback_and_what_its_conversations_settle()
    {
        string[] numbers = [leads.NewNumber(), leads.NewNumber(), leads.NewNumber()];
        await leads.TellAsync(numbers.Take(2).Select((number, index) => Calls.MissedAt(number, At(1 + index))));
        await leads.TellAsync(Calls.TalkedUntil(numbers[2], At(1.5), 20));
        var client = await leads.AddClientAsync("Иванов", null, numbers);

        await leads.TellAsync(Calls.MissedAt(numbers[0], At(3)));

        // The first miss was answered from the third number; the second and the last one were not.
        Assert.Equal([("called_back", 1), (null, 2)], await leads.QueryAsync<(string?, long)>(
            "SELECT outcome, (SELECT count(*) FROM callback_misses WHERE callback_id = id) FROM callbacks WHERE client_id = @client ORDER BY opened_at", new { client }));
        var merged = (await leads.QueryAsync<Guid>("SELECT merged_into FROM callbacks WHERE number = ANY(@numbers) AND outcome = 'merged'", new { numbers })).Single();
        Assert.Contains(merged, await leads.QueryAsync<Guid>("SELECT id FROM callbacks WHERE client_id = @client", new { client }));
    }

    [Fact]
    public async Task Every_change_is_published_with_the_whole_state_and_a_higher_version()
    {
        var number = leads.NewNumber();
        await leads.TellAsync(Calls.MissedAt(number, At(1)));
        await leads.TellAsync(Calls.InVain(number, At(2)));
        var talked = Calls.TalkedUntil(number, At(4), 30);
        await leads.TellAsync(talked);
        Assert.Equal(
            [("call", 1, 0, null), ("call", 1, 1, null), ("call", 1, 1, talked.CallId.ToString())],
            await leads.QueryAsync<(string, int, int, string?)>(
                """
                SELECT body->>'source', jsonb_array_length(body->'misses'), jsonb_array_length(body->'tries'), body->>'evidenceCallId'
                FROM changes WHERE kind LIKE '%CallbackChanged' AND body->>'number' = @number ORDER BY (body->>'version')::bigint
                """, new { number }));
    }

    private static DateTimeOffset At(double minutes) => Start.AddMinutes(minutes);

    private Task<IReadOnlyList<(string?, long)>> CallbacksAsync(string number) => leads.QueryAsync<(string?, long)>(
        "SELECT outcome, (SELECT count(*) FROM callback_misses WHERE callback_id = id) FROM callbacks WHERE number = @number ORDER BY opened_at", new { number });

    private async Task CheckAsync(List<(CallChanged[] Calls, CallChanged[] Order)> stories)
    {
        foreach (var (calls, order) in stories)
        {
            var rows = await leads.QueryAsync<string>(
                """
                SELECT concat_ws(' ', coalesce(outcome, 'open'), evidence_call_id, tries,
                    (SELECT string_agg(call_id::text, ' ' ORDER BY missed_at) FROM callback_misses WHERE callback_id = id))
                FROM callbacks WHERE number = @PartyNumber AND outcome IS DISTINCT FROM 'merged' ORDER BY opened_at
                """, calls[0]);
            string[] expected =
            [
                $"called_back {calls[3].CallId} 1 {calls[0].CallId} {calls[2].CallId}",
                $"called_back {calls[5].CallId} 0 {calls[4].CallId}",
                $"open 0 {calls[6].CallId}",
            ];
            Assert.True(expected.SequenceEqual(rows), $"""
                order {string.Join(' ', order.Select(call => Array.IndexOf(calls, call) + 1))}
                {string.Join('\n', rows)}
                instead of
                {string.Join('\n', expected)}
                """);
        }
    }
}
