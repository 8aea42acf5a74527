using CallCenterCrm.RealCalls.Support;
using CallCenterCrm.Sip;
using Microsoft.Playwright;
using Xunit;

namespace CallCenterCrm.RealCalls;

/// <summary>What is changed in the console's settings, and what real calls make of it.</summary>
[Collection(StageCollection.Name)]
public sealed class SettingsTests(Stage stage) : IAsyncLifetime
{
    public Task InitializeAsync() => stage.OrdinaryOverAsync();

    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public async Task A_rule_changed_in_the_page_is_what_the_try_out_answers_and_whom_the_next_call_rings()
    {
        await using var lane = stage.NextConsoleLane();
        var first = await lane.PhoneAsync(1, CallScripts.Ring);
        var second = await lane.PhoneAsync(2, CallScripts.Ring);
        await using var console = await ConsolePage.OpenAsAsync(stage, Stage.Boss);
        var page = console.Page;
        await OpenRuleAsync(page, lane);
        var tried = page.Locator("[data-tried]");
        await page.GetByLabel("С номера").FillAsync("+" + lane.ClientNumber);
        await page.GetByRole(AriaRole.Button, new() { Name = "Проверить" }).ClickAsync();
        await ConsolePage.SeenAsync(tried.Locator("[data-step='1']").GetByText($"Manager {lane.Extension(1)}"));

        // The second step goes before the first, and the answer follows without being asked for again.
        await page.GetByRole(AriaRole.Button, new() { Name = "Шаг 2: выше" }).ClickAsync();
        await ConsolePage.SeenAsync(page.GetByText("Несохранённые изменения не в счёт"));
        await page.GetByRole(AriaRole.Textbox, new() { Name = "Название" }).FillAsync("<img src=x onerror=alert(1)>");
        await page.GetByRole(AriaRole.Button, new() { Name = "Шаг 3: убрать" }).ClickAsync();
        await page.GetByRole(AriaRole.Textbox, new() { Name = "Шаг 1: сколько гудков" }).FillAsync("4");
        await page.GetByRole(AriaRole.Button, new() { Name = "Сохранить" }).ClickAsync();

        await ConsolePage.SeenAsync(page.GetByRole(AriaRole.Heading, new() { Name = "<img src=x onerror=alert(1)>" }));
        await ConsolePage.SeenAsync(tried.Locator("[data-step='1']").GetByText("Следующий из группы · 4 гудка"));
        await ConsolePage.SeenAsync(tried.GetByText("Зазвонит по правилу «<img src=x onerror=alert(1)>»"));
        await Assertions.Expect(tried.Locator("[data-step]")).ToHaveCountAsync(2);

        // Now the group's first phone rings four times for anybody, and no mobile at the end.
        var caller = lane.Call(lane.Stranger());
        await Records.UntilAsync("the group's first phone rings", () => Task.FromResult(first.Calls.Count > 0));
        await Records.UntilAsync("then the next one", () => Task.FromResult(second.Calls.Count > 0));
        await caller.Ended;
        Assert.DoesNotContain(lane.Trunk.Calls, call => call.Dialled == lane.Mobile);
        Assert.Empty(console.Faults);
    }

    [Fact]
    public async Task Whoever_saves_a_rule_that_somebody_else_has_just_saved_is_told_and_loses_nothing()
    {
        await using var lane = stage.NextConsoleLane();
        await using var mine = await ConsolePage.OpenAsAsync(stage, Stage.Boss);
        await using var theirs = await ConsolePage.OpenAsAsync(stage, Stage.Boss);
        await OpenRuleAsync(mine.Page, lane);
        await OpenRuleAsync(theirs.Page, lane);
        var name = mine.Page.GetByRole(AriaRole.Textbox, new() { Name = "Название" });
        await name.FillAsync("Моё");
        await theirs.Page.GetByRole(AriaRole.Textbox, new() { Name = "Шаг 1: сколько гудков" }).FillAsync("9");
        await theirs.Page.GetByRole(AriaRole.Button, new() { Name = "Сохранить" }).ClickAsync();
        await ConsolePage.SeenAsync(theirs.Page.GetByText("Правило сохранено"));

        await mine.Page.GetByRole(AriaRole.Button, new() { Name = "Сохранить" }).ClickAsync();

        var told = mine.Page.GetByRole(AriaRole.Alert).Filter(new() { HasText = "изменил кто-то ещё" });
        await ConsolePage.SeenAsync(told.GetByText("9 гудков"));
        await Assertions.Expect(name).ToHaveValueAsync("Моё");
        await told.GetByRole(AriaRole.Button, new() { Name = "Сохранить моё вместо этого" }).ClickAsync();
        await ConsolePage.SeenAsync(mine.Page.GetByText("Правило сохранено"));
        await ConsolePage.SeenAsync(mine.Page.GetByRole(AriaRole.Heading, new() { Name = "Моё" }));
        Assert.Empty(mine.Faults.Concat(theirs.Faults));
    }

    [Fact]
    public async Task A_manager_sees_the_rules_and_nothing_to_change_them_with()
    {
        await using var lane = stage.NextConsoleLane();
        await using var console = await ConsolePage.OpenAsync(stage, lane.Extension(1));
        await console.Page.GetByRole(AriaRole.Link, new() { Name = "Настройки" }).ClickAsync();
        await console.Page.Locator("[data-rule]").First.GetByRole(AriaRole.Link).ClickAsync();

        await console.Page.WaitForURLAsync("**/settings/rules/*-*");
        await ConsolePage.SeenAsync(console.Page.GetByText("Кто зазвонит?").First);
        await Assertions.Expect(console.Page.GetByRole(AriaRole.Button, new() { Name = "Сохранить" })).ToHaveCountAsync(0);
        await Assertions.Expect(console.Page.GetByRole(AriaRole.Link, new() { Name = "Журнал действий" })).ToHaveCountAsync(0);
        Assert.Empty(console.Faults);
    }

    private static async Task OpenRuleAsync(IPage page, Lane lane)
    {
        await page.GotoAsync("/settings/rules");
        await page.GetByRole(AriaRole.Searchbox, new() { Name = "Найти правило или номер" }).FillAsync(lane.Did);
        await page.Locator("[data-rule]").GetByRole(AriaRole.Link).ClickAsync();
        await ConsolePage.SeenAsync(page.GetByRole(AriaRole.Form, new() { Name = "Правило" }));
    }
}
