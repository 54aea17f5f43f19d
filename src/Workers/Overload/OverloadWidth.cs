namespace Messaging.Overload;

/// <summary>
/// How many calls more the broker hands to a worker that is overloaded, so that it can refuse in time what it can't serve:
/// those that wait in the broker's queue grow old unseen.
/// </summary>
internal static class OverloadWidth
{
    private const int PerSlot = 32;
    private const int Least = 256;
    private const int Most = 4096;

    /// <summary>How many messages, for so many slots.</summary>
    public static ushort Of(int concurrency) => (ushort)Math.Clamp(concurrency * (long)PerSlot, Least, Most);

    /// <summary>How many of them may wait: the others are on their way, so that the broker's queue goes on moving.</summary>
    public static int MaxWaitingOf(int concurrency) => Of(concurrency) / 4 * 3;
}
