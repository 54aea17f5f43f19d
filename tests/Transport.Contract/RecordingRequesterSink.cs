using System.Threading.Channels;

namespace Messaging.Transport.Contract;

/// <summary>Keeps what arrives on a requester's link until the test asks for it.</summary>
public sealed class RecordingRequesterSink : IRequesterSink
{
    private readonly Channel<InboundMessage> _replies = Channel.CreateUnbounded<InboundMessage>();
    private readonly Channel<string> _returned = Channel.CreateUnbounded<string>();

    public ValueTask<InboundMessage> NextReplyAsync() => _replies.Reader.ReadAsync(TestContext.Current.CancellationToken);

    public ValueTask<string> NextReturnedAsync() => _returned.Reader.ReadAsync(TestContext.Current.CancellationToken);

    void IRequesterSink.OnReply(in InboundMessage message) =>
        _replies.Writer.TryWrite(message with { Body = message.Body.ToArray() });

    void IRequesterSink.OnReturned(in InboundMessage message) => _returned.Writer.TryWrite(message.CorrelationId ?? string.Empty);
}
