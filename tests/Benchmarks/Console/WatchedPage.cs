using CallCenterCrm.RealCalls.Support;
using Microsoft.Playwright;

namespace ConsoleBench;

/// <summary>The page of the manager who is watched, in Chromium; it writes down when which client's name stood on the screen.</summary>
internal sealed class WatchedPage(IPage page)
{
    // After the frame in which it was drawn: the first callback runs before that is painted, the second one after it.
    private const string Watch = """
        () => {
          window.seen = {};
          new MutationObserver(() => {
            const name = document.querySelector('[data-card] h1, [data-card] h2')?.textContent ?? '';
            const number = /Клиент (\d+)/.exec(name)?.[1];
            if (number === undefined || window.seen[number] !== undefined) return;
            window.seen[number] = 0;
            requestAnimationFrame(() => requestAnimationFrame(() => { window.seen[number] = Date.now(); }));
          }).observe(document.body, { subtree: true, childList: true, characterData: true, attributes: true });
        }
        """;

    /// <summary>Signs in, in Russian, and begins to watch.</summary>
    public static async Task<WatchedPage> OpenAsync(Chromium chromium, Uri console, string name, string password)
    {
        var browser = await chromium.NewAsync(new() { Locale = "ru-RU", BaseURL = console.ToString(), ViewportSize = new() { Width = 1366, Height = 768 } });
        var page = await browser.NewPageAsync();
        await page.GotoAsync("/");
        await page.GetByLabel("Имя для входа").FillAsync(name);
        await page.GetByLabel("Пароль", new() { Exact = true }).FillAsync(password);
        await page.GetByRole(AriaRole.Button, new() { Name = "Войти" }).ClickAsync();
        await page.GetByRole(AriaRole.Navigation, new() { Name = "Разделы" }).WaitForAsync();
        await page.EvaluateAsync(Watch);
        return new WatchedPage(page);
    }

    /// <summary>When each client's name stood on the screen, by his number.</summary>
    public async Task<IReadOnlyDictionary<string, DateTimeOffset>> SeenAsync() =>
        (await page.EvaluateAsync<Dictionary<string, double>>("() => window.seen")).Where(pair => pair.Value > 0)
            .ToDictionary(pair => pair.Key, pair => DateTimeOffset.FromUnixTimeMilliseconds((long)pair.Value), StringComparer.Ordinal);
}
