using System.Globalization;
using Orders.Activity;
using Orders.Contracts;

namespace Orders.Tour.Steps;

/// <summary>A stream is read item by item; the reader leaves, and the handler stops where it runs.</summary>
internal sealed class StreamIsFollowed : ITourStep
{
    private const int Wanted = 3;

    public string Title => "A stream goes at its reader's pace";

    public async Task<string> RunAsync(TourStage stage, CancellationToken ct)
    {
        var order = Guid.NewGuid().ToString("N", CultureInfo.InvariantCulture);
        var read = 0;
        var left = 0L;
        await foreach (var status in stage.Orders.FollowAsync(new Follow(order), ct))
        {
            if (status.Percent != 5 * read)
            {
                throw new UnexpectedException($"item {read} says {status.Percent} %");
            }

            if (++read == Wanted)
            {
                left = stage.Time.GetTimestamp();
                break;
            }
        }

        if (read != Wanted)
        {
            throw new UnexpectedException($"the stream ended after {read} items");
        }

        var stopped = await stage.Feed.WaitForAsync(entry => entry.Happening == Happening.Stopped && entry.Detail == order, ct);
        return $"{Wanted} items in order, then the reader left and {stopped.Source} stopped {stage.Time.GetElapsedTime(left).TotalMilliseconds:0} ms later";
    }
}
