using Messaging.Streaming;

namespace Messaging;

/// <summary>How streams are received. The receiver's pace governs the sender: no more than a window is ever on its way.</summary>
public sealed class StreamOptions
{
    /// <summary>
    /// How many items may be on their way or wait to be read. From 1 to 1,000,000. Default: 1,024. A sender that has used
    /// up the window waits, and with it the code that makes the items.
    /// </summary>
    public int WindowItems { get; set; } = 1024;

    /// <summary>
    /// How many bytes of encoded items may be on their way or wait to be read; one item may exceed it. From 1 to
    /// 1 GiB. Default: 256 KiB.
    /// </summary>
    public int WindowBytes { get; set; } = 256 * 1024;

    /// <summary>
    /// How long the reader waits for an item, once the stream is open, before the stream ends with
    /// <see cref="StatusCode.DeadlineExceeded"/>. Only the time counts in which the reader waits. Above zero, at most 24
    /// days. Default: null, without end.
    /// </summary>
    public TimeSpan? ItemTimeout { get; set; }

    internal StreamWindow Window => new(WindowItems, WindowBytes);

    internal IEnumerable<string> Validate(string section)
    {
        if (WindowItems is < 1 or > MaxWindowItems)
        {
            yield return $"{section}: WindowItems is {WindowItems}; set it to 1 to {MaxWindowItems:N0}.";
        }

        if (WindowBytes is < 1 or > MaxWindowBytes)
        {
            yield return $"{section}: WindowBytes is {WindowBytes}; set it to 1 to {MaxWindowBytes:N0}.";
        }

        if (ItemTimeout is { } timeout && (timeout <= TimeSpan.Zero || timeout > CallOptions.MaxTimeout))
        {
            yield return $"{section}: ItemTimeout is {timeout}; set it above zero and to at most {CallOptions.MaxTimeout.Days} days, or leave it out.";
        }
    }

    private const int MaxWindowItems = 1_000_000;
    private const int MaxWindowBytes = 1 << 30;
}
