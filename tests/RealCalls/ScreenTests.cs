using System.Text.Json;
using System.Text.RegularExpressions;
using CallCenterCrm.RealCalls.Support;
using CallCenterCrm.Servers;
using CallCenterCrm.Sip;
using Microsoft.Playwright;
using Xunit;
using Xunit.Abstractions;

namespace CallCenterCrm.RealCalls;

/// <summary>
/// Every screen of the console in both languages and both themes: whether people with a screen reader, a keyboard or weak eyes can
/// use it (axe-core: nothing serious), and, where CRM_SCREENS names a folder, a picture of it (tests/screens).
/// </summary>
[Collection(StageCollection.Name)]
public sealed partial class ScreenTests(Stage stage, ITestOutputHelper output) : IAsyncLifetime
{
    private static readonly string[] Heavy = ["serious", "critical"];

    // The settings, each with what is there when it has been read.
    private static readonly (string Place, string Shown)[] Settings =
    [
        ("rules", "[data-rule]"), ("employees", "[data-employee]"), ("employees/new", "form"), ("groups", "[data-group]"), ("hours", "[data-hours]"),
        ("numbers", "[data-number]"), ("ledger", "[data-day]"), ("audit", "[data-record]"), ("keys", "[data-keys]"), ("services", "[data-service]"),
    ];

    private readonly string _axe = File.ReadAllText(Path.Combine(Repository.Root, "services/WebConsole/ui/node_modules/axe-core/axe.min.js"));
    private readonly List<string> _found = [];

    public Task InitializeAsync() => stage.OrdinaryOverAsync();

    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public async Task Every_screen_can_be_used_by_everybody_in_both_languages_and_themes()
    {
        await using var lane = stage.NextConsoleLane();
        var phone = await lane.PhoneAsync(1, CallScripts.AnswerAfter(TimeSpan.FromMilliseconds(300)));
        await TalkAsync(lane);
        phone.Script = CallScripts.Ring;
        await using var console = await ConsolePage.OpenAsync(stage, lane.Extension(1));
        await MissAsync(lane, console);
        await using var boss = await ConsolePage.OpenAsAsync(stage, Stage.Boss);
        foreach (var (language, theme) in new[] { ("ru", "light"), ("ru", "dark"), ("en", "light"), ("en", "dark") })
        {
            await ShowInAsync(console.Page, language, theme);
            await VisitAsync(console, lane, $"{language}-{theme}");
            await ShowInAsync(boss.Page, language, theme);
            await VisitSettingsAsync(boss.Page, lane, $"{language}-{theme}");
        }

        await console.Page.SetViewportSizeAsync(390, 844);
        await VisitAsync(console, lane, "en-dark-telephone");
        await boss.Page.SetViewportSizeAsync(390, 844);
        await VisitSettingsAsync(boss.Page, lane, "en-dark-telephone");
        await SignInScreenAsync();
        Assert.Empty(console.Faults.Concat(boss.Faults));
        Assert.True(_found.Count == 0, string.Join('\n', _found));
    }

    private async Task VisitAsync(ConsolePage console, Lane lane, string kind)
    {
        var page = console.Page;
        await page.GotoAsync("/");
        await CloseCardsAsync(page);
        await LookAsync(page, $"calls-quiet-{kind}", page.GetByRole(AriaRole.Main).GetByRole(AriaRole.Heading).First);

        var caller = lane.Call();
        await ConsolePage.SeenAsync(page.Locator("[data-card]"));
        await LookAsync(page, $"calls-ringing-card-{kind}", page.Locator("[data-call]").First, isCovered: page.ViewportSize!.Width < 500);
        await caller.HangUpAsync();
        await Records.UntilAsync("the call is over", async () => (await stage.Records.CallsToAsync(lane.Did)).All(call => call.Settled));
        await CloseCardsAsync(page);

        await page.GotoAsync("/callbacks");
        var row = page.Locator("[data-callback]").Filter(new() { HasText = lane.ClientName });
        await LookAsync(page, $"callbacks-{kind}", row);
        await row.Locator("button[aria-expanded]:not([aria-haspopup])").ClickAsync();
        await LookAsync(page, $"callbacks-opened-{kind}", row.GetByRole(AriaRole.Heading).First);
        await row.GetByRole(AriaRole.Button, new() { NameRegex = WhyMissed() }).First.ClickAsync();
        await LookAsync(page, $"callbacks-why-{kind}", page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Listitem).First);

        await page.GotoAsync("/history");
        var call = page.Locator("[data-index]").Filter(new() { HasText = lane.ClientName }).Last;
        await LookAsync(page, $"history-{kind}", call);
        await call.ClickAsync();
        await LookAsync(page, $"history-recording-{kind}", page.Locator("audio"), isCovered: true);

        await CloseCardsAsync(page);
        await page.GotoAsync("/account");
        await page.Locator("[data-session]").First.WaitForAsync();
        await page.Locator("[data-second-factor]").GetByRole(AriaRole.Button).First.ClickAsync();
        await LookAsync(page, $"account-{kind}", page.Locator("[data-second-factor] svg[role=img]"));
        await page.Locator("[data-own-state]").ClickAsync();
        await LookAsync(page, $"own-state-{kind}", page.GetByRole(AriaRole.Menuitem).First);
        await page.Keyboard.PressAsync("Escape");

