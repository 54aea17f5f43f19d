using Orders.Activity;
using Orders.Contracts;

namespace Orders.Tour.Steps;

/// <summary>A command: the broker has it safe, the caller goes on, a worker runs it.</summary>
internal sealed class CommandIsAcceptedThenRun : ITourStep
{
    public string Title => "A command is accepted, then run";

    public async Task<string> RunAsync(TourStage stage, CancellationToken ct)
    {
        var order = await stage.Orders.PlaceAsync(new PlaceOrder("coffee", 2), ct);
        var sent = stage.Time.GetTimestamp();
        await stage.Orders.ShipAsync(new Ship(order.OrderId), ct);
        var accepted = stage.Time.GetElapsedTime(sent);
        var ran = await stage.Feed.WaitForAsync(entry => entry.Happening == Happening.Ran && entry.Detail == order.OrderId, ct);
        return $"accepted after {accepted.TotalMilliseconds:0.0} ms, run by {ran.Source} {stage.Time.GetElapsedTime(sent).TotalMilliseconds:0} ms after it was sent";
    }
}
