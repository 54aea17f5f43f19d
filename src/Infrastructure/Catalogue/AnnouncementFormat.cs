using System.Text.Json;
using Messaging.Transport;
using Messaging.Wire;

namespace Messaging.Catalogue;

/// <summary>Writes announcements, and reads those that may come from anybody who can reach the broker.</summary>
internal static class AnnouncementFormat
{
    public const int Version = 1;

    /// <summary>What an announcement may weigh, in bytes.</summary>
    public const int MaxBytes = 64 * 1024;

    public static readonly TimeSpan MinInterval = TimeSpan.FromSeconds(1);
    public static readonly TimeSpan MaxInterval = TimeSpan.FromMinutes(1);

    private const int MaxInstanceLength = 64;
    private const int MaxTextLength = 255;
    private const int MaxOperations = 1000;
    private const int MaxHandlers = 1_000_000_000;

    /// <summary>The body. Operations are left out where they would make it too large.</summary>
    public static byte[] Write(Announcement announcement)
    {
        var body = JsonSerializer.SerializeToUtf8Bytes(announcement, AnnouncementJson.Default.Announcement);
        return body.Length <= MaxBytes
            ? body
            : JsonSerializer.SerializeToUtf8Bytes(announcement with { Operations = null }, AnnouncementJson.Default.Announcement);
    }

    /// <summary>Reads what came; null for what can't be believed.</summary>
    public static Announcement? TryRead(in InboundMessage message)
    {
        if (!string.Equals(message.Type, WireNames.AnnounceType, StringComparison.Ordinal) || message.Body.Length is 0 or > MaxBytes)
        {
            return null;
        }

        try
        {
            var read = JsonSerializer.Deserialize(message.Body.Span, AnnouncementJson.Default.Announcement);
            return read is not null && IsCredible(read) ? read : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>How long an instance is believed to be there after it was heard of: two announcements may be lost.</summary>
    public static TimeSpan Validity(Announcement announcement) => TimeSpan.FromMilliseconds(announcement.IntervalMs * 2.5);

    private static bool IsCredible(Announcement announcement) =>
        announcement.Format == Version
        && ServiceNames.IsValid(announcement.Service)
        && IsText(announcement.Instance, MaxInstanceLength)
        && (announcement.Gone
            || (IsText(announcement.Host, MaxTextLength)
                && (announcement.Version is null || IsText(announcement.Version, MaxTextLength))
                && announcement.IntervalMs >= MinInterval.TotalMilliseconds
                && announcement.IntervalMs <= MaxInterval.TotalMilliseconds
                && announcement.ProcessId >= 0
                && announcement.UptimeMs is >= 0 and < long.MaxValue / TimeSpan.TicksPerMillisecond
                && announcement.Concurrency is >= 0 and <= MaxHandlers
                && announcement.Running is >= 0 and <= MaxHandlers
                && (announcement.Operations is not { } operations || (operations.Count <= MaxOperations && operations.All(IsCredible)))));

    private static bool IsCredible(AnnouncedOperation operation) =>
        operation is not null
        && IsText(operation.Name, MaxTextLength)
        && Enum.IsDefined(operation.Kind)
        && operation.Failed >= 0
        && operation.Handled >= operation.Failed
        && double.IsFinite(operation.Rate)
        && operation.Rate >= 0
        && IsTime(operation.MedianUs)
        && IsTime(operation.Percentile99Us);

    private static bool IsTime(long? microseconds) => microseconds is null or (>= 0 and < long.MaxValue / TimeSpan.TicksPerMicrosecond);

    // People read it in terminals, which control characters would command.
    private static bool IsText(string? text, int maxLength) =>
        !string.IsNullOrWhiteSpace(text) && text.Length <= maxLength && !text.Any(char.IsControl);
}
