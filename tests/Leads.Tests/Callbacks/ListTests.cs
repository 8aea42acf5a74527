using CallCenterCrm.Callbacks.V1;
using CallCenterCrm.Leads.Tests.Support;
using CallCenterCrm.Telephony.Api.Tests.Support;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;

namespace CallCenterCrm.Leads.Tests.Callbacks;

/// <summary>What the morning page shows, to whom, and in which order.</summary>
[Collection(LeadsTests.Name)]
public sealed class ListTests(LeadsService leads)
{
    [Fact]
    public async Task The_score_says_what_it_is_made_of_and_orders_the_page()
    {
        var me = Guid.NewGuid();
        var now = DateTimeOffset.UtcNow;
        var (young, old, tried) = (await ClientAsync(me), await ClientAsync(me), await ClientAsync(me));
        await leads.TellAsync(
            Calls.MissedAt(young, now.AddMinutes(-59).AddSeconds(-1)), Calls.MissedAt(old, now.AddMinutes(-61)), Calls.MissedAt(tried, now.AddMinutes(-65)));
        await leads.TellAsync(Calls.InVain(tried, now.AddMinutes(-50)));

        var page = (await leads.As(me).ListCallbacksAsync(new() { Mine = true, State = State.Open })).Callbacks;
        Assert.Equal([old, tried, young], page.Select(callback => callback.Number));
        Assert.Equal([true, true, false], page.Select(callback => callback.Escalated));
        Assert.All(page, callback => Assert.Equal(callback.Score, callback.ScoreParts.Sum(part => part.Points)));
        Assert.Equal([141, 135, 89], page.Select(callback => callback.Score));
        Assert.Equal(
            [
                (ScoreReason.UnpaidInvoice, 0), (ScoreReason.OpenDeal, 0), (ScoreReason.OwnClient, 30), (ScoreReason.Waiting, 65),
                (ScoreReason.Escalated, 50), (ScoreReason.Tries, -10),
            ],
            page[1].ScoreParts.Select(part => (part.Reason, part.Points)));

        // For another one they are nobody's own.
        Assert.Equal(111, (await leads.As(Guid.NewGuid()).GetCallbackAsync(new() { Id = page[0].Id })).Callback.Score);
    }

    [Fact]
    public async Task Pages_hold_every_callback_once_in_one_order()
    {
        var me = Guid.NewGuid();
        for (var i = 0; i < 7; i++)
        {
            await leads.TellAsync(Calls.MissedAt(await ClientAsync(me), DateTimeOffset.UtcNow.AddMinutes(-i)));
        }

        var whole = (await leads.As(me).ListCallbacksAsync(new() { Mine = true })).Callbacks.Select(callback => callback.Id).ToList();
        var (paged, token) = (new List<string>(), "");
        do
        {
            var page = await leads.As(me).ListCallbacksAsync(new() { Mine = true, PageSize = 3, PageToken = token });
            paged.AddRange(page.Callbacks.Select(callback => callback.Id));
            token = page.NextPageToken;
        }
        while (token.Length > 0);

        Assert.Equal(7, whole.Count);
        Assert.Equal(whole, paged);
        var first = await leads.As(me).ListCallbacksAsync(new() { Mine = true, PageSize = 3 });
        Assert.Equal(["page_token WRONG_PAGE_TOKEN"], await Refused.FieldsAsync(() => leads.As(me).ListCallbacksAsync(new() { PageToken = first.NextPageToken })));
        Assert.Equal(["page_size OUT_OF_RANGE", "state UNKNOWN_WORD"], await Refused.FieldsAsync(() => leads.As(me).ListCallbacksAsync(new() { PageSize = 501, State = (State)9 })));
    }

