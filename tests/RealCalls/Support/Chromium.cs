using Microsoft.Playwright;

namespace CallCenterCrm.RealCalls.Support;

/// <summary>Debian's Chromium, started when the first page is wanted. Its microphone hears a tone of 1000 Hz, without end.</summary>
public sealed class Chromium : IAsyncDisposable
{
    /// <summary>What its microphone hears.</summary>
    public const int MicrophoneHertz = 1000;

    /// <summary>How long anything in a page is waited for, in milliseconds: the machine that runs the browser runs all the rest too.</summary>
    public const float Patience = 60_000;

    private const string Program = "/usr/bin/chromium";
    private readonly string _microphone = Path.Combine(Path.GetTempPath(), $"crm-microphone-{Environment.ProcessId}.wav");
    private readonly SemaphoreSlim _one = new(1, 1);
    private IPlaywright? _playwright;
    private IBrowser? _browser;

    /// <summary>A browser of somebody's own, with cookies and storage of its own.</summary>
    public async Task<IBrowserContext> NewAsync(BrowserNewContextOptions options)
    {
        await _one.WaitAsync();
        try
        {
            if (_browser is null)
            {
                await Sound.WriteToneAsync(_microphone, MicrophoneHertz);
                Assertions.SetDefaultExpectTimeout(Patience);
                _playwright = await Playwright.CreateAsync();
                _browser = await _playwright.Chromium.LaunchAsync(new()
                {
                    ExecutablePath = Program,
                    Timeout = 2 * Patience,
                    Args =
                    [
                        "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
                        "--disable-component-update", "--disable-sync",
                        "--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream", $"--use-file-for-fake-audio-capture={_microphone}",
                    ],
                });
            }
        }
        finally
        {
            _one.Release();
        }

        var context = await _browser.NewContextAsync(options);
        context.SetDefaultTimeout(Patience);
        return context;
    }

    public async ValueTask DisposeAsync()
    {
        if (_browser is not null)
        {
            await _browser.DisposeAsync();
        }

        _playwright?.Dispose();
        File.Delete(_microphone);
        _one.Dispose();
    }
}
