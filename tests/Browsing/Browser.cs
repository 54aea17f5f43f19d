using Microsoft.Playwright;

namespace Messaging.Browsing;

/// <summary>A Chromium without windows.</summary>
public sealed class Browser : IAsyncDisposable
{
    private const string Chromium = "/usr/bin/chromium";

    private readonly IPlaywright _playwright;
    private readonly IBrowser _browser;

    private Browser(IPlaywright playwright, IBrowser browser)
    {
        _playwright = playwright;
        _browser = browser;
    }

    /// <summary>Starts it.</summary>
    /// <exception cref="InvalidOperationException">There is none on this machine.</exception>
    public static async Task<Browser> StartAsync()
    {
        if (!File.Exists(Chromium))
        {
            throw new InvalidOperationException($"The test needs a browser, and there is no {Chromium}: apt-get install chromium, or run ./test.sh, which does.");
        }

        var playwright = await Playwright.CreateAsync();
        try
        {
            return new Browser(playwright, await playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions { ExecutablePath = Chromium, Args = ["--no-sandbox"] }));
        }
        catch
        {
            playwright.Dispose();
            throw;
        }
    }

    /// <summary>Opens a page that shares nothing with others.</summary>
    /// <param name="width">Its width in CSS pixels.</param>
    /// <param name="height">Its height in CSS pixels.</param>
    /// <param name="isDark">Whether its user prefers dark pages.</param>
    public Task<IPage> OpenAsync(int width, int height, bool isDark = false) => _browser.NewPageAsync(new BrowserNewPageOptions
    {
        ViewportSize = new ViewportSize { Width = width, Height = height },
        ColorScheme = isDark ? ColorScheme.Dark : ColorScheme.Light,
    });

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _browser.DisposeAsync();
        _playwright.Dispose();
    }
}