    [Fact]
    public async Task However_pages_are_cut_the_higher_score_comes_first_then_who_waits_longer_and_nobody_is_left_out()
    {
        var team = $"Team {Guid.NewGuid()}";
        var (me, colleague) = (await leads.EmployAsync("Я", team: team), await leads.EmployAsync("Коллега", team: team));
        var now = DateTimeOffset.UtcNow;
        var expected = new List<string>();

        // Own and another's, tried up to three times, waiting from no time at all to beyond all points for it.
        for (var i = 0; i < 32; i++)
        {
            var (number, asked) = (await ClientAsync(i % 3 == 0 ? me : colleague), now.AddMinutes(-(i * 11 % 32) * 5));
            await leads.TellAsync(Calls.MissedAt(number, asked));
            await leads.TellAsync(Enumerable.Range(0, i % 4).Select(tried => Calls.InVain(number, asked.AddSeconds(1 + tried))));
            expected.Add(number);
        }

        foreach (var size in new[] { 1, 5, 500 })
        {
            var (listed, token) = (new List<Callback>(), "");
            do
            {
                var page = await leads.As(me, "team", team).ListCallbacksAsync(new() { PageSize = size, PageToken = token });
                listed.AddRange(page.Callbacks);
                token = page.NextPageToken;
            }
            while (token.Length > 0);

            Assert.Equal(listed.Select(callback => callback.Id), listed.OrderByDescending(callback => callback.Score).ThenBy(callback => callback.OpenedAt.ToDateTime()).Select(callback => callback.Id));
            Assert.Equal(listed.Count, listed.Select(callback => callback.Id).Distinct().Count());
            Assert.Empty(expected.Except(listed.Select(callback => callback.Number)));
        }
    }

    [Fact]
    public async Task Each_state_lists_its_own_and_without_one_all_that_are_not_closed()
    {
        var me = Guid.NewGuid();
        var now = DateTimeOffset.UtcNow;
        var (open, leased, postponed, closed) = (await ClientAsync(me), await ClientAsync(me), await ClientAsync(me), await ClientAsync(me));
        await leads.TellAsync(new[] { open, leased, postponed, closed }.Select(number => Calls.MissedAt(number, now.AddMinutes(-10))));
        await leads.As(me).TakeCallbackAsync(new() { Id = await leads.OpenIdAsync(leased) });
        await leads.TellAsync(Calls.InVain(postponed, now.AddMinutes(-5)), Calls.TalkedUntil(closed, now));

        foreach (var (state, numbers) in new (State, string[])[]
        {
            (State.Open, [open]), (State.Leased, [leased]), (State.Postponed, [postponed]), (State.Closed, [closed]), (State.Unspecified, [open, leased, postponed]),
        })
        {
            var found = (await leads.As(me).ListCallbacksAsync(new() { Mine = true, State = state })).Callbacks;
            Assert.Equal((state, string.Join(' ', numbers)), (state, string.Join(' ', found.Select(callback => callback.Number).Order(StringComparer.Ordinal))));
            Assert.All(found, callback => Assert.True(state is State.Unspecified || callback.State == state));
        }
    }

