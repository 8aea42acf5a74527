using CallCenterCrm.RealCalls.Support;
using CallCenterCrm.Sip;
using Microsoft.Playwright;
using Xunit;

namespace CallCenterCrm.RealCalls;

/// <summary>
/// A manager whose only telephone is his browser: Chromium with a microphone that hears a tone, against the real Asterisk. It needs
/// a network address besides the loopback's, since the PBX offers browsers no other.
/// </summary>
[Collection(StageCollection.Name)]
public sealed class TelephoneTests(Stage stage) : IAsyncLifetime
{
    // Of an agent (SipAgentOptions.ToneHertz), and how loud a tone is at least that is heard, be it with gaps; at most of one that
    // is not.
    private const int ClientHertz = 440;
    private const double Heard = 1000;
    private const double Silent = 250;

    // Packets of 20 ms: enough for a recording to have whole seconds of what was heard meanwhile.
    private const int Moment = 150;

    public Task InitializeAsync() => stage.OrdinaryOverAsync();

    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public async Task A_call_is_answered_held_and_ended_in_the_browser_and_both_sides_are_in_the_recording()
    {
        await using var lane = stage.NextConsoleLane();
        await using var console = await ConsolePage.OpenAsync(stage, lane.Extension(1));
        await SwitchOnAsync(console.Page);
        var caller = lane.Call();
        var bar = Bar(console.Page);

        await ConsolePage.SeenAsync(bar.GetByText(lane.ClientName));
        await AnswerAsync(console.Page);
        await caller.Answered;
        await HearAsync(caller, Moment, "hear the manager");

        // On hold he hears music, and not the manager.
        await Press(bar, "Удержать");
        await ConsolePage.SeenAsync(bar.GetByText("На удержании"));
        await HearAsync(caller, 2 * Moment, "hear the music");
        await Press(bar, "Вернуться");

        await Press(bar, "Клавиши");
        await console.Page.GetByRole(AriaRole.Button, new() { Name = "4", Exact = true }).ClickAsync();
        await console.Page.Keyboard.PressAsync("#");
        await caller.WaitUntilAsync(call => call.Keys == "4#", "hear the keys");
        await console.Page.Keyboard.PressAsync("Escape");
        await HearAsync(caller, Moment, "hear the manager again");
        await Press(bar, "Завершить");
        await caller.Ended;
        Assert.Equal(CallSide.Them, caller.EndedBy);

        var row = await stage.Records.OnlyCallAsync(lane.Did);
        Assert.Equal(("answered", lane.Extension(1), "ready"), (row.Result, row.AnsweredBy, row.Recording));
        Assert.Equal([$"{lane.Extension(1)}:talked"], row.Legs);
        var recording = Path.Combine(stage.Stack.RecordingsDirectory, row.RecordingFile!);
        var (client, manager) = (await Sound.LoudnessAsync(recording, ClientHertz), await Sound.LoudnessAsync(recording, Chromium.MicrophoneHertz));

        // Also while he was on hold; a busy machine's agent may have been silent for a moment.
        Assert.True(client.Count(loudness => loudness > Heard) >= client.Count * 3 / 4, string.Join(' ', client));
        var hold = Assert.Single(row.Marks.Holds!);
        var (held, resumed) = ((int)Math.Ceiling(row.Marks.SecondOf(hold.From)), (int)row.Marks.SecondOf(hold.Until!.Value));
        Assert.True(manager.Take(held).Max() > Heard && manager.Skip(resumed).Max() > Heard, string.Join(' ', manager));

        // In the first and the last whole second of the hold there may be some of what was on its way.
        var onHold = manager.Take(resumed - 1).Skip(held + 1).ToList();
        Assert.True(onHold.Count > 0 && onHold.TrueForAll(loudness => loudness < Silent), string.Join(' ', manager));
        Assert.Empty(console.Faults);
    }

    [Fact]
    public async Task The_client_is_sent_on_to_a_colleague_and_the_browser_is_free()
    {
        await using var lane = stage.NextConsoleLane();
        var colleague = await lane.PhoneAsync(2, CallScripts.AnswerAfter(TimeSpan.FromMilliseconds(300)));
        await using var console = await ConsolePage.OpenAsync(stage, lane.Extension(1));
        await SwitchOnAsync(console.Page);
        var caller = lane.Call();
        await AnswerAsync(console.Page);
        await caller.Answered;

        await Press(Bar(console.Page), "Перевести");
        await console.Page.GetByRole(AriaRole.Combobox, new() { Name = "Кому" }).FillAsync(lane.Extension(2));
        await console.Page.GetByRole(AriaRole.Button, new() { Name = "Перевести без предупреждения" }).ClickAsync();

        await ConsolePage.GoneAsync(Bar(console.Page));
        var taken = await colleague.NextCallAsync();
        await taken.WaitUntilAsync(call => call.RtpReceived > 50, "hear the client");
        await caller.HangUpAsync();
        var row = await stage.Records.OnlyCallAsync(lane.Did);
        Assert.Equal(("answered", lane.Extension(1)), (row.Result, row.AnsweredBy));
        Assert.Equal([lane.Extension(1), lane.Extension(2)], row.Talks);
        Assert.Empty(console.Faults);
    }

