using CallCenterCrm.RealCalls.Support;
using CallCenterCrm.Sip;
using Microsoft.Playwright;
using Xunit;

namespace CallCenterCrm.RealCalls;

/// <summary>What managers see and do in the console while real calls come in.</summary>
[Collection(StageCollection.Name)]
public sealed class ConsoleTests(Stage stage) : IAsyncLifetime
{
    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(300);

    public Task InitializeAsync() => stage.OrdinaryOverAsync();

    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public async Task The_card_opens_while_the_phone_rings_and_keeps_what_is_written_through_a_lost_connection()
    {
        await using var lane = stage.NextConsoleLane();
        var phone = await lane.PhoneAsync(1, CallScripts.Ring);
        await using var console = await ConsolePage.OpenAsync(stage, lane.Extension(1));
        var caller = lane.Call();

        await ConsolePage.SeenAsync(console.Card);
        await ConsolePage.SeenAsync(console.Card.GetByRole(AriaRole.Heading, new() { Name = lane.ClientName }));
        await ConsolePage.SeenAsync(console.Card.GetByText("Звонит вам"));
        await phone.Calls[^1].AnswerAsync();
        await caller.Answered;
        await ConsolePage.SeenAsync(console.Card.GetByText("Разговор", new() { Exact = true }).First);

        await console.Browser.SetOfflineAsync(true);
        await console.Card.GetByRole(AriaRole.Textbox, new() { Name = "Заметка о разговоре" }).FillAsync("Хочет два билета");
        await ConsolePage.SeenAsync(console.Card.GetByText("Нет связи. Текст цел на этом устройстве и сохранится сам"));
        await console.Browser.SetOfflineAsync(false);
        await ConsolePage.SeenAsync(console.Card.GetByText("Сохранено", new() { Exact = true }));

        // Who hangs up does not take the card along.
        await caller.HangUpAsync();
        await ConsolePage.SeenAsync(console.Card.GetByText("Состоялся").First);
        await console.Card.GetByText("Интерес", new() { Exact = true }).ClickAsync();
        var call = (await stage.Records.OnlyCallAsync(lane.Did)).Id;
        await Records.UntilAsync("the note and the result are kept", async () =>
            await stage.Records.LeadsCountAsync(
                "SELECT count(*) FROM call_notes WHERE call_id = @call AND text = 'Хочет два билета' AND result = 'interested'", new { call }) == 1);

        // The recording is heard where the call is looked at, and a part of it can be had.
        await console.Card.GetByRole(AriaRole.Button, new() { Name = "Слушать" }).ClickAsync();
        await console.Page.WaitForFunctionAsync("() => document.querySelector('audio')?.currentTime > 0.3");
        Assert.Equal("206 bytes 44-143/", await console.Page.EvaluateAsync<string>(
            "call => fetch('/api/recordings/' + call, { headers: { range: 'bytes=44-143' } }).then(answer => answer.status + ' ' + answer.headers.get('content-range').replace(/[0-9]+$/, ''))",
            call.ToString()));

        // Closed by mistake, it is back with one click.
        await console.Page.GetByRole(AriaRole.Button, new() { Name = $"Закрыть карточку: {lane.ClientName}" }).ClickAsync();
        await ConsolePage.GoneAsync(console.Card);
        await console.Page.GetByRole(AriaRole.Button, new() { Name = "Отменить", Exact = true }).ClickAsync();
        await Assertions.Expect(console.Card.GetByRole(AriaRole.Textbox, new() { Name = "Заметка о разговоре" })).ToHaveValueAsync("Хочет два билета");
        Assert.Empty(console.Faults);
    }

    [Fact]
    public async Task Who_takes_a_call_over_in_the_console_talks_and_the_others_see_who_it_was()
    {
        await using var lane = stage.NextConsoleLane();
        var first = await lane.PhoneAsync(1, CallScripts.Ring);
        await lane.PhoneAsync(2, CallScripts.AnswerAfter(Moment));
        await using var taker = await ConsolePage.OpenAsync(stage, lane.Extension(2));
        await using var other = await ConsolePage.OpenAsync(stage, lane.Extension(3));
        var caller = lane.Call();
        var ringing = other.Page.GetByRole(AriaRole.Main).GetByText(lane.ClientName).First;
        await ConsolePage.SeenAsync(ringing);

        await taker.Page.GetByRole(AriaRole.Main).GetByRole(AriaRole.Button, new() { Name = "Перехватить" }).First.ClickAsync();

        await caller.Answered;
        await caller.WaitUntilAsync(one => one.RtpReceived > 25, "hear the taker");
        Assert.False(first.Calls[^1].WasAnswered);
        await ConsolePage.SeenAsync(taker.Card.GetByText("Разговор", new() { Exact = true }).First);
        await ConsolePage.SeenAsync(other.Page.Locator("[data-call]").Filter(new() { HasText = lane.ClientName }).GetByText($"Manager {lane.Extension(2)}").First);
        await caller.HangUpAsync();
        Assert.Equal(lane.Extension(2), (await stage.Records.OnlyCallAsync(lane.Did)).AnsweredBy);
        Assert.Empty(taker.Faults.Concat(other.Faults));
    }

