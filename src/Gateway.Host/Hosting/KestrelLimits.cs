using System.Globalization;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Messaging.Hosting;

/// <summary>Sets the server's limits from configuration, which Kestrel itself reads only its endpoints from.</summary>
internal static class KestrelLimits
{
    private const string Section = "Kestrel:Limits";

    /// <exception cref="InvalidOperationException">A limit can't be what it is set to.</exception>
    public static void Bind(IConfiguration configuration, KestrelServerLimits limits)
    {
        var section = configuration.GetSection(Section);
        try
        {
            section.Bind(limits);
            limits.MinRequestBodyDataRate = ReadRate(section.GetSection(nameof(limits.MinRequestBodyDataRate)), limits.MinRequestBodyDataRate);
            limits.MinResponseDataRate = ReadRate(section.GetSection(nameof(limits.MinResponseDataRate)), limits.MinResponseDataRate);
        }
        catch (ArgumentException exception)
        {
            throw new InvalidOperationException($"{Section} has a value that can't be: {exception.Message}", exception);
        }
    }

    // A rate can't be changed, so that it is not bound.
    private static MinDataRate? ReadRate(IConfigurationSection section, MinDataRate? rate)
    {
        var bytes = section[nameof(MinDataRate.BytesPerSecond)];
        var grace = section[nameof(MinDataRate.GracePeriod)];
        if (bytes is null && grace is null)
        {
            return rate;
        }

        return new MinDataRate(
            bytes is null ? rate?.BytesPerSecond ?? 0 : double.TryParse(bytes, CultureInfo.InvariantCulture, out var number) ? number : throw new InvalidOperationException($"{section.Path}:{nameof(MinDataRate.BytesPerSecond)} is '{bytes}', and no number."),
            grace is null ? rate?.GracePeriod ?? TimeSpan.FromSeconds(5) : TimeSpan.TryParse(grace, CultureInfo.InvariantCulture, out var time) ? time : throw new InvalidOperationException($"{section.Path}:{nameof(MinDataRate.GracePeriod)} is '{grace}', and no time such as 00:00:05."));
    }
}
