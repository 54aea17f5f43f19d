using MassTransit;

namespace Messaging.WebLoad;

[Service("echo")]
public interface IEcho
{
    Task<EchoReply> EchoAsync(EchoRequest request, CancellationToken cancellationToken = default);
}

public sealed record EchoRequest(string Text);

public sealed record EchoReply(string Text);

internal sealed class Echo : IEcho
{
    public Task<EchoReply> EchoAsync(EchoRequest request, CancellationToken cancellationToken) => Task.FromResult(new EchoReply(request.Text));
}

internal sealed class EchoConsumer : IConsumer<EchoRequest>
{
    public Task Consume(ConsumeContext<EchoRequest> context) => context.RespondAsync(new EchoReply(context.Message.Text));
}
