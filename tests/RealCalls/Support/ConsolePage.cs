using System.Collections.Concurrent;
using CallCenterCrm.TestStack;
using Microsoft.Playwright;
using Xunit;

namespace CallCenterCrm.RealCalls.Support;

/// <summary>The console as somebody has it open, in Russian. What goes wrong in the page is kept.</summary>
public sealed class ConsolePage : IAsyncDisposable
{
    private const string Password = "верная лошадь батарейка";
    private static readonly ConcurrentDictionary<string, bool> Known = new(StringComparer.Ordinal);
    private readonly IBrowserContext _browser;
    private readonly ConcurrentQueue<string> _faults = new();

    private ConsolePage(IBrowserContext browser, IPage page)
    {
        (_browser, Page) = (browser, page);
        page.PageError += (_, fault) => _faults.Enqueue(fault);
        page.Dialog += (_, dialog) => _faults.Enqueue($"a script asked: {dialog.Message}");

        // Where the content security policy stops something, it is told here.
        page.Console += (_, said) =>
        {
            if (said.Type == "error" && said.Text.Contains("Content Security Policy", StringComparison.Ordinal))
            {
                _faults.Enqueue(said.Text);
            }
        };
    }

    public IPage Page { get; }

    public IBrowserContext Browser => _browser;

    /// <summary>What a page must not do: fail, ask by itself, or run against its content security policy.</summary>
    public IReadOnlyCollection<string> Faults => _faults;

    /// <summary>The card of the call that rings or goes on.</summary>
    public ILocator Card => Page.GetByRole(AriaRole.Complementary, new() { Name = "Карточка звонка" });

    /// <summary>Signs in as a manager who has a lane with a console; at the first time with the one-time password.</summary>
    public static Task<ConsolePage> OpenAsync(Stage stage, string extension, BrowserNewContextOptions? options = null) =>
        OpenAsAsync(stage, "m" + extension, options);

    /// <summary>Signs in by a name; at the first time with the one-time password.</summary>
    public static async Task<ConsolePage> OpenAsAsync(Stage stage, string signInName, BrowserNewContextOptions? options = null)
    {
        options ??= new() { Locale = "ru-RU", TimezoneId = "Europe/Moscow", ViewportSize = new() { Width = 1366, Height = 768 } };
        options.BaseURL = stage.Stack.AddressOf("CONSOLE_PORT").ToString();
        var browser = await stage.Chromium.NewAsync(options);
        var page = new ConsolePage(browser, await browser.NewPageAsync());
        await page.SignInAsync(stage.Stack, signInName);
        return page;
    }

    /// <summary>Waits until something can be seen.</summary>
    public static Task SeenAsync(ILocator what) => Assertions.Expect(what).ToBeVisibleAsync();

    /// <summary>Waits until something can no longer be seen.</summary>
    public static Task GoneAsync(ILocator what) => Assertions.Expect(what).ToBeHiddenAsync();

    public async ValueTask DisposeAsync() => await _browser.DisposeAsync();

    private async Task SignInAsync(CrmStack stack, string name)
    {
        await Page.GotoAsync("/");
        await Page.GetByLabel("Имя для входа").FillAsync(name);
        var isFirst = Known.TryAdd(name, true);
        await Page.GetByLabel("Пароль", new() { Exact = true }).FillAsync(isFirst ? stack.FirstPassword(name) : Password);
        await Page.GetByRole(AriaRole.Button, new() { Name = "Войти" }).ClickAsync();
        if (isFirst)
        {
            await Page.GetByLabel("Новый пароль").FillAsync(Password);
            await Page.GetByLabel("Ещё раз").FillAsync(Password);
            await Page.GetByRole(AriaRole.Button, new() { Name = "Сохранить и войти" }).ClickAsync();
        }

        await SeenAsync(Page.GetByRole(AriaRole.Navigation, new() { Name = "Разделы" }));
        Assert.Empty(Faults);
    }
}