    [Fact]
    public async Task A_manager_sees_his_clients_nobodys_and_what_was_passed_to_him_a_head_his_teams_and_others_nothing_more()
    {
        var team = $"Team {Guid.NewGuid()}";
        var (mine, colleague, stranger) = (await leads.EmployAsync("Я", team: team), await leads.EmployAsync("Коллега", team: team), Guid.NewGuid());
        var (own, colleagues, strangers, nobodys, passed) =
            (await ClientAsync(mine), await ClientAsync(colleague), await ClientAsync(stranger), leads.NewNumber(), await ClientAsync(stranger));
        string[] numbers = [own, colleagues, strangers, nobodys, passed];
        await leads.TellAsync(numbers.Select(number => Calls.MissedAt(number, DateTimeOffset.UtcNow)));
        await leads.As(stranger).CreateCallbackAsync(new() { IdempotencyKey = "1", Number = passed, Note = "перезвони", EmployeeId = mine.ToString() });

        async Task<string[]> SeesAsync(string visibility, string? withTeam = null, string kind = "employee")
        {
            var client = leads.As(mine, visibility, withTeam, kind);
            var seen = new List<string>();
            foreach (var number in numbers)
            {
                try
                {
                    await client.GetCallbackAsync(new() { Id = await leads.OpenIdAsync(number) });
                    seen.Add(number);
                }
                catch (RpcException refusal) when (refusal.StatusCode == StatusCode.NotFound)
                {
                    await Refused.WithAsync(StatusCode.NotFound, () => client.TakeCallbackAsync(new() { Id = leads.OpenIdAsync(number).Result }));
                }
            }

            var ids = new HashSet<string>(StringComparer.Ordinal);
            for (var token = "-"; token.Length > 0;)
            {
                var page = await client.ListCallbacksAsync(new() { PageSize = 500, PageToken = token.Trim('-') });
                ids.UnionWith(page.Callbacks.Select(callback => callback.Number));
                token = page.NextPageToken;
            }

            Assert.Equal(seen, numbers.Where(ids.Contains));
            return [.. seen];
        }

        Assert.Equal([own, nobodys, passed], await SeesAsync("own"));
        Assert.Equal([own, colleagues, nobodys, passed], await SeesAsync("team", team));
        Assert.Equal(numbers, await SeesAsync("all"));
        Assert.Empty(await SeesAsync("own", kind: "system"));
    }

