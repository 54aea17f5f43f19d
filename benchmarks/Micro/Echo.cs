using System.Text.Json.Serialization;

namespace Messaging.Micro;

public sealed record EchoRequest(string Payload);

public sealed record EchoReply(string Payload);

/// <summary>The service that is called.</summary>
[Service("micro.echo")]
public interface IEcho
{
    /// <summary>Answers with what it was sent.</summary>
    Task<EchoReply> EchoAsync(EchoRequest request, CancellationToken ct = default);
}

internal sealed class Echo : IEcho
{
    public Task<EchoReply> EchoAsync(EchoRequest request, CancellationToken ct = default) => Task.FromResult(new EchoReply(request.Payload));
}

[JsonSerializable(typeof(EchoRequest))]
[JsonSerializable(typeof(EchoReply))]
internal sealed partial class EchoJson : JsonSerializerContext;