    [Fact]
    public async Task A_missed_call_is_rung_back_with_one_click_and_the_talk_closes_it()
    {
        await using var lane = stage.NextConsoleLane();
        var phone = await lane.PhoneAsync(1, CallScripts.Ring);
        await using var console = await ConsolePage.OpenAsync(stage, lane.Extension(1));
        var caller = lane.Call();
        await ConsolePage.SeenAsync(console.Card.GetByText("Звонит вам"));
        await caller.HangUpAsync();

        await console.Page.GetByRole(AriaRole.Link, new() { Name = "Обзвон" }).ClickAsync();
        var row = console.Page.GetByRole(AriaRole.Main).GetByRole(AriaRole.Listitem).Filter(new() { HasText = lane.ClientName });
        await ConsolePage.SeenAsync(row);
        phone.Script = CallScripts.AnswerAfter(Moment);
        lane.Trunk.Numbers[lane.ClientNumber] = CallScripts.AnswerAfter(Moment);
        await row.GetByRole(AriaRole.Button, new() { Name = $"Позвонить: {lane.ClientName}" }).ClickAsync();

        await Records.UntilAsync(
            "manager and client talk long enough",
            () => Task.FromResult(lane.Trunk.Calls.Any(call => call.Dialled == lane.ClientNumber && call.RtpReceived > Conversation)));
        await phone.Calls[^1].HangUpAsync();

        // Nobody closes it by hand: it leaves the page by itself.
        await ConsolePage.GoneAsync(row);
        Assert.Single(lane.Trunk.Calls, call => call.Dialled == lane.ClientNumber);
        Assert.Empty(console.Faults);
    }

    [Fact]
    public async Task An_unknown_caller_becomes_a_client_in_two_fields_whatever_he_calls_himself()
    {
        const string name = "<img src=x onerror=alert(1)>";
        await using var lane = stage.NextConsoleLane();
        var phone = await lane.PhoneAsync(1, CallScripts.Ring);
        await using var console = await ConsolePage.OpenAsync(stage, lane.Extension(1));
        var number = lane.Stranger();
        var caller = lane.Call(number);
        await ConsolePage.SeenAsync(console.Card.GetByText("Номера нет в базе").First);
        await phone.Calls[^1].AnswerAsync();
        await caller.Answered;

        await console.Card.GetByLabel("Имя или название").FillAsync(name);
        await console.Card.GetByRole(AriaRole.Button, new() { Name = "Завести" }).ClickAsync();

        await ConsolePage.SeenAsync(console.Card.GetByRole(AriaRole.Heading, new() { Name = name }));
        await caller.HangUpAsync();
        Assert.Empty(console.Faults);
        await Records.UntilAsync("the gateway knows the new client", async () =>
            await stage.Records.TelephonyCountAsync($"SELECT count(*) FROM known_clients WHERE name = '{name}'") == 1);
    }

    [Fact]
    public async Task Who_pauses_is_passed_over_and_everybody_sees_it()
    {
        await using var lane = stage.NextConsoleLane();
        var first = await lane.PhoneAsync(1, CallScripts.AnswerAfter(Moment));
        var second = await lane.PhoneAsync(2, CallScripts.AnswerAfter(Moment));
        await using var console = await ConsolePage.OpenAsync(stage, lane.Extension(1));
        await using var colleague = await ConsolePage.OpenAsync(stage, lane.Extension(2));
        ILocator Standing(ConsolePage page, string standing) => page.Page.Locator($"[data-person='{lane.Extension(1)}'][data-standing='{standing}']");
        await ConsolePage.SeenAsync(Standing(colleague, "ready"));

        await console.Page.Locator("[data-own-state='STATE_READY']").ClickAsync();
        await console.Page.GetByRole(AriaRole.Menuitem, new() { Name = "Обед" }).ClickAsync();
        await ConsolePage.SeenAsync(console.Page.Locator("[data-own-state='STATE_PAUSED']").GetByText("Обед"));
        await ConsolePage.SeenAsync(Standing(colleague, "paused"));

        var caller = lane.Call();
        await caller.Answered;
        Assert.Equal((0, 1), (first.Calls.Count, second.Calls.Count));
        await ConsolePage.SeenAsync(colleague.Page.Locator($"[data-person='{lane.Extension(2)}'][data-standing='talking']"));
        await caller.HangUpAsync();

        await console.Page.Locator("[data-own-state='STATE_PAUSED']").ClickAsync();
        await console.Page.GetByRole(AriaRole.Menuitem, new() { Name = "Готов принимать звонки" }).ClickAsync();
        await ConsolePage.SeenAsync(Standing(colleague, "ready"));
        Assert.Empty(console.Faults.Concat(colleague.Faults));
    }

    // Packets of 20 ms: longer than the 20 s from which on a talk counts as one.
    private const int Conversation = 1100;
}