    [Fact]
    public async Task What_the_head_passes_on_joins_what_is_open_once_and_is_the_managers_from_then_on()
    {
        var (head, manager) = (Guid.NewGuid(), await leads.EmployAsync("Анна"));
        var number = await ClientAsync(head);
        await leads.TellAsync(Calls.MissedAt(number, DateTimeOffset.UtcNow.AddMinutes(-3)));
        var request = new CreateCallbackRequest { IdempotencyKey = Guid.NewGuid().ToString(), Number = "+" + number, Note = "Спросите\nпро счёт", EmployeeId = manager.ToString() };
        var made = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => leads.As(head).CreateCallbackAsync(request).ResponseAsync));

        var callback = Assert.Single(made.Select(answer => answer.Callback.Id).Distinct());
        Assert.Equal(await leads.OpenIdAsync(number), callback);
        var seen = (await leads.As(manager, "own").GetCallbackAsync(new() { Id = callback })).Callback;
        Assert.Equal(("Спросите про счёт", manager.ToString(), "Анна", Source.Call), (seen.Note, seen.ResponsibleId, seen.ResponsibleName, seen.Source));
        Assert.Equal((Source.Manual, head.ToString(), "Спросите про счёт"), seen.Requests.Select(asked => (asked.Source, asked.AskedBy, asked.Text)).Single());

        request.Note = "Другое";
        Assert.Equal(["idempotency_key KEY_USED_FOR_ANOTHER"], await Refused.FieldsAsync(() => leads.As(head).CreateCallbackAsync(request)));
        Assert.Equal(
            ["idempotency_key REQUIRED", "note REQUIRED", "number REQUIRED"], await Refused.FieldsAsync(() => leads.As(head).CreateCallbackAsync(new())));
        Assert.Equal(
            ["client_id DOES_NOT_EXIST", "employee_id DOES_NOT_EXIST"],
            await Refused.FieldsAsync(() => leads.As(head).CreateCallbackAsync(new()
            {
                IdempotencyKey = "2",
                ClientId = Guid.NewGuid().ToString(),
                Note = "?",
                EmployeeId = Guid.NewGuid().ToString(),
            })));

        var alone = leads.NewNumber();
        var opened = (await leads.As(head).CreateCallbackAsync(new() { IdempotencyKey = "3", Number = alone, Note = "Новый" })).Callback;
        Assert.Equal((State.Open, Source.Manual, alone, 0), (opened.State, opened.Source, opened.Number, opened.Misses.Count));
        await leads.TellAsync(Calls.TalkedUntil(alone, DateTimeOffset.UtcNow.AddSeconds(1)));
        Assert.Equal(Outcome.CalledBack, (await leads.As(head).GetCallbackAsync(new() { Id = opened.Id })).Callback.Outcome);
    }

    [Fact]
    public async Task Who_was_never_called_back_is_counted_for_each_manager()
    {
        var (anna, boris) = (await leads.EmployAsync("Анна Т8"), await leads.EmployAsync("Борис Т8"));
        var start = new DateTimeOffset(2025, 11, 3, 6, 0, 0, TimeSpan.Zero);
        var (quick, slow, open, lost) = (await ClientAsync(anna), await ClientAsync(anna), await ClientAsync(anna), await ClientAsync(boris));
        await leads.TellAsync(new[] { quick, slow, open, lost }.Select(number => Calls.MissedAt(number, start.AddMinutes(1))));
        await leads.TellAsync(Calls.MissedAt(quick, start.AddMinutes(3)), Calls.MissedAt(open, start.AddDays(2)));

        // Conversations that began 11, 9 and 121 minutes after the misses, lasting one.
        await leads.TellAsync(Calls.TalkedUntil(quick, start.AddMinutes(13)), Calls.TalkedUntil(slow, start.AddMinutes(123)));
        await leads.TellAsync(Enumerable.Range(0, 5).Select(i => Calls.InVain(lost, start.AddMinutes(10 + i))));

        var report = (await leads.As(anna).GetNeverCalledBackAsync(new() { From = start.ToTimestamp(), Until = start.AddDays(1).ToTimestamp() })).Employees;
        Assert.Equal(
            [("Анна Т8", 4, 3, 1, 0, 2, TimeSpan.FromMinutes(11)), ("Борис Т8", 1, 0, 0, 1, 0, null)],
            report.Select(line => (line.EmployeeName, line.Misses, line.CalledBack, line.Open, line.Unreachable, line.CalledBackInTime, line.MedianTimeToCallBack?.ToTimeSpan())));
        var own = (await leads.As(boris, "own").GetNeverCalledBackAsync(new() { From = start.ToTimestamp(), Until = start.AddDays(1).ToTimestamp() })).Employees;
        Assert.Equal(["Борис Т8"], own.Select(line => line.EmployeeName));
        Assert.Equal(["from REQUIRED", "until REQUIRED"], await Refused.FieldsAsync(() => leads.As(anna).GetNeverCalledBackAsync(new())));
        Assert.Equal(["until END_BEFORE_START"], await Refused.FieldsAsync(() => leads.As(anna).GetNeverCalledBackAsync(new() { From = start.ToTimestamp(), Until = start.ToTimestamp() })));
    }

    [Fact]
    public async Task Every_method_refuses_whoever_shows_no_token_and_whoever_lacks_its_permission()
    {
        var methods = (await ServedMethod.AllAsync(leads.Anonymous)).Where(method => method.Service.StartsWith("callcenter.", StringComparison.Ordinal)).ToList();
        Assert.Equal(
            CallbacksReflection.Descriptor.Services.Single().Methods.Select(method => method.Name).Order(StringComparer.Ordinal),
            methods.Where(method => method.Service == "callcenter.callbacks.v1.Callbacks").Select(method => method.Name).Order(StringComparer.Ordinal));
        foreach (var method in methods)
        {
            Assert.Equal((method.Name, StatusCode.Unauthenticated), (method.Name, await method.CallAsync(leads.Anonymous)));
            var others = leads.Tokens.Make(ServiceDefaults.Authentication.Permissions.All.Except([method.Permission], StringComparer.Ordinal));
            Assert.Equal((method.Name, StatusCode.PermissionDenied), (method.Name, await method.CallAsync(new BearingInvoker(leads.Anonymous, others))));
            var its = leads.Tokens.Make([method.Permission]);
            Assert.Contains(await method.CallAsync(new BearingInvoker(leads.Anonymous, its)), new[] { StatusCode.OK, StatusCode.InvalidArgument });
        }
    }

    /// <summary>The number of a new client.</summary>
    private async Task<string> ClientAsync(Guid responsible)
    {
        var number = leads.NewNumber();
        await leads.AddClientAsync("Клиент", responsible, number);
        return number;
    }
}
