using System.Threading.Channels;

namespace Messaging.Transport.Contract;

/// <summary>Keeps what arrives on a worker's link until the test asks for it.</summary>
public sealed class RecordingWorkerSink : IWorkerSink
{
    private readonly Channel<Received> _deliveries = Channel.CreateUnbounded<Received>();
    private readonly Channel<string> _cancels = Channel.CreateUnbounded<string>();
    private readonly Channel<bool> _rollCalls = Channel.CreateUnbounded<bool>();
    private readonly Channel<Received> _control = Channel.CreateUnbounded<Received>();
    private readonly Channel<string> _returned = Channel.CreateUnbounded<string>();

    /// <summary>How many deliveries have arrived and were not asked for yet.</summary>
    public int Waiting => _deliveries.Reader.Count;

    /// <summary>How many messages to this link alone have arrived and were not asked for yet.</summary>
    public int ControlsWaiting => _control.Reader.Count;

    public ValueTask<Received> NextAsync() => _deliveries.Reader.ReadAsync(TestContext.Current.CancellationToken);

    public async Task<IReadOnlyList<Received>> NextAsync(int count)
    {
        var received = new List<Received>(count);
        while (received.Count < count)
        {
            received.Add(await NextAsync());
        }

        return received;
    }

    public ValueTask<string> NextCancelAsync() => _cancels.Reader.ReadAsync(TestContext.Current.CancellationToken);

    public async Task NextRollCallAsync() => await _rollCalls.Reader.ReadAsync(TestContext.Current.CancellationToken);

    public ValueTask<Received> NextControlAsync() => _control.Reader.ReadAsync(TestContext.Current.CancellationToken);

    public ValueTask<string> NextReplyReturnedAsync() => _returned.Reader.ReadAsync(TestContext.Current.CancellationToken);

    void IWorkerSink.OnDelivery(QueueKind queue, in InboundMessage message) =>
        _deliveries.Writer.TryWrite(Received.Copy(queue, message));

    void IWorkerSink.OnCancel(string correlationId) => _cancels.Writer.TryWrite(correlationId);

    void IWorkerSink.OnRollCall() => _rollCalls.Writer.TryWrite(true);

    void IWorkerSink.OnControl(in InboundMessage message) => _control.Writer.TryWrite(Received.Copy(QueueKind.Calls, message));

    void IWorkerSink.OnReplyReturned(in InboundMessage reply) => _returned.Writer.TryWrite(reply.CorrelationId ?? string.Empty);
}
