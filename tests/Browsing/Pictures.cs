using Microsoft.Playwright;

namespace Messaging.Browsing;

/// <summary>The pictures in the docs. They are taken where the environment asks for them alone: tests leave the tree as it is.</summary>
public static class Pictures
{
    /// <summary>The environment variable that asks for them, with any value.</summary>
    public const string Variable = "MESSAGING_PICTURES";

    /// <summary>Takes one, where that is asked for.</summary>
    /// <param name="page">What it shows.</param>
    /// <param name="path">The file, a PNG.</param>
    public static async Task TakeAsync(IPage page, string path)
    {
        ArgumentNullException.ThrowIfNull(page);
        if (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 })
        {
            await page.ScreenshotAsync(new PageScreenshotOptions { Path = path, Animations = ScreenshotAnimations.Disabled });
        }
    }
}
