using Messaging.Wire;

namespace Messaging.Transport.Contract;

public abstract partial class TransportContractTests
{
    [Fact(Timeout = TimeoutMs)]
    public async Task A_marker_is_found_by_a_message_to_it_however_often()
    {
        var (requester, _) = await OpenRequesterAsync();
        var (worker, _) = await OpenWorkerAsync();
        var marker = WireNames.CancelledQueue(Service, "1");
        var probe = new OutboundMessage { Queue = marker, Type = "probe", MessageId = "1" };

        await AssertFailsAsync(TransportFailure.Unroutable, () => worker.PublishConfirmedAsync(probe));
        await requester.DeclareMarkerAsync(marker, OutboundMessage.MaxDelay);
        await requester.DeclareMarkerAsync(marker, OutboundMessage.MaxDelay);
        await worker.PublishConfirmedAsync(probe);
        await worker.PublishConfirmedAsync(probe);

        Assert.Single(await Harness.TakeAsync(marker, 1, Cancellation));
        await Harness.DeleteQueueAsync(marker);
        await AssertFailsAsync(TransportFailure.Unroutable, () => worker.PublishConfirmedAsync(probe));
    }

    [Fact(Timeout = TimeoutMs)]
    public async Task A_marker_is_gone_when_its_time_is_over()
    {
        var (requester, _) = await OpenRequesterAsync();
        var (worker, _) = await OpenWorkerAsync();
        var marker = WireNames.CancelledQueue(Service, "1");

        await requester.DeclareMarkerAsync(marker, TimeSpan.FromSeconds(1));
        await Harness.PassTimeAsync(TimeSpan.FromSeconds(8));

        await AssertFailsAsync(
            TransportFailure.Unroutable, () => worker.PublishConfirmedAsync(new OutboundMessage { Queue = marker, Type = "probe", MessageId = "1" }));
    }

    [Fact(Timeout = TimeoutMs)]
    public async Task A_marker_cannot_be_declared_on_a_lost_link()
    {
        var (requester, _) = await OpenRequesterAsync();
        await requester.DisposeAsync();

        await AssertFailsAsync(
            TransportFailure.NotSent, () => new ValueTask(requester.DeclareMarkerAsync(WireNames.CancelledQueue(Service, "1"), TimeSpan.FromHours(1))));
    }
}
