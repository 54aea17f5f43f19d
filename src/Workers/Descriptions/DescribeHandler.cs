using System.Buffers;
using System.Text.Json;
using Messaging.Buffers;
using Messaging.Handling;
using Messaging.Pipeline;
using Messaging.Replies;
using Messaging.Serialization;
using Messaging.Wire;

namespace Messaging.Descriptions;

/// <summary>Answers with the description of the service, whoever asks and in whatever content type: JSON.</summary>
internal sealed class DescribeHandler(string service, Func<ServiceDescription> describe, int maxMessageBytes)
    : OperationHandler(new Operation<Nothing, Nothing>(service, WireNames.DescribeMethod, OperationKind.Call), retries: null)
{
    private static readonly Batching.FrameNames _names = ReplyNames.Success(JsonPayloadSerializer.Json);

    private byte[]? _body;

    public override ValueTask InvokeAsync(WorkerCall call, CallContext context, IServiceProvider services)
    {
        _body ??= JsonSerializer.SerializeToUtf8Bytes(describe(), DescriptionJson.Default.ServiceDescription);
        call.ReplyBody = PooledBuffer.Rent(maxMessageBytes);
        call.ReplyBody.Write(_body);
        call.ReplyNames = _names;
        return ValueTask.CompletedTask;
    }
}