    [Fact]
    public async Task Who_loads_the_page_anew_in_a_talk_has_the_client_back_and_another_tab_takes_nothing()
    {
        await using var lane = stage.NextConsoleLane();
        await using var console = await ConsolePage.OpenAsync(stage, lane.Extension(1));
        await SwitchOnAsync(console.Page);
        var tab = await console.Browser.NewPageAsync();
        await tab.GotoAsync("/");
        await ConsolePage.SeenAsync(tab.Locator("[data-telephone=otherTab]"));
        var caller = lane.Call();
        await AnswerAsync(console.Page);
        await caller.Answered;
        Assert.Equal(0, await Bar(tab).CountAsync());

        // The other tab would be the telephone as soon as this one is gone.
        await tab.CloseAsync();
        await console.Page.ReloadAsync();
        await AnswerAsync(console.Page);
        await HearAsync(caller, Moment, "hear the manager again");
        Assert.NotEqual(CallState.Ended, caller.State);
        await Press(Bar(console.Page), "Завершить");
        await caller.Ended;

        var row = await stage.Records.OnlyCallAsync(lane.Did);
        Assert.Equal(("answered", lane.Extension(1)), (row.Result, row.AnsweredBy));
        Assert.NotEmpty(row.Talks);
        Assert.All(row.Talks, phone => Assert.Equal(lane.Extension(1), phone));
        Assert.Empty(console.Faults);
    }

    [Fact]
    public async Task A_client_who_hangs_up_while_he_waits_for_a_page_that_was_closed_is_owed_a_callback()
    {
        await using var lane = stage.NextConsoleLane();
        await using var console = await ConsolePage.OpenAsync(stage, lane.Extension(1));
        await SwitchOnAsync(console.Page);
        var caller = lane.Call();
        await AnswerAsync(console.Page);
        await caller.Answered;
        await HearAsync(caller, Moment, "hear the manager");

        await console.Page.CloseAsync();
        await Records.UntilAsync("he is made to wait", async () =>
            (await File.ReadAllTextAsync(stage.Stack.CelFile)).Contains($"\"CRM_BACK,{lane.Extension(1)}\"", StringComparison.Ordinal));
        await caller.HangUpAsync();

        var row = await stage.Records.OnlyCallAsync(lane.Did);
        Assert.Equal(("lost_in_transfer", lane.Extension(1)), (row.Result, row.AnsweredBy));
        await stage.Records.InLeadsAsync(row.Id);
        Assert.Equal(1, await stage.Records.LeadsCountAsync("SELECT count(*) FROM callback_misses WHERE call_id = @Id AND reason = 'lost_in_transfer'", row));
    }

    private static Task HearAsync(SipCall caller, int packets, string what)
    {
        var before = caller.RtpReceived;
        return caller.WaitUntilAsync(call => call.RtpReceived > before + packets, what);
    }

    private static ILocator Bar(IPage page) => page.GetByRole(AriaRole.Region, new() { Name = "Телефон в браузере" });

    private static Task Press(ILocator where, string name) => where.GetByRole(AriaRole.Button, new() { Name = name }).ClickAsync();

    private static async Task AnswerAsync(IPage page)
    {
        await Press(Bar(page), "Ответить");
        await ConsolePage.SeenAsync(page.Locator("[data-stage=talking]"));
    }

    // What takes noise out of a voice takes a steady tone for noise.
    private static async Task SwitchOnAsync(IPage page)
    {
        await page.GetByRole(AriaRole.Button, new() { Name = "Телефон в браузере" }).ClickAsync();
        await page.GetByRole(AriaRole.Switch, new() { Name = "Этот браузер — мой телефон" }).ClickAsync();
        await ConsolePage.SeenAsync(page.Locator("[data-telephone=ready]"));
        await page.GetByRole(AriaRole.Switch, new() { Name = "Убирать шум и эхо" }).ClickAsync();
        await page.Keyboard.PressAsync("Escape");
    }
}