        // As a Russian keyboard says it. What is typed before the field is there goes nowhere.
        await page.EvaluateAsync("() => document.body.dispatchEvent(new KeyboardEvent('keydown', { key: 'л', code: 'KeyK', ctrlKey: true, bubbles: true }))");
        await Assertions.Expect(page.Locator("input[role=combobox][data-autofocus]")).ToBeFocusedAsync();
        await page.Keyboard.TypeAsync("Клиент");
        await LookAsync(page, $"search-{kind}", page.GetByRole(AriaRole.Option).First);
    }

    private static async Task ShowInAsync(IPage page, string language, string theme) => await page.EvaluateAsync(
        "([language, theme]) => { localStorage.setItem('crm.language', language); localStorage.setItem('mantine-color-scheme-value', theme); }",
        new[] { language, theme });

    private async Task VisitSettingsAsync(IPage page, Lane lane, string kind)
    {
        foreach (var tab in new[] { "never", "closed" })
        {
            await page.GotoAsync($"/callbacks?tab={tab}");
            await LookAsync(page, $"callbacks-{tab}-{kind}", page.GetByRole(AriaRole.Tabpanel).Locator("table, li[data-mood], .panel p.strong").First);
        }

        foreach (var (place, shown) in Settings)
        {
            await page.GotoAsync($"/settings/{place}");
            await LookAsync(page, $"settings-{place.Replace('/', '-')}-{kind}", page.GetByRole(AriaRole.Main).Locator(shown).First);
        }

        await page.GotoAsync("/settings/rules");
        await page.GetByRole(AriaRole.Main).GetByRole(AriaRole.Searchbox).FillAsync(lane.Did);
        await page.Locator("[data-rule]").GetByRole(AriaRole.Link).ClickAsync();
        await page.Locator("section form button[type=submit]").ClickAsync();
        await LookAsync(page, $"settings-rule-{kind}", page.Locator("[data-tried]"));
    }

    private async Task SignInScreenAsync()
    {
        await using var browser = await stage.Chromium.NewAsync(new() { BaseURL = stage.Stack.AddressOf("CONSOLE_PORT").ToString(), ViewportSize = new() { Width = 1366, Height = 768 } });
        var page = await browser.NewPageAsync();
        foreach (var scheme in new[] { ColorScheme.Light, ColorScheme.Dark })
        {
            await page.EmulateMediaAsync(new() { ColorScheme = scheme });
            await page.GotoAsync("/");
            await LookAsync(page, $"sign-in-{scheme}".ToLowerInvariant(), page.GetByRole(AriaRole.Button).First);
        }
    }

    private async Task LookAsync(IPage page, string name, ILocator shown, bool isCovered = false)
    {
        await Assertions.Expect(shown).ToBeAttachedAsync();
        if (!isCovered)
        {
            await ConsolePage.SeenAsync(shown);
        }

        // What fades in has half its contrast meanwhile.
        await page.EvaluateAsync("() => Promise.all(document.getAnimations().filter(one => one.effect?.getComputedTiming().iterations !== Infinity).map(one => one.finished.catch(() => {})))");
        if (Environment.GetEnvironmentVariable("CRM_SCREENS") is { Length: > 0 } folder)
        {
            await page.ScreenshotAsync(new() { Path = Path.Combine(folder, name + ".png") });
        }

        await page.EvaluateAsync(_axe);
        var result = await page.EvaluateAsync<JsonElement>("() => axe.run(document, { resultTypes: ['violations'] })");
        foreach (var violation in result.GetProperty("violations").EnumerateArray())
        {
            var where = string.Join(", ", violation.GetProperty("nodes").EnumerateArray().Take(3).Select(node => node.GetProperty("target").ToString()));
            var text = $"{name}: {violation.GetProperty("impact").GetString()} {violation.GetProperty("id").GetString()}: {where}";
            output.WriteLine(text);
            if (Heavy.Contains(violation.GetProperty("impact").GetString(), StringComparer.Ordinal))
            {
                _found.Add(text);
            }
        }
    }

    // They stay over a reload, and on a telephone they cover the page.
    private static async Task CloseCardsAsync(IPage page)
    {
        await ConsolePage.SeenAsync(page.Locator("[data-line=live]").First);
        var close = page.GetByRole(AriaRole.Button, new() { NameRegex = CloseCard() });
        for (var left = await close.CountAsync(); left > 0; left = await close.CountAsync())
        {
            // One that is just going is not clicked on once more.
            await close.First.ClickAsync();
            await Assertions.Expect(close).ToHaveCountAsync(left - 1);
        }
    }

    [GeneratedRegex("^(?:Закрыть карточку|Close the card)", RegexOptions.None, 1000)]
    private static partial Regex CloseCard();

    [GeneratedRegex("^(?:Почему пропущен|Why )", RegexOptions.None, 1000)]
    private static partial Regex WhyMissed();

    private async Task TalkAsync(Lane lane)
    {
        var caller = lane.Call();
        await caller.Answered;
        await caller.WaitUntilAsync(one => one.RtpReceived > 100, "hear the manager for two seconds");
        await caller.HangUpAsync();
        await stage.Records.OnlyCallAsync(lane.Did);
    }

    private async Task MissAsync(Lane lane, ConsolePage console)
    {
        var caller = lane.Call();
        await ConsolePage.SeenAsync(console.Card);
        await caller.HangUpAsync();
        await Records.UntilAsync("a callback", async () => await stage.Records.LeadsCountAsync(
            "SELECT count(*) FROM callbacks WHERE closed_at IS NULL AND number = @number", new { number = lane.ClientNumber }) == 1);
    }
}
